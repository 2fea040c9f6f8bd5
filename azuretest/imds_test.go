package azuretest_test

import (
	"encoding/json"
	"net/http"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/keyless-go/azure/azuretest"
)

const imdsToken = "http://169.254.169.254/metadata/identity/oauth2/token?api-version=2018-02-01&resource=https%3A%2F%2Fvault.azure.net"

func TestIMDSAnswersWithStrings(t *testing.T) {
	t.Parallel()
	srv := azuretest.New(t)
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, imdsToken, nil)
	require.NoError(t, err)
	req.Header.Set("Metadata", "true")
	resp, err := srv.Client().Do(req)
	require.NoError(t, err)
	defer resp.Body.Close()
	require.Equal(t, http.StatusOK, resp.StatusCode)
	var got map[string]string
	require.NoError(t, json.NewDecoder(resp.Body).Decode(&got))
	require.Equal(t, "86399", got["expires_in"])
	require.Equal(t, "https://vault.azure.net", got["resource"])
	require.Equal(t, srv.SystemIdentity().ClientID(), got["client_id"])
}
