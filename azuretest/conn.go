package azuretest

import (
	"context"
	"io"
	"net"
	"net/http"
)

// serverConn is the Server's end of a connection that a client has dialled.
type serverConn struct {
	*pipeConn

	tls  bool               // the client has dialled https
	wire net.Conn           // what http.Server talks to: this, or a layer of TLS on it
	stop context.CancelFunc // ends the requests that arrived here
}

// serverConnOf finds the connection below what http.Server talks to.
func serverConnOf(c net.Conn) (*serverConn, bool) {
	if layer, ok := c.(interface{ NetConn() net.Conn }); ok {
		c = layer.NetConn()
	}
	conn, ok := c.(*serverConn)
	return conn, ok
}

// abandon ends the connection and what is served on it.
func (c *serverConn) abandon() {
	c.stop()
	_ = c.Close() // a pipe closes without error
}

// clientConn is the client's end.
type clientConn struct {
	*pipeConn

	server *serverConn
}

// Close also ends the requests still being served. http.Server would notice
// only when it reads, and it does not read while a request body waits.
func (c *clientConn) Close() error {
	c.server.stop()
	return c.pipeConn.Close()
}

// connKey finds the *serverConn in the context of its requests.
type connKey struct{}

func (s *Server) setUpHTTP() {
	s.http.Handler = s
	s.http.ErrorLog = newErrorLog()
	s.http.Protocols = new(http.Protocols)
	s.http.Protocols.SetHTTP1(true)
	s.http.ConnContext = func(ctx context.Context, c net.Conn) context.Context {
		if conn, ok := serverConnOf(c); ok {
			ctx, conn.stop = context.WithCancel(ctx)
			ctx = context.WithValue(ctx, connKey{}, conn)
		}
		return ctx
	}
	s.http.ConnState = func(c net.Conn, state http.ConnState) {
		if conn, ok := serverConnOf(c); ok && state == http.StateClosed {
			s.forget(conn)
		}
	}
}

func (s *Server) forget(conn *serverConn) {
	conn.stop()
	s.mu.Lock()
	delete(s.open, conn)
	s.mu.Unlock()
	s.conns.Done()
}

// oneConn is a listener with one connection to accept.
type oneConn struct {
	conn net.Conn
}

// Accept returns the connection, once.
func (l *oneConn) Accept() (net.Conn, error) {
	if l.conn == nil {
		return nil, io.EOF
	}
	conn := l.conn
	l.conn = nil
	return conn, nil
}

// Close does nothing: the connection lives on.
func (l *oneConn) Close() error { return nil }

// Addr returns a name: there is no address.
func (l *oneConn) Addr() net.Addr { return pipeAddr("azuretest") }
