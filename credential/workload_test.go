package credential_test

import (
	"net/http"
	"net/url"
	"os"
	"testing"
	"testing/synctest"
	"time"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore/cloud"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/policy"
	"github.com/stretchr/testify/require"

	"github.com/keyless-go/azure/credential"
)

const cp1 = `{"access_token":{"xms_cc":{"values":["cp1"]}}}`

// TestWorkloadRequest: the exchange of Kubernetes' token for one of Entra.
func TestWorkloadRequest(t *testing.T) {
	w := newWorld(t, credential.SourceWorkloadIdentity)
	w.echo = map[string]any{"expires_on": nil, "expires_in": 86399}
	c := w.cred(t)
	require.NoError(t, c.Prefetch(t.Context(), "https://management.azure.com//.default"))
	got := w.call(0)
	require.Equal(t, http.MethodPost, got.method)
	require.Equal(t, "https://login.microsoftonline.com/contoso.onmicrosoft.com/oauth2/v2.0/token", got.url)
	require.Equal(t, []string{"application/x-www-form-urlencoded"}, got.header.Values("Content-Type"))
	require.Empty(t, got.header.Values("Metadata"))
	content, err := os.ReadFile(os.Getenv("AZURE_FEDERATED_TOKEN_FILE"))
	require.NoError(t, err)
	require.Equal(t, url.Values{
		"client_id":             {otherGUID},
		"grant_type":            {"client_credentials"},
		"scope":                 {"https://management.azure.com//.default"},
		"client_assertion_type": {"urn:ietf:params:oauth:client-assertion-type:jwt-bearer"},
		"client_assertion":      {string(content[:len(content)-1])},
	}, w.parameters(0))
}

// TestWorkloadFileIsReadAnew for each exchange: Kubernetes replaces it.
func TestWorkloadFileIsReadAnew(t *testing.T) {
	w := newWorld(t, credential.SourceWorkloadIdentity)
	c := w.cred(t)
	mustGet(t, c)
	require.NoError(t, os.WriteFile(os.Getenv("AZURE_FEDERATED_TOKEN_FILE"), []byte("new.kubernetes.token"), 0o600))
	require.NoError(t, c.Prefetch(t.Context(), "https://other.example"))
	require.Equal(t, "new.kubernetes.token", w.parameters(1).Get("client_assertion"))

	require.NoError(t, os.Remove(os.Getenv("AZURE_FEDERATED_TOKEN_FILE")))
	err := c.Prefetch(t.Context(), "https://third.example")
	require.ErrorIs(t, err, os.ErrNotExist)
	require.ErrorIs(t, err, credential.ErrUnavailable)
	require.Equal(t, 2, w.count())
}

// TestWorkloadAuthority: the cloud's, by the option, the cloud, the variable.
func TestWorkloadAuthority(t *testing.T) {
	const path = "/contoso.onmicrosoft.com/oauth2/v2.0/token"
	for name, tc := range map[string]struct {
		option, variable string
		cloud            cloud.Configuration
		want             string
	}{
		"public":                {"", "", cloud.Configuration{}, "https://login.microsoftonline.com" + path},
		"government":            {"", "", cloud.AzureGovernment, "https://login.microsoftonline.us" + path},
		"China":                 {"", "", cloud.AzureChina, "https://login.chinacloudapi.cn" + path},
		"variable":              {"", "https://login.microsoftonline.us/", cloud.Configuration{}, "https://login.microsoftonline.us" + path},
		"variable, no slash":    {"", "https://login.microsoftonline.us", cloud.Configuration{}, "https://login.microsoftonline.us" + path},
		"option":                {"https://login.partner.microsoftonline.cn", "https://login.microsoftonline.us/", cloud.AzureChina, "https://login.partner.microsoftonline.cn" + path},
		"cloud before variable": {"", "https://login.microsoftonline.com/", cloud.AzureGovernment, "https://login.microsoftonline.us" + path},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t, credential.SourceWorkloadIdentity)
			t.Setenv("AZURE_AUTHORITY_HOST", tc.variable)
			w.options.Endpoint, w.options.Cloud = tc.option, tc.cloud
			w.mustGet(t)
			require.Equal(t, tc.want, w.call(0).url)
		})
	}
}

