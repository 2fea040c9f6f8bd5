package azuretest_test

import (
	"encoding/json"
	"net/http"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore/policy"
	"github.com/stretchr/testify/require"

	"github.com/keyless-go/azure/azuretest"
	"github.com/keyless-go/azure/credential"
)

// settle puts the test where the named source is, and nothing else.
func settle(t *testing.T, srv *azuretest.Server, source string) {
	t.Helper()
	for _, name := range []string{
		"IDENTITY_ENDPOINT", "IDENTITY_HEADER", "IDENTITY_SERVER_THUMBPRINT", "IDENTITY_API_VERSION", "IMDS_ENDPOINT",
		"MSI_ENDPOINT", "MSI_SECRET", "DEFAULT_IDENTITY_CLIENT_ID", "AZURE_POD_IDENTITY_AUTHORITY_HOST",
		"AZURE_FEDERATED_TOKEN_FILE", "AZURE_CLIENT_ID", "AZURE_TENANT_ID", "AZURE_AUTHORITY_HOST",
	} {
		t.Setenv(name, "")
	}
	for name, value := range srv.Environment(source) {
		t.Setenv(name, value)
	}
}

// optionsOn returns what a program needs on the Server, beyond its environment.
func optionsOn(srv *azuretest.Server, source string) *credential.ManagedIdentityCredentialOptions {
	o := &credential.ManagedIdentityCredentialOptions{HTTPClient: srv.Client()}
	o.Retry.MaxRetries = -1
	switch source {
	case "ServiceFabric":
		o.HTTPClient = srv.TLSClient()
	case "VMExtension", "WorkloadIdentity":
		o.Source = credential.Source(source)
	}
	return o
}

// tokenOf gets a token as a program does.
func tokenOf(t *testing.T, o *credential.ManagedIdentityCredentialOptions, scope string) (map[string]any, error) {
	t.Helper()
	cred, err := credential.NewManagedIdentityCredential(o)
	if err != nil {
		return nil, err
	}
	token, err := cred.GetToken(t.Context(), policy.TokenRequestOptions{Scopes: []string{scope}})
	if err != nil {
		return nil, err
	}
	claims := claimsOf(t, token.Token)
	require.InDelta(t, claims["exp"], float64(token.ExpiresOn.UnixMilli())/1000, 1.1)
	require.False(t, token.RefreshOn.IsZero())
	return claims, nil
}

const (
	vaultScope = vaultAud + "/.default"
	armScope   = "https://management.azure.com//.default"
)

// sourcesTested are those that need no more than the environment.
func sourcesTested() []string {
	return []string{"IMDS", "PodIdentity", "VMExtension", "AppService", "AppService2017", "ServiceFabric", "CloudShell", "AzureML", "WorkloadIdentity"}
}

func TestSourcesEndToEnd(t *testing.T) {
	for _, source := range sourcesTested() {
		t.Run(source, func(t *testing.T) {
			srv := azuretest.New(t)
			settle(t, srv, source)
			for scope, audience := range map[string]string{vaultScope: vaultAud, armScope: "https://management.azure.com/"} {
				claims, err := tokenOf(t, optionsOn(srv, source), scope)
				require.NoError(t, err)
				want := srv.SystemIdentity()
				if source == "CloudShell" {
					want = srv.SignedInUser()
				}
				require.Equal(t, want.ObjectID(), claims["oid"])
				require.Equal(t, audience, claims["aud"])
			}
			for _, r := range srv.Requests() {
				require.Equal(t, strings.ToLower(source)+".token", r.Operation)
				require.Empty(t, r.Reason)
			}
		})
	}
}

// The credential finds each source that can be found, by the variables of its
// environment.
func TestSourcesAreDetected(t *testing.T) {
	for _, source := range append(sourcesTested(), "AzureArc") {
		t.Run(source, func(t *testing.T) {
			srv := azuretest.New(t)
			settle(t, srv, source)
			o := optionsOn(srv, source)
			cred, err := credential.NewManagedIdentityCredential(o)
			require.NoError(t, err)
			want := source
			if source == "PodIdentity" {
				want = "IMDS"
			}
			require.Equal(t, want, string(cred.Status().Source))
		})
	}
}

