package credential_test

import (
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/keyless-go/azure/credential"
)

func TestAppService2017Request(t *testing.T) {
	for name, tc := range map[string]struct {
		id   credential.ManagedIDKind
		want string
	}{
		"system-assigned": {nil, "http://127.0.0.1:41741/MSI/token/?api-version=2017-09-01&resource=https%3A%2F%2Fvault.azure.net"},
		"client ID":       {credential.ClientID(someGUID), "http://127.0.0.1:41741/MSI/token/?api-version=2017-09-01&clientid=" + someGUID + "&resource=https%3A%2F%2Fvault.azure.net"},
	} {
		t.Run(name, func(t *testing.T) {
			cleanEnv(t, map[string]string{"MSI_ENDPOINT": "http://127.0.0.1:41741/MSI/token/", "MSI_SECRET": "first"})
			s := newSite(issue(time.Hour))
			c := newCred(t, s, options{ID: tc.id})
			mustGet(t, c)
			require.Equal(t, credential.SourceAppService2017, c.Status().Source)
			require.Equal(t, http.MethodGet, s.call(0).method)
			require.Equal(t, tc.want, s.call(0).url)
			require.Equal(t, []string{"first"}, s.call(0).header.Values("Secret"))
			require.Empty(t, s.call(0).header.Values("Metadata"))

			t.Setenv("MSI_SECRET", "second") // it is another name of IDENTITY_HEADER, which rotates
			require.NoError(t, c.Prefetch(t.Context(), "https://other.example"))
			require.Equal(t, "second", s.call(1).header.Get("Secret"))
		})
	}
}

// TestAppService2017Dates: expires_on is a date, and another one on Windows and Linux.
func TestAppService2017Dates(t *testing.T) {
	cleanEnv(t, map[string]string{"MSI_ENDPOINT": "http://127.0.0.1:41741/MSI/token/", "MSI_SECRET": "secret"})
	expires := time.Now().Add(time.Hour).UTC().Truncate(time.Second)
	for _, layout := range []string{"1/2/2006 3:04:05 PM -07:00", "01/02/2006 15:04:05 -07:00", time.RFC3339, "2006-01-02 15:04:05", "01/02/2006 15:04:05"} {
		s := newSite(issue(time.Hour, map[string]any{"expires_on": expires.Format(layout)}))
		require.Equal(t, expires, mustGet(t, newCred(t, s, options{})).ExpiresOn, layout)
	}
}

func TestAppService2017NeedsItsVariables(t *testing.T) {
	for _, env := range []map[string]string{{}, {"MSI_ENDPOINT": "http://localhost:1"}, {"MSI_SECRET": "x"}} {
		cleanEnv(t, env)
		_, err := credential.NewManagedIdentityCredential(&options{Source: credential.SourceAppService2017})
		require.ErrorContains(t, err, "MSI_SECRET and Endpoint or MSI_ENDPOINT must be set")
	}
}
