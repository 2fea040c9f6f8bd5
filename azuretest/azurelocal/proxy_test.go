package main_test

import (
	"bufio"
	"context"
	"crypto/tls"
	"io"
	"net"
	"net/http"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// raw is a connection to the proxy's port, for what net/http does not send.
func (p *program) raw(t *testing.T) (net.Conn, *bufio.Reader) {
	t.Helper()
	conn, err := net.Dial("tcp", strings.TrimPrefix(p.env["HTTP_PROXY"], "http://"))
	require.NoError(t, err)
	t.Cleanup(func() { _ = conn.Close() })
	return conn, bufio.NewReader(conn)
}

// tunnel asks for one and returns the answer.
func (p *program) tunnel(t *testing.T, addr, sentAtOnce string) (net.Conn, *bufio.Reader, *http.Response) {
	t.Helper()
	conn, in := p.raw(t)
	_, err := io.WriteString(conn, "CONNECT "+addr+" HTTP/1.1\r\nHost: "+addr+"\r\n\r\n"+sentAtOnce)
	require.NoError(t, err)
	resp, err := http.ReadResponse(in, &http.Request{Method: http.MethodConnect})
	require.NoError(t, err)
	return conn, in, resp
}

func TestRefusedHosts(t *testing.T) {
	t.Parallel()
	p := start(t, "-sql=off")
	for _, addr := range []string{
		"example.com:443", "example.com:80", "example.com", "nope.vault.azure.net:443", "mytestkeyvault.vault.azure.net:8443",
		"169.254.169.254:443", "myserver.database.windows.net:1433", "[::1]:443", "192.0.2.1:443",
	} {
		t.Run(addr, func(t *testing.T) {
			t.Parallel()
			_, in, resp := p.tunnel(t, addr, "")
			require.Equal(t, http.StatusForbidden, resp.StatusCode)
			body := make([]byte, resp.ContentLength)
			_, err := io.ReadFull(in, body)
			require.NoError(t, err)
			require.Contains(t, string(body), "azurelocal has no service at "+addr)
		})
	}
	t.Run("plain http", func(t *testing.T) {
		t.Parallel()
		for _, url := range []string{"http://example.com/", "http://169.254.169.254:8080/", "http://nope.vault.azure.net/"} {
			got := do(t, p.client(t), http.MethodGet, url, "")
			require.Equal(t, http.StatusForbidden, got.status)
			require.Contains(t, got.body, "azurelocal has no service at ")
		}
	})
	t.Run("the log tells of them", func(t *testing.T) {
		t.Parallel()
		p := start(t, "-sql=off")
		p.tunnel(t, "example.com:443", "")
		do(t, p.client(t), http.MethodGet, "http://example.com/a?b=c", "")
		log := do(t, direct(t), http.MethodGet, p.env["AZURELOCAL_STATUS_URL"]+"api/requests", "")
		require.Contains(t, log.body, `"method":"CONNECT","url":"https://example.com:443","operation":"proxy.refused","identity":"","reason":"azurelocal has no service`)
		require.Contains(t, log.body, `"method":"GET","url":"http://example.com:80/a?b=c","operation":"proxy.refused"`)
	})
}

func TestProtocols(t *testing.T) {
	t.Parallel()
	p := start(t, "-sql=off")
	token := p.token(t, p.client(t), "https://vault.azure.net")
	for name, alpn := range map[string]string{"HTTP/1.1": "http/1.1", "HTTP/2.0": "h2"} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			client := p.client(t)
			transport := client.Transport.(*http.Transport)
			transport.ForceAttemptHTTP2 = alpn == "h2"
			transport.TLSClientConfig.NextProtos = []string{alpn}
			for range 3 {
				got := do(t, client, http.MethodGet, secretURL, "", "Authorization: Bearer "+token)
				require.Equal(t, http.StatusOK, got.status, got.body)
				require.Equal(t, name, got.proto)
			}
		})
	}
}

// A status that has no body is answered without one, whatever the protocol.
func TestFaultWithoutABody(t *testing.T) {
	t.Parallel()
	p := start(t, "-sql=off")
	for _, fault := range []string{`{"status": 204}`, `{"status": 304, "body": "x"}`} {
		added := do(t, direct(t), http.MethodPost, p.env["AZURELOCAL_STATUS_URL"]+"api/faults", fault, "Content-Type: application/json")
		require.Equal(t, http.StatusCreated, added.status, added.body)
		got := do(t, p.client(t), http.MethodGet, secretURL, "")
		require.Empty(t, got.body)
		require.Empty(t, got.header.Get("Content-Length"))
		require.Contains(t, fault, strconv.Itoa(got.status))
		require.Equal(t, "HTTP/2.0", got.proto)
	}
}

func TestHTTPSWithoutATunnel(t *testing.T) {
	t.Parallel()
	p := start(t, "-sql=off")
	token := p.token(t, p.client(t), "https://vault.azure.net")
	for url, want := range map[string]int{secretURL: http.StatusOK, "https://example.com/": http.StatusForbidden} {
		conn, in := p.raw(t)
		_, err := io.WriteString(conn, "GET "+url+" HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer "+token+"\r\n\r\n")
		require.NoError(t, err)
		resp, err := http.ReadResponse(in, nil)
		require.NoError(t, err)
		require.Equal(t, want, resp.StatusCode)
	}
}

