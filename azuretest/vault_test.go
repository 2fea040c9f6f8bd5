package azuretest_test

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/keyless-go/azure/azuretest"
)

func TestVaultNames(t *testing.T) {
	t.Parallel()
	srv := azuretest.New(t)
	require.Equal(t, "https://contoso.vault.azure.net", srv.Vault("contoso").URL())
	require.Equal(t, "https://contoso.vault.azure.cn", srv.Vault("contoso.vault.azure.cn").URL())
	require.Same(t, srv.Vault("contoso"), srv.Vault("CONTOSO.vault.azure.net"))
	for _, name := range []string{"", "ab", "a--b", "a_b", strings.Repeat("x", 25), "contoso.vault.example", "contoso.", "https://contoso.vault.azure.net"} {
		require.Panics(t, func() { srv.Vault(name) }, name)
	}
}

func TestVaultChallenge(t *testing.T) {
	t.Parallel()
	srv := azuretest.New(t)
	tenant := srv.SystemIdentity().TenantID()
	for host, want := range map[string]string{
		"contoso.vault.azure.net":         `Bearer authorization="https://login.windows.net/` + tenant + `", resource="https://vault.azure.net"`,
		"contoso.vault.usgovcloudapi.net": `Bearer authorization="https://login.microsoftonline.us/` + tenant + `", resource="https://vault.usgovcloudapi.net"`,
		"contoso.vault.azure.cn":          `Bearer authorization="https://login.chinacloudapi.cn/` + tenant + `", resource="https://vault.azure.cn"`,
		"contoso.vault.microsoftazure.de": `Bearer authorization="https://login.microsoftonline.de/` + tenant + `", resource="https://vault.microsoftazure.de"`,
	} {
		srv.Vault(host)
		got := caller{client: srv.Client()}.do(t, http.MethodGet, "https://"+host+"/secrets/x", "", "X-Ms-Client-Request-Id", "mine")
		require.Equal(t, http.StatusUnauthorized, got.Status)
		require.Equal(t, want, got.Header.Get("WWW-Authenticate"))
		_, resource, _ := strings.Cut(want, "resource=")
		message := "AKV10000: Request is missing a Bearer or PoP token. (the request has no bearer token, the service wants one for " + resource + ")"
		require.Equal(t, map[string]any{"error": map[string]any{"code": "Unauthorized", "message": message}}, got.JSON(t))
		require.NotEmpty(t, got.Header.Get("X-Ms-Request-Id"))
		require.Equal(t, "mine", got.Header.Get("X-Ms-Client-Request-Id"))
		require.Equal(t, "westus", got.Header.Get("X-Ms-Keyvault-Region"))
	}
}

func TestVaultOfAnotherCloud(t *testing.T) {
	t.Parallel()
	srv := azuretest.New(t)
	v := srv.Vault("contoso.vault.usgovcloudapi.net")
	v.SetSecret("a", "1")
	c := caller{srv.Client(), srv.SystemIdentity().Token("https://vault.usgovcloudapi.net", time.Hour)}
	require.Equal(t, "1", c.do(t, http.MethodGet, v.URL()+"/secrets/a?api-version=7.4", "").At(t, "value"))
}

func TestVaultSetAndGet(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		srv := azuretest.New(t)
		v := contoso(srv)
		v.version = "2025-07-01"
		now := float64(time.Now().Unix())

		set := v.do(t, http.MethodPut, "/secrets/Db", `{"value":"<a&b>","contentType":"text/plain","tags":{"t":"1"},"attributes":{"nbf":1,"exp":2,"enabled":true}}`)
		require.Equal(t, http.StatusOK, set.Status, set.Body)
		require.Contains(t, set.Body, `"value":"<a&b>"`, "as it is")
		require.Regexp(t, `^https://contoso\.vault\.azure\.net/secrets/Db/[0-9a-f]{32}$`, set.At(t, "id"))
		require.Equal(t, map[string]any{
			"enabled": true, "nbf": 1.0, "exp": 2.0, "created": now, "updated": now,
			"recoveryLevel": "Recoverable+Purgeable", "recoverableDays": 90.0,
		}, set.At(t, "attributes"))
		require.Equal(t, map[string]any{"t": "1"}, set.At(t, "tags"))
		require.Equal(t, "text/plain", set.At(t, "contentType"))
		require.Empty(t, set.At(t, "previousVersion"))

		get := v.do(t, http.MethodGet, "/secrets/dB/", "")
		require.Equal(t, set.Body, get.Body, "expired long ago, and served; the name in any case")

		time.Sleep(time.Minute)
		second := v.do(t, http.MethodPut, "/secrets/DB", `{"value":"new"}`)
		first, _ := set.At(t, "id").(string)
		require.Equal(t, first[len(first)-32:], second.At(t, "previousVersion"))
		require.Contains(t, second.At(t, "id"), "/secrets/Db/", "the case of creation")
		require.Equal(t, "new", v.do(t, http.MethodGet, "/secrets/Db", "").At(t, "value"))
		require.Equal(t, "<a&b>", v.do(t, http.MethodGet, "/secrets/Db/"+first[len(first)-32:], "").At(t, "value"))
		require.Len(t, srv.Vault("contoso").Versions("db"), 2)
	})
}

