package azuretest_test

import (
	"crypto"
	"crypto/rsa"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"math/big"
	"net/http"
	"net/url"
	"os"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/keyless-go/azure/azuretest"
)

// podForm is what a program sends that sees the environment of workload identity.
func podForm(t *testing.T, srv *azuretest.Server) url.Values {
	t.Helper()
	env := srv.Environment("WorkloadIdentity")
	assertion, err := os.ReadFile(env["AZURE_FEDERATED_TOKEN_FILE"])
	require.NoError(t, err)
	return url.Values{
		"client_id":             {env["AZURE_CLIENT_ID"]},
		"grant_type":            {"client_credentials"},
		"scope":                 {"https://vault.azure.net/.default"},
		"client_assertion_type": {"urn:ietf:params:oauth:client-assertion-type:jwt-bearer"},
		"client_assertion":      {string(assertion)},
	}
}

func askEntra(t *testing.T, srv *azuretest.Server, form url.Values) answer {
	t.Helper()
	env := srv.Environment("WorkloadIdentity")
	return caller{client: srv.Client()}.do(t, http.MethodPost, env["AZURE_AUTHORITY_HOST"]+env["AZURE_TENANT_ID"]+"/oauth2/v2.0/token",
		form.Encode(), "Content-Type", "application/x-www-form-urlencoded")
}

// claimsOf reads the claims of a token without checking it.
func claimsOf(t *testing.T, token any) map[string]any {
	t.Helper()
	text, ok := token.(string)
	require.True(t, ok)
	payload, err := base64.RawURLEncoding.DecodeString(strings.Split(text, ".")[1])
	require.NoError(t, err)
	var claims map[string]any
	require.NoError(t, json.Unmarshal(payload, &claims))
	return claims
}

func TestEntraAnswer(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		srv := azuretest.New(t)
		got := askEntra(t, srv, podForm(t, srv))
		require.Equal(t, http.StatusOK, got.Status, got.Body)
		body := got.JSON(t)
		claims := claimsOf(t, body["access_token"])
		require.Equal(t, vaultAud, claims["aud"])
		require.Equal(t, srv.SystemIdentity().ClientID(), claims["appid"])
		require.NotContains(t, claims, "xms_cc")
		delete(body, "access_token")
		require.Equal(t, map[string]any{"token_type": "Bearer", "expires_in": 86399.0, "ext_expires_in": 86399.0, "refresh_in": 43199.0}, body)

		srv.SetTokenLife(time.Hour)
		require.NotContains(t, askEntra(t, srv, podForm(t, srv)).JSON(t), "refresh_in")

		r := srv.Requests()[0]
		require.Equal(t, "workloadidentity.token", r.Operation)
		require.Equal(t, "DevTestVM", r.Identity)
		form, err := url.ParseQuery(string(r.Body))
		require.NoError(t, err)
		require.Equal(t, "REDACTED", form.Get("client_assertion"))
	})
}

func TestEntraScopes(t *testing.T) {
	t.Parallel()
	srv := azuretest.New(t)
	for scope, audience := range map[string]string{
		"https://vault.azure.net/.default":              "https://vault.azure.net",
		"https://management.azure.com//.default":        "https://management.azure.com/",
		"https://management.azure.com/.default":         "https://management.azure.com",
		"2ff814a6-3304-4ab8-85cb-cd0e6f879c1d/.default": "2ff814a6-3304-4ab8-85cb-cd0e6f879c1d",
		// as MSAL sends it
		"https://vault.azure.net/.default openid offline_access profile": "https://vault.azure.net",
	} {
		form := podForm(t, srv)
		form.Set("scope", scope)
		got := askEntra(t, srv, form)
		require.Equal(t, http.StatusOK, got.Status, got.Body)
		require.Equal(t, audience, claimsOf(t, got.At(t, "access_token"))["aud"])
	}
}

func TestEntraClaims(t *testing.T) {
	t.Parallel()
	srv := azuretest.New(t)
	form := podForm(t, srv)
	form.Set("claims", `{"access_token":{"xms_cc":{"values":["cp1"]},"nbf":{"essential":true,"value":"1700000000"}}}`)
	claims := claimsOf(t, askEntra(t, srv, form).At(t, "access_token"))
	require.Equal(t, []any{"cp1"}, claims["xms_cc"])
	require.Greater(t, claims["nbf"], 1700000000.0)

	srv.SetPlatformCache(true) // which the directory has none of
	require.NotEqual(t, askEntra(t, srv, form).Body, askEntra(t, srv, form).Body)
}

