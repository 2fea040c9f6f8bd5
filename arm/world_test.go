package arm_test

import (
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/keyless-go/azure/arm"
	"github.com/keyless-go/azure/azuretest"
)

// newWorld is the tutorials' Azure and a client for their subscription.
func newWorld(t *testing.T, changes ...change) (*azuretest.Server, *arm.ResourceGroupClient) {
	t.Helper()
	srv := azuretest.New(t)
	return srv, clientOf(t, srv, srv.SystemIdentity(), changes...)
}

func clientOf(t *testing.T, srv *azuretest.Server, id *azuretest.Identity, changes ...change) *arm.ResourceGroupClient {
	t.Helper()
	options := &arm.ClientOptions{HTTPClient: srv.Client()}
	for _, c := range changes {
		c(options)
	}
	client, err := arm.NewResourceGroupClient(subscription, machine{id}, options)
	require.NoError(t, err)
	return client
}

func TestTheLifeOfAGroup(t *testing.T) {
	t.Parallel()
	srv, _ := newWorld(t)
	id := srv.AddUserIdentity("admin")
	srv.Subscription(subscription).Assign(id, azuretest.RoleContributor)
	client := clientOf(t, srv, id)
	ctx := t.Context()

	there, err := client.Exists(ctx, "New")
	require.NoError(t, err)
	require.False(t, there)
	made, err := client.CreateOrUpdate(ctx, "New", arm.ResourceGroup{Location: "westeurope", Tags: map[string]string{"a": "1"}})
	require.NoError(t, err)
	require.Equal(t, arm.ResourceGroup{
		ID: "/subscriptions/" + subscription + "/resourceGroups/New", Name: "New", Type: "Microsoft.Resources/resourceGroups",
		Location: "westeurope", ProvisioningState: "Succeeded", Tags: map[string]string{"a": "1"},
	}, made)
	_, err = client.CreateOrUpdate(ctx, "New", arm.ResourceGroup{Location: "eastus"})
	require.ErrorIs(t, err, arm.ErrConflict)
	require.ErrorContains(t, err, "409 InvalidResourceGroupLocation")

	// Names do not differ by case; the case of the beginning stays.
	got, err := client.Get(ctx, "nEW")
	require.NoError(t, err)
	require.Equal(t, "New", got.Name)
	tagged, err := client.UpdateTags(ctx, "NEW", map[string]string{"b": "2"})
	require.NoError(t, err)
	require.Equal(t, map[string]string{"b": "2"}, tagged.Tags)
	tagged, err = client.UpdateTags(ctx, "new", nil)
	require.NoError(t, err)
	require.Empty(t, tagged.Tags)

	require.NoError(t, client.Delete(ctx, "new"))
	_, err = client.Get(ctx, "New")
	require.ErrorIs(t, err, arm.ErrNotFound)
	require.ErrorContains(t, err, `arm: get resource group "New" in management.azure.com: 404 ResourceGroupNotFound: `)
	require.ErrorIs(t, client.Delete(ctx, "new"), arm.ErrNotFound)
}

func TestWhatRolesAllow(t *testing.T) {
	t.Parallel()
	srv, reader := newWorld(t) // its identity is a Reader of DevTest
	ctx := t.Context()
	_, err := reader.Get(ctx, "DevTest")
	require.NoError(t, err)
	for _, denied := range []error{
		reader.Delete(ctx, "DevTest"),
		func() error { _, err := reader.UpdateTags(ctx, "DevTest", nil); return err }(),
		func() error {
			_, err := clientOf(t, srv, srv.AddUserIdentity("nobody")).Get(ctx, "DevTest")
			return err
		}(),
	} {
		require.ErrorIs(t, denied, arm.ErrForbidden)
		require.ErrorContains(t, denied, "403 AuthorizationFailed")
	}
	resources := 0
	for resource, err := range reader.Resources(ctx, "DevTest") {
		require.NoError(t, err)
		require.NotEmpty(t, resource.ID)
		resources++
	}
	require.Positive(t, resources)
	for _, r := range srv.Requests() {
		require.NotContains(t, r.URL, "/register", "no provider is registered")
	}
}

