package azuretest_test

import (
	"net/http"
	"net/url"
	"strconv"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/keyless-go/azure/azuretest"
)

// askIMDS asks for a token with the usual parameters and those given.
func askIMDS(t *testing.T, srv *azuretest.Server, keyValues ...string) answer {
	t.Helper()
	q := url.Values{"api-version": {"2018-02-01"}, "resource": {vaultAud}}
	for i := 0; i+1 < len(keyValues); i += 2 {
		q.Set(keyValues[i], keyValues[i+1])
	}
	return caller{client: srv.Client()}.do(t, http.MethodGet, imdsToken+"?"+q.Encode(), "", "Metadata", "true")
}

func TestIMDSAnswer(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		srv := azuretest.New(t)
		got := askIMDS(t, srv)
		require.Equal(t, http.StatusOK, got.Status)
		require.Equal(t, "application/json; charset=utf-8", got.Header.Get("Content-Type"))
		require.Regexp(t, `^IMDS/150\.870\.65\.\d+$`, got.Header.Get("Server"))
		body := got.JSON(t)
		token, ok := body["access_token"].(string)
		require.True(t, ok)
		require.Regexp(t, `^eyJ[\w-]+\.eyJ[\w-]+\.[\w-]+$`, token)
		delete(body, "access_token")
		now := time.Now().Unix()
		require.Equal(t, map[string]any{
			"client_id":      srv.SystemIdentity().ClientID(),
			"expires_in":     "86399",
			"expires_on":     strconv.FormatInt(now+86399, 10),
			"ext_expires_in": "86399",
			"not_before":     strconv.FormatInt(now, 10),
			"resource":       vaultAud,
			"token_type":     "Bearer",
		}, body)
		r := srv.Requests()[0]
		require.Equal(t, "imds.token", r.Operation)
		require.Equal(t, "DevTestVM", r.Identity)
		require.Empty(t, r.Reason)
	})
}

func TestIMDSRefuses(t *testing.T) {
	t.Parallel()
	const good = "?api-version=2018-02-01&resource=https%3A%2F%2Fvault.azure.net"
	tests := map[string]struct {
		method, target string
		header         []string
		status         int
		code           string
	}{
		"no Metadata header":          {http.MethodGet, good, nil, 400, "bad_request_102"},
		"Metadata: True":              {http.MethodGet, good, []string{"Metadata", "True"}, 400, "bad_request_102"},
		"POST":                        {http.MethodPost, good, []string{"Metadata", "true"}, 405, "method_not_allowed"},
		"through a proxy":             {http.MethodGet, good, []string{"Metadata", "true", "X-Forwarded-For", "10.0.0.1"}, 400, "invalid_request"},
		"no api-version":              {http.MethodGet, "?resource=https%3A%2F%2Fvault.azure.net", []string{"Metadata", "true"}, 400, "Bad request. api-version is invalid or was not specified in the request. For more information refer to aka.ms/azureimds"},
		"api-version before tokens":   {http.MethodGet, "?api-version=2017-08-01&resource=https%3A%2F%2Fvault.azure.net", []string{"Metadata", "true"}, 400, "Bad request. api-version is invalid or was not specified in the request. For more information refer to aka.ms/azureimds"},
		"no resource":                 {http.MethodGet, "?api-version=2018-02-01", []string{"Metadata", "true"}, 400, "invalid_request"},
		"resource twice":              {http.MethodGet, good + "&resource=https%3A%2F%2Fvault.azure.net", []string{"Metadata", "true"}, 400, "invalid_request"},
		"any parameter twice":         {http.MethodGet, good + "&x=1&x=2", []string{"Metadata", "true"}, 400, "invalid_request"},
		"query that is none":          {http.MethodGet, good + "&x=%zz", []string{"Metadata", "true"}, 400, "invalid_request"},
		"unknown resource":            {http.MethodGet, "?api-version=2018-02-01&resource=https%3A%2F%2Fexample.com%2F", []string{"Metadata", "true"}, 400, "invalid_resource"},
		"resource that is no address": {http.MethodGet, "?api-version=2018-02-01&resource=vault.azure.net", []string{"Metadata", "true"}, 400, "invalid_resource"},
		"scope in place of resource":  {http.MethodGet, "?api-version=2018-02-01&resource=https%3A%2F%2Fvault.azure.net%2F.default", []string{"Metadata", "true"}, 400, "invalid_resource"},
		"two slashes":                 {http.MethodGet, "?api-version=2018-02-01&resource=https%3A%2F%2Fvault.azure.net%2F%2F", []string{"Metadata", "true"}, 400, "invalid_resource"},
		"unknown client ID":           {http.MethodGet, good + "&client_id=00000000-0000-0000-0000-000000000000", []string{"Metadata", "true"}, 400, "invalid_request"},
		"empty client ID":             {http.MethodGet, good + "&client_id=", []string{"Metadata", "true"}, 400, "invalid_request"},
		"two selectors":               {http.MethodGet, good + "&client_id=a&object_id=b", []string{"Metadata", "true"}, 400, "invalid_request"},
		"another path":                {http.MethodGet, "/more" + good, []string{"Metadata", "true"}, 404, "not_found"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			srv := azuretest.New(t)
			got := caller{client: srv.Client()}.do(t, test.method, imdsToken+test.target, "", test.header...)
			require.Equal(t, test.status, got.Status, got.Body)
			require.Equal(t, test.code, got.At(t, "error"))
			require.NotEmpty(t, srv.Requests()[0].Reason)
		})
	}
}

