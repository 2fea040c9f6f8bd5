package credential_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/keyless-go/azure/credential"
)

func TestAssertionFiles(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct{ content, want string }{
		"a token":         {"a.b.c", "a.b.c"},
		"space around it": {" a.b.c\r\n\n", "a.b.c"},
		"the largest":     {"a.b." + strings.Repeat("c", 64<<10-4), "a.b." + strings.Repeat("c", 64<<10-4)},
		"too large":       {"a.b." + strings.Repeat("c", 64<<10-3), ""},
		"empty":           {"", ""},
		"two parts":       {"a.b", ""},
		"four parts":      {"a.b.c.d", ""},
		"two lines":       {"a.b.c\nd.e.f", ""},
		"space inside":    {"a.b c.d", ""},
		"not ASCII":       {"a.b.\xff", ""},
		"two dots":        {"..", ".."},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			file := filepath.Join(tempDir(t), "token")
			require.NoError(t, os.WriteFile(file, []byte(tc.content), 0o600))
			got, err := credential.ReadAssertion(file)
			require.Equal(t, tc.want, got)
			if tc.want != "" {
				require.NoError(t, err)
				return
			}
			require.ErrorContains(t, err, "AZURE_FEDERATED_TOKEN_FILE")
			require.NotContains(t, err.Error(), "a.b")
		})
	}
	_, err := credential.ReadAssertion(filepath.Join(tempDir(t), "gone"))
	require.ErrorIs(t, err, os.ErrNotExist)
}
