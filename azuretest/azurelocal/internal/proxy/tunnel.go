package proxy

import (
	"bufio"
	"context"
	"crypto/tls"
	"io"
	"net"
	"net/http"
	"sync"
	"time"
)

// tlsRecord is the first byte of every TLS connection: a record of a handshake.
const tlsRecord = 0x16

// connect answers CONNECT and serves what then comes through the tunnel.
func (p *Proxy) connect(w http.ResponseWriter, r *http.Request) {
	addr := withPort(r.Host, "443")
	serve := p.behind(r.Context(), addr)
	if serve == nil {
		p.refuse(w, r, addr)
		return
	}
	conn, err := hijack(w)
	if err != nil {
		http.Error(w, "CONNECT takes HTTP/1.1: "+err.Error(), http.StatusHTTPVersionNotSupported)
		return
	}
	defer context.AfterFunc(r.Context(), func() { _ = conn.Close() })()
	if _, err := io.WriteString(conn, "HTTP/1.1 200 Connection established\r\n\r\n"); err != nil {
		_ = conn.Close()
		return
	}
	serve(conn)
}

// behind returns what serves an address of the emulator's, or nil.
func (p *Proxy) behind(ctx context.Context, addr string) func(*tunnel) {
	if p.azure.Reach(addr, true) == nil || p.azure.Reach(addr, false) == nil {
		return func(near *tunnel) { p.serve(near, addr) }
	}
	if p.sql == nil {
		return nil
	}
	far, err := p.sql.DialContext(ctx, "tcp", addr)
	if err != nil {
		return nil
	}
	return func(near *tunnel) { join(near, far) }
}

// tunnel is a client's connection after CONNECT, with what has been read of it.
type tunnel struct {
	net.Conn

	in *bufio.Reader
}

// Read reads what the client has sent after CONNECT.
func (t *tunnel) Read(p []byte) (int, error) { return t.in.Read(p) }

func hijack(w http.ResponseWriter) (*tunnel, error) {
	conn, buffered, err := http.NewResponseController(w).Hijack()
	if err != nil {
		return nil, err
	}
	return &tunnel{conn, buffered.Reader}, nil
}

// serve serves HTTP in a tunnel: with TLS if the client speaks it and the service at
// addr does, too. The connection is then the inner server's.
func (p *Proxy) serve(conn *tunnel, addr string) {
	_ = conn.SetReadDeadline(time.Now().Add(patience)) // a socket takes deadlines
	first, err := conn.in.Peek(1)
	_ = conn.SetReadDeadline(time.Time{})
	secure := err == nil && first[0] == tlsRecord
	if err != nil || p.azure.Reach(addr, secure) != nil {
		_ = conn.Close()
		return
	}
	var served net.Conn = conn
	if secure {
		host, _, _ := net.SplitHostPort(addr) // Reach could
		served = tls.Server(conn, p.config(host))
	}
	one := &oneConn{conn: served}
	_ = p.inner.Serve(one) // always an error: there is no second connection
	if one.conn != nil {   // closed in the meantime
		_ = conn.Close()
	}
}

// join copies between two connections until both directions have ended.
func join(near, far net.Conn) {
	var both sync.WaitGroup
	pass := func(to, from net.Conn) {
		_, _ = io.Copy(to, from) // whoever ends it, the other is told
		_ = to.Close()
		_ = from.Close()
	}
	both.Go(func() { pass(near, far) })
	both.Go(func() { pass(far, near) })
	both.Wait()
}

// oneConn is a listener with one connection to accept, which lives on when the
// listener ends.
type oneConn struct{ conn net.Conn }

// Accept returns the connection, once.
func (l *oneConn) Accept() (net.Conn, error) {
	if l.conn == nil {
		return nil, io.EOF
	}
	conn := l.conn
	l.conn = nil
	return conn, nil
}

// Close does nothing.
func (l *oneConn) Close() error { return nil }

// Addr returns where the connection has come to.
func (l *oneConn) Addr() net.Addr { return &net.TCPAddr{} }
