package main_test

import (
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	main "github.com/keyless-go/azure/azuretest/azurelocal"
)

// documentedSeed returns the seed of the program's documentation.
func documentedSeed(t *testing.T) string {
	t.Helper()
	data, err := os.ReadFile("doc.go")
	require.NoError(t, err)
	_, after, ok := strings.Cut(string(data), "//\t{\n")
	require.True(t, ok)
	text, _, ok := strings.Cut(after, "//\t}\n")
	require.True(t, ok)
	file := filepath.Join(t.TempDir(), "world.json")
	require.NoError(t, os.WriteFile(file, []byte("{\n"+strings.ReplaceAll(text, "//\t", "")+"}\n"), 0o600))
	return file
}

func TestDocumentedSeed(t *testing.T) {
	t.Parallel()
	p := start(t, "-sql", "0", "-seed", documentedSeed(t))
	client := p.client(t)
	token := p.token(t, client, "https://vault.azure.net")
	got := do(t, client, http.MethodGet, "https://contoso.vault.azure.net/secrets/rotated?api-version=7.4", "", "Authorization: Bearer "+token)
	require.Equal(t, http.StatusOK, got.status, got.body)
	require.Contains(t, got.body, `"value":"the new one"`)
	_, err := client.Get("https://mytestkeyvault.vault.azure.net/")
	require.ErrorContains(t, err, "Forbidden", "the tutorials' world is not there")
}

func TestBadSeed(t *testing.T) {
	t.Parallel()
	tests := map[string]struct{ text, want string }{
		"world":  {`{"vault": {}}`, `:1:2: the world has no field "vault"; it has systemIdentity, `},
		"script": {`{"sql": {"databases": {"a": {"script": ["SELECT 1",` + "\n" + `"SELEC 1"]}}}}`, ":2:1: sqlserver: database \"a\": 2812: Could not find stored procedure 'SELEC'."},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			file := filepath.Join(t.TempDir(), "world.json")
			require.NoError(t, os.WriteFile(file, []byte(test.text), 0o600))
			var out, errs strings.Builder
			require.Equal(t, 2, main.Run(t.Context(), []string{"-seed", file}, &out, &errs))
			require.Empty(t, out.String())
			require.Contains(t, errs.String(), "azurelocal: -seed "+file+test.want)
		})
	}
}
