package interop_test

import (
	"testing"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore"
	azarm "github.com/Azure/azure-sdk-for-go/sdk/azcore/arm"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/policy"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/runtime"
	"github.com/Azure/azure-sdk-for-go/sdk/resourcemanager/resources/armresources"
	"github.com/Azure/azure-sdk-for-go/sdk/resourcemanager/storage/armstorage"
	"github.com/stretchr/testify/require"

	"github.com/keyless-go/azure/arm"
	"github.com/keyless-go/azure/azuretest"
)

const subscriptionID = "11111111-2222-4333-8444-555555555555"

// armWorld is a world with a subscription that its identity owns.
type armWorld struct {
	world

	sub *azuretest.Subscription
}

func newARMWorld(tb testing.TB) armWorld {
	tb.Helper()
	w := armWorld{world: newWorld(tb)}
	w.sub = w.srv.Subscription(subscriptionID)
	w.sub.Assign(w.id, azuretest.RoleOwner)
	return w
}

func (w armWorld) armOptions() *azarm.ClientOptions {
	options := &azarm.ClientOptions{ClientOptions: w.transport(), DisableRPRegistration: true}
	options.Retry = policy.RetryOptions{MaxRetries: -1}
	return options
}

// officialGroups is armresources' client.
func (w armWorld) officialGroups(tb testing.TB) *armresources.ResourceGroupsClient {
	tb.Helper()
	client, err := armresources.NewResourceGroupsClient(subscriptionID, w.officialCredential(tb), w.armOptions())
	require.NoError(tb, err)
	return client
}

// officialAccounts is armstorage's client.
func (w armWorld) officialAccounts(tb testing.TB) *armstorage.AccountsClient {
	tb.Helper()
	client, err := armstorage.NewAccountsClient(subscriptionID, w.officialCredential(tb), w.armOptions())
	require.NoError(tb, err)
	return client
}

// ourGroups is this library's client.
func (w armWorld) ourGroups(tb testing.TB, cred azcore.TokenCredential) *arm.ResourceGroupClient {
	tb.Helper()
	options := &arm.ClientOptions{HTTPClient: w.srv.Client()}
	options.Retry = policy.RetryOptions{MaxRetries: -1}
	client, err := arm.NewResourceGroupClient(subscriptionID, cred, options)
	require.NoError(tb, err)
	return client
}

// requireRefused checks the answer in an error.
func requireRefused(tb testing.TB, err error, status int, code string) {
	tb.Helper()
	var refused *azcore.ResponseError
	require.ErrorAs(tb, err, &refused)
	require.Equal(tb, status, refused.StatusCode, err)
	require.Equal(tb, code, refused.ErrorCode, err)
}

// every reads a pager to its end, page by page.
func every[T, I any](tb testing.TB, pager *runtime.Pager[T], items func(T) []I) (pages [][]I) {
	tb.Helper()
	for pager.More() {
		page, err := pager.NextPage(tb.Context())
		require.NoError(tb, err)
		pages = append(pages, items(page))
	}
	return pages
}

// last is the last request that reached the emulator.
func (w world) last() azuretest.Request {
	list := w.srv.Requests()
	return list[len(list)-1]
}
