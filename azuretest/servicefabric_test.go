package azuretest_test

import (
	"crypto/sha1"
	"crypto/tls"
	"crypto/x509"
	"encoding/hex"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/keyless-go/azure/azuretest"
)

const fabricGood = "?api-version=2019-07-01-preview&resource=https%3A%2F%2Fvault.azure.net"

// pinned returns the Server's client with TLS, for which any certificate will do
// that has the thumbprint of the environment.
func pinned(t *testing.T, srv *azuretest.Server) *http.Client {
	t.Helper()
	client := srv.TLSClient()
	transport, ok := client.Transport.(*http.Transport)
	require.True(t, ok)
	want := srv.Environment("ServiceFabric")["IDENTITY_SERVER_THUMBPRINT"]
	transport.TLSClientConfig = &tls.Config{
		InsecureSkipVerify: true,
		ClientSessionCache: tls.NewLRUClientSessionCache(1),
		VerifyConnection: func(state tls.ConnectionState) error {
			sum := sha1.Sum(state.PeerCertificates[0].Raw)
			if got := hex.EncodeToString(sum[:]); !strings.EqualFold(got, want) {
				return x509.UnknownAuthorityError{}
			}
			return nil
		},
	}
	return client
}

func TestServiceFabricAnswer(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		srv := azuretest.New(t)
		env := srv.Environment("ServiceFabric")
		require.Regexp(t, `^[0-9A-F]{40}$`, env["IDENTITY_SERVER_THUMBPRINT"])
		got := caller{client: pinned(t, srv)}.do(t, http.MethodGet, env["IDENTITY_ENDPOINT"]+fabricGood, "", "Secret", env["IDENTITY_HEADER"])
		require.Equal(t, http.StatusOK, got.Status, got.Body)
		body := got.JSON(t)
		require.NotEmpty(t, body["access_token"])
		delete(body, "access_token")
		require.Equal(t, map[string]any{
			"expires_on": float64(time.Now().Unix() + 86399), // a number, and no expires_in
			"resource":   vaultAud,
			"token_type": "Bearer",
		}, body)
		r := srv.Requests()[0]
		require.Equal(t, "servicefabric.token", r.Operation)
		require.Equal(t, "DevTestVM", r.Identity)
		require.True(t, strings.HasPrefix(r.URL, "https://localhost:2377/"), r.URL)
		require.Equal(t, []string{"REDACTED"}, r.Header["Secret"])
	})
}

func TestServiceFabricRefuses(t *testing.T) {
	t.Parallel()
	const endpoint = "https://localhost:2377/metadata/identity/oauth2/token"
	tests := map[string]struct {
		method, url, secret string
		status              int
		code                string
	}{
		"no secret":        {http.MethodGet, endpoint + fabricGood, "", 400, "SecretHeaderNotFound"},
		"wrong secret":     {http.MethodGet, endpoint + fabricGood, "x", 404, "ManagedIdentityNotFound"},
		"no version":       {http.MethodGet, endpoint + "?resource=https%3A%2F%2Fvault.azure.net", "SECRET", 400, "InvalidApiVersion"},
		"IMDS's version":   {http.MethodGet, endpoint + "?api-version=2018-02-01", "SECRET", 400, "InvalidApiVersion"},
		"no resource":      {http.MethodGet, endpoint + "?api-version=2019-07-01-preview", "SECRET", 400, "ArgumentNullOrEmpty"},
		"unknown resource": {http.MethodGet, endpoint + "?api-version=2020-05-01&resource=https%3A%2F%2Fvault.azure.net%2F%2F", "SECRET", 500, "InternalServerError"},
		"POST":             {http.MethodPost, endpoint + fabricGood, "SECRET", 405, "MethodNotAllowed"},
		"broken query":     {http.MethodGet, endpoint + "?x=%zz", "SECRET", 400, "BadRequest"},
		"another path":     {http.MethodGet, "https://localhost:2377/", "SECRET", 404, "NotFound"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			srv := azuretest.New(t)
			secret := strings.Replace(test.secret, "SECRET", srv.Environment("ServiceFabric")["IDENTITY_HEADER"], 1)
			got := caller{client: srv.Client()}.do(t, test.method, test.url, "", "Secret", secret)
			require.Equal(t, test.status, got.Status, got.Body)
			require.Equal(t, test.code, got.At(t, "error", "code"))
			require.Regexp(t, `^[0-9a-f-]{36}$`, got.At(t, "error", "correlationId"))
			require.NotEmpty(t, srv.Requests()[0].Reason)
		})
	}
}