func TestSourcesWithAChoice(t *testing.T) {
	for _, source := range []string{"IMDS", "PodIdentity", "VMExtension", "AppService", "AppService2017", "AzureML", "WorkloadIdentity"} {
		t.Run(source, func(t *testing.T) {
			srv := azuretest.New(t)
			one := srv.AddUserIdentity("one")
			settle(t, srv, source)
			ids := []credential.ManagedIDKind{credential.ClientID(one.ClientID())}
			switch source {
			case "IMDS", "PodIdentity", "VMExtension", "AppService":
				ids = append(ids, credential.ObjectID(one.ObjectID()), credential.ResourceID(one.ResourceID()))
			}
			for _, id := range ids {
				o := optionsOn(srv, source)
				o.ID = id
				claims, err := tokenOf(t, o, vaultScope)
				require.NoError(t, err)
				require.Equal(t, one.ObjectID(), claims["oid"])
			}
		})
	}
}

func TestSourcesRefuse(t *testing.T) {
	const (
		nobody  = credential.ClientID("00000000-0000-0000-0000-000000000000")
		nowhere = "https://example.com/.default"
	)
	tests := []struct {
		name, source string
		id           credential.ManagedIDKind
		scope        string
		want         error
	}{
		{"unknown identity", "IMDS", nobody, vaultScope, credential.ErrIdentityNotFound},
		{"unknown identity", "PodIdentity", nobody, vaultScope, credential.ErrIdentityNotFound},
		{"unknown identity", "VMExtension", nobody, vaultScope, credential.ErrIdentityNotFound},
		{"unknown identity", "AppService", nobody, vaultScope, credential.ErrIdentityNotFound},
		{"unknown identity", "AppService2017", nobody, vaultScope, credential.ErrIdentityNotFound},
		{"unknown identity", "AzureML", nobody, vaultScope, credential.ErrIdentityNotFound},
		{"unknown identity", "WorkloadIdentity", nobody, vaultScope, credential.ErrIdentityNotFound},
		{"unknown resource", "IMDS", nil, nowhere, credential.ErrResourceNotFound},
		{"unknown resource", "PodIdentity", nil, nowhere, credential.ErrResourceNotFound},
		{"unknown resource", "VMExtension", nil, nowhere, credential.ErrResourceNotFound},
		{"unknown resource", "AppService", nil, nowhere, credential.ErrResourceNotFound},
		{"unknown resource", "AppService2017", nil, nowhere, credential.ErrResourceNotFound},
		{"unknown resource", "AzureML", nil, nowhere, credential.ErrResourceNotFound},
		{"unknown resource", "CloudShell", nil, nowhere, credential.ErrResourceNotFound},
		{"unknown resource", "WorkloadIdentity", nil, nowhere, credential.ErrResourceNotFound},
		{"unknown resource", "ServiceFabric", nil, nowhere, credential.ErrUnavailable}, // all that it says is 500
	}
	for _, test := range tests {
		t.Run(test.name+" on "+test.source, func(t *testing.T) {
			srv := azuretest.New(t)
			settle(t, srv, test.source)
			o := optionsOn(srv, test.source)
			o.ID = test.id
			_, err := tokenOf(t, o, test.scope)
			require.ErrorIs(t, err, test.want)
		})
	}
}

func TestSourcesWithoutIdentity(t *testing.T) {
	for _, source := range []string{"IMDS", "VMExtension", "AppService", "AppService2017", "ServiceFabric", "AzureML", "WorkloadIdentity"} {
		t.Run(source, func(t *testing.T) {
			srv := azuretest.New(t)
			srv.RemoveSystemIdentity()
			settle(t, srv, source)
			_, err := tokenOf(t, optionsOn(srv, source), vaultScope)
			require.ErrorIs(t, err, credential.ErrIdentityNotFound)
		})
	}
}

