package azure_test

import (
	"os/exec"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

const module = "github.com/keyless-go/azure"

// allowed says, for each package of the module, what it may import beyond the
// standard library, itself and what lies below it: the arrows of ARCHITECTURE.md.
// Three dots stand for all packages below.
func allowed() map[string][]string {
	const (
		azcore = "github.com/Azure/azure-sdk-for-go/sdk/azcore/..."
		fresh  = module + "/internal/fresh"
		azrest = module + "/internal/azrest"
		mssql  = "github.com/microsoft/go-mssqldb/..."
	)
	program := []string{
		azcore, module + "/credential", module + "/keyvault", module + "/arm", module + "/storage", module + "/datalake", module + "/sql",
		module + "/azuretest", module + "/azuretest/sqlserver", module + "/examples/internal/...",
	}
	return map[string][]string{
		"":                                      {},
		"internal/fresh":                        {"golang.org/x/sync/singleflight"},
		"internal/azrest":                       {azcore, fresh},
		"credential":                            {azcore, azrest, fresh},
		"keyvault":                              {azcore, azrest, fresh},
		"arm":                                   {azcore, azrest},
		"storage":                               {azcore, azrest, fresh},
		"datalake":                              {azcore, azrest},
		"sql":                                   {azcore, mssql},
		"azuretest":                             {},
		"azuretest/sqlserver":                   {module + "/azuretest", module + "/azuretest/sqlserver/internal/..."},
		"azuretest/sqlserver/internal/tds":      {},
		"azuretest/sqlserver/internal/tsql":     {},
		"azuretest/sqlserver/internal/engine":   {module + "/azuretest/sqlserver/internal/...", "modernc.org/sqlite/..."},
		"azuretest/azurelocal":                  {module + "/azuretest", module + "/azuretest/sqlserver", module + "/azuretest/azurelocal/internal/..."},
		"azuretest/azurelocal/internal/proxy":   {module + "/azuretest"},
		"azuretest/azurelocal/internal/control": {module + "/azuretest", module + "/azuretest/azurelocal/internal/redact"},
		"azuretest/azurelocal/internal/exports": {},
		"azuretest/azurelocal/internal/page":    {module + "/azuretest", module + "/azuretest/azurelocal/internal/redact"},
		"azuretest/azurelocal/internal/redact":  {module + "/azuretest"},
		"azuretest/azurelocal/internal/seed":    {module + "/azuretest"},
		"azuretest/azurelocal/internal/state":   {},
		"examples/keyvault":                     program,
		"examples/resourcegroup":                program,
		"examples/storagesas":                   program,
		"examples/datalake":                     program,
		"examples/sqlquery":                     program,
		"examples/tour":                         program,
		"examples/testing":                      program,
		"examples/whichidentity":                program,
		"examples/internal/tutorial":            program,
	}
}

func TestImports(t *testing.T) {
	t.Parallel()
	rules := allowed()
	for _, line := range goList(t, `{{.ImportPath}}{{range .Imports}} {{.}}{{end}}`, "./...") {
		fields := strings.Fields(line)
		pkg := strings.TrimPrefix(strings.TrimPrefix(fields[0], module), "/")
		t.Run("package "+pkg, func(t *testing.T) {
			t.Parallel()
			rule, known := rules[pkg]
			require.True(t, known, "%s has no rule: add its arrows here and to ARCHITECTURE.md", pkg)
			for _, imported := range fields[1:] {
				require.True(t, isStandard(imported) || permits(rule, imported), "%s must not import %s", pkg, imported)
			}
		})
	}
}

// TestDependencies keeps the list of modules that the library's packages are
// built from, at any depth. The emulated database has an engine behind it, with
// modules of its own.
func TestDependencies(t *testing.T) {
	t.Parallel()
	known := []string{
		"github.com/Azure/azure-sdk-for-go/sdk/azcore",
		"github.com/Azure/azure-sdk-for-go/sdk/internal", // azcore's
		"github.com/golang-sql/civil",                    // go-mssqldb's
		"github.com/golang-sql/sqlexp",                   // go-mssqldb's
		"github.com/google/uuid",                         // go-mssqldb's
		"github.com/microsoft/go-mssqldb",
		"github.com/shopspring/decimal", // go-mssqldb's
		"golang.org/x/crypto",           // go-mssqldb's
		"golang.org/x/net",              // azcore's
		"golang.org/x/sync",
		"golang.org/x/sys",  // sqlite's
		"golang.org/x/text", // azcore's and go-mssqldb's
		module,
	}
	for _, path := range goList(t, `{{if and .Module (not .Standard)}}{{.Module.Path}}{{end}}`, append([]string{"-deps"}, libraryPackages(t)...)...) {
		if path != "" {
			require.Contains(t, known, path)
		}
	}
}

func permits(rule []string, imported string) bool {
	return slices.ContainsFunc(rule, func(r string) bool {
		below, all := strings.CutSuffix(r, "/...")
		return imported == below || all && strings.HasPrefix(imported, below+"/")
	})
}

// isStandard: only the standard library's paths start without a domain.
func isStandard(path string) bool {
	first, _, _ := strings.Cut(path, "/")
	return !strings.Contains(first, ".")
}

func libraryPackages(t *testing.T) []string {
	t.Helper()
	return slices.DeleteFunc(goList(t, `{{.ImportPath}}`, "./..."), func(path string) bool {
		return strings.Contains(path, "/azuretest/sqlserver") || strings.Contains(path, "/azuretest/azurelocal") || strings.Contains(path, "/examples/")
	})
}

func goList(t *testing.T, format string, arguments ...string) []string {
	t.Helper()
	args := append([]string{"list", "-f", format}, arguments...)
	out, err := exec.CommandContext(t.Context(), "go", args...).Output()
	require.NoError(t, err)
	return strings.Split(strings.TrimSpace(string(out)), "\n")
}
