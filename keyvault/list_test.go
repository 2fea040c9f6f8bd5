package keyvault_test

import (
	"context"
	"fmt"
	"iter"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/keyless-go/azure/azuretest"
	"github.com/keyless-go/azure/keyvault"
)

func collect[T any](t *testing.T, list iter.Seq2[T, error]) []T {
	t.Helper()
	var all []T
	for item, err := range list {
		require.NoError(t, err)
		all = append(all, item)
	}
	return all
}

func TestListGoesThroughAllPages(t *testing.T) {
	t.Parallel()
	w := newWorld(t, "contoso")
	for i := range 60 {
		w.vault.SetSecret(fmt.Sprintf("s%02d", i), "v")
	}
	all := collect(t, w.client.List(t.Context()))
	require.Len(t, all, 60)
	require.Equal(t, "s07", all[7].Name)
	require.Empty(t, all[7].Version)
	require.Equal(t, w.vault.URL(), all[7].VaultURL)
	require.Equal(t, "GET /secrets?api-version=7.4", w.lines()[0])
	require.Len(t, w.Requests(), 3)

	for range w.client.List(t.Context()) {
		break
	}
	require.Len(t, w.Requests(), 4, "a loop that ends early asks for no more pages")
}

func TestListVersionsAndDeleted(t *testing.T) {
	t.Parallel()
	w := newWorld(t, "contoso")
	for range 30 {
		w.vault.SetSecret("db", "v")
	}
	versions := collect(t, w.client.ListVersions(t.Context(), "db"))
	require.Len(t, versions, 30)
	require.Equal(t, w.vault.Versions("db")[29], versions[29].Version)

	_, err := w.client.Delete(t.Context(), "db")
	require.NoError(t, err)
	deleted := collect(t, w.client.ListDeleted(t.Context()))
	require.Len(t, deleted, 1)
	require.Equal(t, "db", deleted[0].Name)
	require.NotEmpty(t, deleted[0].RecoveryID)
	require.Empty(t, collect(t, w.client.List(t.Context())))
}

func TestListReadsOnAfterAnEmptyPage(t *testing.T) {
	t.Parallel()
	w := newWorld(t, "contoso")
	w.vault.SetSecret("db", "v")
	w.Fail(azuretest.Fault{Operation: "keyvault.list", Body: `{"value":[],"nextLink":"https://contoso.vault.azure.net:443/secrets?api-version=7.4&maxresults=5"}`})
	require.Len(t, collect(t, w.client.List(t.Context())), 1)
}

func TestListFollowsNoForeignLink(t *testing.T) {
	t.Parallel()
	w := newWorld(t, "contoso")
	w.vault.SetSecret("db", "v")
	w.Fail(azuretest.Fault{Operation: "keyvault.list", Location: "https://mytestkeyvault.vault.azure.net/secrets?$skiptoken=x"})
	var got []keyvault.Properties
	var failed error
	for p, err := range w.client.List(t.Context()) {
		if err != nil {
			failed = err
			continue
		}
		got = append(got, p)
	}
	require.ErrorIs(t, failed, keyvault.ErrForeignLink)
	require.EqualError(t, failed, `keyvault: list secrets in contoso.vault.azure.net: next page at "https://mytestkeyvault.vault.azure.net" is not followed: it must be at https://contoso.vault.azure.net`)
	require.Len(t, got, 1)
	require.Len(t, w.Requests(), 1, "the other vault sees nothing")
}

func TestListEndsWithTheFirstError(t *testing.T) {
	t.Parallel()
	w := newWorld(t, "contoso", noRetries)
	for i := range 60 {
		w.vault.SetSecret(fmt.Sprintf("s%02d", i), "v")
	}
	w.Fail(azuretest.Fault{Operation: "keyvault.list", Nth: 2, Status: 500})
	n, errs := 0, 0
	for p, err := range w.client.List(t.Context()) {
		if err != nil {
			require.Zero(t, p)
			errs++
			continue
		}
		n++
	}
	require.Equal(t, 25, n)
	require.Equal(t, 1, errs)

	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	var last error
	for _, err := range w.client.List(ctx) {
		last = err
		cancel()
	}
	require.ErrorIs(t, last, context.Canceled)
}
