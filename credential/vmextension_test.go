package credential_test

import (
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/keyless-go/azure/azuretest"
	"github.com/keyless-go/azure/credential"
)

// TestVMExtensionRequest is the GET of the tutorial that uses the extension.
func TestVMExtensionRequest(t *testing.T) {
	for name, tc := range map[string]struct{ variable, endpoint, want string }{
		"own":      {"", "", "http://localhost:50342/oauth2/token"},
		"port":     {"http://localhost:50343/oauth2/token", "", "http://localhost:50343/oauth2/token"},
		"endpoint": {"http://localhost:50343/oauth2/token", "http://127.0.0.1:1234", "http://127.0.0.1:1234/oauth2/token"},
	} {
		t.Run(name, func(t *testing.T) {
			cleanEnv(t, map[string]string{"MSI_ENDPOINT": tc.variable})
			s := newSite(issue(time.Hour))
			c := newCred(t, s, options{Source: credential.SourceVMExtension, Endpoint: tc.endpoint})
			require.NoError(t, c.Prefetch(t.Context(), "https://management.azure.com//.default"))
			got := s.call(0)
			require.Equal(t, http.MethodGet, got.method)
			require.Equal(t, tc.want+"?resource=https%3A%2F%2Fmanagement.azure.com%2F", got.url)
			require.Equal(t, "true", got.header.Get("Metadata"))
		})
	}
}

func TestVMExtensionOnTheEmulator(t *testing.T) {
	t.Parallel()
	srv := azuretest.New(t)
	app := srv.AddUserIdentity("app")
	for id, name := range map[credential.ManagedIDKind]string{
		nil: "DevTestVM", credential.ClientID(app.ClientID()): "app",
		credential.ObjectID(app.ObjectID()): "app", credential.ResourceID(app.ResourceID()): "app",
	} {
		mustGet(t, newCred(t, nil, options{Source: credential.SourceVMExtension, HTTPClient: srv.Client(), ID: id}))
		requests := srv.Requests()
		require.Equal(t, name, requests[len(requests)-1].Identity)
		require.Equal(t, "vmextension.token", requests[len(requests)-1].Operation)
	}
}

func TestVMExtensionStaysOnTheMachine(t *testing.T) {
	for endpoint, allowed := range map[string]bool{
		"http://127.0.0.1:50342": true, "http://[::1]:50342": true, "https://vm.example": true,
		"http://vm.example": false, "http://10.0.0.4:50342/oauth2/token": false,
	} {
		cleanEnv(t, nil)
		_, err := credential.NewManagedIdentityCredential(&options{Source: credential.SourceVMExtension, Endpoint: endpoint})
		require.Equal(t, allowed, err == nil, "%s: %v", endpoint, err)
	}
}

// TestVMExtensionIsNotDetected: its variable alone means Cloud Shell, whose
// request it understands as well.
func TestVMExtensionIsNotDetected(t *testing.T) {
	srv := azuretest.New(t)
	cleanEnv(t, srv.Environment("vmextension"))
	c := newCred(t, nil, options{HTTPClient: srv.Client()})
	mustGet(t, c)
	require.Equal(t, credential.SourceCloudShell, c.Status().Source)
	require.Equal(t, "vmextension.token", srv.Requests()[0].Operation)
	require.Equal(t, http.MethodPost, srv.Requests()[0].Method)
}