func TestEntraRefuses(t *testing.T) {
	t.Parallel()
	pod := func(change func(map[string]any)) func(*azuretest.Server, url.Values) {
		return func(srv *azuretest.Server, form url.Values) {
			claims := srv.PodToken()
			change(claims)
			form.Set("client_assertion", azuretest.Sign(claims))
		}
	}
	set := func(name, value string) func(*azuretest.Server, url.Values) {
		return func(_ *azuretest.Server, form url.Values) { form.Set(name, value) }
	}
	tests := map[string]struct {
		change func(*azuretest.Server, url.Values)
		status int
		code   string
		number float64
	}{
		"no grant type":          {set("grant_type", ""), 400, "invalid_request", 900144},
		"no client":              {set("client_id", ""), 400, "invalid_request", 900144},
		"no scope":               {set("scope", ""), 400, "invalid_request", 900144},
		"another grant type":     {set("grant_type", "password"), 400, "unsupported_grant_type", 70003},
		"a permission":           {set("scope", "https://graph.microsoft.com/User.Read"), 400, "invalid_scope", 1002012},
		"two scopes":             {set("scope", "https://vault.azure.net/.default https://storage.azure.com/.default"), 400, "invalid_scope", 1002012},
		"a person's scopes":      {set("scope", "openid profile"), 400, "invalid_scope", 1002012},
		"unknown resource":       {set("scope", "https://example.com/.default"), 400, "invalid_resource", 500011},
		"unknown client":         {set("client_id", "00000000-0000-0000-0000-000000000000"), 400, "unauthorized_client", 700016},
		"claims that are none":   {set("claims", "{"), 400, "invalid_request", 9002332},
		"no assertion":           {set("client_assertion", ""), 401, "invalid_client", 7000216},
		"assertion of another":   {set("client_assertion_type", "saml"), 401, "invalid_client", 7000216},
		"assertion that is none": {set("client_assertion", "a.b.c"), 401, "invalid_client", 50027},
		"another issuer":         {pod(func(c map[string]any) { c["iss"] = "https://example.com/" }), 401, "invalid_client", 700211},
		"another subject":        {pod(func(c map[string]any) { c["sub"] = "system:serviceaccount:default:other" }), 401, "invalid_client", 700213},
		"another audience":       {pod(func(c map[string]any) { c["aud"] = []string{"https://kubernetes.default.svc"} }), 401, "invalid_client", 700212},
		"expired":                {pod(func(c map[string]any) { c["exp"] = 1000 }), 401, "invalid_client", 700024},
		"not yet valid":          {pod(func(c map[string]any) { c["nbf"] = 9000000000 }), 401, "invalid_client", 700024},
		"wrong signature": {func(_ *azuretest.Server, form url.Values) {
			assertion := form.Get("client_assertion")
			cut := strings.LastIndex(assertion, ".")
			form.Set("client_assertion", assertion[:cut]+".AAAA")
		}, 401, "invalid_client", 700027},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			srv := azuretest.New(t)
			form := podForm(t, srv)
			test.change(srv, form)
			got := askEntra(t, srv, form)
			require.Equal(t, test.status, got.Status, got.Body)
			require.Equal(t, test.code, got.At(t, "error"))
			require.Equal(t, []any{test.number}, got.At(t, "error_codes"))
			require.Regexp(t, `^AADSTS\d+: .+ Trace ID: .+ Correlation ID: .+ Timestamp: .+`, got.At(t, "error_description"))
			require.NotEmpty(t, got.At(t, "trace_id"))
			require.Contains(t, srv.Requests()[0].Reason, "AADSTS")
		})
	}
}

func TestEntraAcceptsTheAudienceOfEachCloud(t *testing.T) {
	t.Parallel()
	srv := azuretest.New(t)
	for _, audience := range []string{"api://AzureADTokenExchange", "api://AzureADTokenExchangeUSGov", "api://AzureADTokenExchangeChina"} {
		form, claims := podForm(t, srv), srv.PodToken()
		claims["aud"] = []string{audience}
		form.Set("client_assertion", azuretest.Sign(claims))
		require.Equal(t, http.StatusOK, askEntra(t, srv, form).Status)
	}
}

