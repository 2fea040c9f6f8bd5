package azuretest_test

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/keyless-go/azure/azuretest"
)

// Who does not know the secret, or has no pod's token, gets no token, however he
// asks.
func FuzzSourcesWithoutSecret(f *testing.F) {
	srv := azuretest.New(f)
	env := srv.Environment("WorkloadIdentity")
	addresses := []string{
		srv.Environment("AppService")["IDENTITY_ENDPOINT"],
		srv.Environment("ServiceFabric")["IDENTITY_ENDPOINT"],
		srv.Environment("AzureML")["MSI_ENDPOINT"],
		env["AZURE_AUTHORITY_HOST"] + env["AZURE_TENANT_ID"] + "/oauth2/v2.0/token",
	}
	const form = "grant_type=client_credentials&scope=https://vault.azure.net/.default&client_assertion_type=urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
	f.Add(uint8(0), "api-version=2019-08-01&resource=https://vault.azure.net", "", "")
	f.Add(uint8(0), "api-version=2017-09-01&resource=https://vault.azure.net&clientid=x", "x", "")
	f.Add(uint8(1), "api-version=2019-07-01-preview&resource=https://vault.azure.net", "x", "")
	f.Add(uint8(2), "api-version=2017-09-01&resource=https://vault.azure.net", "x", "")
	f.Add(uint8(3), "", "", form+"&client_id="+env["AZURE_CLIENT_ID"]+"&client_assertion=e30.e30.e30")
	f.Add(uint8(3), "", "", form+"&client_id="+env["AZURE_CLIENT_ID"]+"&client_assertion="+
		"eyJhbGciOiJSUzI1NiJ9.eyJpc3MiOiJodHRwczovL3dlc3R1cy5vaWMucHJvZC1ha3MuYXp1cmUuY29tL2F6dXJldGVzdC8ifQ.&claims={}")
	f.Fuzz(func(t *testing.T, which uint8, query, secret, body string) {
		address, err := url.Parse(addresses[int(which)%len(addresses)])
		require.NoError(t, err)
		address.RawQuery = query
		method := http.MethodGet
		if body != "" {
			method = http.MethodPost
		}
		req := httptest.NewRequestWithContext(t.Context(), method, "/", strings.NewReader(body))
		req.URL, req.Host = address, address.Host
		req.Header["Secret"], req.Header["X-Identity-Header"] = []string{secret}, []string{secret}
		answer := httptest.NewRecorder()
		srv.ServeHTTP(answer, req)
		require.GreaterOrEqual(t, answer.Code, http.StatusBadRequest)
		require.NotContains(t, answer.Body.String(), "access_token")
	})
}
