package credential_test

import (
	"io"
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/keyless-go/azure/azuretest"
	"github.com/keyless-go/azure/credential"
)

func TestServiceFabricRequest(t *testing.T) {
	for version, want := range map[string]string{
		"": "2019-07-01-preview", "2020-05-01": "2020-05-01", "2021-01-01-preview": "2021-01-01-preview",
		"latest": "2019-07-01-preview", "2020-05-01&resource=x": "2019-07-01-preview", "2020-5-1": "2019-07-01-preview",
	} {
		t.Run(version, func(t *testing.T) {
			w := newWorld(t, credential.SourceServiceFabric)
			t.Setenv("IDENTITY_API_VERSION", version)
			w.options.Source = ""
			w.echo = map[string]any{"expires_on": time.Now().Add(time.Hour).Unix()}
			w.mustGet(t)
			c := w.call(0)
			require.Equal(t, http.MethodGet, c.method)
			require.Equal(t, "/metadata/identity/oauth2/token?api-version="+want+"&resource=https%3A%2F%2Fvault.azure.net", c.url)
			require.Equal(t, w.secrets[:1], c.header.Values("Secret"))
			require.Equal(t, []string{"application/json"}, c.header.Values("Accept"))
			require.Empty(t, c.header.Values("X-Identity-Header"))
		})
	}
}

// TestServiceFabricRetries: 404 is a definite no here; 429 is tried five times more.
func TestServiceFabricRetries(t *testing.T) {
	for status, tries := range map[int]int{400: 1, 401: 1, 403: 1, 404: 1, 408: 1, 429: 6, 500: 6, 503: 6} {
		t.Run(http.StatusText(status), func(t *testing.T) {
			w := newWorld(t, credential.SourceServiceFabric)
			w.options.Retry.RetryDelay, w.options.Retry.MaxRetryDelay = time.Millisecond, time.Millisecond
			w.instead = func(rw http.ResponseWriter, _ *http.Request) {
				rw.WriteHeader(status)
				_, _ = io.WriteString(rw, `{"error":{"correlationId":"c-1","code":"ManagedIdentityNotFound","message":"not found"}}`)
			}
			e := failure(t, w.cred(t))
			require.Equal(t, tries, w.count())
			require.Equal(t, "c-1", e.CorrelationID)
			require.Equal(t, "ManagedIdentityNotFound", e.Code)
		})
	}
}

// TestServiceFabricWithoutAnIdentity: no option of the program's would help.
func TestServiceFabricWithoutAnIdentity(t *testing.T) {
	srv := azuretest.New(t)
	srv.RemoveSystemIdentity()
	c := onEmulator(t, srv, credential.SourceServiceFabric, options{})
	require.Equal(t, "the application's identity", c.Status().Identity, "which may be a user-assigned one")
	e := failure(t, c)
	require.ErrorIs(t, e, credential.ErrIdentityNotFound)
	require.ErrorContains(t, e, "give the application an identity in the cluster")
	require.NotContains(t, e.Error(), "ManagedIdentityCredentialOptions.ID")
}

func TestServiceFabricNeeds(t *testing.T) {
	good := map[string]string{"IDENTITY_ENDPOINT": "https://localhost:2377/x", "IDENTITY_HEADER": "x", "IDENTITY_SERVER_THUMBPRINT": someThumbprint}
	for name, tc := range map[string]struct{ variable, value, says string }{
		"https":            {"IDENTITY_ENDPOINT", "http://localhost:2377/x", "https://"},
		"an endpoint":      {"IDENTITY_ENDPOINT", "", "IDENTITY_ENDPOINT must be set"},
		"a header":         {"IDENTITY_HEADER", "", "IDENTITY_HEADER and"},
		"a thumbprint":     {"IDENTITY_SERVER_THUMBPRINT", "", "40 hexadecimal digits"},
		"all of it":        {"IDENTITY_SERVER_THUMBPRINT", someThumbprint[1:], "40 hexadecimal digits"},
		"no more than it":  {"IDENTITY_SERVER_THUMBPRINT", someThumbprint + "00", "40 hexadecimal digits"},
		"hexadecimal ones": {"IDENTITY_SERVER_THUMBPRINT", "g" + someThumbprint[1:], "40 hexadecimal digits"},
	} {
		t.Run(name, func(t *testing.T) {
			cleanEnv(t, good)
			t.Setenv(tc.variable, tc.value)
			_, err := credential.NewManagedIdentityCredential(&options{Source: credential.SourceServiceFabric})
			require.ErrorContains(t, err, tc.says)
		})
	}
}
