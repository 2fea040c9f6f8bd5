package azuretest_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/keyless-go/azure/azuretest"
)

func TestResourceGroupsMakesNone(t *testing.T) {
	t.Parallel()
	srv := azuretest.New(t, azuretest.Empty())
	sub := srv.Subscription("11111111-2222-4333-8444-555555555555")
	require.Empty(t, sub.ResourceGroups())
	app, data := sub.Group("shop-app"), sub.Group("Shop-Data")
	require.Equal(t, []*azuretest.ResourceGroup{app, data}, sub.ResourceGroups(), "in the order of their names")
	require.Equal(t, []string{"shop-app", "Shop-Data"}, sub.Groups())
}

func TestAllContainersMakesNone(t *testing.T) {
	t.Parallel()
	srv := azuretest.New(t, azuretest.Empty())
	account := srv.StorageAccount("contoso")
	require.Empty(t, account.AllContainers())
	account.Container("outbox")
	account.Container("inbox").SetBlob("a", []byte("1"))
	got := account.AllContainers()
	require.Len(t, got, 2)
	require.Equal(t, "inbox", got[0].Name())
	require.Equal(t, []string{"a"}, got[0].Blobs())
	require.Equal(t, "outbox", got[1].Name())
}