func TestDeletionsOfTheEmulator(t *testing.T) {
	t.Parallel()
	for name, deletion := range map[string]azuretest.Deletion{
		"by Location":             {Takes: 45 * time.Second, RetryAfter: 15 * time.Second},
		"by Azure-AsyncOperation": {Takes: 45 * time.Second, RetryAfter: 15 * time.Second, AsyncOperation: true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				srv, _ := newWorld(t)
				id := srv.AddUserIdentity("admin")
				srv.Subscription(subscription).Assign(id, azuretest.RoleContributor)
				srv.Subscription(subscription).SetDeletion(deletion)
				client := clientOf(t, srv, id)
				start := time.Now()
				done := make(chan error, 1)
				go func() { done <- client.Delete(t.Context(), "DevTest") }()
				time.Sleep(time.Second)
				group, err := client.Get(t.Context(), "DevTest")
				require.NoError(t, err)
				require.Equal(t, "Deleting", group.ProvisioningState)
				_, err = client.CreateOrUpdate(t.Context(), "DevTest", arm.ResourceGroup{Location: "westus"})
				require.ErrorIs(t, err, arm.ErrConflict)
				require.NoError(t, <-done)
				require.Equal(t, 45*time.Second, time.Since(start))
			})
		})
	}
}

func TestALockedGroupIsAConflict(t *testing.T) {
	t.Parallel()
	srv, _ := newWorld(t)
	id := srv.AddUserIdentity("admin")
	srv.Subscription(subscription).Assign(id, azuretest.RoleOwner)
	srv.Subscription(subscription).Group("DevTest").Lock(true)
	err := clientOf(t, srv, id).Delete(t.Context(), "DevTest")
	require.ErrorIs(t, err, arm.ErrConflict)
	require.ErrorContains(t, err, "409 ScopeLocked")
}

func TestPagesOfTheEmulator(t *testing.T) {
	t.Parallel()
	srv, client := newWorld(t)
	subscription := srv.Subscription(subscription)
	subscription.Assign(srv.SystemIdentity(), azuretest.RoleReader)
	want := subscription.Groups()
	for _, name := range []string{"a", "b", "c", "d"} {
		subscription.Group(name)
		want = append(want, name)
	}
	var names []string
	for group, err := range client.List(t.Context(), &arm.ListOptions{Top: 2}) {
		require.NoError(t, err)
		names = append(names, group.Name)
	}
	require.ElementsMatch(t, want, names)
	require.Len(t, srv.Requests(), (len(want)+1)/2)
}

func TestLinksOfTheEmulatorToElsewhere(t *testing.T) {
	t.Parallel()
	srv, client := newWorld(t)
	srv.Subscription(subscription).Assign(srv.SystemIdentity(), azuretest.RoleContributor)
	srv.Fail(azuretest.Fault{Operation: "arm.groups.list", Location: "https://evil.example/?t=secret"})
	var last error
	for _, err := range client.List(t.Context(), nil) {
		last = err
	}
	require.ErrorIs(t, last, arm.ErrForeignLink)

	srv.Fail(azuretest.Fault{Operation: "arm.groups.delete", Location: "https://evil.example/?t=secret"})
	err := client.Delete(t.Context(), "DevTest")
	require.ErrorIs(t, err, arm.ErrForeignLink)
	require.NotContains(t, err.Error(), "secret")
	for _, r := range srv.Requests() {
		require.NotContains(t, r.URL, "evil")
	}
}

func TestTheEmulatorsLimits(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		srv, client := newWorld(t, noRetries)
		srv.Subscription(subscription).Limit(true)
		var err error
		for range 251 {
			if _, err = client.Get(t.Context(), "DevTest"); err != nil {
				break
			}
		}
		require.ErrorIs(t, err, arm.ErrThrottled)
		var patience interface{ RetryAfter() time.Duration }
		require.ErrorAs(t, err, &patience)
		require.Positive(t, patience.RetryAfter())
	})
}

func TestAThrottledRequestIsTriedAgain(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		srv, client := newWorld(t)
		srv.Fail(azuretest.Fault{Operation: "arm.groups.get", Status: 429, RetryAfter: 17 * time.Second})
		start := time.Now()
		_, err := client.Get(t.Context(), "DevTest")
		require.NoError(t, err)
		require.Equal(t, 17*time.Second, time.Since(start))
	})
}
