package azuretest_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/keyless-go/azure/azuretest"
)

func TestRefused(t *testing.T) {
	t.Parallel()
	srv := azuretest.New(t, azuretest.Empty())
	srv.Fail(azuretest.Fault{Status: 503})
	token := srv.SystemIdentity().Token("https://vault.azure.net", 1)
	srv.Refused(azuretest.Request{Method: "CONNECT", URL: "https://example.com/?t=" + token, Operation: "proxy.refused", Status: 403, Reason: "nobody is there"})
	log := srv.Requests()
	require.Len(t, log, 1)
	require.Equal(t, 1, log[0].Number)
	require.Equal(t, "https://example.com/?t=REDACTED", log[0].URL)
	require.Equal(t, 403, log[0].Status)
	require.Equal(t, "nobody is there", log[0].Reason)
	require.Len(t, srv.Faults(), 1, "the fault waits for a request to a service")
	require.Equal(t, 503, srv.Receive(azuretest.Request{Operation: "sql.batch"}).Fault.Status)
}

// The reason stands in a line of the log of requests.
func TestAuthenticateSaysWhyInOneLine(t *testing.T) {
	t.Parallel()
	srv := azuretest.New(t)
	id := srv.SystemIdentity()
	for name, token := range map[string]string{
		"expired":     id.Token("https://vault.azure.net", -time.Hour),
		"for another": id.Token("https://storage.azure.com", time.Hour),
		"is none":     "e30.e30.e30",
	} {
		_, _, err := srv.Authenticate(token, "https://vault.azure.net")
		require.Error(t, err, name)
		require.NotContains(t, err.Error(), "\n", name)
		require.NotContains(t, err.Error(), token, name)
	}
	who, expires, err := srv.Authenticate(id.Token("https://vault.azure.net", -time.Hour), "https://vault.azure.net")
	require.ErrorIs(t, err, azuretest.ErrTokenExpired)
	require.ErrorContains(t, err, "the token has expired at ")
	require.Equal(t, id, who)
	require.True(t, expires.Before(srv.Now()))
}
