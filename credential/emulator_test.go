package credential_test

import (
	"io"
	"net/http"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/keyless-go/azure/azuretest"
	"github.com/keyless-go/azure/credential"
)

// onEmulator makes a credential as a program finds it where srv has the source.
func onEmulator(t *testing.T, srv *azuretest.Server, source credential.Source, o options) *cred {
	t.Helper()
	cleanEnv(t, nil)
	keys := filepath.Join(tempDir(t), "AzureConnectedMachineAgent", "Tokens")
	if source == credential.SourceAzureArc {
		srv.SetArcKeyDirectory(keys)
	}
	for name, value := range srv.Environment(string(source)) {
		t.Setenv(name, value)
	}
	o.HTTPClient = srv.Client()
	switch source {
	case credential.SourceServiceFabric:
		o.HTTPClient = srv.TLSClient()
	case credential.SourceVMExtension, credential.SourceWorkloadIdentity:
		o.Source = source
	}
	c, err := credential.NewManagedIdentityCredential(&o)
	require.NoError(t, err)
	require.Equal(t, source, c.Status().Source)
	if source == credential.SourceAzureArc {
		require.NoError(t, credential.UseArcKeys(c, keys))
	}
	return c
}

// TestEverySourceOnTheEmulator: detected by its variables, and its token opens
// the vault, which checks it.
func TestEverySourceOnTheEmulator(t *testing.T) {
	for _, source := range sources() {
		t.Run(string(source), func(t *testing.T) {
			srv := azuretest.New(t)
			c := onEmulator(t, srv, source, options{})
			if source == credential.SourceCloudShell {
				mustGet(t, c) // of the person signed in, who may not open it
				return
			}
			const host = "mytestkeyvault.vault.azure.net"
			client := &http.Client{Transport: credential.NewTransport(c, vaultScope, srv.Client().Transport, host)}
			resp, err := client.Get("https://" + host + "/secrets/MyTestSecret?api-version=7.4")
			require.NoError(t, err)
			require.NoError(t, resp.Body.Close())
			require.Equal(t, http.StatusOK, resp.StatusCode)
			requests := srv.Requests()
			require.Equal(t, "DevTestVM", requests[len(requests)-1].Identity)
		})
	}
}

// TestUserIdentitiesOnTheEmulator: by each kind of ID that the source takes.
func TestUserIdentitiesOnTheEmulator(t *testing.T) {
	for _, source := range sources() {
		for kind, id := range map[string]func(*azuretest.Identity) credential.ManagedIDKind{
			"client":   func(i *azuretest.Identity) credential.ManagedIDKind { return credential.ClientID(i.ClientID()) },
			"object":   func(i *azuretest.Identity) credential.ManagedIDKind { return credential.ObjectID(i.ObjectID()) },
			"resource": func(i *azuretest.Identity) credential.ManagedIDKind { return credential.ResourceID(i.ResourceID()) },
		} {
			if source == credential.SourceServiceFabric || source == credential.SourceCloudShell || kind != "client" &&
				(source == credential.SourceAppService2017 || source == credential.SourceAzureML || source == credential.SourceWorkloadIdentity) {
				continue // refused by the constructor
			}
			t.Run(string(source)+" "+kind, func(t *testing.T) {
				srv := azuretest.New(t)
				app := srv.AddUserIdentity("app")
				mustGet(t, onEmulator(t, srv, source, options{ID: id(app)}))
				requests := srv.Requests()
				require.Equal(t, "app", requests[len(requests)-1].Identity)
			})
		}
	}
}

// TestOldArcAgent ignores the choice; its token is not taken for the chosen one's.
func TestOldArcAgent(t *testing.T) {
	srv := azuretest.New(t)
	srv.SetOldArcAgent(true)
	app := srv.AddUserIdentity("app")
	mustGet(t, onEmulator(t, srv, credential.SourceAzureArc, options{}))
	e := failure(t, onEmulator(t, srv, credential.SourceAzureArc, options{ID: credential.ClientID(app.ClientID())}))
	require.ErrorIs(t, e, credential.ErrUnsupportedID)
}

// TestPlansOfAppService: dates of Windows and Linux, and the plan that refuses the
// protocol it announces.
func TestPlansOfAppService(t *testing.T) {
	for _, plan := range []azuretest.AppServicePlan{azuretest.LinuxPlan, azuretest.WindowsPlan, azuretest.LinuxConsumptionPlan} {
		for _, source := range []credential.Source{credential.SourceAppService, credential.SourceAppService2017} {
			t.Run(plan.String()+" "+string(source), func(t *testing.T) {
				srv := azuretest.New(t)
				srv.SetAppServicePlan(plan)
				seen := &events{}
				c := onEmulator(t, srv, source, options{Observer: seen.observe})
				mustGet(t, c)
				t.Setenv("IDENTITY_HEADER", srv.RotateIdentityHeader())
				t.Setenv("MSI_SECRET", srv.RotateIdentityHeader())
				t.Setenv("IDENTITY_HEADER", srv.Environment("AppService")["IDENTITY_HEADER"])
				require.NoError(t, c.Prefetch(t.Context(), "https://storage.azure.com/"))
				fellBack := plan == azuretest.LinuxConsumptionPlan && source == credential.SourceAppService
				require.Equal(t, fellBack, seen.take()[0].Kind == credential.EventFallback)
			})
		}
	}
}

// TestTransportAsksTheVault: whole, on the emulator, which checks the token.
func TestTransportAsksTheVault(t *testing.T) {
	t.Parallel()
	srv := azuretest.New(t)
	const host = "mytestkeyvault.vault.azure.net"
	client := &http.Client{Transport: credential.NewTransport(onIMDS(t, srv, options{}), vaultScope, srv.Client().Transport, host)}
	for range 3 {
		resp, err := client.Get("https://" + host + "/secrets/MyTestSecret?api-version=7.4")
		require.NoError(t, err)
		text, err := io.ReadAll(resp.Body)
		require.NoError(t, err)
		require.NoError(t, resp.Body.Close())
		require.Contains(t, string(text), "p@ssw0rd!")
		require.Empty(t, resp.Request.Header.Get("Authorization"), "the answer's request shows the token")
	}
	require.Len(t, srv.Requests(), 4)
	client.CloseIdleConnections()
}
