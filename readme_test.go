package azure_test

import (
	"context"
	"log"
	"os"
	"regexp"
	"strings"
	"testing"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore/policy"
	"github.com/stretchr/testify/require"

	"github.com/keyless-go/azure/azuretest"
	"github.com/keyless-go/azure/credential"
	"github.com/keyless-go/azure/keyvault"
)

// tenLines is the program of the README, here to be compiled.
func tenLines(ctx context.Context, connect func(password string)) {
	cred, err := credential.NewManagedIdentityCredential(nil)
	if err != nil {
		log.Fatal(err)
	}
	client, err := keyvault.NewSecretClient("https://contoso.vault.azure.net", cred, nil)
	if err != nil {
		log.Fatal(err)
	}
	secret, err := client.Get(ctx, "db-password")
	if err != nil {
		log.Fatal(err)
	}
	connect(secret.Value.Reveal()) // %v, JSON and slog print REDACTED
}

func TestReadmeShowsTheProgram(t *testing.T) {
	t.Parallel()
	_ = tenLines
	_, block, found := strings.Cut(read(t, "README.md"), "```go\n")
	require.True(t, found)
	program, _, found := strings.Cut(block, "```\n")
	require.True(t, found)
	indented := "\t" + strings.ReplaceAll(strings.TrimSuffix(program, "\n"), "\n", "\n\t")
	require.Contains(t, read(t, "readme_test.go"), indented+"\n}\n")
}

func TestReadmeShowsTheTest(t *testing.T) {
	t.Parallel()
	_, section, found := strings.Cut(read(t, "README.md"), "## Test your own service\n")
	require.True(t, found)
	_, block, found := strings.Cut(section, "```go\n")
	require.True(t, found)
	test, _, found := strings.Cut(block, "```\n")
	require.True(t, found)
	require.Contains(t, read(t, "examples/testing/mailer_test.go"), test)
}

func TestReadmeShowsTheError(t *testing.T) {
	t.Parallel()
	srv := azuretest.New(t)
	srv.RemoveSystemIdentity()
	cred, err := credential.NewManagedIdentityCredential(&credential.ManagedIdentityCredentialOptions{HTTPClient: srv.Client(), Source: credential.SourceIMDS})
	require.NoError(t, err)
	_, err = cred.GetToken(t.Context(), policy.TokenRequestOptions{Scopes: []string{"https://vault.azure.net/.default"}})
	require.Error(t, err)
	text := strings.Replace(err.Error(), "chosen by ManagedIdentityCredentialOptions.Source", "no variable of another source is set", 1)
	text = regexp.MustCompile(`in \d+ms`).ReplaceAllString(text, "in 3ms")
	text = strings.Replace(text, "in 0s", "in 3ms", 1)
	require.Contains(t, strings.Join(strings.Fields(read(t, "README.md")), " "), text)
}

// Each file that the documents link to is there.
func TestLinksOfTheDocuments(t *testing.T) {
	t.Parallel()
	for _, document := range []string{"README.md", "ARCHITECTURE.md", "CONTRIBUTING.md", "SECURITY.md", "CHANGELOG.md"} {
		for _, link := range regexp.MustCompile(`\]\(([^)#:]+)\)`).FindAllStringSubmatch(read(t, document), -1) {
			_, err := os.Stat(link[1])
			require.NoError(t, err, "%s links to it", document)
		}
	}
}

func read(t *testing.T, file string) string {
	t.Helper()
	content, err := os.ReadFile(file)
	require.NoError(t, err)
	return strings.ReplaceAll(string(content), "\r\n", "\n")
}
