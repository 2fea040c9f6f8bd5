package azuretest_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/keyless-go/azure/azuretest"
)

// armList is a page.
type armList struct {
	Value []struct {
		Name     string            `json:"name"`
		Type     string            `json:"type"`
		Kind     string            `json:"kind"`
		Location string            `json:"location"`
		Tags     map[string]string `json:"tags"`
		Created  string            `json:"createdTime"`
		Changed  string            `json:"changedTime"`
		State    string            `json:"provisioningState"`
	} `json:"value"`
	NextLink *string `json:"nextLink"`
}

// pages follows a list to its end and returns the names, page by page.
func (c caller) pages(t *testing.T, address string) (pages [][]string) {
	t.Helper()
	for address != "" {
		got := c.do(t, http.MethodGet, address, "")
		require.Equal(t, http.StatusOK, got.Status, got.Body)
		var list armList
		require.NoError(t, json.Unmarshal([]byte(got.Body), &list))
		require.NotNil(t, list.Value, got.Body)
		names := []string{}
		for _, item := range list.Value {
			names = append(names, item.Name)
		}
		pages = append(pages, names)
		address = ""
		if list.NextLink != nil {
			require.NotEmpty(t, *list.NextLink)
			address = *list.NextLink
		}
	}
	return pages
}

func TestARMPages(t *testing.T) {
	t.Parallel()
	srv := azuretest.New(t)
	sub, groups := openSub(srv)
	for _, name := range []string{"e", "B", "a", "d", "C"} {
		sub.Group(name).SetTags(map[string]string{"env": map[bool]string{true: "prod", false: "test"}[name < "c"]})
	}
	c := armMachine(srv)
	top := func(n int) string { return fmt.Sprintf("%s%s&$top=%d", groups, armVersion, n) }
	require.Equal(t, [][]string{{"a", "B", "C", "d", "e"}}, c.pages(t, groups+armVersion))
	require.Equal(t, [][]string{{"a", "B"}, {"C", "d"}, {"e"}}, c.pages(t, top(2)))
	require.Equal(t, [][]string{{"a", "B", "C", "d", "e"}}, c.pages(t, top(5)), "no empty page at the end")
	require.Equal(t, [][]string{{"a", "B"}, {"C"}}, c.pages(t, top(2)+"&$filter="+url.QueryEscape("tagName eq 'env' and tagValue eq 'prod'")))

	sub.SetPageSize(4)
	require.Equal(t, [][]string{{"a", "B", "C", "d"}, {"e"}}, c.pages(t, groups+armVersion))

	srv.Fail(azuretest.Fault{Operation: "arm.groups.list", Location: "https://evil.example/next"})
	got := c.do(t, http.MethodGet, groups+armVersion, "")
	require.Equal(t, "https://evil.example/next", got.At(t, "nextLink"))

	for query, code := range map[string]string{
		"&$top=0": "InvalidTopInQueryString", "&$top=1001": "InvalidTopInQueryString", "&$top=x": "InvalidTopInQueryString", "&$top=": "InvalidTopInQueryString",
		"&$skiptoken=x": "InvalidSkipToken", "&$skiptoken=": "InvalidSkipToken",
		"&$filter=name+eq+'a'": "InvalidFilterInQueryString", "&$filter=tagName": "InvalidFilterInQueryString",
		"&$filter=tagValue+eq+'a'": "InvalidFilterInQueryString", "&$filter=tagName+eq+'a'+or+tagName+eq+'b'": "InvalidFilterInQueryString",
	} {
		got := c.do(t, http.MethodGet, groups+armVersion+query, "")
		require.Equal(t, http.StatusBadRequest, got.Status, query)
		require.Equal(t, code, got.At(t, "error", "code"), query)
	}
}

// As with the service, what one may not see is left out after the list was cut into pages.
func TestARMPagesOfWhoSeesSome(t *testing.T) {
	t.Parallel()
	srv := azuretest.New(t)
	sub, groups := openSub(srv)
	app := srv.AddUserIdentity("app")
	for _, name := range []string{"a", "b", "c", "d"} {
		sub.Group(name)
	}
	sub.Group("c").Assign(app, azuretest.RoleReader)
	c := armOf(srv, app)
	require.Equal(t, [][]string{{}, {"c"}}, c.pages(t, groups+armVersion+"&$top=2"))
	require.Equal(t, [][]string{{}, {}, {"c"}, {}}, c.pages(t, groups+armVersion+"&$top=1"))
	sub.Group("c").Unassign(app)
	got := c.do(t, http.MethodGet, groups+armVersion, "")
	require.Equal(t, http.StatusForbidden, got.Status, "who sees nothing is told so")
	require.Equal(t, "AuthorizationFailed", got.At(t, "error", "code"))
}

