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
	require.Equal(t, `{"id":"/subscriptions/98f51385-2edc-4b79-bed9-7718de4cb861/resourceGroups/DevTest","name":"DevTest",`+
		`"location":"westus","properties":{"provisioningState":"Succeeded"}}`+"\n", out.String())
	require.Contains(t, messages.String(), "emulator")
}

func TestRunWithAnotherVersion(t *testing.T) {
	t.Parallel()
	var out, messages bytes.Buffer
	require.NoError(t, run(t.Context(), []string{"-api-version", "2021-04-01"}, &out, &messages))
	require.Contains(t, out.String(), `"type":"Microsoft.Resources/resourceGroups"`)
}

func TestRunErrors(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name string
		args []string
		want string
	}{
		{"no such group", []string{"-group", "nothing"}, "nothing"},
		{"bad name", []string{"-group", "../DevTest"}, "a resource group's name has"},
		{"bad subscription", []string{"-subscription", "a/b"}, "the subscription is named by its ID"},
		{"bad client ID", []string{"-client-id", "me"}, "not a GUID"},
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
	require.Contains(t, messages.String(), "-subscription ID")
}
