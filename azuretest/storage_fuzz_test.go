package azuretest_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/keyless-go/azure/azuretest"
)

func FuzzARMPath(f *testing.F) {
	for _, path := range []string{"/subscriptions/s/resourceGroups/g", "/subscriptions/s/resourcegroups/g/resources/", "/subscriptions/s/resourceGroups/g/providers/Microsoft.Storage/storageAccounts/a/listServiceSas/", "/subscriptions/s/operationresults/j", "//", "", "/subscriptions/%2f/resourcegroups"} {
		f.Add(http.MethodGet, path)
		f.Add(http.MethodPost, path)
	}
	f.Fuzz(func(t *testing.T, method, path string) {
		op, subscription, group, account, job := azuretest.ParseARMPath(method, path)
		if op != "" {
			require.NotEmpty(t, subscription)
			require.Equal(t, strings.HasPrefix(op, "arm.operations."), job != "")
		}
		if account != "" && op != "" {
			require.True(t, strings.HasPrefix(op, "storage."), op)
			require.NotEmpty(t, group)
		}
	})
}

func FuzzFilter(f *testing.F) {
	for _, text := range []string{"name eq 'a'", "tagName eq 'a' and tagValue eq 'b'", "substringof('a', name) or location ne 'x'", "name eq 'it''s'", "name eq '", "and", "'", "''''", "eq ne 'eq'", "name eq '" + strings.Repeat("a", 4085) + "'"} {
		f.Add(text)
	}
	field := func(string) string { return "a" }
	f.Fuzz(func(t *testing.T, text string) {
		matches, err := azuretest.MatchFilter(text, field, map[string]string{"a": "b"})
		if err != nil {
			require.False(t, matches)
			return
		}
		const more = " or name eq 'a'"
		if len(text)+len(more) > 4<<10 {
			return // too long, both together
		}
		or, err := azuretest.MatchFilter(text+more, field, nil)
		require.NoError(t, err)
		require.True(t, or)
	})
}

func FuzzRange(f *testing.F) {
	for _, text := range []string{"bytes=0-9", "bytes=5-", "bytes=-5", "bytes=9-0", "bytes=", "bytes=0-99999999999999999999", "bits=0-1", "bytes=+1-2", ""} {
		f.Add(text, int64(10))
	}
	f.Fuzz(func(t *testing.T, text string, size int64) {
		size = max(size, 0)
		first, last, ok := azuretest.ParseRange(text, size)
		if ok {
			require.GreaterOrEqual(t, first, int64(0))
			require.Less(t, last, max(size, 1))
		}
	})
}

func FuzzBlockList(f *testing.F) {
	for _, text := range []string{"<BlockList><Latest>YQ==</Latest></BlockList>", "<BlockList/>", "<BlockList><Best/></BlockList>", "<BlockList>", "", `<?xml version="1.0" encoding="utf-8"?><BlockList><Committed>Yg==</Committed><Uncommitted>Yw==</Uncommitted></BlockList>`} {
		f.Add([]byte(text))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		ids, ok := azuretest.ParseBlockList(data)
		if !ok {
			require.Empty(t, ids)
		}
		for _, id := range ids {
			require.NotEmpty(t, id)
			require.LessOrEqual(t, len(id), 64)
		}
	})
}

func FuzzPolicies(f *testing.F) {
	f.Add([]byte("<SignedIdentifiers><SignedIdentifier><Id>a</Id><AccessPolicy><Start>2020-01-01</Start><Expiry>2030-01-01T00:00Z</Expiry><Permission>r</Permission></AccessPolicy></SignedIdentifier></SignedIdentifiers>"))
	f.Add([]byte(""))
	f.Fuzz(func(t *testing.T, data []byte) {
		count, ok := azuretest.ParsePolicies(data)
		require.True(t, ok || count == 0)
		require.LessOrEqual(t, count, 5)
	})
}

// No query opens a blob but one the account has signed.
func FuzzSAS(f *testing.F) {
	srv := azuretest.New(f)
	a := srv.StorageAccount("contoso")
	a.Container("box").SetBlob("b", []byte("data"))
	for _, query := range []string{"", "sig=x", "sv=2015-04-05&sr=c&se=2035-01-01&sp=r&sig=x", "sv=2020-12-06&ss=b&srt=o&sp=r&se=2035-01-01&sig=", "sv=2020-12-06&sr=d&sdd=1&sp=r&sig=x", "sv=2020-12-06&sr=c&si=p&sig=x", "sip=1.1.1.1-&sig=a&sv=2015-04-05", "skoid=x&sig=x"} {
		f.Add(query)
	}
	client := srv.Client()
	f.Fuzz(func(t *testing.T, query string) {
		u := url.URL{Scheme: "https", Host: "contoso.blob.core.windows.net", Path: "/box/b", RawQuery: query}
		req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, u.String(), http.NoBody)
		if err != nil {
			return
		}
		resp, err := client.Do(req)
		if err != nil {
			return
		}
		require.NoError(t, resp.Body.Close())
		require.GreaterOrEqual(t, resp.StatusCode, 400)
	})
}

// Nothing in a body makes listServiceSas sign for another account.
func FuzzListServiceSAS(f *testing.F) {
	srv := azuretest.New(f)
	a := srv.StorageAccount("contoso")
	f.Add(`{"canonicalizedResource":"/blob/contoso/box","signedResource":"c","signedPermission":"r","signedExpiry":"2035-01-01T00:00:00Z"}`)
	f.Add(`{"canonicalizedResource":"/blob/contoso/box/b","signedResource":"b","signedIdentifier":"x"}`)
	f.Add(`{"canonicalizedResource":"///"}`)
	f.Add(`{"canonicalizedResource":"/table/contoso/t","signedPermission":"r","signedExpiry":"2035-01-01"}`)
	f.Add(`[]`)
	c := armMachine(srv)
	f.Fuzz(func(t *testing.T, body string) {
		got := c.do(t, http.MethodPost, armURL+a.ID()+"/listServiceSas?api-version=2017-06-01", body)
		require.Contains(t, []int{200, 400}, got.Status, got.Body)
		if got.Status == 200 {
			require.Contains(t, got.Body, "sig=")
		}
	})
}
