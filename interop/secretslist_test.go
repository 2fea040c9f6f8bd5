package interop_test

import (
	"fmt"
	"slices"
	"testing"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore/runtime"
	"github.com/Azure/azure-sdk-for-go/sdk/security/keyvault/azsecrets"
	"github.com/stretchr/testify/require"
)

// A page of the service has 25 items, so 60 take three.
const listed, pages = 60, 3

func TestAzsecretsListSecrets(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	var want []string
	for i := range listed {
		want = append(want, fmt.Sprintf("secret-%02d", i))
		w.vault.SetSecret(want[i], "value")
	}
	client := w.officialClient(t, w.officialCredential(t))
	items, n := collect(t, client.NewListSecretPropertiesPager(nil), func(p azsecrets.ListSecretPropertiesResponse) []*azsecrets.SecretProperties { return p.Value })
	require.Equal(t, pages, n)
	require.Equal(t, want, names(items, func(p *azsecrets.SecretProperties) string { return p.ID.Name() }))
	require.Empty(t, items[0].ID.Version())
	require.True(t, *items[0].Attributes.Enabled)
}

func TestAzsecretsListVersions(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	var want []string
	for range listed {
		want = append(want, w.vault.SetSecret("key", "value"))
	}
	client := w.officialClient(t, w.officialCredential(t))
	items, n := collect(t, client.NewListSecretPropertiesVersionsPager("key", nil), func(p azsecrets.ListSecretPropertiesVersionsResponse) []*azsecrets.SecretProperties { return p.Value })
	require.Equal(t, pages, n)
	require.ElementsMatch(t, want, names(items, func(p *azsecrets.SecretProperties) string { return p.ID.Version() }))
}

func TestAzsecretsListDeleted(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	client := w.officialClient(t, w.officialCredential(t))
	var want []string
	for i := range listed {
		want = append(want, fmt.Sprintf("secret-%02d", i))
		w.vault.SetSecret(want[i], "value")
		_, err := client.DeleteSecret(t.Context(), want[i], nil)
		require.NoError(t, err)
	}
	items, n := collect(t, client.NewListDeletedSecretPropertiesPager(nil), func(p azsecrets.ListDeletedSecretPropertiesResponse) []*azsecrets.DeletedSecretProperties {
		return p.Value
	})
	require.Equal(t, pages, n)
	require.Equal(t, want, names(items, func(p *azsecrets.DeletedSecretProperties) string { return p.ID.Name() }))
	require.Equal(t, w.vault.URL()+"/deletedsecrets/secret-00", *items[0].RecoveryID)
	require.NotNil(t, items[0].DeletedDate)
	require.NotNil(t, items[0].ScheduledPurgeDate)
}

func TestAzsecretsListsEmpty(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	client := w.officialClient(t, w.officialCredential(t))
	secrets, n := collect(t, client.NewListSecretPropertiesPager(nil), func(p azsecrets.ListSecretPropertiesResponse) []*azsecrets.SecretProperties { return p.Value })
	require.Equal(t, 1, n)
	require.Empty(t, secrets)
	versions, _ := collect(t, client.NewListSecretPropertiesVersionsPager("nothing", nil), func(p azsecrets.ListSecretPropertiesVersionsResponse) []*azsecrets.SecretProperties { return p.Value })
	require.Empty(t, versions)
	deleted, _ := collect(t, client.NewListDeletedSecretPropertiesPager(nil), func(p azsecrets.ListDeletedSecretPropertiesResponse) []*azsecrets.DeletedSecretProperties {
		return p.Value
	})
	require.Empty(t, deleted)
}

// collect returns the items of all pages, and how many pages there were.
func collect[P, T any](t *testing.T, pager *runtime.Pager[P], items func(P) []T) (all []T, n int) {
	t.Helper()
	for pager.More() {
		page, err := pager.NextPage(t.Context())
		require.NoError(t, err)
		all = append(all, items(page)...)
		n++
	}
	return all, n
}

func names[T any](items []T, name func(T) string) []string {
	list := make([]string, 0, len(items))
	for _, item := range items {
		list = append(list, name(item))
	}
	slices.Sort(list)
	return list
}
