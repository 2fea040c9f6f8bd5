package interop_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// installPackages installs what the package-lock.json of a folder here pins, once for each
// content of the folder, under the user's cache, and returns where it is, the folder's other
// files beside it. A machine without npm, or without a way to its registry, fails the test:
// nothing is skipped.
func installPackages(t *testing.T, folder string) string {
	t.Helper()
	cache, err := os.UserCacheDir()
	require.NoError(t, err)
	home := filepath.Join(cache, "keyless-azure-interop")
	dir := filepath.Join(home, folder+"-"+hashOf(t, folder))
	if _, err := os.Stat(dir); err == nil {
		return dir
	}
	require.NoError(t, os.MkdirAll(home, 0o700))
	fresh, err := os.MkdirTemp(home, "installing-") //nolint:usetesting // from where it can be renamed to dir
	require.NoError(t, err)
	defer os.RemoveAll(fresh) // if it has not become dir
	require.NoError(t, os.CopyFS(fresh, os.DirFS(folder)))
	runIn(t, fresh, nil, "npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund")
	if err := os.Rename(fresh, dir); err != nil {
		_, err = os.Stat(dir) // another test run was faster
		require.NoError(t, err)
	}
	return dir
}

// hashOf tells a folder's contents apart.
func hashOf(t *testing.T, folder string) string {
	t.Helper()
	sum := sha256.New()
	require.NoError(t, fs.WalkDir(os.DirFS(folder), ".", func(name string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		data, err := os.ReadFile(filepath.Join(folder, name))
		_, _ = sum.Write([]byte(name + "\x00"))
		_, _ = sum.Write(data)
		return err
	}))
	return hex.EncodeToString(sum.Sum(nil)[:8])
}

// runIn runs a program and returns its output.
func runIn(t *testing.T, dir string, input []byte, program string, args ...string) string {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 5*time.Minute)
	defer cancel()
	cmd := exec.CommandContext(ctx, program, args...)
	cmd.Dir, cmd.Stdin = dir, bytes.NewReader(input)
	var out, problems bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &problems
	require.NoError(t, cmd.Run(), "%s: %s%s", program, &out, &problems)
	return out.String()
}

// runChecks makes a test of each line that a check.js has printed: "ok NAME" or "failed NAME:
// WHY". There must be as many as are known to be in it, at least.
func runChecks(t *testing.T, least int, output string) {
	t.Helper()
	lines := strings.Split(strings.TrimSpace(output), "\n")
	require.GreaterOrEqual(t, len(lines), least, output)
	for _, line := range lines {
		name, ok := strings.CutPrefix(line, "ok ")
		t.Run(name, func(t *testing.T) { require.True(t, ok, line) })
	}
}