// What wants https tells so, as Azure does not answer there at all; IMDS is http only.
func TestPlainHTTPIsNoWayToSecrets(t *testing.T) {
	t.Parallel()
	p := start(t, "-sql=off")
	client := p.client(t)
	tests := map[string]struct{ resource, url, want string }{
		"vault": {"https://vault.azure.net", "http://mytestkeyvault.vault.azure.net/secrets/MyTestSecret?api-version=7.4", "the vault wants https"},
		"Resource Manager": {
			"https://management.azure.com/",
			"http://management.azure.com/subscriptions/98f51385-2edc-4b79-bed9-7718de4cb861/resourceGroups/DevTest?api-version=2021-04-01",
			"Resource Manager wants https",
		},
		"data lake": {
			"https://datalake.azure.net/",
			"http://mydatalake.azuredatalakestore.net/webhdfs/v1/TestFolder?op=LISTSTATUS", "the store wants https",
		},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			header := "Authorization: Bearer " + p.token(t, client, test.resource)
			got := do(t, client, http.MethodGet, test.url, "", header)
			require.GreaterOrEqual(t, got.status, 400)
			require.Contains(t, got.body, test.want)
			secure := do(t, client, http.MethodGet, strings.Replace(test.url, "http", "https", 1), "", header)
			require.Equal(t, http.StatusOK, secure.status, secure.body)
		})
	}
}

func TestTunnels(t *testing.T) {
	t.Parallel()
	p := start(t, "-sql=off")
	const ask = "GET /metadata/identity/oauth2/token?api-version=2018-02-01&resource=https://vault.azure.net HTTP/1.1\r\n" +
		"Host: 169.254.169.254\r\nMetadata: true\r\n\r\n"
	t.Run("plain http in a tunnel", func(t *testing.T) {
		t.Parallel()
		conn, in, resp := p.tunnel(t, "169.254.169.254:80", "")
		require.Equal(t, http.StatusOK, resp.StatusCode)
		_, err := io.WriteString(conn, ask)
		require.NoError(t, err)
		answer, err := http.ReadResponse(in, nil)
		require.NoError(t, err)
		require.Equal(t, http.StatusOK, answer.StatusCode)
	})
	t.Run("a client in a hurry", func(t *testing.T) {
		t.Parallel()
		_, in, resp := p.tunnel(t, "169.254.169.254:80", ask)
		require.Equal(t, http.StatusOK, resp.StatusCode)
		answer, err := http.ReadResponse(in, nil)
		require.NoError(t, err)
		require.Equal(t, http.StatusOK, answer.StatusCode)
	})
	t.Run("TLS where nobody speaks it", func(t *testing.T) {
		t.Parallel()
		conn, _, _ := p.tunnel(t, "169.254.169.254:80", "")
		require.Error(t, tls.Client(conn, &tls.Config{RootCAs: p.roots(t), ServerName: "169.254.169.254"}).Handshake())
	})
	t.Run("a certificate for the tunnel's host if none is named", func(t *testing.T) {
		t.Parallel()
		conn, _, _ := p.tunnel(t, "mytestkeyvault.vault.azure.net:443", "")
		client := tls.Client(conn, &tls.Config{InsecureSkipVerify: true})
		require.NoError(t, client.Handshake())
		require.NoError(t, client.ConnectionState().PeerCertificates[0].VerifyHostname("mytestkeyvault.vault.azure.net"))
	})
	t.Run("none for another host that nobody serves", func(t *testing.T) {
		t.Parallel()
		conn, _, _ := p.tunnel(t, "mytestkeyvault.vault.azure.net:443", "")
		require.Error(t, tls.Client(conn, &tls.Config{RootCAs: p.roots(t), ServerName: "example.com"}).Handshake())
	})
}

func TestTLSPort(t *testing.T) {
	t.Parallel()
	p := start(t, "-sql=off")
	token := p.token(t, p.client(t), "https://vault.azure.net")
	transport := &http.Transport{
		DialContext: func(ctx context.Context, network, _ string) (net.Conn, error) {
			return new(net.Dialer).DialContext(ctx, network, p.tls)
		},
		TLSClientConfig:   &tls.Config{RootCAs: p.roots(t)},
		ForceAttemptHTTP2: true,
	}
	t.Cleanup(transport.CloseIdleConnections)
	client := &http.Client{Transport: transport}
	got := do(t, client, http.MethodGet, secretURL, "", "Authorization: Bearer "+token)
	require.Equal(t, http.StatusOK, got.status, got.body)
	require.Equal(t, "HTTP/2.0", got.proto)
	require.Equal(t, http.StatusNotFound, do(t, client, http.MethodGet, "https://localhost/", "").status)
	require.Equal(t, http.StatusOK, do(t, client, http.MethodGet, "https://127.0.0.1/metadata/identity/oauth2/token?api-version=2018-02-01"+
		"&resource=https://vault.azure.net", "", "Metadata: true", "Host: "+p.tls).status)
	_, err := client.Get("https://example.com/")
	require.ErrorContains(t, err, "internal error", "there is no certificate for it")
}

func TestManyTunnelsEnd(t *testing.T) {
	t.Parallel()
	p := start(t)
	var conns []net.Conn
	for _, addr := range []string{"mytestkeyvault.vault.azure.net:443", "myserver.database.windows.net:1433", "169.254.169.254:80"} {
		conn, _, resp := p.tunnel(t, addr, "")
		require.Equal(t, http.StatusOK, resp.StatusCode)
		conns = append(conns, conn)
	}
	secure := tls.Client(conns[0], &tls.Config{RootCAs: p.roots(t), ServerName: "mytestkeyvault.vault.azure.net"})
	require.NoError(t, secure.Handshake())
	require.Equal(t, 0, p.stop())
	for _, conn := range conns {
		_, err := io.Copy(io.Discard, conn)
		if err != nil {
			require.ErrorContains(t, err, "reset")
		}
	}
}
