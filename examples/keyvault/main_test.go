package main

import (
	"bytes"
	"flag"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestRunPrintsTheTutorialsAnswer(t *testing.T) {
	t.Parallel()
	var out, messages bytes.Buffer
	require.NoError(t, run(t.Context(), nil, &out, &messages))
	require.Equal(t, `{"value":"p@ssw0rd!","id":"https://mytestkeyvault.vault.azure.net/secrets/MyTestSecret/7c2204c6093c4d859bc5b9eff8f29050",`+
		`"attributes":{"enabled":true,"created":1505088747,"updated":1505088747,"recoveryLevel":"Purgeable"}}`+"\n", out.String())
	require.Contains(t, messages.String(), "emulator")
}

func TestRunErrors(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name string
		args []string
		want string
	}{
		{"no such secret", []string{"-secret", "nothing"}, "404 SecretNotFound"},
		{"bad name", []string{"-secret", "../keys"}, "a secret's name has"},
		{"bad vault", []string{"-vault", "http://contoso.vault.azure.net"}, "https"},
		{"bad client ID", []string{"-client-id", "me"}, "not a GUID"},
		{"unknown identity", []string{"-client-id", "00000000-0000-0000-0000-000000000001"}, "Identity not found"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			var out, messages bytes.Buffer
			require.ErrorContains(t, run(t.Context(), test.args, &out, &messages), test.want)
			require.Empty(t, out.String())
		})
	}
}

func TestRunHelp(t *testing.T) {
	t.Parallel()
	var out, messages bytes.Buffer
	require.ErrorIs(t, run(t.Context(), []string{"-h"}, &out, &messages), flag.ErrHelp)
	require.Contains(t, messages.String(), "-vault URL")
}
