package azuretest_test

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"net/http"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/keyless-go/azure/azuretest"
)

// withKey sends a request that the account's key has signed; text is what it signs but
// for the date.
func withKey(t *testing.T, srv *azuretest.Server, a *azuretest.StorageAccount, method, path, body, before, after string, header ...string) answer {
	t.Helper()
	date := time.Now().UTC().Format(http.TimeFormat)
	key, err := base64.StdEncoding.DecodeString(a.Key("key1"))
	require.NoError(t, err)
	mac := hmac.New(sha256.New, key)
	mac.Write([]byte(before + "x-ms-date:" + date + "\nx-ms-version:2021-12-02\n" + after))
	return caller{client: srv.Client()}.do(t, method, a.URL()+path, body, append([]string{
		"x-ms-date", date, "x-ms-version", "2021-12-02", "Authorization", "SharedKey contoso:" + base64.StdEncoding.EncodeToString(mac.Sum(nil)),
	}, header...)...)
}

func TestSharedKey(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		srv := azuretest.New(t)
		a := box(srv)
		put := func() answer {
			return withKey(t, srv, a, http.MethodPut, "/box/a%20b", "hello", "PUT\n\n\n5\n\ntext/plain\n\n\n\n\n\n\nx-ms-blob-type:BlockBlob\n", "/contoso/box/a%20b", blockBlob, "BlockBlob", "Content-Type", "text/plain")
		}
		list := func() answer {
			return withKey(t, srv, a, http.MethodGet, "/box?restype=container&comp=list&prefix=a%20b", "", "GET\n\n\n\n\n\n\n\n\n\n\n\n", "/contoso/box\ncomp:list\nprefix:a b\nrestype:container")
		}
		require.Equal(t, 201, put().Status)
		got := list()
		require.Equal(t, 200, got.Status, got.Body)
		require.Contains(t, got.Body, "<Name>a b</Name>")
		got = withKey(t, srv, a, http.MethodGet, "/box/b", "", "GET\n\n\n\n\n\n\n\n\n\n\n\n", "/contoso/box/c")
		refused(t, got, 403, "AuthenticationFailed")
		require.Contains(t, got.Body, "string to sign")
		require.NotContains(t, got.Body, a.Key("key1"))
		refused(t, withKey(t, srv, a, http.MethodPost, "/?restype=service&comp=userdelegationkey", "", "POST\n\n\n\n\n\n\n\n\n\n\n\n", "/contoso/\ncomp:userdelegationkey\nrestype:service"), 403, "AuthorizationFailure")

		srv.Advance(16 * time.Minute)
		refused(t, list(), 403, "AuthenticationFailed")
		srv.Advance(-16 * time.Minute)
		a.AllowSharedKey(false)
		refused(t, list(), 403, "KeyBasedAuthenticationNotPermitted")
		for _, r := range srv.Requests() {
			require.Equal(t, "SharedKey REDACTED", r.Header.Get("Authorization"))
		}
	})
}
