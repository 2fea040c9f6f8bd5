package exports_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/keyless-go/azure/azuretest/azurelocal/internal/exports"
)

func TestLine(t *testing.T) {
	t.Parallel()
	tests := map[string]struct{ value, bash, powerShell, fish string }{
		"plain":     {"http://127.0.0.1:80/a+b", "export A=http://127.0.0.1:80/a+b", "$env:A = 'http://127.0.0.1:80/a+b'", "set -gx A http://127.0.0.1:80/a+b"},
		"empty":     {"", "export A=''", "$env:A = ''", "set -gx A ''"},
		"space":     {"/a b", "export A='/a b'", "$env:A = '/a b'", "set -gx A '/a b'"},
		"quote":     {"it's", `export A='it'\''s'`, "$env:A = 'it''s'", `set -gx A 'it\'s'`},
		"backslash": {`C:\a`, `export A='C:\a'`, `$env:A = 'C:\a'`, `set -gx A 'C:\\a'`},
		"dollar":    {"$(x)", "export A='$(x)'", "$env:A = '$(x)'", "set -gx A '$(x)'"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			v := exports.Variable{Name: "A", Value: test.value}
			require.Equal(t, test.bash, exports.Bash.Line(v))
			require.Equal(t, test.powerShell, exports.PowerShell.Line(v))
			require.Equal(t, test.fish, exports.Fish.Line(v))
		})
	}
}

func TestTitles(t *testing.T) {
	t.Parallel()
	var titles []string
	for _, s := range exports.Shells() {
		titles = append(titles, s.Title())
	}
	require.Equal(t, []string{"bash, zsh", "PowerShell", "fish"}, titles)
}