func TestSourcesThatFail(t *testing.T) {
	for status, want := range map[int]error{http.StatusTooManyRequests: credential.ErrThrottled, http.StatusServiceUnavailable: credential.ErrUnavailable} {
		for _, source := range sourcesTested() {
			t.Run(source+" "+http.StatusText(status), func(t *testing.T) {
				srv := azuretest.New(t)
				settle(t, srv, source)
				srv.Fail(azuretest.Fault{Operation: strings.ToLower(source) + ".token", Status: status, RetryAfter: 30 * time.Second})
				_, err := tokenOf(t, optionsOn(srv, source), vaultScope)
				require.ErrorIs(t, err, want)
				var detail *credential.Error
				require.ErrorAs(t, err, &detail)
				require.Equal(t, 30*time.Second, detail.RetryAfter)
			})
		}
	}
}

// No secret that the platform has given the program is in what it prints.
func TestSourcesKeepTheirSecrets(t *testing.T) {
	for _, source := range sourcesTested() {
		t.Run(source, func(t *testing.T) {
			srv := azuretest.New(t)
			settle(t, srv, source)
			_, err := tokenOf(t, optionsOn(srv, source), vaultScope)
			require.NoError(t, err)
			data, err := json.Marshal(srv.Requests())
			require.NoError(t, err)
			env := srv.Environment(source)
			for _, name := range []string{"IDENTITY_HEADER", "MSI_SECRET"} {
				if env[name] != "" {
					require.NotContains(t, string(data), env[name])
				}
			}
			require.NotContains(t, string(data), "eyJ")
		})
	}
}

func TestAppServiceRotatesTheHeader(t *testing.T) {
	srv := azuretest.New(t)
	settle(t, srv, "AppService")
	cred, err := credential.NewManagedIdentityCredential(optionsOn(srv, "AppService"))
	require.NoError(t, err)
	require.NoError(t, cred.Prefetch(t.Context(), vaultScope))
	t.Setenv("IDENTITY_HEADER", srv.RotateIdentityHeader())
	require.NoError(t, cred.Prefetch(t.Context(), armScope))
	require.Len(t, srv.Requests(), 2)
}

// Where the protocol of 2019 is announced and not served, that of 2017 is.
func TestLinuxConsumptionEndToEnd(t *testing.T) {
	srv := azuretest.New(t)
	srv.SetAppServicePlan(azuretest.LinuxConsumptionPlan)
	settle(t, srv, "AppService")
	o := optionsOn(srv, "AppService")
	var kinds []credential.EventKind
	o.Observer = func(e credential.Event) { kinds = append(kinds, e.Kind) }
	_, err := tokenOf(t, o, vaultScope)
	require.NoError(t, err)
	require.Equal(t, []credential.EventKind{credential.EventFallback, credential.EventFetched}, kinds)
	list := srv.Requests()
	require.Equal(t, "appservice.token", list[0].Operation)
	require.Equal(t, "appservice2017.token", list[1].Operation)
}

// The trap of Azure Machine Learning is refused before anything is sent.
func TestAzureMLTrapEndToEnd(t *testing.T) {
	srv := azuretest.New(t)
	srv.RemoveSystemIdentity()
	settle(t, srv, "AzureML")
	_, err := tokenOf(t, optionsOn(srv, "AzureML"), vaultScope)
	require.ErrorIs(t, err, credential.ErrIdentityNotFound)
	require.Empty(t, srv.Requests())
}

func TestServiceFabricEndToEnd(t *testing.T) {
	srv := azuretest.New(t)
	settle(t, srv, "ServiceFabric")
	for name, client := range map[string]*http.Client{"without TLS": srv.Client(), "nobody's transport": {Transport: http.NewFileTransport(nil)}} {
		o := optionsOn(srv, "ServiceFabric")
		o.HTTPClient = client
		_, err := credential.NewManagedIdentityCredential(o)
		require.ErrorContains(t, err, "certificate", name)
	}
	t.Setenv("IDENTITY_SERVER_THUMBPRINT", strings.Repeat("0", 40))
	_, err := tokenOf(t, optionsOn(srv, "ServiceFabric"), vaultScope)
	require.ErrorContains(t, err, "IDENTITY_SERVER_THUMBPRINT")
	require.Empty(t, srv.Requests(), "the secret is not sent")
}

