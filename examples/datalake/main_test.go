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
	require.Regexp(t, `^\{"FileStatuses":\{"FileStatus":\[\{"length":0,"pathSuffix":"TestFolder","type":"DIRECTORY","blockSize":0,"accessTime":\d+,"modificationTime":\d+,"replication":0,"permission":"770","owner":"[0-9a-f-]{36}"\}\]\}\}
Uploaded /TestFolder/Test1\.txt, 26 bytes\.
Read back: Test file\.
Appended 32 bytes\. The downloaded file is the uploaded one and these\.
$`, out.String())
	require.Equal(t, "No -store given: running on the built-in emulator and its store mydatalake.\n", messages.String())
}

func TestRunDrawsABarForALargeFile(t *testing.T) {
	t.Parallel()
	path := tempFile(t, "big", bytes.Repeat([]byte("0123456789abcdef"), 5<<16))
	var out, messages bytes.Buffer
	require.NoError(t, run(t.Context(), []string{"-file", path}, &out, &messages))
	require.Contains(t, out.String(), "Uploaded /TestFolder/big, 5242880 bytes.\nRead back: the same.\n")
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
		{"no such folder", []string{"-folder", "nothing"}, "upload /nothing/Test1.txt: mydatalake.azuredatalakestore.net: 404 FileNotFoundException"},
		{"no such endpoint", []string{"-store", "ftp://contoso"}, "it must begin with https://"},
		{"no file", []string{"-file", "no/such/file"}, "no/such/file"},
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
	require.Contains(t, messages.String(), "-store name")
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
