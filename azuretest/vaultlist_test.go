package azuretest_test

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/keyless-go/azure/azuretest"
)

// pages follows the links of a list and returns the IDs of each page.
func (v vault) pages(t *testing.T, path string) [][]string {
	t.Helper()
	var all [][]string
	got := v.do(t, http.MethodGet, path, "")
	for {
		require.Equal(t, http.StatusOK, got.Status, got.Body)
		ids := []string{}
		items, ok := got.At(t, "value").([]any)
		require.True(t, ok)
		for _, item := range items {
			m, ok := item.(map[string]any)
			require.True(t, ok)
			require.NotContains(t, m, "value")
			id, ok := m["id"].(string)
			require.True(t, ok)
			ids = append(ids, strings.TrimPrefix(id, v.url+"/secrets/"))
		}
		all = append(all, ids)
		next, _ := got.At(t, "nextLink").(string)
		if next == "" {
			require.Contains(t, got.Body, `"nextLink":null`)
			return all
		}
		require.True(t, strings.HasPrefix(next, v.url+":443/"), next)
		got = v.caller.do(t, http.MethodGet, next, "")
	}
}

func TestVaultPages(t *testing.T) {
	t.Parallel()
	srv := azuretest.New(t)
	v, kept := contoso(srv), srv.Vault("contoso")
	names := []string{}
	for i := range 60 {
		names = append(names, fmt.Sprintf("secret-%02d", i))
	}
	for _, name := range slices.Backward(names) {
		kept.SetSecret(name, "v")
	}
	tests := map[string]struct {
		path  string
		sizes []int
	}{
		"default": {"/secrets", []int{25, 25, 10}},
		"of 25":   {"/secrets?maxresults=25", []int{25, 25, 10}},
		"of 20":   {"/secrets?maxresults=20", []int{20, 20, 20}},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			pages := v.pages(t, test.path)
			require.Equal(t, names, slices.Concat(pages...), "in the order of names, each once, no version")
			sizes := []int{}
			for _, p := range pages {
				sizes = append(sizes, len(p))
			}
			require.Equal(t, test.sizes, sizes)
		})
	}
}

func TestVaultListItem(t *testing.T) {
	t.Parallel()
	srv := azuretest.New(t)
	v, kept := contoso(srv), srv.Vault("contoso")
	require.JSONEq(t, `{"value":[],"nextLink":null}`, v.do(t, http.MethodGet, "/secrets", "").Body)
	kept.SetSecretVersion("Zz", "0123456789abcdef0123456789abcdef", "v", time.Unix(5, 0))
	kept.DisableSecret("Zz")
	got := v.do(t, http.MethodPatch, "/secrets/zz", `{"contentType":"c","tags":{"t":"1"}}`)
	require.Equal(t, 200, got.Status)
	updated := fmt.Sprintf("%.0f", got.At(t, "attributes", "updated"))
	require.JSONEq(t, `{"value":[{"contentType":"c","id":"https://contoso.vault.azure.net/secrets/Zz","tags":{"t":"1"},"attributes":
		{"enabled":false,"created":5,"updated":`+updated+`,"recoveryLevel":"Recoverable+Purgeable","recoverableDays":90}}],"nextLink":null}`,
		v.do(t, http.MethodGet, "/secrets", "").Body)
}

func TestVaultListsVersions(t *testing.T) {
	t.Parallel()
	srv := azuretest.New(t)
	v, kept := contoso(srv), srv.Vault("contoso")
	want := []string{}
	for range 30 {
		want = append(want, "a/"+kept.SetSecret("a", "v"))
	}
	pages := v.pages(t, "/secrets/a/versions")
	require.Equal(t, [][]string{want[:25], want[25:]}, pages)
	require.Equal(t, [][]string{{}}, v.pages(t, "/secrets/nobody/versions"), "none is an empty list")
}

func TestVaultListsDeleted(t *testing.T) {
	t.Parallel()
	srv := azuretest.New(t)
	v, kept := contoso(srv), srv.Vault("contoso")
	for _, name := range []string{"a", "b", "c"} {
		kept.SetSecret(name, "v")
	}
	v.do(t, http.MethodDelete, "/secrets/c", "")
	v.do(t, http.MethodDelete, "/secrets/a", "")
	require.Equal(t, [][]string{{"a"}, {"c"}}, v.pages(t, "/deletedsecrets?maxresults=1"))
	require.Equal(t, [][]string{{"b"}}, v.pages(t, "/secrets"))
	got := v.do(t, http.MethodGet, "/deletedsecrets", "")
	require.Contains(t, got.Body, `"recoveryId":"https://contoso.vault.azure.net/deletedsecrets/a"`)
	require.Contains(t, got.Body, `"scheduledPurgeDate":`)
}

// A list goes on where it was, whatever has happened to the vault in between.
func TestVaultPagesWhileItChanges(t *testing.T) {
	t.Parallel()
	srv := azuretest.New(t)
	v, kept := contoso(srv), srv.Vault("contoso")
	for _, name := range []string{"b", "d", "f"} {
		kept.SetSecret(name, "v")
	}
	next, ok := v.do(t, http.MethodGet, "/secrets?maxresults=2", "").At(t, "nextLink").(string)
	require.True(t, ok)
	kept.SetSecret("a", "v")
	kept.SetSecret("e", "v")
	v.do(t, http.MethodDelete, "/secrets/d", "")
	got := v.caller.do(t, http.MethodGet, next, "")
	require.Equal(t, 2, strings.Count(got.Body, `"id":`), got.Body)
	require.Contains(t, got.Body, "/secrets/e")
	require.Contains(t, got.Body, "/secrets/f")
}
