//go:build browser

package browser_test

import (
	"bufio"
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"
)

// program is azurelocal as users start it.
type program struct {
	status string // URL of the page
	client *http.Client
	stop   func() // ends it before the test does
}

// binary is the program's file, which TestMain has built.
var binary string

func TestMain(m *testing.M) {
	flag.Parse()
	os.Exit(build(m.Run))
}

// build builds the program, runs what needs it and returns its exit code.
func build(run func() int) int {
	dir, err := os.MkdirTemp("", "azurelocal-browser-")
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	defer func() { _ = os.RemoveAll(dir) }()
	binary = filepath.Join(dir, "azurelocal")
	command := exec.CommandContext(context.Background(), "go", "build", "-o", binary, "github.com/keyless-go/azure/azuretest/azurelocal")
	command.Stderr = os.Stderr
	if command.Run() != nil { // it has said why
		return 1
	}
	return run()
}

// start runs the program until the test ends.
func start(t *testing.T, args ...string) program {
	t.Helper()
	ctx, stop := context.WithCancel(context.Background())
	command := exec.CommandContext(ctx, binary, append([]string{"-shell", "bash"}, args...)...)
	command.Cancel = func() error { return command.Process.Signal(os.Interrupt) }
	stdout, err := command.StdoutPipe()
	require.NoError(t, err)
	require.NoError(t, command.Start())
	end := sync.OnceFunc(func() {
		stop()
		_ = command.Wait() // says that it was interrupted
		require.Zero(t, command.ProcessState.ExitCode())
	})
	t.Cleanup(end)
	env := map[string]string{}
	lines := bufio.NewScanner(stdout)
	for lines.Scan() && !strings.HasPrefix(lines.Text(), "# ready") {
		if line, ok := strings.CutPrefix(lines.Text(), "export "); ok {
			name, value, _ := strings.Cut(line, "=")
			env[name] = strings.Trim(value, "'")
		}
	}
	return program{env["AZURELOCAL_STATUS_URL"], clientOf(t, env), end}
}

// clientOf does as the exports say.
func clientOf(t *testing.T, env map[string]string) *http.Client {
	t.Helper()
	proxy, err := url.Parse(env["HTTPS_PROXY"])
	require.NoError(t, err)
	data, err := os.ReadFile(env["SSL_CERT_FILE"])
	require.NoError(t, err)
	roots := x509.NewCertPool()
	require.True(t, roots.AppendCertsFromPEM(data))
	transport := &http.Transport{Proxy: http.ProxyURL(proxy), TLSClientConfig: &tls.Config{RootCAs: roots, MinVersion: tls.VersionTLS12}}
	t.Cleanup(transport.CloseIdleConnections)
	return &http.Client{Transport: transport}
}

// get sends a request to the emulator and returns status and body.
func (p program) get(t *testing.T, address string, header ...string) (int, []byte) {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, address, nil)
	require.NoError(t, err)
	for _, line := range header {
		name, value, _ := strings.Cut(line, ": ")
		r.Header.Set(name, value)
	}
	resp, err := p.client.Do(r)
	require.NoError(t, err)
	defer func() { _ = resp.Body.Close() }()
	body, err := io.ReadAll(resp.Body)
	require.NoError(t, err)
	return resp.StatusCode, body
}

// token gets one from the metadata service.
func (p program) token(t *testing.T, resource string) string {
	t.Helper()
	status, body := p.get(t, "http://169.254.169.254/metadata/identity/oauth2/token?api-version=2018-02-01&resource="+url.QueryEscape(resource), "Metadata: true")
	require.Equal(t, http.StatusOK, status, string(body))
	var answer struct {
		Token string `json:"access_token"`
	}
	require.NoError(t, json.Unmarshal(body, &answer))
	return answer.Token
}

// secret reads the tutorials' secret with a token and returns the status.
func (p program) secret(t *testing.T, token string) int {
	t.Helper()
	status, _ := p.get(t, "https://mytestkeyvault.vault.azure.net/secrets/MyTestSecret?api-version=7.4", "Authorization: Bearer "+token)
	return status
}
