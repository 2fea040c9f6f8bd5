package azuretest_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/keyless-go/azure/azuretest"
)

func TestGroupLife(t *testing.T) {
	t.Parallel()
	srv := azuretest.New(t)
	sub, groups := openSub(srv)
	c := armMachine(srv)

	got := c.do(t, http.MethodHead, groups+"/New"+armVersion, "")
	require.Equal(t, http.StatusNotFound, got.Status)
	require.Empty(t, got.Body)
	require.Equal(t, "gateway", got.Header.Get("X-Ms-Failure-Cause"))

	got = c.do(t, http.MethodPut, groups+"/New"+armVersion, `{"location":"West Europe","tags":{"team":"blue"},"managedBy":"/subscriptions/x"}`)
	require.Equal(t, http.StatusCreated, got.Status, got.Body)
	require.JSONEq(t, `{"id":"/subscriptions/11111111-2222-4333-8444-555555555555/resourceGroups/New","name":"New","type":"Microsoft.Resources/resourceGroups",
		"location":"westeurope","tags":{"team":"blue"},"managedBy":"/subscriptions/x","properties":{"provisioningState":"Succeeded"}}`, got.Body)
	require.NotEmpty(t, got.Header.Get("X-Ms-Ratelimit-Remaining-Subscription-Writes"))

	got = c.do(t, http.MethodPut, groups+"/NEW"+armVersion, `{"location":"westeurope"}`)
	require.Equal(t, http.StatusOK, got.Status, "an update")
	require.Equal(t, "New", got.At(t, "name"))
	require.NotContains(t, got.Body, "tags", "a create without tags takes them away")

	got = c.do(t, http.MethodPatch, groups+"/new"+armVersion, `{"tags":{"a":"1","b":"2"}}`)
	require.Equal(t, http.StatusOK, got.Status, got.Body)
	got = c.do(t, http.MethodPatch, groups+"/new"+armVersion, `{"tags":{"c":"3"}}`)
	require.Equal(t, map[string]any{"c": "3"}, got.At(t, "tags"), "tags are replaced as a whole")
	got = c.do(t, http.MethodPatch, groups+"/new"+armVersion, `{"managedBy":"/subscriptions/y"}`)
	require.Equal(t, map[string]any{"c": "3"}, got.At(t, "tags"), "what is absent stays")
	require.Equal(t, map[string]string{"c": "3"}, sub.Group("new").Tags())
	got = c.do(t, http.MethodPatch, groups+"/new"+armVersion, `{"tags":{}}`)
	require.Equal(t, map[string]any{}, got.At(t, "tags"))

	require.Equal(t, http.StatusNoContent, c.do(t, http.MethodHead, groups+"/new"+armVersion, "").Status)
	require.Equal(t, []string{"New"}, sub.Groups())
	require.Equal(t, "Succeeded", sub.Group("New").State())
}