func TestVaultLongestSecret(t *testing.T) {
	t.Parallel()
	v := contoso(azuretest.New(t))
	value := strings.Repeat("x", 25600)
	require.Equal(t, 200, v.do(t, http.MethodPut, "/secrets/a", `{"value":"`+value+`"}`).Status)
	require.Equal(t, value, v.do(t, http.MethodGet, "/secrets/a", "").At(t, "value"))
	require.Equal(t, 200, v.do(t, http.MethodPut, "/secrets/restore", `{"value":""}`).Status, "a name like any other but for POST")
}

func TestVaultUpdate(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		srv := azuretest.New(t)
		v := contoso(srv)
		v.do(t, http.MethodPut, "/secrets/a", `{"value":"v","contentType":"c","tags":{"x":"1","y":"2"},"attributes":{"exp":9}}`)
		old := srv.Vault("contoso").Versions("a")[0]
		time.Sleep(time.Minute)

		got := v.do(t, http.MethodPatch, "/secrets/a/", `{"tags":{"z":"3"}}`)
		require.Equal(t, http.StatusOK, got.Status, got.Body)
		require.NotContains(t, got.Body, `"value"`)
		require.Equal(t, map[string]any{"z": "3"}, got.At(t, "tags"), "as a whole")
		require.Equal(t, "c", got.At(t, "contentType"), "as it was")
		require.InDelta(t, 9, got.At(t, "attributes", "exp"), 0)
		require.InDelta(t, 60, got.At(t, "attributes", "updated").(float64)-got.At(t, "attributes", "created").(float64), 0)

		v.do(t, http.MethodPut, "/secrets/a", `{"value":"w"}`)
		got = v.do(t, http.MethodPatch, "/secrets/a/"+old, `{"contentType":"d","tags":{},"attributes":{"enabled":false,"exp":null}}`)
		require.Contains(t, got.At(t, "id"), old)
		require.Empty(t, got.At(t, "tags"))
		require.Equal(t, false, got.At(t, "attributes", "enabled"))
		require.InDelta(t, 9, got.At(t, "attributes", "exp"), 0, "null is absent")
		require.Equal(t, 403, v.do(t, http.MethodGet, "/secrets/a/"+old, "").Status)
		require.Equal(t, 200, v.do(t, http.MethodGet, "/secrets/a", "").Status)
	})
}

func TestVaultDisabledSecret(t *testing.T) {
	t.Parallel()
	srv := azuretest.New(t)
	v, kept := contoso(srv), srv.Vault("contoso")
	old := kept.SetSecret("a", "old")
	kept.SetSecret("a", "new")
	kept.DisableSecret("a")

	got := v.do(t, http.MethodGet, "/secrets/a", "")
	require.Equal(t, http.StatusForbidden, got.Status, "no older version takes its place")
	require.Equal(t, "Forbidden", got.At(t, "error", "code"))
	require.Equal(t, "SecretDisabled", got.At(t, "error", "innererror", "code"))
	require.Equal(t, "Operation get is not allowed on a disabled secret.", got.At(t, "error", "message"))
	require.Equal(t, "old", v.do(t, http.MethodGet, "/secrets/a/"+old, "").At(t, "value"))

	value, ok := kept.Secret("a")
	require.True(t, ok)
	require.Equal(t, "new", value)
	require.Panics(t, func() { kept.DisableSecret("b") })
}

