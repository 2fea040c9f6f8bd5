package main_test

import (
	"bufio"
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	main "github.com/keyless-go/azure/azuretest/azurelocal"
)

// program is a run of azurelocal in this process.
type program struct {
	env    map[string]string // what it tells the bash to export
	tls    string            // address of the TLS port
	output []string          // lines, up to the one that says it is ready

	stop func() int // ends it, once, and returns its exit code
	errs *strings.Builder
}

// start runs the program until the test ends, without databases unless the test wants
// them, and returns when it is ready.
func start(t *testing.T, args ...string) *program {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	p := &program{env: map[string]string{}, errs: &strings.Builder{}}
	read, write := io.Pipe()
	code := make(chan int, 1)
	go func() {
		code <- main.Run(ctx, append([]string{"-shell", "bash"}, args...), write, p.errs)
		_ = write.Close()
	}()
	stopped := -1
	p.stop = func() int {
		cancel()
		if stopped < 0 {
			stopped = <-code
		}
		return stopped
	}
	t.Cleanup(func() { p.stop() })
	lines := bufio.NewScanner(read)
	for lines.Scan() {
		p.learn(lines.Text())
		if strings.HasPrefix(lines.Text(), "# ready in ") {
			return p
		}
	}
	require.FailNow(t, "the program has ended", "exit code %d: %s", p.stop(), p.errs)
	return nil
}

// learn takes from a line of the output what it tells.
func (p *program) learn(line string) {
	p.output = append(p.output, line)
	if assignment, ok := strings.CutPrefix(line, "export "); ok {
		name, value, _ := strings.Cut(assignment, "=")
		p.env[name] = strings.Trim(value, "'")
	}
	if _, rest, ok := strings.Cut(line, ", TLS "); ok {
		p.tls, _, _ = strings.Cut(rest, ",")
	}
}

// roots are what SSL_CERT_FILE says.
func (p *program) roots(t *testing.T) *x509.CertPool {
	t.Helper()
	data, err := os.ReadFile(p.env["SSL_CERT_FILE"])
	require.NoError(t, err)
	roots := x509.NewCertPool()
	require.True(t, roots.AppendCertsFromPEM(data))
	return roots
}

// client goes by the environment as a program of another process would.
func (p *program) client(t *testing.T) *http.Client {
	t.Helper()
	proxy, err := url.Parse(p.env["HTTPS_PROXY"])
	require.NoError(t, err)
	transport := &http.Transport{
		Proxy:             http.ProxyURL(proxy),
		DialContext:       dialLoopback,
		TLSClientConfig:   &tls.Config{RootCAs: p.roots(t), MinVersion: tls.VersionTLS12},
		ForceAttemptHTTP2: true,
	}
	t.Cleanup(transport.CloseIdleConnections)
	return &http.Client{Transport: transport}
}

// dialLoopback lets nothing leave the machine, whatever the program has printed.
func dialLoopback(ctx context.Context, network, addr string) (net.Conn, error) {
	host, _, err := net.SplitHostPort(addr)
	if ip := net.ParseIP(host); err != nil || !ip.IsLoopback() {
		return nil, fmt.Errorf("a test wants to reach %s", addr)
	}
	return new(net.Dialer).DialContext(ctx, network, addr)
}

// direct uses no proxy: for the program's own address.
func direct(t *testing.T) *http.Client {
	t.Helper()
	transport := &http.Transport{DialContext: dialLoopback}
	t.Cleanup(transport.CloseIdleConnections)
	return &http.Client{Transport: transport}
}

// reply is an answer that has been read.
type reply struct {
	status int
	proto  string
	header http.Header
	body   string
}

// do sends a request with the header lines given as "Name: value".
func do(t *testing.T, client *http.Client, method, address, body string, header ...string) reply {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), method, address, strings.NewReader(body))
	require.NoError(t, err)
	for _, line := range header {
		name, value, _ := strings.Cut(line, ": ")
		r.Header.Set(name, value)
		if name == "Host" {
			r.Host = value
		}
	}
	resp, err := client.Do(r)
	require.NoError(t, err)
	defer func() { _ = resp.Body.Close() }()
	data, err := io.ReadAll(resp.Body)
	require.NoError(t, err)
	return reply{resp.StatusCode, resp.Proto, resp.Header, string(data)}
}

// token gets one from the metadata service.
func (p *program) token(t *testing.T, client *http.Client, resource string) string {
	t.Helper()
	got := do(t, client, http.MethodGet, "http://169.254.169.254/metadata/identity/oauth2/token?api-version=2018-02-01&resource="+
		url.QueryEscape(resource), "", "Metadata: true")
	require.Equal(t, http.StatusOK, got.status, got.body)
	var answer struct {
		Token string `json:"access_token"`
	}
	require.NoError(t, json.Unmarshal([]byte(got.body), &answer))
	return answer.Token
}