func TestIMDSNamesItsVersions(t *testing.T) {
	t.Parallel()
	got := askIMDS(t, azuretest.New(t), "api-version", "2018-02-02")
	require.Equal(t, []any{"2025-04-07", "2024-07-17", "2024-03-15"}, got.JSON(t)["newest-versions"])
}

func TestIMDSResources(t *testing.T) {
	t.Parallel()
	srv := azuretest.New(t)
	for _, resource := range []string{
		"https://vault.azure.net", "https://vault.azure.net/", "https://vault.usgovcloudapi.net", "https://vault.azure.cn",
		"https://management.azure.com/", "https://management.azure.com", "https://management.core.windows.net/",
		"https://storage.azure.com/", "https://mystorageacct.blob.core.windows.net", "https://contoso.vault.azure.net",
		"https://database.windows.net/", "https://datalake.azure.net/",
		"2ff814a6-3304-4ab8-85cb-cd0e6f879c1d", "api://AzureADTokenExchange",
	} {
		got := askIMDS(t, srv, "resource", resource)
		require.Equal(t, http.StatusOK, got.Status, got.Body)
		require.Equal(t, resource, got.At(t, "resource"), "byte for byte")
	}
}

func TestIMDSSelectsTheIdentity(t *testing.T) {
	t.Parallel()
	srv := azuretest.New(t)
	system, one := srv.SystemIdentity(), srv.AddUserIdentity("one")
	srv.AddUserIdentity("two")
	tests := map[string]struct {
		key, value string
		want       *azuretest.Identity
	}{
		"none":               {"x", "", system},
		"client ID":          {"client_id", one.ClientID(), one},
		"object ID":          {"object_id", one.ObjectID(), one},
		"resource ID":        {"msi_res_id", one.ResourceID(), one},
		"resource ID, newer": {"mi_res_id", one.ResourceID(), one},
		"system, client ID":  {"client_id", system.ClientID(), system},
		"another case":       {"msi_res_id", "/SUBSCRIPTIONS/98f51385-2edc-4b79-bed9-7718de4cb861/resourceGroups/devtest/providers/Microsoft.ManagedIdentity/userAssignedIdentities/ONE", one},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got := askIMDS(t, srv, test.key, test.value)
			require.Equal(t, http.StatusOK, got.Status, got.Body)
			require.Equal(t, test.want.ClientID(), got.At(t, "client_id"))
		})
	}
}

