package interop_test

import (
	"bufio"
	"bytes"
	"context"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// laptop is a running azurelocal: the program, and what it has printed to be pasted.
type laptop struct{ exports string }

// startLaptop builds azurelocal and starts it on free ports. It ends with the test.
func startLaptop(t *testing.T) laptop {
	t.Helper()
	program := filepath.Join(t.TempDir(), "azurelocal")
	runIn(t, ".", nil, "go", "build", "-o", program, "github.com/keyless-go/azure/azuretest/azurelocal")
	cmd := exec.CommandContext(context.WithoutCancel(t.Context()), program, "-shell", "bash")
	var complaints, printed bytes.Buffer
	cmd.Stderr = &complaints
	out, err := cmd.StdoutPipe()
	require.NoError(t, err)
	require.NoError(t, cmd.Start())
	t.Cleanup(func() {
		require.NoError(t, cmd.Process.Signal(os.Interrupt))
		require.NoError(t, cmd.Wait(), "it stops cleanly")
		require.Empty(t, complaints.String())
	})
	lines := bufio.NewScanner(out)
	for lines.Scan() {
		printed.WriteString(lines.Text() + "\n")
		if strings.HasPrefix(lines.Text(), "# ready") {
			go func() { _, _ = io.Copy(io.Discard, out) }()
			return laptop{exports: printed.String()}
		}
	}
	require.Fail(t, "azurelocal is not ready", complaints.String())
	return laptop{}
}

// run pastes what azurelocal has printed into a shell, and then a command, unless a
// proxy is missing: without one the command would reach for real hosts.
func (l laptop) run(t *testing.T, dir, command string) string {
	t.Helper()
	const guard = `
for name in HTTP_PROXY http_proxy HTTPS_PROXY https_proxy AZURE_POD_IDENTITY_AUTHORITY_HOST; do
	case ${!name} in http://127.0.0.1:*) ;; *) echo "$name is ${!name}" >&2; exit 9 ;; esac
done
`
	return runIn(t, dir, []byte(l.exports+guard+command+"\n"), "env", "-i", "PATH="+os.Getenv("PATH"), "HOME="+t.TempDir(), "bash", "-eu")
}

// TestLaptop starts one azurelocal for programs in other languages. They are told nothing
// but what it prints.
func TestLaptop(t *testing.T) {
	t.Parallel()
	l := startLaptop(t)
	t.Run("JavaScript", func(t *testing.T) {
		dir := installPackages(t, "node")
		runChecks(t, 10, l.run(t, dir, "node check.js"))
	})
	t.Run("the commands of the Linux tutorial", func(t *testing.T) {
		answer := l.run(t, ".", `
token=$(curl 'http://169.254.169.254/metadata/identity/oauth2/token?api-version=2018-02-01&resource=https%3A%2F%2Fvault.azure.net' -H Metadata:true \
	-x "$HTTP_PROXY" --cacert "$SSL_CERT_FILE" --fail --silent --show-error | sed 's/.*"access_token":"\([^"]*\)".*/\1/')
curl https://mytestkeyvault.vault.azure.net/secrets/MyTestSecret?api-version=2016-10-01 -H "Authorization: Bearer $token" \
	-x "$HTTP_PROXY" --cacert "$SSL_CERT_FILE" --fail --silent --show-error`)
		require.Regexp(t, `^\{"value":"p@ssw0rd!","id":"https://mytestkeyvault\.vault\.azure\.net/secrets/MyTestSecret/[0-9a-f]{32}",`+
			`"attributes":\{"enabled":true,"created":\d+,"updated":\d+,"recoveryLevel":"Purgeable"\}\}$`, strings.TrimSpace(answer))
	})
	t.Run("another host", func(t *testing.T) {
		answer := l.run(t, ".", `curl -x "$HTTP_PROXY" --cacert "$SSL_CERT_FILE" --silent --show-error https://example.com/ 2>&1 || echo "exit $?"`)
		require.Contains(t, answer, "403")
		require.Contains(t, answer, "exit 56", "curl says that the proxy has refused")
	})
	t.Run("a refusal says why", func(t *testing.T) {
		answer := l.run(t, ".", `
token=$(curl --silent --fail "$AZURE_POD_IDENTITY_AUTHORITY_HOST/metadata/identity/oauth2/token?api-version=2018-02-01&resource=https%3A%2F%2Fmanagement.azure.com%2F" -H Metadata:true |
	sed 's/.*"access_token":"\([^"]*\)".*/\1/')
curl --silent https://mytestkeyvault.vault.azure.net/secrets/MyTestSecret?api-version=2016-10-01 -H "Authorization: Bearer $token"`)
		require.Contains(t, answer, "https://vault.azure.net", "what the vault wants")
		require.Contains(t, answer, "https://management.azure.com", "what the token is for")
	})
}
