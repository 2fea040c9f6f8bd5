package azuretest_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/keyless-go/azure/azuretest"
)

const (
	armAud       = "https://management.azure.com/"
	armURL       = "https://management.azure.com"
	tutorialSub  = "98f51385-2edc-4b79-bed9-7718de4cb861"
	otherSub     = "11111111-2222-4333-8444-555555555555"
	tutorialPath = "/subscriptions/" + tutorialSub + "/resourceGroups/DevTest"
	armVersion   = "?api-version=2021-04-01"
)

// armOf returns a caller with an identity's token for Resource Manager.
func armOf(srv *azuretest.Server, id *azuretest.Identity) caller {
	return caller{srv.Client(), id.Token(armAud, time.Hour)}
}

// armMachine is armOf the machine.
func armMachine(srv *azuretest.Server) caller { return armOf(srv, srv.SystemIdentity()) }

// openSub returns a subscription the machine may do everything in, and the address of
// its groups.
func openSub(srv *azuretest.Server) (sub *azuretest.Subscription, groups string) {
	sub = srv.Subscription(otherSub)
	return sub, armURL + sub.ID() + "/resourcegroups"
}

// The two requests of the tutorial and the answer it prints, byte for byte.
func TestTutorialResourceManager(t *testing.T) {
	t.Parallel()
	srv := azuretest.New(t)
	c := caller{client: srv.Client()}
	token := c.do(t, http.MethodGet, "http://localhost:50342/oauth2/token?resource=https%3A%2F%2Fmanagement.azure.com%2F", "", "Metadata", "true")
	access, ok := token.At(t, "access_token").(string)
	require.True(t, ok, token.Body)

	c.token = access
	got := c.do(t, http.MethodGet, armURL+tutorialPath+"?api-version=2016-06-01", "", "Content-Type", "application/json")
	require.Equal(t, http.StatusOK, got.Status, got.Body)
	require.Equal(t, `{"id":"/subscriptions/98f51385-2edc-4b79-bed9-7718de4cb861/resourceGroups/DevTest","name":"DevTest","location":"westus","properties":{"provisioningState":"Succeeded"}}`, got.Body)
	require.Equal(t, "application/json; charset=utf-8", got.Header.Get("Content-Type"))
	for _, name := range []string{"X-Ms-Request-Id", "X-Ms-Correlation-Request-Id", "X-Ms-Routing-Request-Id", "X-Ms-Ratelimit-Remaining-Subscription-Reads", "Date"} {
		require.NotEmpty(t, got.Header.Get(name), name)
	}
}

func TestARMVersions(t *testing.T) {
	t.Parallel()
	srv := azuretest.New(t)
	c := armMachine(srv)
	tests := map[string]struct {
		query string
		code  string // of the error
		typ   any    // of the group
	}{
		"before types":      {"?api-version=2016-06-01", "", ""},
		"the last of these": {"?api-version=2016-09-01", "", ""},
		"with types":        {"?api-version=2017-05-10", "", "Microsoft.Resources/resourceGroups"},
		"of the clients":    {"?api-version=2021-04-01", "", "Microsoft.Resources/resourceGroups"},
		"today's":           {"?api-version=2025-04-01", "", "Microsoft.Resources/resourceGroups"},
		"none":              {"", "MissingApiVersionParameter", ""},
		"empty":             {"?api-version=", "MissingApiVersionParameter", ""},
		"unknown":           {"?api-version=2099-01-01", "InvalidApiVersionParameter", ""},
		"no date":           {"?api-version=latest", "InvalidApiVersionParameter", ""},
		"of a vault":        {"?api-version=7.4", "InvalidApiVersionParameter", ""},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got := c.do(t, http.MethodGet, armURL+tutorialPath+test.query, "")
			if test.code != "" {
				require.Equal(t, http.StatusBadRequest, got.Status, got.Body)
				require.Equal(t, test.code, got.At(t, "error", "code"))
				return
			}
			require.Equal(t, http.StatusOK, got.Status, got.Body)
			require.Equal(t, test.typ, got.At(t, "type"))
		})
	}
	unknown := c.do(t, http.MethodGet, armURL+tutorialPath+"?api-version=2099-01-01", "")
	require.Contains(t, unknown.Body, "2016-06-01", "the supported versions are told")
}

// Segments, names and the subscription are not case-sensitive; answers keep the case
// of creation.
func TestARMCases(t *testing.T) {
	t.Parallel()
	srv := azuretest.New(t)
	c := armMachine(srv)
	for _, path := range []string{
		"/subscriptions/" + tutorialSub + "/resourcegroups/DevTest",
		"/subscriptions/" + tutorialSub + "/resourceGroups/devtest/",
		"/SUBSCRIPTIONS/" + strings.ToUpper(tutorialSub) + "/RESOURCEGROUPS/DEVTEST",
		"/subscriptions/" + tutorialSub + "/resourcegroups/%44ev%54est",
	} {
		got := c.do(t, http.MethodGet, armURL+path+armVersion, "")
		require.Equal(t, http.StatusOK, got.Status, got.Body)
		require.Equal(t, tutorialPath, got.At(t, "id"))
		require.Equal(t, "DevTest", got.At(t, "name"))
	}
}

