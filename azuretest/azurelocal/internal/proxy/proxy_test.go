package proxy_test

import (
	"context"
	"errors"
	"net"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/keyless-go/azure/azuretest"
	"github.com/keyless-go/azure/azuretest/azurelocal/internal/proxy"
)

// dialer counts who connects, and closes its end when it is told to.
type dialer struct{ conns chan net.Conn }

func (d *dialer) DialContext(_ context.Context, _, addr string) (net.Conn, error) {
	if addr != "sql.test:1433" {
		return nil, errors.New("no such host")
	}
	near, far := net.Pipe()
	d.conns <- far
	return near, nil
}

// newProxy returns one on a socket.
func newProxy(t *testing.T, sql proxy.Dialer) *httptest.Server {
	t.Helper()
	p := proxy.New(azuretest.New(t), sql)
	t.Cleanup(func() { require.NoError(t, p.Close()) })
	srv := httptest.NewServer(p)
	t.Cleanup(srv.Close)
	return srv
}

// connect asks for a tunnel and returns the status of the answer.
func connect(t *testing.T, srv *httptest.Server, addr string) (net.Conn, string) {
	t.Helper()
	conn, err := net.Dial("tcp", srv.Listener.Addr().String())
	require.NoError(t, err)
	t.Cleanup(func() { _ = conn.Close() })
	_, err = conn.Write([]byte("CONNECT " + addr + " HTTP/1.1\r\nHost: " + addr + "\r\n\r\n"))
	require.NoError(t, err)
	head := make([]byte, len("HTTP/1.1 200"))
	_, err = conn.Read(head)
	require.NoError(t, err)
	return conn, string(head[len("HTTP/1.1 "):])
}

func TestDatabase(t *testing.T) {
	t.Parallel()
	d := &dialer{conns: make(chan net.Conn, 1)}
	srv := newProxy(t, d)
	near, status := connect(t, srv, "sql.test:1433")
	require.Equal(t, "200", status)
	far := <-d.conns
	go func() { _, _ = near.Write([]byte("prelogin")) }()
	got := make([]byte, 8)
	_, err := far.Read(got)
	require.NoError(t, err)
	require.Equal(t, "prelogin", string(got))
	require.NoError(t, near.Close())
	_, err = far.Read(got)
	require.Error(t, err, "the other end is told")
	_, status = connect(t, srv, "sql.test:443")
	require.Equal(t, "403", status)
}

func TestNoDatabase(t *testing.T) {
	t.Parallel()
	_, status := connect(t, newProxy(t, nil), "sql.test:1433")
	require.Equal(t, "403", status)
}

func TestNoTunnelWithoutAConnection(t *testing.T) {
	t.Parallel()
	p := proxy.New(azuretest.New(t), nil)
	r := httptest.NewRequestWithContext(t.Context(), http.MethodConnect, "http://mytestkeyvault.vault.azure.net:443", nil)
	r.Host = "mytestkeyvault.vault.azure.net:443"
	w := httptest.NewRecorder()
	p.ServeHTTP(w, r)
	require.Equal(t, http.StatusHTTPVersionNotSupported, w.Code)
	require.NoError(t, p.Close())
}

func FuzzTarget(f *testing.F) {
	for _, target := range []string{"", ":", ":443", "[::1", "::1", "a:b:c", "mytestkeyvault.vault.azure.net", "169.254.169.254:80", "x\x00:1", "[]:1"} {
		f.Add(target, "http")
	}
	p := proxy.New(azuretest.New(f, azuretest.Empty()), nil)
	f.Fuzz(func(t *testing.T, target, scheme string) {
		for _, method := range []string{http.MethodConnect, http.MethodGet} {
			r := httptest.NewRequestWithContext(t.Context(), method, "http://x/", nil)
			r.Host, r.URL.Host, r.URL.Scheme = target, target, scheme
			w := httptest.NewRecorder()
			p.ServeHTTP(w, r)
			require.GreaterOrEqual(t, w.Code, 400, "the world is empty")
		}
	})
}