func TestVaultVersionsDiffer(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		version        string
		retention      int
		level          string
		days, previous bool
	}{
		"2016-10-01":                {"2016-10-01", 90, "Recoverable+Purgeable", false, false},
		"2016-10-01, own retention": {"2016-10-01", 7, "Recoverable+Purgeable", false, false},
		"7.0":                       {"7.0", 90, "Recoverable+Purgeable", false, false},
		"7.1":                       {"7.1", 90, "Recoverable+Purgeable", true, false},
		"7.1, own retention":        {"7.1", 7, "CustomizedRecoverable+Purgeable", true, false},
		"7.6":                       {"7.6", 90, "Recoverable+Purgeable", true, false},
		"2025-06-01-preview":        {"2025-06-01-preview", 90, "Recoverable+Purgeable", true, true},
		"2025-07-01":                {"2025-07-01", 90, "Recoverable+Purgeable", true, true},
		"2026-04-01":                {"2026-04-01", 90, "Recoverable+Purgeable", true, true},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			srv := azuretest.New(t)
			v, kept := contoso(srv), srv.Vault("contoso")
			v.version = test.version
			kept.Retention(test.retention)
			old := kept.SetSecret("a", "1")
			kept.SetSecret("a", "2")
			got := v.do(t, http.MethodGet, "/secrets/a", "")
			require.Equal(t, test.level, got.At(t, "attributes", "recoveryLevel"))
			var days, previous any = "", ""
			if test.days {
				days = float64(test.retention)
			}
			if test.previous {
				previous = old
			}
			require.Equal(t, days, got.At(t, "attributes", "recoverableDays"))
			require.Equal(t, previous, got.At(t, "previousVersion"))
		})
	}
	srv := azuretest.New(t)
	v := contoso(srv)
	srv.Vault("contoso").SetSecret("a", "1")
	v.version = "2015-06-01"
	require.Equal(t, "NotSupported", v.do(t, http.MethodGet, "/deletedsecrets", "").At(t, "error", "code"))
	require.Equal(t, 200, v.do(t, http.MethodGet, "/secrets/a?outContentType=application/x-pem-file", "").Status)
	v.version = "2026-04-01"
	require.Equal(t, 400, v.do(t, http.MethodGet, "/secrets/a?outContentType=application/x-pem-file", "").Status)
}

func TestVaultSeedRefusesWhatNoVaultTakes(t *testing.T) {
	t.Parallel()
	v := azuretest.New(t).Vault("contoso")
	require.Panics(t, func() { v.SetSecret("a_b", "") })
	require.Panics(t, func() { v.SetSecret("a", strings.Repeat("x", 25601)) })
	require.Panics(t, func() { v.SetSecretVersion("a", "1", "", time.Now()) })
	require.Panics(t, func() { v.Retention(6) })
	twice := func() { v.SetSecretVersion("b", "0123456789abcdef0123456789abcdef", "", time.Now()) }
	twice()
	require.Panics(t, twice)
	_, ok := v.Secret("a")
	require.False(t, ok)
	require.Empty(t, v.Versions("a"))
}

func TestVaultYoungestVersionIsCurrent(t *testing.T) {
	t.Parallel()
	v := azuretest.New(t).Vault("contoso")
	version := v.SetSecret("a", "now")
	v.SetSecretVersion("a", "0123456789abcdef0123456789abcdef", "then", time.Unix(1, 0))
	value, _ := v.Secret("a")
	require.Equal(t, "now", value)
	require.Equal(t, []string{"0123456789abcdef0123456789abcdef", version}, v.Versions("a"))
}

func TestVaultLimit(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		srv := azuretest.New(t)
		srv.Vault("mytestkeyvault").Limit(true)
		count := map[int]int{}
		get := func() { // without a token: the limit comes first
			rec := httptest.NewRecorder()
			srv.ServeHTTP(rec, httptest.NewRequestWithContext(t.Context(), http.MethodGet, tutorial+"/secrets?api-version=7.4", nil))
			count[rec.Code]++
		}
		for range 4001 {
			get()
		}
		require.Equal(t, map[int]int{401: 4000, 429: 1}, count)
		require.Contains(t, srv.Requests()[4000].Reason, "VaultRequestTypeLimitReached")
		time.Sleep(10 * time.Second)
		get()
		require.Equal(t, 4001, count[401])
		srv.Vault("mytestkeyvault").Limit(false)
		get()
		require.Equal(t, 4002, count[401])
	})
}
