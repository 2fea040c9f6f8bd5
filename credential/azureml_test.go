package credential_test

import (
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/keyless-go/azure/credential"
)

func azureMLEnv(clientID string) map[string]string {
	return map[string]string{"MSI_ENDPOINT": "http://127.0.0.1:46808/MSI/auth", "MSI_SECRET": "secret", "DEFAULT_IDENTITY_CLIENT_ID": clientID}
}

// TestAzureMLRequest: the client ID is there for the system-assigned identity too.
func TestAzureMLRequest(t *testing.T) {
	for name, tc := range map[string]struct {
		id   credential.ManagedIDKind
		want string
	}{
		"system-assigned": {nil, otherGUID},
		"client ID":       {credential.ClientID(someGUID), someGUID},
	} {
		t.Run(name, func(t *testing.T) {
			cleanEnv(t, azureMLEnv(otherGUID))
			s := newSite(issue(time.Hour, map[string]any{"expires_on": time.Now().Add(time.Hour).Unix()}))
			c := newCred(t, s, options{ID: tc.id})
			mustGet(t, c)
			require.Equal(t, credential.SourceAzureML, c.Status().Source)
			require.Equal(t, http.MethodGet, s.call(0).method)
			require.Equal(t, "http://127.0.0.1:46808/MSI/auth?api-version=2017-09-01&clientid="+tc.want+"&resource=https%3A%2F%2Fvault.azure.net", s.call(0).url)
			require.Equal(t, []string{"secret"}, s.call(0).header.Values("Secret"))
		})
	}
}

// TestAzureMLFailsClosed: to a client ID that is none the endpoint would answer
// with the token of a person.
func TestAzureMLFailsClosed(t *testing.T) {
	for _, clientID := range []string{"clientid", "", someGUID + " ", "{" + someGUID + "}"} {
		cleanEnv(t, azureMLEnv(clientID))
		t.Setenv("AZUREML_RUN_ID", "run")
		_, err := credential.NewManagedIdentityCredential(nil)
		require.ErrorIs(t, err, credential.ErrIdentityNotFound)
		require.ErrorContains(t, err, "DEFAULT_IDENTITY_CLIENT_ID")
		require.ErrorContains(t, err, "AzureML")

		c := newCred(t, newSite(issue(time.Hour)), options{ID: credential.ClientID(someGUID)})
		mustGet(t, c)
	}
}

func TestAzureMLIsIdentifiedInStatus(t *testing.T) {
	cleanEnv(t, azureMLEnv(otherGUID))
	c := newCred(t, newSite(issue(time.Hour)), options{})
	require.Equal(t, "MSI_ENDPOINT, MSI_SECRET, DEFAULT_IDENTITY_CLIENT_ID set", c.Status().Reason)
	require.Equal(t, "the identity of DEFAULT_IDENTITY_CLIENT_ID", c.Status().Identity, "which may be a user-assigned one")
}
