package main

import (
	"bytes"
	"flag"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestRunPrintsTheTutorialsAnswers(t *testing.T) {
	t.Parallel()
	var out, messages bytes.Buffer
	require.NoError(t, run(t.Context(), nil, &out, &messages))
	const blob = `BlobType          : BlockBlob
Length            : 56
ContentType       : application/octet-stream
LastModified      : \d+/\d+/\d{4} \d+:\d\d:\d\d [AP]M \+00:00
Name              : testblob

`
	require.Regexp(t, `^sv=2015-04-05&sr=c&spr=https&se=\d{4}-\d\d-\d\dT\d\d%3A\d\d%3A\d\dZ&sp=rcw&sig=REDACTED

`+blob+blob+`The downloaded file is the uploaded one\.
$`, out.String())
	require.Equal(t, "No -subscription given: running on the built-in emulator and its account mystorageacct.\n", messages.String())
}

func TestRunShowsTheSignatureWhenTold(t *testing.T) {
	t.Parallel()
	var out, messages bytes.Buffer
	require.NoError(t, run(t.Context(), []string{"-show-sas"}, &out, &messages))
	require.Regexp(t, `&sig=[A-Za-z0-9%]{40,}\n`, out.String())
}

func TestRunDrawsABarForALargeFile(t *testing.T) {
	t.Parallel()
	path := tempFile(t, "big", bytes.Repeat([]byte("0123456789abcdef"), 5<<16))
	var out, messages bytes.Buffer
	require.NoError(t, run(t.Context(), []string{"-file", path, "-blob", "dir/big"}, &out, &messages))
	require.Contains(t, out.String(), "Length            : 5242880\n")
	require.Contains(t, out.String(), "Name              : dir/big\n")
	require.Contains(t, messages.String(), "\rupload   [########################################] 100 % of 5.0 MiB\n")
	require.Contains(t, messages.String(), "\rdownload [########################################] 100 % of 5.0 MiB\n")
}

func TestRunErrors(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name string
		args []string
		want string
	}{
		{"no such account", []string{"-account", "nothing"}, "storage: list service SAS of account \"nothing\" in management.azure.com: 40"},
		{"bad account", []string{"-account", "My_Account"}, "a storage account's name has"},
		{"bad container", []string{"-container", "A"}, "a container's name has"},
		{"bad blob", []string{"-blob", "../x"}, "a blob's name must not have"},
		{"no file", []string{"-file", "no/such/file"}, "no/such/file"},
		{"no life", []string{"-lifetime", "0"}, "-lifetime must be more than 0"},
		{"a life before its birth", []string{"-lifetime", "-5s"}, "-lifetime must be more than 0"},
		{"bad client ID", []string{"-client-id", "me"}, "not a GUID"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			var out, messages bytes.Buffer
			require.ErrorContains(t, run(t.Context(), test.args, &out, &messages), test.want)
		})
	}
}

func TestRunHelp(t *testing.T) {
	t.Parallel()
	var out, messages bytes.Buffer
	require.ErrorIs(t, run(t.Context(), []string{"-h"}, &out, &messages), flag.ErrHelp)
	require.Contains(t, messages.String(), "-show-sas")
}

// tempFile writes a file for the test. It is not in t.TempDir, whose removal
// does not work under Wine, where the tests for Windows run.
func tempFile(t *testing.T, name string, content []byte) string {
	t.Helper()
	dir, err := os.MkdirTemp("", "keyless-") //nolint:usetesting // see above
	require.NoError(t, err)
	path := filepath.Join(dir, name)
	require.NoError(t, os.WriteFile(path, content, 0o600))
	t.Cleanup(func() {
		require.NoError(t, os.Remove(path))
		require.NoError(t, os.Remove(dir))
	})
	return path
}
