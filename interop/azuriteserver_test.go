package interop_test

import (
	"bufio"
	"bytes"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"testing"

	"github.com/stretchr/testify/require"
)

// startAzurite starts a real Azurite on a free port of the loopback, with storage accounts
// in the form NAME:KEY;NAME:KEY, and returns its address. It ends with the test. A machine
// without npm, or without a way to its registry, fails the test: nothing is skipped.
func startAzurite(t *testing.T, accounts string) string {
	t.Helper()
	main := filepath.Join(installPackages(t, "azurite"), "node_modules", "azurite", "dist", "src", "blob", "main.js")
	cmd := exec.CommandContext(t.Context(), "node", main,
		"--blobHost", "127.0.0.1", "--blobPort", "0", "--skipApiVersionCheck", "--inMemoryPersistence", "--disableTelemetry")
	cmd.Dir = t.TempDir() // where it would leave files, if it left any
	cmd.Env = append(os.Environ(), "AZURITE_ACCOUNTS="+accounts)
	var complaints bytes.Buffer
	cmd.Stderr = &complaints
	out, err := cmd.StdoutPipe()
	require.NoError(t, err)
	require.NoError(t, cmd.Start())
	t.Cleanup(func() { _ = cmd.Wait() }) // the test's context, which has ended, has killed it

	listening := regexp.MustCompile(`successfully listens on (http://127\.0\.0\.1:\d+)`)
	lines := bufio.NewScanner(out)
	for lines.Scan() {
		if found := listening.FindStringSubmatch(lines.Text()); found != nil {
			go func() { _, _ = io.Copy(io.Discard, out) }() // it goes on talking
			return found[1]
		}
	}
	require.NoError(t, cmd.Wait())
	require.Fail(t, "Azurite does not listen", complaints.String())
	return ""
}