func TestWorkloadNeeds(t *testing.T) {
	for name, tc := range map[string]struct{ variable, value, says string }{
		"a file":             {"AZURE_FEDERATED_TOKEN_FILE", "", "AZURE_FEDERATED_TOKEN_FILE is not set"},
		"a client ID":        {"AZURE_CLIENT_ID", "", "AZURE_CLIENT_ID or ID"},
		"a proper one":       {"AZURE_CLIENT_ID", "app", "AZURE_CLIENT_ID or ID"},
		"a tenant":           {"AZURE_TENANT_ID", "", "AZURE_TENANT_ID"},
		"a tenant's name":    {"AZURE_TENANT_ID", "../common", "AZURE_TENANT_ID"},
		"no other path":      {"AZURE_TENANT_ID", "contoso/x", "AZURE_TENANT_ID"},
		"no query":           {"AZURE_TENANT_ID", "contoso?x", "AZURE_TENANT_ID"},
		"https":              {"AZURE_AUTHORITY_HOST", "http://login.microsoftonline.com/", "https://"},
		"no authority user":  {"AZURE_AUTHORITY_HOST", "https://u@login.microsoftonline.com/", "user"},
		"no authority query": {"AZURE_AUTHORITY_HOST", "https://login.microsoftonline.com/?x=y", "query"},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t, credential.SourceWorkloadIdentity)
			t.Setenv(tc.variable, tc.value)
			_, err := credential.NewManagedIdentityCredential(&w.options)
			require.ErrorContains(t, err, tc.says)
		})
	}
}

// TestWorkloadClientID: ID names another application than the webhook's.
func TestWorkloadClientID(t *testing.T) {
	w := newWorld(t, credential.SourceWorkloadIdentity)
	t.Setenv("AZURE_CLIENT_ID", "")
	w.options.ID = credential.ClientID(someGUID)
	w.mustGet(t)
	require.Equal(t, someGUID, w.parameters(0).Get("client_id"))
}

// TestWorkloadCAE: clients that answer claims challenges say so, and have tokens
// of their own: those of the others must not expire for them.
func TestWorkloadCAE(t *testing.T) {
	w := newWorld(t, credential.SourceWorkloadIdentity)
	c := w.cred(t)
	ask := func(cae bool, claims string) string {
		token, err := c.GetToken(t.Context(), policy.TokenRequestOptions{Scopes: []string{vaultScope}, EnableCAE: cae, Claims: claims})
		require.NoError(t, err)
		return token.Token
	}
	plain, cae := ask(false, ""), ask(true, "")
	require.NotEqual(t, plain, cae)
	require.False(t, w.parameters(0).Has("claims"))
	require.JSONEq(t, cp1, w.parameters(1).Get("claims"))

	challenged := ask(true, `{"access_token":{"nbf":{"essential":true,"value":"1604106651"}}}`)
	require.JSONEq(t, `{"access_token":{"nbf":{"essential":true,"value":"1604106651"},"xms_cc":{"values":["cp1"]}}}`, w.parameters(2).Get("claims"))
	require.Equal(t, challenged, ask(true, ""), "it has replaced the rejected one")
	require.Equal(t, plain, ask(false, ""), "and left the others alone")
	require.Equal(t, 3, w.count())
	require.Len(t, c.Status().Tokens, 2)
}

// TestWorkloadRefreshIn: Entra says when a token should be renewed.
func TestWorkloadRefreshIn(t *testing.T) {
	w := newWorld(t, credential.SourceWorkloadIdentity)
	w.echo = map[string]any{"expires_on": nil, "expires_in": 86399, "refresh_in": 3600}
	synctest.Test(t, func(t *testing.T) {
		between(t, 50*time.Minute, time.Hour, time.Until(w.mustGet(t).RefreshOn))
	})
}

// TestWorkloadRetries: a federated credential takes minutes to be known; what
// else Entra refuses stays refused.
func TestWorkloadRetries(t *testing.T) {
	for name, tc := range map[string]struct {
		status int
		body   string
		again  bool
		kind   error
	}{
		"not known yet":         {400, `{"error":"invalid_client","error_description":"AADSTS70021: No matching federated identity record found","error_codes":[70021]}`, true, credential.ErrIdentityNotFound},
		"subject not known yet": {401, `{"error":"invalid_client","error_description":"AADSTS700213: No matching federated identity record found","error_codes":[700213]}`, true, credential.ErrIdentityNotFound},
		"no such application":   {401, `{"error":"unauthorized_client","error_description":"AADSTS700016: not found","error_codes":[700016]}`, false, credential.ErrIdentityNotFound},
		"no such resource":      {400, `{"error":"invalid_resource","error_description":"AADSTS500011: not found","error_codes":[500011]}`, false, credential.ErrResourceNotFound},
		"not found":             {404, ``, false, nil},
		"throttled":             {429, ``, true, credential.ErrThrottled},
		"timeout":               {408, ``, true, credential.ErrUnavailable},
		"down":                  {503, ``, true, credential.ErrUnavailable},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t, credential.SourceWorkloadIdentity)
			synctest.Test(t, func(t *testing.T) {
				w.options.HTTPClient = newSite(say(tc.status, tc.body), issue(time.Hour)).client()
				if tc.again {
					w.mustGet(t)
				}
				w.options.HTTPClient = newSite(say(tc.status, tc.body)).client()
				w.options.Retry.MaxRetries = 1
				e := failure(t, w.cred(t))
				require.Equal(t, tc.again, e.Attempts == 2)
				if tc.kind != nil {
					require.ErrorIs(t, e, tc.kind)
				}
			})
		})
	}
}
