package azuretest_test

import (
	"net/http"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/keyless-go/azure/azuretest"
)

func TestPodIdentity(t *testing.T) {
	t.Parallel()
	srv := azuretest.New(t)
	base := srv.Environment("PodIdentity")["AZURE_POD_IDENTITY_AUTHORITY_HOST"]
	endpoint := base + "/metadata/identity/oauth2/token?api-version=2018-02-01&resource=https%3A%2F%2Fvault.azure.net"
	c := caller{client: srv.Client()}

	got := c.do(t, http.MethodGet, endpoint, "", "Metadata", "true")
	require.Equal(t, http.StatusOK, got.Status, got.Body)
	require.Equal(t, srv.SystemIdentity().ClientID(), got.At(t, "client_id"))
	require.Equal(t, "podidentity.token", srv.Requests()[0].Operation)

	require.Equal(t, "bad_request_102", c.do(t, http.MethodGet, endpoint, "").At(t, "error"))
	require.Equal(t, http.StatusNotFound, c.do(t, http.MethodGet, base+"//metadata/identity/oauth2/token", "", "Metadata", "true").Status)
	require.Equal(t, "unknown", srv.Requests()[2].Operation)

	srv.Fail(azuretest.Fault{Operation: "podidentity.token", Status: 500})
	require.Equal(t, 500, c.do(t, http.MethodGet, endpoint, "", "Metadata", "true").Status)
}
