package azuretest

import (
	"context"
	"net"
	"net/http"
	"os"
	"syscall"
)

// errClosed is what a dial gets after Close.
var errClosed error = closedError{}

type closedError struct{}

// Error is the same for every host.
func (closedError) Error() string { return "azuretest: server closed" }

// NonRetriable is the mark azcore's retry policy looks for: a closed Server stays
// closed.
func (closedError) NonRetriable() {}

// Client returns a client for which every host of the emulator's world is
// there: https://mytestkeyvault.vault.azure.net, http://169.254.169.254. It uses no
// proxy and no network; other hosts fail like an unknown DNS name, other ports
// like a closed one. Its transport is an [*http.Transport], which may be cloned.
// Close of the Server closes its connections.
func (s *Server) Client() *http.Client {
	return s.clientOf(&http.Transport{
		DialContext:         s.dialer(false),
		DialTLSContext:      s.dialer(true),
		MaxIdleConnsPerHost: 64,
	})
}

// clientOf returns a client of the transport, which Close will clear.
func (s *Server) clientOf(t *http.Transport) *http.Client {
	s.mu.Lock()
	defer s.mu.Unlock()
	if !s.closed {
		s.transports = append(s.transports, t)
	}
	return &http.Client{Transport: t}
}

func (s *Server) dialer(tls bool) func(context.Context, string, string) (net.Conn, error) {
	return func(ctx context.Context, network, addr string) (net.Conn, error) {
		return s.dial(ctx, network, addr, tls, nil)
	}
}

// dial connects to the service at addr. What layer returns, if it is given, is
// what the Server serves on its end.
func (s *Server) dial(ctx context.Context, network, addr string, tls bool, layer func(net.Conn) net.Conn) (net.Conn, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	conn, err := s.connect(addr, tls, layer)
	if err != nil {
		return nil, &net.OpError{Op: "dial", Net: network, Addr: pipeAddr(addr), Err: err}
	}
	return conn, nil
}

// Reach returns nil if a client of the Server gets through to an address, such as
// "mytestkeyvault.vault.azure.net:443", with or without TLS. If not, it is the error that
// a dial fails with: an unknown host is a [*net.DNSError]. It connects to nothing. On the
// loopback it is about the emulator's own endpoints, found by their ports.
func (s *Server) Reach(addr string, tls bool) error {
	return s.reach(addr, tls)
}

// reach says why nobody can be dialled at addr.
func (s *Server) reach(addr string, tls bool) error {
	host, port, err := net.SplitHostPort(addr)
	if err != nil {
		return err
	}
	service := s.route(addr, "")
	switch {
	case service == nil && net.ParseIP(host) == nil && !isLoopback(host):
		return &net.DNSError{Err: "no such host", Name: host, IsNotFound: true}
	case service == nil || !service.listens(port, tls):
		return os.NewSyscallError("connect", syscall.ECONNREFUSED)
	}
	return nil
}

// connect returns the client's end of a connection that is already served.
// There is no accept loop: http.Server gets a listener with this one connection
// and leaves it with a goroutine of its own.
func (s *Server) connect(addr string, tls bool, layer func(net.Conn) net.Conn) (net.Conn, error) {
	if err := s.reach(addr, tls); err != nil {
		return nil, err
	}
	clientEnd, serverEnd := newPipe("192.0.2.1:49152", pipeAddr(addr))
	conn := &serverConn{pipeConn: serverEnd, tls: tls}
	conn.wire = conn
	if layer != nil {
		conn.wire = layer(conn)
	}
	// Close must not see the connection before Serve has set it up.
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed {
		return nil, errClosed
	}
	s.open[conn] = true
	s.conns.Add(1)
	// Always an error: that of the listener which has no second connection.
	_ = s.http.Serve(&oneConn{conn: conn.wire})
	return &clientConn{pipeConn: clientEnd, server: conn}, nil
}
