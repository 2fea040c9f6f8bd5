package azuretest_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/keyless-go/azure/azuretest"
)

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
