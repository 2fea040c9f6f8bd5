package credential_test

import (
	"net/http"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/keyless-go/azure/azuretest"
	"github.com/keyless-go/azure/credential"
)

const imdsURL = "http://169.254.169.254/metadata/identity/oauth2/token?api-version=2018-02-01&"

// TestIMDSRequest: method, address and headers of the service's documentation,
// the resource to the byte.
func TestIMDSRequest(t *testing.T) {
	cleanEnv(t, nil)
	for name, tc := range map[string]struct {
		id    credential.ManagedIDKind
		scope string
		query string
	}{
		"system-assigned": {nil, "https://management.azure.com//.default", "resource=https%3A%2F%2Fmanagement.azure.com%2F"},
		"no slash":        {nil, vaultScope, "resource=https%3A%2F%2Fvault.azure.net"},
		"client ID":       {credential.ClientID(someGUID), vault, "client_id=" + someGUID + "&resource=https%3A%2F%2Fvault.azure.net"},
		"object ID":       {credential.ObjectID(someGUID), vault, "object_id=" + someGUID + "&resource=https%3A%2F%2Fvault.azure.net"},
		"resource ID": {
			credential.ResourceID("/subscriptions/s/resourceGroups/g/providers/Microsoft.ManagedIdentity/userAssignedIdentities/n"), vault,
			"msi_res_id=%2Fsubscriptions%2Fs%2FresourceGroups%2Fg%2Fproviders%2FMicrosoft.ManagedIdentity%2FuserAssignedIdentities%2Fn&resource=https%3A%2F%2Fvault.azure.net",
		},
	} {
		t.Run(name, func(t *testing.T) {
			s := newSite(issue(time.Hour))
			require.NoError(t, newCred(t, s, options{ID: tc.id}).Prefetch(t.Context(), tc.scope))
			c := s.call(0)
			require.Equal(t, http.MethodGet, c.method)
			require.Equal(t, imdsURL+tc.query, c.url)
			require.Equal(t, []string{"true"}, c.header.Values("Metadata"))
			require.Empty(t, c.body)
			for _, absent := range []string{"Authorization", "X-Forwarded-For", "Cookie", "Content-Type", "Secret", "X-Identity-Header"} {
				require.Empty(t, c.header.Values(absent), absent)
			}
		})
	}
}

// TestIMDSAddress: other addresses, by the variable and by the option.
func TestIMDSAddress(t *testing.T) {
	const path = "/metadata/identity/oauth2/token"
	for name, tc := range map[string]struct{ variable, option, want string }{
		"own":                       {"", "", "http://169.254.169.254" + path},
		"variable":                  {"http://nmi.example:2579", "", "http://nmi.example:2579" + path},
		"variable with slash":       {"http://nmi.example:2579/", "", "http://nmi.example:2579" + path},
		"variable with a path":      {"https://nmi.example/proxy/", "", "https://nmi.example/proxy" + path},
		"option":                    {"", "http://127.0.0.1:8080", "http://127.0.0.1:8080" + path},
		"option with a path":        {"", "http://127.0.0.1:8080/own/path", "http://127.0.0.1:8080/own/path"},
		"option before variable":    {"http://nmi.example", "http://127.0.0.1:8080/", "http://127.0.0.1:8080" + path},
		"option with its own query": {"", "http://127.0.0.1:8080/p?a=1&resource=x&resource=y&a=2", "http://127.0.0.1:8080/p?a=1"},
	} {
		t.Run(name, func(t *testing.T) {
			cleanEnv(t, map[string]string{"AZURE_POD_IDENTITY_AUTHORITY_HOST": tc.variable})
			s := newSite(issue(time.Hour))
			mustGet(t, newCred(t, s, options{Endpoint: tc.option}))
			got, err := http.NewRequest(http.MethodGet, s.call(0).url, http.NoBody)
			require.NoError(t, err)
			query := got.URL.Query()
			require.Equal(t, []string{vault}, query["resource"], "once, or the service refuses it")
			require.Equal(t, []string{"2018-02-01"}, query["api-version"])
			query.Del("resource")
			query.Del("api-version")
			got.URL.RawQuery = query.Encode()
			require.Equal(t, tc.want, got.URL.String())
			require.Equal(t, "true", s.call(0).header.Get("Metadata"))
		})
	}
}

// TestIMDSIdentities: on the emulator, which knows the machine's identities.
func TestIMDSIdentities(t *testing.T) {
	t.Parallel()
	srv := azuretest.New(t)
	app := srv.AddUserIdentity("app")
	for name, tc := range map[string]struct {
		id   credential.ManagedIDKind
		want string
	}{
		"system-assigned": {nil, srv.SystemIdentity().Name()},
		"client ID":       {credential.ClientID(app.ClientID()), "app"},
		"object ID":       {credential.ObjectID(app.ObjectID()), "app"},
		"resource ID":     {credential.ResourceID(app.ResourceID()), "app"},
	} {
		mustGet(t, newCred(t, nil, options{Source: credential.SourceIMDS, HTTPClient: srv.Client(), ID: tc.id}))
		requests := srv.Requests()
		require.Equal(t, tc.want, requests[len(requests)-1].Identity, name)
	}
}

// TestIMDSRetries: which answers are worth another try.
func TestIMDSRetries(t *testing.T) {
	t.Parallel()
	for status, again := range map[int]bool{
		404: true, 410: true, 429: true, 500: true, 501: true, 502: true, 503: true, 504: true, 505: true, 506: true, 507: true, 508: true, 510: true, 511: true,
		204: false, 301: false, 302: false, 307: false, 400: false, 401: false, 403: false, 405: false, 408: false, 409: false, 418: false,
	} {
		t.Run(http.StatusText(status), func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				s := newSite(say(status, `{"error":"x"}`), issue(time.Hour))
				c := newCred(t, s, options{Source: credential.SourceIMDS})
				if again {
					mustGet(t, c)
					require.Equal(t, 2, s.count())
					return
				}
				require.Equal(t, status, failure(t, c).StatusCode)
				require.Equal(t, 1, s.count())
			})
		})
	}
}
