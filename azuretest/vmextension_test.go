package azuretest_test

import (
	"net/http"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/keyless-go/azure/azuretest"
)

func TestVMExtension(t *testing.T) {
	t.Parallel()
	const endpoint = "http://localhost:50342/oauth2/token"
	const form = "application/x-www-form-urlencoded"
	srv := azuretest.New(t)
	user := srv.AddUserIdentity("user")
	tests := map[string]struct {
		method, url, body string
		header            []string
		status            int
		key, want         string
	}{
		"GET":               {http.MethodGet, endpoint + "?resource=https%3A%2F%2Fmanagement.azure.com%2F", "", []string{"Metadata", "true"}, 200, "expires_in", "86399"},
		"GET, client ID":    {http.MethodGet, endpoint + "?resource=https%3A%2F%2Fvault.azure.net&client_id=" + user.ClientID(), "", []string{"Metadata", "true"}, 200, "refresh_token", ""},
		"POST":              {http.MethodPost, endpoint, "resource=https%3A%2F%2Fmanagement.azure.com%2F", []string{"Metadata", "true", "Content-Type", form}, 200, "resource", "https://management.azure.com/"},
		"POST, object ID":   {http.MethodPost, endpoint, "resource=https%3A%2F%2Fvault.azure.net&object_id=" + user.ObjectID(), []string{"Metadata", "true", "Content-Type", form}, 200, "token_type", "Bearer"},
		"POST, no form":     {http.MethodPost, endpoint + "?resource=https%3A%2F%2Fvault.azure.net", "", []string{"Metadata", "true"}, 400, "error", "invalid_request"},
		"broken form":       {http.MethodPost, endpoint, "resource=%zz", []string{"Metadata", "true"}, 400, "error", "invalid_request"},
		"PUT":               {http.MethodPut, endpoint, "", []string{"Metadata", "true"}, 405, "error", "method_not_allowed"},
		"no Metadata":       {http.MethodGet, endpoint + "?resource=https%3A%2F%2Fvault.azure.net", "", nil, 400, "error", "bad_request_102"},
		"wrong path":        {http.MethodGet, "http://localhost:50342/oauth2/tokens", "", []string{"Metadata", "true"}, 401, "error", "unknown_source"},
		"unknown resource":  {http.MethodGet, endpoint + "?resource=nothing", "", []string{"Metadata", "true"}, 400, "error", "invalid_resource"},
		"unknown object ID": {http.MethodGet, endpoint + "?resource=https%3A%2F%2Fvault.azure.net&object_id=x", "", []string{"Metadata", "true"}, 400, "error_description", `Identity not found: the request names object_id "x", the machine has DevTestVM, user`},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got := caller{client: srv.Client()}.do(t, test.method, test.url, test.body, test.header...)
			require.Equal(t, test.status, got.Status, got.Body)
			require.Equal(t, test.want, got.At(t, test.key))
		})
	}
}

func TestVMExtensionFaults(t *testing.T) {
	t.Parallel()
	srv := azuretest.New(t)
	srv.Fail(azuretest.Fault{Operation: "vmextension.token", Status: 500})
	got := caller{client: srv.Client()}.do(t, http.MethodGet, "http://localhost:50342/oauth2/token", "")
	require.Equal(t, 500, got.Status)
	require.Equal(t, "unknown", got.At(t, "error"))
}

func TestEnvironment(t *testing.T) {
	t.Parallel()
	srv := azuretest.New(t)
	require.Equal(t, map[string]string{}, srv.Environment("imds"))
	require.Equal(t, map[string]string{"MSI_ENDPOINT": "http://localhost:50342/oauth2/token"}, srv.Environment("vmextension"))
	require.Nil(t, srv.Environment("mainframe"))
}
