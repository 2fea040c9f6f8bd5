package interop_test

import (
	"bufio"
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
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
	main := filepath.Join(installAzurite(t), "node_modules", "azurite", "dist", "src", "blob", "main.js")
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

// installAzurite installs the packages of azurite/package-lock.json once for each content of
// that file, under the user's cache, and returns where they are.
func installAzurite(t *testing.T) string {
	t.Helper()
	lock, err := os.ReadFile(filepath.Join("azurite", "package-lock.json"))
	require.NoError(t, err)
	cache, err := os.UserCacheDir()
	require.NoError(t, err)
	sum := sha256.Sum256(lock)
	home := filepath.Join(cache, "keyless-azure-interop")
	dir := filepath.Join(home, "azurite-"+hex.EncodeToString(sum[:8]))
	if _, err := os.Stat(dir); err == nil {
		return dir
	}
	require.NoError(t, os.MkdirAll(home, 0o700))
	fresh, err := os.MkdirTemp(home, "installing-") //nolint:usetesting // from where it can be renamed to dir
	require.NoError(t, err)
	defer os.RemoveAll(fresh) // if it has not become dir
	require.NoError(t, os.CopyFS(fresh, os.DirFS("azurite")))
	runNPM(t.Context(), t, fresh, "ci", "--ignore-scripts", "--no-audit", "--no-fund")
	if err := os.Rename(fresh, dir); err != nil {
		_, err = os.Stat(dir) // another test run was faster
		require.NoError(t, err)
	}
	return dir
}

func runNPM(ctx context.Context, t *testing.T, dir string, arguments ...string) {
	t.Helper()
	cmd := exec.CommandContext(ctx, "npm", arguments...)
	cmd.Dir = dir
	out, err := cmd.CombinedOutput()
	require.NoError(t, err, string(out))
}
