//go:build unix

package interop_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// The laptop's half of newCredential, with a program named az that notes its calls.
func TestLaptopLoginIsCached(t *testing.T) {
	w := newWorld(t)
	w.vault.SetSecret("key", "value")
	calls := installCLI(t, map[string]any{
		"accessToken": w.id.Token("https://vault.azure.net", time.Hour),
		"expires_on":  time.Now().Add(time.Hour).Unix(),
		"tokenType":   "Bearer",
	})
	cred, err := newCredential(true, nil)
	require.NoError(t, err)

	together(t, 20, func(int) error {
		_, err := w.ourClient(t, cred).Get(t.Context(), "key")
		return err
	})
	require.Equal(t, 1, calls())
	require.Empty(t, w.requests("imds.token"))
}

// installCLI puts a program named az before all others and returns how often it
// was started.
func installCLI(t *testing.T, answer map[string]any) (calls func() int) {
	t.Helper()
	dir := t.TempDir()
	output, err := json.Marshal(answer)
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(filepath.Join(dir, "answer"), output, 0o600))
	script := "#!/bin/sh\necho call >>'" + dir + "/calls'\ncat '" + dir + "/answer'\n"
	require.NoError(t, os.WriteFile(filepath.Join(dir, "az"), []byte(script), 0o700))
	t.Setenv("PATH", dir+string(os.PathListSeparator)+os.Getenv("PATH"))
	return func() int {
		lines, err := os.ReadFile(filepath.Join(dir, "calls"))
		require.NoError(t, err)
		return strings.Count(string(lines), "\n")
	}
}