func TestARMTokens(t *testing.T) {
	t.Parallel()
	srv := azuretest.New(t)
	me := srv.SystemIdentity()
	tests := map[string]struct {
		host, token string
		code        string
	}{
		"with a slash":         {"management.azure.com", me.Token("https://management.azure.com/", time.Hour), ""},
		"without":              {"management.azure.com", me.Token("https://management.azure.com", time.Hour), ""},
		"the old resource":     {"management.azure.com", me.Token("https://management.core.windows.net/", time.Hour), ""},
		"the old one, bare":    {"management.azure.com", me.Token("https://management.core.windows.net", time.Hour), ""},
		"US Government":        {"management.usgovcloudapi.net", me.Token("https://management.usgovcloudapi.net/", time.Hour), ""},
		"US Government, old":   {"management.usgovcloudapi.net", me.Token("https://management.core.usgovcloudapi.net", time.Hour), ""},
		"China":                {"management.chinacloudapi.cn", me.Token("https://management.chinacloudapi.cn/", time.Hour), ""},
		"of another cloud":     {"management.chinacloudapi.cn", me.Token("https://management.azure.com/", time.Hour), "InvalidAuthenticationTokenAudience"},
		"for a vault":          {"management.azure.com", me.Token(vaultAud, time.Hour), "InvalidAuthenticationTokenAudience"},
		"expired":              {"management.azure.com", me.Token(armAud, -time.Second), "ExpiredAuthenticationToken"},
		"garbage":              {"management.azure.com", "eyJx.eyJy.z", "InvalidAuthenticationToken"},
		"none":                 {"management.azure.com", "", "AuthenticationFailed"},
		"of somebody unknown":  {"management.azure.com", removedIdentity(t), "InvalidAuthenticationToken"},
		"for the user's vault": {"management.azure.com", me.Token("https://contoso.vault.azure.net", time.Hour), "InvalidAuthenticationTokenAudience"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got := caller{srv.Client(), test.token}.do(t, http.MethodGet, "https://"+test.host+tutorialPath+armVersion, "")
			if test.code == "" {
				require.Equal(t, http.StatusOK, got.Status, got.Body)
				return
			}
			require.Equal(t, http.StatusUnauthorized, got.Status, got.Body)
			require.Equal(t, test.code, got.At(t, "error", "code"))
			require.Contains(t, got.Header.Get("WWW-Authenticate"), `Bearer authorization_uri="https://login.`)
			if test.token == "" {
				require.Contains(t, got.At(t, "error", "message"), "Authentication failed. The 'Authorization' header is missing. (")
				return
			}
			require.NotContains(t, got.Body, test.token)
		})
	}
}

// removedIdentity returns a token of an identity that the other servers do not know.
func removedIdentity(t *testing.T) string {
	t.Helper()
	return azuretest.New(t).AddUserIdentity("elsewhere").Token(armAud, time.Hour)
}

func TestARMWrongAddresses(t *testing.T) {
	t.Parallel()
	srv := azuretest.New(t)
	c := armMachine(srv)
	tests := map[string]struct {
		method, url string
		status      int
		code        string
	}{
		"no subscription of that ID": {http.MethodGet, "/subscriptions/" + otherSub + "/resourcegroups" + armVersion, 404, "SubscriptionNotFound"},
		"no ID at all":               {http.MethodGet, "/subscriptions/mine/resourcegroups" + armVersion, 400, "InvalidSubscriptionId"},
		"no path of its":             {http.MethodGet, "/subscriptions/" + tutorialSub + "/deployments" + armVersion, 404, "NotFound"},
		"an empty segment":           {http.MethodGet, "/subscriptions//resourcegroups" + armVersion, 404, "NotFound"},
		"the root":                   {http.MethodGet, "/" + armVersion, 404, "NotFound"},
		"no method of its":           {http.MethodPost, tutorialPath + armVersion, 405, "MethodNotAllowed"},
		"a bad query":                {http.MethodGet, tutorialPath + armVersion + "&a=%zz", 400, "InvalidRequestUri"},
		"no such account":            {http.MethodPost, tutorialPath + "/providers/Microsoft.Storage/storageAccounts/nosuch/listKeys?api-version=2024-01-01", 403, "AuthorizationFailed"},
		"another provider":           {http.MethodGet, tutorialPath + "/providers/Microsoft.Web/sites/x" + armVersion, 404, "NotFound"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got := c.do(t, test.method, armURL+test.url, "")
			require.Equal(t, test.status, got.Status, got.Body)
			require.Equal(t, test.code, got.At(t, "error", "code"))
		})
	}
	got := c.do(t, http.MethodGet, "http://management.azure.com"+tutorialPath+armVersion, "")
	require.Equal(t, http.StatusForbidden, got.Status)
	require.Equal(t, "HttpsRequired", got.At(t, "error", "code"))
}

func TestSubscriptionRefusesWhatIsNoGUID(t *testing.T) {
	t.Parallel()
	srv := azuretest.New(t)
	require.Panics(t, func() { srv.Subscription("mine") })
	require.Panics(t, func() { srv.Subscription("") })
	require.Same(t, srv.Subscription(otherSub), srv.Subscription(strings.ToUpper(otherSub)))
	require.Panics(t, func() { srv.Subscription(otherSub).SetPageSize(0) })
	require.Panics(t, func() { srv.Subscription(otherSub).SetPageSize(1001) })
	require.Panics(t, func() { srv.Subscription(otherSub).Group("ends.") })
	require.Panics(t, func() { srv.Subscription(otherSub).Group("") })
}
