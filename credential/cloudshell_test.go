package credential_test

import (
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/keyless-go/azure/credential"
)

// TestCloudShellRequest: a form, sent whole again when a try fails.
func TestCloudShellRequest(t *testing.T) {
	cleanEnv(t, map[string]string{"MSI_ENDPOINT": "http://localhost:50342/oauth2/token"})
	s := newSite(say(500, ""), say(429, "", "Retry-After", "0"), issue(time.Hour))
	o := options{}
	o.Retry.RetryDelay = time.Millisecond
	c := newCred(t, s, o)
	require.NoError(t, c.Prefetch(t.Context(), "https://management.azure.com//.default"))
	require.Equal(t, credential.SourceCloudShell, c.Status().Source)
	require.Equal(t, "the signed-in user", c.Status().Identity)
	require.Equal(t, 3, s.count())
	for i := range 3 {
		got := s.call(i)
		require.Equal(t, http.MethodPost, got.method)
		require.Equal(t, "http://localhost:50342/oauth2/token", got.url)
		require.Equal(t, "resource=https%3A%2F%2Fmanagement.azure.com%2F", got.body)
		require.Equal(t, []string{"application/x-www-form-urlencoded"}, got.header.Values("Content-Type"))
		require.Equal(t, []string{"true"}, got.header.Values("Metadata"))
	}
}

func TestCloudShellAudience(t *testing.T) {
	cleanEnv(t, map[string]string{"MSI_ENDPOINT": "http://localhost:50342/oauth2/token"})
	s := newSite(say(400, `{"error":{"code":"AudienceNotSupported","message":"Audience https://x is not a supported MSI token audience"}}`))
	e := failure(t, newCred(t, s, options{}))
	require.ErrorIs(t, e, credential.ErrResourceNotFound)
	require.Equal(t, 1, s.count())
}

func TestCloudShellEndpoint(t *testing.T) {
	for endpoint, allowed := range map[string]bool{
		"": false, "http://localhost": true, "https://shell.example/x": true, "http://shell.example": false, "localhost:50342": false,
	} {
		cleanEnv(t, nil)
		_, err := credential.NewManagedIdentityCredential(&options{Source: credential.SourceCloudShell, Endpoint: endpoint})
		require.Equal(t, allowed, err == nil, "%s: %v", endpoint, err)
	}
}
