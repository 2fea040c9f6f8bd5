package azuretest_test

import (
	"net/http"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/keyless-go/azure/azuretest"
)

// The two requests of the tutorial and the answer it prints, byte for byte.
func TestTutorialKeyVault(t *testing.T) {
	t.Parallel()
	srv := azuretest.New(t)
	c := caller{client: srv.Client()}

	token := c.do(t, http.MethodGet, imdsToken+"?api-version=2018-02-01&resource=https%3A%2F%2Fvault.azure.net", "", "Metadata", "true")
	require.Equal(t, http.StatusOK, token.Status, token.Body)
	access, ok := token.At(t, "access_token").(string)
	require.True(t, ok)

	c.token = access
	got := c.do(t, http.MethodGet, tutorial+"/secrets/MyTestSecret?api-version=2016-10-01", "")
	require.Equal(t, http.StatusOK, got.Status, got.Body)
	require.Equal(t, `{"value":"p@ssw0rd!","id":"https://mytestkeyvault.vault.azure.net/secrets/MyTestSecret/7c2204c6093c4d859bc5b9eff8f29050",`+
		`"attributes":{"enabled":true,"created":1505088747,"updated":1505088747,"recoveryLevel":"Purgeable"}}`, got.Body)

	got = c.do(t, http.MethodGet, "https://mi-lab-vault.vault.azure.net/secrets/mi-test?api-version=2016-10-01", "")
	require.Equal(t, http.StatusOK, got.Status, got.Body)
	require.Equal(t, "My Secret", got.At(t, "value"))
	require.Equal(t, "https://mi-lab-vault.vault.azure.net/secrets/mi-test/50644e90b13249b584c44b9f712f2e51", got.At(t, "id"))
}

// The request of the tutorial on the endpoint that came before IMDS.
func TestTutorialLegacyEndpoint(t *testing.T) {
	t.Parallel()
	srv := azuretest.New(t)
	c := caller{client: srv.Client()}
	got := c.do(t, http.MethodGet, "http://localhost:50342/oauth2/token?resource=https%3A%2F%2Fmanagement.azure.com%2F", "", "Metadata", "true")
	require.Equal(t, http.StatusOK, got.Status, got.Body)
	require.Equal(t, "https://management.azure.com/", got.At(t, "resource"))
	require.Equal(t, "Bearer", got.At(t, "token_type"))
}

func TestEmptyLeavesTheVaultsOut(t *testing.T) {
	t.Parallel()
	srv := azuretest.New(t, azuretest.Empty())
	require.Equal(t, "DevTestVM", srv.SystemIdentity().Name())
	_, err := machine(srv).try(t, http.MethodGet, tutorial+"/secrets/MyTestSecret?api-version=7.4", "")
	require.ErrorContains(t, err, "no such host")
}