func TestEntraHosts(t *testing.T) {
	t.Parallel()
	srv := azuretest.New(t)
	tenant := srv.Environment("WorkloadIdentity")["AZURE_TENANT_ID"]
	tests := map[string]struct {
		url    string
		status int
		number float64
	}{
		"public":           {"https://login.microsoftonline.com/" + tenant, 200, 0},
		"public, older":    {"https://login.windows.net/" + tenant, 200, 0},
		"US government":    {"https://login.microsoftonline.us/" + tenant, 200, 0},
		"China":            {"https://login.partner.microsoftonline.cn/" + tenant, 200, 0},
		"China, older":     {"https://login.chinacloudapi.cn/" + tenant, 200, 0},
		"tenant by domain": {"https://login.microsoftonline.com/contoso.onmicrosoft.com", 200, 0},
		"another tenant":   {"https://login.microsoftonline.com/fabrikam.onmicrosoft.com", 400, 90002},
		"no tenant's":      {"https://login.microsoftonline.com/common", 400, 90002},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got := caller{client: srv.Client()}.do(t, http.MethodPost, test.url+"/oauth2/v2.0/token", podForm(t, srv).Encode())
			require.Equal(t, test.status, got.Status, got.Body)
			if test.number != 0 {
				require.Equal(t, []any{test.number}, got.At(t, "error_codes"))
			}
		})
	}
	_, err := caller{client: srv.Client()}.try(t, http.MethodGet, "http://login.microsoftonline.com/", "")
	require.ErrorContains(t, err, "refused", "no plain http")
}

func TestEntraMethods(t *testing.T) {
	t.Parallel()
	srv := azuretest.New(t)
	tenant := srv.Environment("WorkloadIdentity")["AZURE_TENANT_ID"]
	base := "https://login.microsoftonline.com/" + tenant
	c := caller{client: srv.Client()}
	require.Equal(t, 405, c.do(t, http.MethodGet, base+"/oauth2/v2.0/token", "").Status)
	require.Equal(t, 405, c.do(t, http.MethodPost, base+"/discovery/v2.0/keys", "").Status)
	require.Equal(t, 404, c.do(t, http.MethodGet, base+"/oauth2/v2.0/authorize", "").Status)
	require.Equal(t, 400, c.do(t, http.MethodGet, "https://login.microsoftonline.com/nobody/v2.0/.well-known/openid-configuration", "").Status)
	require.Equal(t, 400, c.do(t, http.MethodPost, base+"/oauth2/v2.0/token", "x=%zz").Status)
}

func TestEntraFaults(t *testing.T) {
	t.Parallel()
	srv := azuretest.New(t)
	for status, code := range map[int]string{429: "temporarily_unavailable", 500: "server_error", 503: "temporarily_unavailable", 403: "access_denied"} {
		srv.Fail(azuretest.Fault{Operation: "workloadidentity.token", Status: status})
		got := askEntra(t, srv, podForm(t, srv))
		require.Equal(t, status, got.Status)
		require.Equal(t, code, got.At(t, "error"))
	}
}

// What a client library looks up before it asks.
func TestEntraDiscovery(t *testing.T) {
	t.Parallel()
	srv := azuretest.New(t)
	c := caller{client: srv.Client()}
	tenant := srv.Environment("WorkloadIdentity")["AZURE_TENANT_ID"]
	got := c.do(t, http.MethodGet, "https://login.microsoftonline.com/common/discovery/instance?api-version=1.1", "")
	require.Equal(t, http.StatusOK, got.Status)
	require.Len(t, got.At(t, "metadata"), 3)
	got = c.do(t, http.MethodGet, "https://login.microsoftonline.us/"+tenant+"/v2.0/.well-known/openid-configuration", "")
	require.Equal(t, "https://login.microsoftonline.us/"+tenant+"/oauth2/v2.0/token", got.At(t, "token_endpoint"))
	require.Equal(t, "https://login.microsoftonline.us/"+tenant+"/v2.0", got.At(t, "issuer"))
	require.Equal(t, "workloadidentity.discovery", srv.Requests()[0].Operation)
}

// The published key checks the tokens of all sources.
func TestEntraKeys(t *testing.T) {
	t.Parallel()
	srv := azuretest.New(t)
	got := caller{client: srv.Client()}.do(t, http.MethodGet, "https://login.microsoftonline.com/common/discovery/v2.0/keys", "")
	var document struct{ Keys []struct{ N, E, Kid string } }
	require.NoError(t, json.Unmarshal([]byte(got.Body), &document))
	require.Len(t, document.Keys, 1)
	n, err := base64.RawURLEncoding.DecodeString(document.Keys[0].N)
	require.NoError(t, err)
	e, err := base64.RawURLEncoding.DecodeString(document.Keys[0].E)
	require.NoError(t, err)
	key := &rsa.PublicKey{N: new(big.Int).SetBytes(n), E: int(new(big.Int).SetBytes(e).Int64())}

	token := srv.SystemIdentity().Token(vaultAud, time.Hour)
	cut := strings.LastIndex(token, ".")
	signature, err := base64.RawURLEncoding.DecodeString(token[cut+1:])
	require.NoError(t, err)
	sum := sha256.Sum256([]byte(token[:cut]))
	require.NoError(t, rsa.VerifyPKCS1v15(key, crypto.SHA256, sum[:], signature))
}
