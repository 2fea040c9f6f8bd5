package azuretest_test

import (
	"encoding/base64"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/keyless-go/azure/azuretest"
)

// Only what the Server itself has signed is a token, and nothing makes it panic.
func FuzzToken(f *testing.F) {
	srv := azuretest.New(f)
	good, owner := srv.SystemIdentity().Token(vaultAud, time.Hour), srv.SystemIdentity().ObjectID()
	f.Add(good)
	f.Add("")
	f.Add("..")
	f.Add("e30.e30.")
	f.Add(good[:strings.LastIndex(good, ".")+1])
	f.Add(strings.Repeat(".", 100))
	f.Add(`eyJhbGciOiJub25lIn0.eyJleHAiOjFlMzAwfQ.`)
	f.Fuzz(func(t *testing.T, token string) {
		whose, err := azuretest.ParseToken(token)
		if err == nil {
			require.Equal(t, owner, whose, "a token nobody has made")
			return
		}
		if len(token) > 20 {
			require.NotContains(t, err.Error(), token)
		}
	})
}

func FuzzVaultPath(f *testing.F) {
	for _, path := range []string{"/secrets", "/secrets/", "/secrets/a", "/secrets/a/", "/secrets/a/b", "/secrets/a/versions", "/secrets/restore", "/deletedsecrets/a/recover", "/secrets/%2F", "/secrets/%zz", "//", "", "/secrets//x"} {
		f.Add(http.MethodGet, path)
		f.Add(http.MethodPost, path)
	}
	f.Fuzz(func(t *testing.T, method, path string) {
		op, name, version := azuretest.ParseVaultPath(method, path)
		if op == "" {
			require.Empty(t, name+version)
		}
		if name != "" && !strings.Contains(path, "%") {
			require.Contains(t, path, name)
		}
	})
}

func FuzzSkipToken(f *testing.F) {
	f.Add(azuretest.EncodeSkip("secret-24"))
	f.Add("")
	f.Add("e30")
	f.Add(base64.RawURLEncoding.EncodeToString([]byte(`{"NextMarker":1}`)))
	f.Fuzz(func(t *testing.T, token string) {
		mark, ok := azuretest.DecodeSkip(token)
		if !ok {
			require.Empty(t, mark)
			return
		}
		again, ok := azuretest.DecodeSkip(azuretest.EncodeSkip(mark))
		require.True(t, ok)
		require.Equal(t, mark, again)
	})
}

func FuzzBackup(f *testing.F) {
	f.Add("")
	f.Add("e30")
	for _, blob := range []string{
		`{"magic":"azuretest secret backup 1","cloud":"vault.azure.net","name":"a","versions":[{"id":"0123456789abcdef0123456789abcdef","value":"v"}]}`,
		`{"magic":"azuretest secret backup 1","name":"a","versions":[]}`,
		`{"magic":"azuretest secret backup 1","name":"../a","versions":[{}]}`,
		`{"magic":"azuretest secret backup 1","name":"a","versions":[{"id":"0123456789abcdef0123456789abcdef"},{"id":"0123456789abcdef0123456789abcdef"}]}`,
	} {
		f.Add(base64.RawURLEncoding.EncodeToString([]byte(blob)))
	}
	f.Fuzz(func(t *testing.T, blob string) {
		name, versions, ok := azuretest.ParseBackup(blob)
		if !ok {
			require.Empty(t, name)
			return
		}
		require.Regexp(t, `^[0-9a-zA-Z-]{1,127}$`, name)
		require.Positive(t, versions)
	})
}

// Whatever arrives is answered: by the service, in its own way, and without a panic.
func FuzzRequest(f *testing.F) {
	f.Add(http.MethodGet, "mytestkeyvault.vault.azure.net", "/secrets/MyTestSecret", "api-version=7.4", "")
	f.Add(http.MethodPut, "mytestkeyvault.vault.azure.net", "/secrets/a", "api-version=7.4", `{"value":"v"}`)
	f.Add(http.MethodPost, "mytestkeyvault.vault.azure.net", "/secrets/restore", "api-version=7.4", `{"value":"e30"}`)
	f.Add(http.MethodGet, "169.254.169.254", "/metadata/identity/oauth2/token", "api-version=2018-02-01&resource=https://vault.azure.net", "")
	f.Add(http.MethodPost, "localhost:50342", "/oauth2/token", "", "resource=https://vault.azure.net")
	f.Add("", "", "", "", "")
	srv := azuretest.New(f)
	token := srv.SystemIdentity().Token(vaultAud, time.Hour)
	f.Fuzz(func(t *testing.T, method, host, path, query, body string) {
		req := &http.Request{
			Method: method, Host: host, URL: &url.URL{Path: path, RawQuery: query},
			Header: http.Header{"Metadata": {"true"}, "Authorization": {"Bearer " + token}},
			Body:   http.NoBody, ContentLength: 0,
		}
		if body != "" {
			req = httptest.NewRequestWithContext(t.Context(), http.MethodPost, "/", strings.NewReader(body))
			req.Method, req.Host, req.URL = method, host, &url.URL{Path: path, RawQuery: query}
			req.Header.Set("Authorization", "Bearer "+token)
		}
		rec := httptest.NewRecorder()
		srv.ServeHTTP(rec, req)
		require.GreaterOrEqual(t, rec.Code, 200)
		require.NotContains(t, rec.Body.String(), token)
	})
}
