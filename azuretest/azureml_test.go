package azuretest_test

import (
	"net/http"
	"net/url"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/keyless-go/azure/azuretest"
)

func askAzureML(t *testing.T, srv *azuretest.Server, keyValues ...string) answer {
	t.Helper()
	env := srv.Environment("AzureML")
	q := url.Values{"api-version": {"2017-09-01"}, "resource": {vaultAud}, "clientid": {env["DEFAULT_IDENTITY_CLIENT_ID"]}}
	for i := 0; i+1 < len(keyValues); i += 2 {
		q.Set(keyValues[i], keyValues[i+1])
		if keyValues[i+1] == "" {
			q.Del(keyValues[i])
		}
	}
	return caller{client: srv.Client()}.do(t, http.MethodGet, env["MSI_ENDPOINT"]+"?"+q.Encode(), "", "secret", env["MSI_SECRET"])
}

func TestAzureMLAnswer(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		srv := azuretest.New(t)
		got := askAzureML(t, srv)
		require.Equal(t, http.StatusOK, got.Status, got.Body)
		body := got.JSON(t)
		delete(body, "access_token")
		require.Equal(t, map[string]any{
			"client_id":  srv.SystemIdentity().ClientID(),
			"expires_on": float64(time.Now().Unix() + 86399), // a number
			"resource":   vaultAud,
			"token_type": "Bearer",
		}, body)
		require.Equal(t, "azureml.token", srv.Requests()[0].Operation)
	})
}

// A client ID that is none gets a person's token, and the status says nothing.
func TestAzureMLOwner(t *testing.T) {
	t.Parallel()
	srv := azuretest.New(t)
	user := srv.AddUserIdentity("one")
	tests := map[string]struct {
		clientID string
		want     *azuretest.Identity // nil: an error
	}{
		"system-assigned":    {srv.SystemIdentity().ClientID(), srv.SystemIdentity()},
		"user-assigned":      {user.ClientID(), user},
		"the platform's own": {"clientid", srv.SignedInUser()},
		"none":               {"", srv.SignedInUser()},
		"unknown":            {"00000000-0000-0000-0000-000000000000", nil},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got := askAzureML(t, srv, "clientid", test.clientID)
			if test.want == nil {
				require.Equal(t, http.StatusBadRequest, got.Status)
				require.Contains(t, got.At(t, "message"), "Identity not found: the request names clientid ")
				return
			}
			require.Equal(t, http.StatusOK, got.Status, got.Body)
			require.Equal(t, test.want.ClientID(), got.At(t, "client_id"))
			objectID, err := azuretest.ParseToken(got.At(t, "access_token").(string))
			require.NoError(t, err)
			require.Equal(t, test.want.ObjectID(), objectID)
		})
	}
}

func TestAzureMLRefuses(t *testing.T) {
	t.Parallel()
	srv := azuretest.New(t)
	env := srv.Environment("AzureML")
	good := env["MSI_ENDPOINT"] + "?api-version=2017-09-01&resource=https%3A%2F%2Fvault.azure.net&clientid=" + env["DEFAULT_IDENTITY_CLIENT_ID"]
	tests := map[string]struct {
		method, url, secret string
		status              int
	}{
		"no secret":        {http.MethodGet, good, "", 401},
		"wrong secret":     {http.MethodGet, good, "x", 401},
		"POST":             {http.MethodPost, good, env["MSI_SECRET"], 405},
		"another version":  {http.MethodGet, env["MSI_ENDPOINT"] + "?api-version=2019-08-01", env["MSI_SECRET"], 400},
		"no resource":      {http.MethodGet, env["MSI_ENDPOINT"] + "?api-version=2017-09-01", env["MSI_SECRET"], 400},
		"unknown resource": {http.MethodGet, env["MSI_ENDPOINT"] + "?api-version=2017-09-01&resource=nothing", env["MSI_SECRET"], 400},
		"another path":     {http.MethodGet, "http://localhost:46808/MSI/token", env["MSI_SECRET"], 404},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got := caller{client: srv.Client()}.do(t, test.method, test.url, "", "secret", test.secret)
			require.Equal(t, test.status, got.Status, got.Body)
			require.NotEmpty(t, got.At(t, "message"))
		})
	}
}

func TestAzureMLWithoutIdentity(t *testing.T) {
	t.Parallel()
	srv := azuretest.New(t)
	srv.RemoveSystemIdentity()
	require.Equal(t, "clientid", srv.Environment("AzureML")["DEFAULT_IDENTITY_CLIENT_ID"])
	require.Equal(t, "mia@contoso.onmicrosoft.com", func() string {
		askAzureML(t, srv)
		return srv.Requests()[0].Identity
	}())
	one := srv.AddUserIdentity("one")
	require.Equal(t, one.ClientID(), srv.Environment("AzureML")["DEFAULT_IDENTITY_CLIENT_ID"])
}

func TestAzureMLFaults(t *testing.T) {
	t.Parallel()
	srv := azuretest.New(t)
	srv.Fail(azuretest.Fault{Operation: "azureml.token", Status: 500})
	require.Equal(t, 500, askAzureML(t, srv).Status)
}