func TestIMDSWithoutSystemIdentity(t *testing.T) {
	t.Parallel()
	srv := azuretest.New(t)
	srv.RemoveSystemIdentity()
	require.Nil(t, srv.SystemIdentity())

	got := askIMDS(t, srv)
	require.Equal(t, http.StatusBadRequest, got.Status)
	require.Equal(t, "Identity not found: the request names no identity, the machine has no identity", got.At(t, "error_description"))

	one := srv.AddUserIdentity("one")
	require.Same(t, one, srv.AddUserIdentity("One"))
	require.Equal(t, one.ClientID(), askIMDS(t, srv).At(t, "client_id"), "the only one there is")

	srv.AddUserIdentity("two")
	got = askIMDS(t, srv)
	require.Equal(t, http.StatusBadRequest, got.Status)
	require.Contains(t, got.At(t, "error_description"), "Multiple user assigned identities exist")
}

func TestIMDSLimits(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		srv := azuretest.New(t)
		for range 30 {
			require.Equal(t, http.StatusOK, askIMDS(t, srv).Status, "off at first")
		}
		srv.LimitIMDS(true)
		for range 20 {
			require.Equal(t, http.StatusOK, askIMDS(t, srv).Status)
		}
		got := askIMDS(t, srv)
		require.Equal(t, http.StatusTooManyRequests, got.Status)
		require.Equal(t, "too_many_requests", got.At(t, "error"))
		require.Empty(t, got.Header.Get("Retry-After"))
		time.Sleep(time.Second)
		require.Equal(t, http.StatusOK, askIMDS(t, srv).Status)
		srv.LimitIMDS(false)
		for range 30 {
			require.Equal(t, http.StatusOK, askIMDS(t, srv).Status)
		}
	})
}

func TestIMDSLimitAtOnce(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		srv := azuretest.New(t)
		srv.LimitIMDS(true)
		srv.Fail(azuretest.Fault{Operation: "imds.token", Delay: time.Second, Times: -1})
		var all sync.WaitGroup
		for range 8 {
			all.Go(func() { askIMDS(t, srv) })
		}
		all.Wait()
		count := map[int]int{}
		for _, r := range srv.Requests() {
			count[r.Status]++
		}
		require.Equal(t, map[int]int{http.StatusOK: 5, http.StatusTooManyRequests: 3}, count)
	})
}

func TestTokenLife(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		srv := azuretest.New(t)
		srv.SetTokenLife(time.Minute)
		got := askIMDS(t, srv)
		require.Equal(t, "60", got.At(t, "expires_in"))
		require.Equal(t, strconv.FormatInt(time.Now().Unix()+60, 10), got.At(t, "expires_on"))
		time.Sleep(1300 * time.Millisecond)
		require.Equal(t, strconv.FormatInt(time.Now().Unix()+60, 10), askIMDS(t, srv).At(t, "expires_on"), "whole seconds")
		time.Sleep(700 * time.Millisecond)

		srv.SetTokenLife(400 * time.Millisecond)
		got = askIMDS(t, srv)
		require.Equal(t, "0.4", got.At(t, "expires_in"))
		require.Equal(t, strconv.FormatInt(time.Now().Unix(), 10)+".4", got.At(t, "expires_on"))
	})
	require.Panics(t, func() { azuretest.New(t).SetTokenLife(0) })
}

func TestPlatformCache(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		srv := azuretest.New(t)
		require.NotEqual(t, askIMDS(t, srv).Body, askIMDS(t, srv).Body, "off at first")

		srv.SetPlatformCache(true)
		srv.SetTokenLife(time.Hour)
		first := askIMDS(t, srv)
		time.Sleep(time.Hour - time.Second)
		require.Equal(t, first.Body, askIMDS(t, srv).Body)
		require.NotEqual(t, first.Body, askIMDS(t, srv, "resource", "https://management.azure.com/").Body)
		time.Sleep(time.Second)
		require.NotEqual(t, first.Body, askIMDS(t, srv).Body)

		srv.SetPlatformCache(false)
		require.NotEqual(t, askIMDS(t, srv).Body, askIMDS(t, srv).Body)
	})
}