// The cluster decides: with several identities and none that it would take for
// granted there is no identity, and no request can choose one.
func TestServiceFabricIdentity(t *testing.T) {
	t.Parallel()
	srv := azuretest.New(t)
	env := srv.Environment("ServiceFabric")
	ask := func(more string) answer {
		return caller{client: srv.Client()}.do(t, http.MethodGet, env["IDENTITY_ENDPOINT"]+fabricGood+more, "", "Secret", env["IDENTITY_HEADER"])
	}
	srv.RemoveSystemIdentity()
	require.Equal(t, "ManagedIdentityNotFound", ask("").At(t, "error", "code"))
	one := srv.AddUserIdentity("one")
	require.Equal(t, http.StatusOK, ask("").Status)
	srv.AddUserIdentity("two")
	require.Equal(t, http.StatusNotFound, ask("&client_id="+one.ClientID()).Status)
}

func TestServiceFabricFaults(t *testing.T) {
	t.Parallel()
	srv := azuretest.New(t)
	srv.Fail(azuretest.Fault{Operation: "servicefabric.token", Status: 429})
	got := caller{client: srv.Client()}.do(t, http.MethodGet, "https://localhost:2377/metadata/identity/oauth2/token", "")
	require.Equal(t, 429, got.Status)
	require.Equal(t, "TooManyRequests", got.At(t, "error", "code"))
}

func TestServiceFabricCertificate(t *testing.T) {
	t.Parallel()
	srv := azuretest.New(t)
	env := srv.Environment("ServiceFabric")
	require.Equal(t, env["IDENTITY_SERVER_THUMBPRINT"], azuretest.New(t).Environment("ServiceFabric")["IDENTITY_SERVER_THUMBPRINT"], "the same in every run")
	_, err := caller{client: srv.TLSClient()}.try(t, http.MethodGet, env["IDENTITY_ENDPOINT"]+fabricGood, "")
	unknown := x509.UnknownAuthorityError{}
	require.ErrorAs(t, err, &unknown, "nobody vouches for it")
	require.Empty(t, srv.Requests())
}

func TestServiceFabricSessionsResume(t *testing.T) {
	t.Parallel()
	srv := azuretest.New(t)
	client := pinned(t, srv)
	transport, ok := client.Transport.(*http.Transport)
	require.True(t, ok)
	transport.DisableKeepAlives = true
	var resumed []bool
	check := transport.TLSClientConfig.VerifyConnection
	transport.TLSClientConfig.VerifyConnection = func(state tls.ConnectionState) error {
		resumed = append(resumed, state.DidResume)
		return check(state)
	}
	for range 2 {
		caller{client: client}.do(t, http.MethodGet, "https://localhost:2377/metadata/identity/oauth2/token", "")
	}
	require.Equal(t, []bool{false, true}, resumed)
}

// At a socket's own address the secret tells Service Fabric from IMDS.
func TestServiceFabricBehindASocket(t *testing.T) {
	t.Parallel()
	srv := azuretest.New(t)
	socket := httptest.NewTLSServer(srv)
	t.Cleanup(socket.Close)
	c := caller{client: socket.Client()}
	url := socket.URL + "/metadata/identity/oauth2/token" + fabricGood
	require.Equal(t, http.StatusOK, c.do(t, http.MethodGet, url, "", "Secret", srv.Environment("ServiceFabric")["IDENTITY_HEADER"]).Status)
	require.Equal(t, "bad_request_102", c.do(t, http.MethodGet, url, "").At(t, "error"))
}
