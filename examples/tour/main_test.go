package main

import (
	"bytes"
	"context"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestRun(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	require.NoError(t, run(t.Context(), &out))
	for _, want := range []string{
		"> GET http://169.254.169.254/metadata/identity/oauth2/token?api-version=2018-02-01&resource=https%3A%2F%2Fvault.azure.net\n",
		"> GET https://mytestkeyvault.vault.azure.net/secrets/MyTestSecret?api-version=2016-10-01\n",
		`"value":"p@ssw0rd!"`,
		"> GET https://mi-lab-vault.vault.azure.net/secrets/mi-test?api-version=2016-10-01\n",
		`"value":"My Secret","id":"https://mi-lab-vault.vault.azure.net/secrets/mi-test/50644e90b13249b584c44b9f712f2e51"`,
		"All 2 steps succeeded.",
	} {
		require.Contains(t, out.String(), want)
	}
}

func TestRunStops(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	require.ErrorIs(t, run(ctx, &bytes.Buffer{}), context.Canceled)
}
