package azuretest_test

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"
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
