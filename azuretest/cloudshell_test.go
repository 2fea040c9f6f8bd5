package azuretest_test

import (
	"net/http"
	"net/url"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/keyless-go/azure/azuretest"
)

func askCloudShell(t *testing.T, srv *azuretest.Server, resource string) answer {
	t.Helper()
	return caller{client: srv.Client()}.do(t, http.MethodPost, srv.Environment("CloudShell")["MSI_ENDPOINT"],
		url.Values{"resource": {resource}}.Encode(), "Metadata", "true", "Content-Type", "application/x-www-form-urlencoded")
}

func TestCloudShellAnswer(t *testing.T) {
	t.Parallel()
	srv := azuretest.New(t)
	for _, resource := range []string{"https://management.azure.com/", "https://vault.azure.net", "https://database.windows.net/"} {
		got := askCloudShell(t, srv, resource)
		require.Equal(t, http.StatusOK, got.Status, got.Body)
		require.Equal(t, resource, got.At(t, "resource"))
		require.Equal(t, "86399", got.At(t, "expires_in"))
		objectID, err := azuretest.ParseToken(got.At(t, "access_token").(string))
		require.NoError(t, err)
		require.Equal(t, srv.SignedInUser().ObjectID(), objectID)
	}
	require.Equal(t, "cloudshell.token", srv.Requests()[0].Operation)
	require.Equal(t, "mia@contoso.onmicrosoft.com", srv.Requests()[0].Identity)
}

func TestCloudShellRefuses(t *testing.T) {
	t.Parallel()
	const endpoint, form = "http://localhost:50341/oauth2/token", "resource=https%3A%2F%2Fvault.azure.net"
	tests := map[string]struct {
		method, url, body, metadata string
		status                      int
		code                        string
	}{
		"GET":                {http.MethodGet, endpoint + "?" + form, "", "true", 405, "MethodNotAllowed"},
		"no Metadata header": {http.MethodPost, endpoint, form, "", 400, "MissingMetadataHeader"},
		"parameters outside": {http.MethodPost, endpoint + "?" + form, "", "true", 400, "MissingAudience"},
		"broken form":        {http.MethodPost, endpoint, "resource=%zz", "true", 400, "BadRequest"},
		"no audience of its": {http.MethodPost, endpoint, "resource=https%3A%2F%2Fservicebus.azure.net", "true", 400, "AudienceNotSupported"},
		"unknown audience":   {http.MethodPost, endpoint, "resource=nothing", "true", 400, "AudienceNotSupported"},
		"another path":       {http.MethodPost, "http://localhost:50341/metadata/identity/oauth2/token", form, "true", 404, "NotFound"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			srv := azuretest.New(t)
			got := caller{client: srv.Client()}.do(t, test.method, test.url, test.body, "Metadata", test.metadata)
			require.Equal(t, test.status, got.Status, got.Body)
			require.Equal(t, test.code, got.At(t, "error", "code"))
			require.NotEmpty(t, srv.Requests()[0].Reason)
		})
	}
}

func TestCloudShellFaults(t *testing.T) {
	t.Parallel()
	srv := azuretest.New(t)
	for status, code := range map[int]string{429: "TooManyRequests", 500: "InternalServerError"} {
		srv.Fail(azuretest.Fault{Operation: "cloudshell.token", Status: status})
		got := askCloudShell(t, srv, vaultAud)
		require.Equal(t, status, got.Status)
		require.Equal(t, code, got.At(t, "error", "code"))
	}
}

// A person is known to the services, and may do what she is allowed.
func TestSignedInUser(t *testing.T) {
	t.Parallel()
	srv := azuretest.New(t)
	person := srv.SignedInUser()
	require.Same(t, person, srv.SignedInUser())
	require.Empty(t, person.ResourceID())
	c := caller{srv.Client(), person.Token(vaultAud, time.Hour)}
	got := c.do(t, http.MethodGet, tutorial+"/secrets/MyTestSecret?api-version=7.4", "")
	require.Equal(t, http.StatusForbidden, got.Status)
	require.Equal(t, person.Name(), srv.Requests()[0].Identity)

	srv.Vault("mytestkeyvault").Allow(person, "get")
	got = c.do(t, http.MethodGet, tutorial+"/secrets/MyTestSecret?api-version=7.4", "")
	require.Equal(t, http.StatusOK, got.Status, got.Body)
	require.Equal(t, http.StatusBadRequest, askIMDS(t, srv, "client_id", person.ClientID()).Status, "she is no identity of the machine")
}

// Before anybody has asked for the person, there is none.
func TestNobodyIsSignedInAtFirst(t *testing.T) {
	t.Parallel()
	token := azuretest.New(t).SignedInUser().Token(vaultAud, time.Hour)
	other := azuretest.New(t, azuretest.Empty())
	other.Vault("mytestkeyvault")
	require.Equal(t, http.StatusUnauthorized, caller{other.Client(), token}.do(t, http.MethodGet, tutorial+"/secrets/MyTestSecret?api-version=7.4", "").Status)
}