func TestWorkloadIdentityEndToEnd(t *testing.T) {
	srv := azuretest.New(t)
	settle(t, srv, "WorkloadIdentity")
	for _, host := range []string{"https://login.microsoftonline.us/", "https://login.partner.microsoftonline.cn", "https://login.chinacloudapi.cn/"} {
		t.Setenv("AZURE_AUTHORITY_HOST", host)
		_, err := tokenOf(t, optionsOn(srv, "WorkloadIdentity"), vaultScope)
		require.NoError(t, err)
	}
	o := optionsOn(srv, "WorkloadIdentity")
	cred, err := credential.NewManagedIdentityCredential(o)
	require.NoError(t, err)
	token, err := cred.GetToken(t.Context(), policy.TokenRequestOptions{Scopes: []string{vaultScope}, EnableCAE: true})
	require.NoError(t, err)
	require.Equal(t, []any{"cp1"}, claimsOf(t, token.Token)["xms_cc"])
}

// A pod's token is read anew for each exchange, over days.
func TestWorkloadIdentityForDays(t *testing.T) {
	outer := t // a bubble has no Setenv
	synctest.Test(t, func(t *testing.T) {
		srv := azuretest.New(t)
		settle(outer, srv, "WorkloadIdentity")
		cred, err := credential.NewManagedIdentityCredential(optionsOn(srv, "WorkloadIdentity"))
		require.NoError(t, err)
		for range 20 {
			require.NoError(t, cred.Prefetch(t.Context(), vaultScope))
			time.Sleep(7 * time.Hour)
		}
		for _, r := range srv.Requests() {
			require.Equal(t, http.StatusOK, r.Status, r.Reason)
		}
		require.Greater(t, len(srv.Requests()), 5)
	})
}

func TestArcEndToEnd(t *testing.T) {
	keys := filepath.Join(tempDir(t), "AzureConnectedMachineAgent", "Tokens")
	srv := azuretest.New(t)
	if runtime.GOOS == "windows" {
		srv.SetArcKeyDirectory(keys)
	}
	settle(t, srv, "AzureArc")
	claims, err := tokenOf(t, optionsOn(srv, "AzureArc"), vaultScope)
	list := srv.Requests()
	require.NotEmpty(t, list)
	switch {
	case runtime.GOOS != "windows" && runtime.GOOS != "linux":
		require.ErrorIs(t, err, credential.ErrUnexpectedResponse) // there is no agent for it
	case list[0].Status == http.StatusInternalServerError:
		// This user may not write where the agent does, and clients look nowhere else.
		require.Contains(t, list[0].Reason, "SetArcKeyDirectory")
		require.ErrorIs(t, err, credential.ErrUnavailable)
	default:
		require.NoError(t, err)
		require.Equal(t, srv.SystemIdentity().ObjectID(), claims["oid"])
		arcChoices(t, srv)
	}
}

// arcChoices asks agents for an identity: one that can choose, and one that cannot.
func arcChoices(t *testing.T, srv *azuretest.Server) {
	t.Helper()
	one := srv.AddUserIdentity("one")
	for _, id := range []credential.ManagedIDKind{credential.ClientID(one.ClientID()), credential.ObjectID(one.ObjectID()), credential.ResourceID(one.ResourceID())} {
		o := optionsOn(srv, "AzureArc")
		o.ID = id
		claims, err := tokenOf(t, o, vaultScope)
		require.NoError(t, err)
		require.Equal(t, one.ObjectID(), claims["oid"])
	}
	srv.SetOldArcAgent(true)
	o := optionsOn(srv, "AzureArc")
	o.ID = credential.ClientID(one.ClientID())
	_, err := tokenOf(t, o, vaultScope)
	require.ErrorIs(t, err, credential.ErrUnsupportedID)
}

// Clients read no key from anywhere else.
func TestArcKeysElsewhere(t *testing.T) {
	keys := tempDir(t)
	srv := azuretest.New(t)
	settle(t, srv, "AzureArc")
	srv.SetArcKeyDirectory(keys)
	_, err := tokenOf(t, optionsOn(srv, "AzureArc"), vaultScope)
	require.ErrorIs(t, err, credential.ErrUnexpectedResponse)
	require.Len(t, srv.Requests(), 1)
}
