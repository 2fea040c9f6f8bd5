package main_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestExports(t *testing.T) {
	t.Parallel()
	names := []string{
		"HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY", "http_proxy", "https_proxy", "no_proxy",
		"SSL_CERT_FILE", "CURL_CA_BUNDLE", "NODE_EXTRA_CA_CERTS", "REQUESTS_CA_BUNDLE",
		"AZURE_POD_IDENTITY_AUTHORITY_HOST", "IDENTITY_ENDPOINT", "IDENTITY_HEADER", "AZURELOCAL_STATUS_URL", "AZURELOCAL_SQL_SERVER",
	}
	tests := map[string][]string{
		"all":        {"export ", "$env:", "set -gx "},
		"bash":       {"export "},
		"powershell": {"$env:"},
		"fish":       {"set -gx "},
	}
	for shell, starts := range tests {
		t.Run(shell, func(t *testing.T) {
			t.Parallel()
			p := start(t, "-shell", shell)
			text := strings.Join(p.output, "\n")
			for _, begin := range starts {
				for _, name := range names {
					require.Contains(t, text, "\n"+begin+name)
				}
			}
			require.Equal(t, len(names)*len(starts), len(p.commands()), text)
			require.Contains(t, text, "Go on macOS and Windows ignores SSL_CERT_FILE")
		})
	}
}

func TestExportsWithoutSQL(t *testing.T) {
	t.Parallel()
	require.NotContains(t, start(t, "-sql", "off").env, "AZURELOCAL_SQL_SERVER")
}

// commands are the lines that are no comments.
func (p *program) commands() []string {
	var lines []string
	for _, line := range p.output {
		if !strings.HasPrefix(line, "#") {
			lines = append(lines, line)
		}
	}
	return lines
}
