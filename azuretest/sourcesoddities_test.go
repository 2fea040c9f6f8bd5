package azuretest_test

import (
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
