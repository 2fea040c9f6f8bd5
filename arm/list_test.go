package arm_test

import (
	"fmt"
	"net/url"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/keyless-go/azure/arm"
	"github.com/keyless-go/azure/azuretest"
)

func TestListFollowsPages(t *testing.T) {
	t.Parallel()
	next := endpoint + "/subscriptions/" + subscription + "/resourcegroups?api-version=2021-04-01&%24top=2&%24skiptoken=a%2Bb"
	s := new(script).
		then(200, fmt.Sprintf(`{"value":[{"id":"/1","name":"one"},{"id":"/2","name":"two"}],"nextLink":%q}`, next)).
		then(200, fmt.Sprintf(`{"value":[],"nextLink":%q}`, next+"2")).
		then(200, `{"value":[{"id":"/3","name":"three","properties":null}]}`)
	client, _ := newClient(t, s.serve)
	var names []string
	for group, err := range client.List(t.Context(), &arm.ListOptions{Filter: "tagName eq 'env'", Top: 2}) {
		require.NoError(t, err)
		names = append(names, group.Name)
	}
	require.Equal(t, []string{"one", "two", "three"}, names)
	require.Equal(t, []string{
		"GET " + base + "?%24filter=tagName+eq+%27env%27&%24top=2&api-version=2021-04-01", "GET " + next, "GET " + next + "2",
	}, s.lines())
}

func TestListBeginsAgainWithEachLoop(t *testing.T) {
	t.Parallel()
	srv, client := newWorld(t)
	groups := srv.Subscription(subscription)
	groups.SetPageSize(1)
	groups.Group("Other")
	groups.Assign(srv.SystemIdentity(), azuretest.RoleReader)
	list := client.List(t.Context(), nil)
	for range 2 {
		var names []string
		for group, err := range list {
			require.NoError(t, err)
			names = append(names, group.Name)
		}
		require.Equal(t, []string{"DevTest", "Other"}, names)
	}
}

func TestListEndsWithTheLoop(t *testing.T) {
	t.Parallel()
	s := new(script).then(200, `{"value":[{"id":"/1"},{"id":"/2"}],"nextLink":"`+base+`?page=2"}`)
	client, _ := newClient(t, s.serve)
	for range client.List(t.Context(), nil) {
		break
	}
	require.Equal(t, []string{"GET " + base + "?api-version=2021-04-01"}, s.lines())
}

func TestListRefuses(t *testing.T) {
	t.Parallel()
	client, _ := newClient(t, always(200, `{"value":[{"id":"/1"}],"nextLink":"https://management.azure.com.evil.example/x?t=secret"}`))
	var errs []error
	for _, err := range client.List(t.Context(), nil) {
		errs = append(errs, err)
	}
	require.Len(t, errs, 2)
	require.NoError(t, errs[0])
	require.ErrorIs(t, errs[1], arm.ErrForeignLink)
	require.NotContains(t, errs[1].Error(), "secret")

	for _, err := range client.List(t.Context(), &arm.ListOptions{Top: -1}) {
		require.EqualError(t, err, "arm: list resource groups in management.azure.com: option Top is -1: it must not be negative")
	}
}

func TestResources(t *testing.T) {
	t.Parallel()
	s := new(script).then(200, `{"value":[{"id":"/subscriptions/s/x","name":"mystorageacct","type":"Microsoft.Storage/storageAccounts","kind":"StorageV2","location":"westus","tags":{"a":"b"},"sku":{"name":"x"}}]}`)
	client, _ := newClient(t, s.serve)
	for resource, err := range client.Resources(t.Context(), "DevTest") {
		require.NoError(t, err)
		require.Equal(t, arm.Resource{
			ID: "/subscriptions/s/x", Name: "mystorageacct", Type: "Microsoft.Storage/storageAccounts", Kind: "StorageV2",
			Location: "westus", Tags: map[string]string{"a": "b"},
		}, resource)
	}
	require.Equal(t, []string{"GET " + base + "/DevTest/resources?api-version=2021-04-01"}, s.lines())
}

// Whatever the link, no request leaves the client's own host.
func FuzzNextLink(f *testing.F) {
	for _, link := range []string{
		"", "/next?x=1", "//evil.example/x", "https://management.azure.com@evil.example/", "https://management.azure.com:8443/",
		"HTTPS://MANAGEMENT.AZURE.COM:443/x", "http://management.azure.com/x", "https://management.azure.com./x", "\x00", "%zz", "https://[::1]/",
		base + "?api-version=2021-04-01", `\\evil.example\x`, "https://management.azure.com\\@evil.example/",
		"https://management.azure.com.:443/x", "https://management.azure.com:/x",
	} {
		f.Add(link)
	}
	f.Fuzz(func(t *testing.T, link string) {
		page := fmt.Sprintf(`{"value":[{"id":"/1"}],"nextLink":%s}`, jsonString(t, link))
		s := new(script).then(200, page).then(200, `{"value":[]}`)
		client, _ := newClient(t, s.serve, noRetries)
		for _, err := range client.List(t.Context(), nil) {
			if err != nil {
				require.NotContains(t, err.Error(), "\n")
			}
		}
		for _, line := range s.lines() {
			u, err := url.Parse(strings.TrimPrefix(line, "GET "))
			require.NoError(t, err)
			require.Equal(t, "https", u.Scheme)
			require.Equal(t, "management.azure.com", strings.TrimSuffix(strings.ToLower(u.Hostname()), "."))
			require.Contains(t, []string{"", "443"}, u.Port())
		}
	})
}