func TestGroupRefusals(t *testing.T) {
	t.Parallel()
	srv := azuretest.New(t)
	sub, groups := openSub(srv)
	sub.Group("here").SetLocation("West US 2")
	c := armMachine(srv)
	tests := map[string]struct {
		method, path, body string
		status             int
		code               string
	}{
		"no location":           {http.MethodPut, "/a", `{}`, 400, "LocationRequired"},
		"nowhere":               {http.MethodPut, "/a", `{"location":"atlantis"}`, 400, "LocationNotAvailableForResourceGroup"},
		"moved":                 {http.MethodPut, "/here", `{"location":"westus"}`, 409, "InvalidResourceGroupLocation"},
		"no JSON":               {http.MethodPut, "/a", `{`, 400, "InvalidRequestContent"},
		"no body":               {http.MethodPut, "/a", ``, 400, "InvalidRequestContent"},
		"a tag of a number":     {http.MethodPatch, "/here", `{"tags":{"a":1}}`, 400, "InvalidRequestContent"},
		"a bad character":       {http.MethodPut, "/a%20b", `{"location":"westus"}`, 400, "InvalidResourceGroup"},
		"a period at the end":   {http.MethodPut, "/a.", `{"location":"westus"}`, 400, "InvalidResourceGroup"},
		"91 characters":         {http.MethodPut, "/" + strings.Repeat("a", 91), `{"location":"westus"}`, 400, "InvalidResourceGroup"},
		"90 characters":         {http.MethodPut, "/" + strings.Repeat("ü", 90), `{"location":"westus"}`, 201, ""},
		"parentheses":           {http.MethodPut, "/a.(b)-_", `{"location":"westus"}`, 201, ""},
		"get of none":           {http.MethodGet, "/none", "", 404, "ResourceGroupNotFound"},
		"update of none":        {http.MethodPatch, "/none", `{}`, 404, "ResourceGroupNotFound"},
		"delete of none":        {http.MethodDelete, "/none", "", 404, "ResourceGroupNotFound"},
		"resources of none":     {http.MethodGet, "/none/resources", "", 404, "ResourceGroupNotFound"},
		"too much of a body":    {http.MethodPut, "/a", strings.Repeat(" ", 5<<20), 413, "RequestContentTooLarge"},
		"an account's parent":   {http.MethodGet, "/none/providers/Microsoft.Storage/storageAccounts", "", 404, "ResourceGroupNotFound"},
		"one of them":           {http.MethodGet, "/here/providers/Microsoft.Storage/storageAccounts/a", "", 404, "ResourceNotFound"},
		"an unknown action":     {http.MethodPost, "/here/providers/Microsoft.Storage/storageAccounts/a/explode", "", 404, "NotFound"},
		"an action with no rpc": {http.MethodGet, "/here/providers/Microsoft.Storage/storageAccounts/a/listKeys", "", 405, "MethodNotAllowed"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got := c.do(t, test.method, groups+test.path+armVersion, test.body)
			require.Equal(t, test.status, got.Status, got.Body)
			if test.code != "" {
				require.Equal(t, test.code, got.At(t, "error", "code"))
				require.NotEmpty(t, got.At(t, "error", "message"))
			}
		})
	}
	got := c.do(t, http.MethodPut, groups+"/here"+armVersion, `{"location":"westus"}`)
	require.Contains(t, got.Body, "Invalid resource group location 'westus'. The Resource group already exists in location 'westus2'.")
}

// A reason of a refusal is in the log, and a fault is told as such.
func TestARMReasonsAndFaults(t *testing.T) {
	t.Parallel()
	srv := azuretest.New(t)
	c := armMachine(srv)
	got := c.do(t, http.MethodDelete, armURL+tutorialPath+armVersion, "")
	require.Equal(t, http.StatusForbidden, got.Status, got.Body)
	last := srv.Requests()[0]
	require.Equal(t, "arm.groups.delete", last.Operation)
	require.Equal(t, "DevTestVM", last.Identity)
	require.Contains(t, last.Reason, "Reader")

	srv.Fail(azuretest.Fault{Operation: "arm.groups.get", Status: 429, RetryAfter: 5e9})
	srv.Fail(azuretest.Fault{Operation: "arm.groups.get", Status: 409, Code: "Odd"})
	srv.Fail(azuretest.Fault{Operation: "arm.*", CutAfter: 10})
	got = c.do(t, http.MethodGet, armURL+tutorialPath+armVersion, "")
	require.Equal(t, http.StatusTooManyRequests, got.Status)
	require.Equal(t, "TooManyRequests", got.At(t, "error", "code"))
	require.Equal(t, "5", got.Header.Get("Retry-After"))
	got = c.do(t, http.MethodGet, armURL+tutorialPath+armVersion, "")
	require.Equal(t, "Odd", got.At(t, "error", "code"))
	_, err := c.try(t, http.MethodGet, armURL+tutorialPath+armVersion, "")
	require.Error(t, err, "the body is cut")
	require.Equal(t, http.StatusOK, c.do(t, http.MethodGet, armURL+tutorialPath+armVersion, "").Status)
}

func TestARMFaultCodes(t *testing.T) {
	t.Parallel()
	srv := azuretest.New(t)
	c := armMachine(srv)
	for status, code := range map[int]string{
		400: "BadRequest", 401: "InvalidAuthenticationToken", 403: "AuthorizationFailed", 404: "ResourceNotFound", 409: "Conflict",
		429: "TooManyRequests", 500: "InternalServerError", 503: "ServiceUnavailable", 504: "GatewayTimeout",
	} {
		srv.Fail(azuretest.Fault{Operation: "arm.groups.get", Status: status})
		got := c.do(t, http.MethodGet, armURL+tutorialPath+armVersion, "")
		require.Equal(t, status, got.Status)
		require.Equal(t, code, got.At(t, "error", "code"))
	}
}