func TestARMResources(t *testing.T) {
	t.Parallel()
	srv := azuretest.New(t)
	c := armMachine(srv)
	sub, groups := openSub(srv)
	g := sub.Group("box")
	g.SetTags(map[string]string{"group": "tag"})
	g.AddResource(azuretest.Resource{Type: "Microsoft.Compute/virtualMachines", Name: "vm1", Tags: map[string]string{"Env": "prod"}})
	g.AddResource(azuretest.Resource{Type: "Microsoft.Web/sites", Name: "site", Kind: "app", Location: "eastus", Tags: map[string]string{"env": "test"}})
	g.AddResource(azuretest.Resource{Type: "Microsoft.Web/sites", Name: "it's", Kind: "old"})
	g.AddResource(azuretest.Resource{Type: "microsoft.web/sites", Name: "IT'S", Kind: "new"})
	srv.StorageAccount("boxdata").Move(g)
	list := groups + "/box/resources" + armVersion

	require.Equal(t, [][]string{{"vm1", "boxdata", "IT'S", "site"}}, c.pages(t, list))
	require.Equal(t, [][]string{{"vm1", "boxdata", "IT'S"}, {"site"}}, c.pages(t, list+"&$top=3"))
	tests := map[string][]string{
		"resourceType eq 'Microsoft.Web/sites'":                     {"IT'S", "site"},
		"resourceType ne 'Microsoft.Web/sites'":                     {"vm1", "boxdata"},
		"location eq 'EastUS'":                                      {"site"},
		"name eq 'IT''S'":                                           {"IT'S"},
		"substringof('M1', name)":                                   {"vm1"},
		"substringof('box', resourceGroup) and name ne 'vm1'":       {"boxdata", "IT'S", "site"},
		"name eq 'vm1' or name eq 'site' and location eq 'nowhere'": {"vm1"},
		"tagName eq 'env'":                                          {"vm1", "site"},
		"tagName eq 'ENV' and tagValue eq 'prod'":                   {"vm1"},
		"resourceGroup eq 'BOX' and identity/principalId eq ''":     {"vm1", "boxdata", "IT'S", "site"},
		"plan/publisher eq 'x'":                                     {},
		"  name   EQ   'vm1'  ":                                     {"vm1"},
		"resourceType eq 'Microsoft.Storage/storageAccounts' and substringof('data' , name)": {"boxdata"},
	}
	for filter, want := range tests {
		require.Equal(t, [][]string{want}, c.pages(t, list+"&$filter="+url.QueryEscape(filter)), filter)
	}
	for _, filter := range []string{
		"name", "name eq", "name eq vm1", "name eq 'vm1", "name gt 'a'", "name eq 'a' and", "name eq 'a' xor name eq 'b'", "color eq 'red'",
		"substringof('a')", "substringof('a', location)", "substringof 'a', name)", "(name eq 'a')", "and", "'a' eq name", "name eq 'a' name eq 'b'",
	} {
		got := c.do(t, http.MethodGet, list+"&$filter="+url.QueryEscape(filter), "")
		require.Equal(t, "InvalidFilterInQueryString", got.At(t, "error", "code"), filter)
	}
}

func TestARMResourceDetails(t *testing.T) {
	t.Parallel()
	srv := azuretest.New(t)
	c := armMachine(srv)
	sub, groups := openSub(srv)
	sub.Group("box").AddResource(azuretest.Resource{Type: "Microsoft.Web/sites", Name: "site", Kind: "app", Tags: map[string]string{"env": "test"}})
	list := groups + "/box/resources" + armVersion
	read := func(query string) (page armList) {
		require.NoError(t, json.Unmarshal([]byte(c.do(t, http.MethodGet, list+query, "").Body), &page))
		require.Len(t, page.Value, 1)
		return page
	}
	site := read("").Value[0]
	require.Equal(t, "app", site.Kind)
	require.Equal(t, "westus", site.Location, "the group's")
	require.Equal(t, map[string]string{"env": "test"}, site.Tags)
	require.Empty(t, site.Created+site.Changed+site.State)

	site = read("&$expand=createdTime,changedTime,provisioningState").Value[0]
	require.NotEmpty(t, site.Created)
	require.NotEmpty(t, site.Changed)
	require.Equal(t, "Succeeded", site.State)
	require.Empty(t, read("&$filter=tagName+eq+'env'").Value[0].Tags, "tags are not told to who filters by them")

	got := c.do(t, http.MethodGet, list+"&$expand=secrets", "")
	require.Equal(t, "InvalidExpandInQueryString", got.At(t, "error", "code"))
	require.Panics(t, func() { sub.Group("box").AddResource(azuretest.Resource{Name: "x"}) })
	require.Panics(t, func() { sub.Group("box").AddResource(azuretest.Resource{Type: "Microsoft.Web/sites"}) })
}
