package sqlserver

import (
	"context"
	"crypto/tls"
	"errors"
	"net"
	"os"
	"syscall"

	"github.com/keyless-go/azure/azuretest"
	"github.com/keyless-go/azure/azuretest/sqlserver/internal/tds"
)

// Dialer connects to a [Server] in memory. It is a Dialer of go-mssqldb, and a
// HostDialer: the driver leaves host names to it. Get it from [Server.Dialer].
type Dialer struct{ server *Server }

// Dialer returns a Dialer for which the server is at its real address,
// myserver.database.windows.net, port 1433. Other hosts fail like an unknown DNS name,
// other ports like a closed one.
func (s *Server) Dialer() Dialer { return Dialer{s} }

// HostName returns the server's host name.
func (Dialer) HostName() string { return Host }

// DialContext connects to an address such as "myserver.database.windows.net:1433".
func (d Dialer) DialContext(ctx context.Context, network, addr string) (net.Conn, error) {
	err := ctx.Err()
	if err == nil {
		err = d.server.reach(addr)
	}
	if err != nil {
		return nil, &net.OpError{Op: "dial", Net: network, Err: err}
	}
	client, end := azuretest.Pipe(addr)
	if !d.server.serve(end, "") {
		return nil, &net.OpError{Op: "dial", Net: network, Err: errClosed}
	}
	return client, nil
}

var errClosed = errors.New("sqlserver: server closed")

// reach says why nobody can be dialled at addr.
func (s *Server) reach(addr string) error {
	host, at, err := net.SplitHostPort(addr)
	if err != nil {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	switch {
	case s.routed[addr]:
		return nil
	case host != Host:
		return &net.DNSError{Err: "no such host", Name: host, IsNotFound: true}
	case at != port:
		return os.NewSyscallError("connect", syscall.ECONNREFUSED)
	}
	return nil
}

// maxNumber is how many sessions there are before numbers come again.
const maxNumber = 30_000

// serve serves a connection on a goroutine of its own; it is false if the Server is
// closed.
func (s *Server) serve(end net.Conn, local string) bool {
	number := uint16(s.number.Add(1)%maxNumber) + 51 // lower ones are the system's own
	h := &handler{server: s, number: number, local: local}
	conn := tds.NewConn(end, s.serverTLS(local), h, number)
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed {
		return false
	}
	s.open[conn] = true
	s.served.Go(func() {
		conn.Serve(s.ctx)
		s.mu.Lock()
		defer s.mu.Unlock()
		delete(s.open, conn)
	})
	return true
}

// Addr returns the address of a loopback socket, such as "127.0.0.1:49153", where the
// server listens from the first call on. A Server in a testing/synctest bubble cannot do
// that. It panics if it cannot listen.
func (s *Server) Addr() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed {
		return ""
	}
	if s.listener == nil {
		var config net.ListenConfig
		l, err := config.Listen(s.ctx, "tcp", "127.0.0.1:0")
		if err != nil {
			panic("sqlserver: " + err.Error())
		}
		s.listener = l
		s.served.Go(func() { _ = s.Serve(l) }) // nobody is there to be told
	}
	return s.listener.Addr().String()
}

// Serve serves the connections that l accepts, until l fails or the Server is closed,
// which closes l: the error is then nil. A client that names no host in its handshake is
// shown a certificate for 127.0.0.1.
func (s *Server) Serve(l net.Listener) error {
	defer context.AfterFunc(s.ctx, func() { _ = l.Close() })()
	for {
		conn, err := l.Accept()
		switch {
		case s.ctx.Err() != nil:
			err = nil
		case err == nil && s.serve(conn, "127.0.0.1"):
			continue
		}
		if conn != nil {
			_ = conn.Close() // closed in the meantime
		}
		return err
	}
}

// TLSConfig returns a configuration for clients that trusts the server's certificate and
// nothing else. The caller owns it.
func (s *Server) TLSConfig() *tls.Config {
	return &tls.Config{RootCAs: s.azure.RootCAs(), MinVersion: tls.VersionTLS12}
}

// serverTLS is the server's side. The certificate is for the host that a client asks for
// or, if it does not say, for where it has come to.
func (s *Server) serverTLS(local string) *tls.Config {
	return &tls.Config{
		MinVersion:             tls.VersionTLS12,
		SessionTicketsDisabled: true, // a ticket could come when the client has left the handshake
		GetCertificate: func(hello *tls.ClientHelloInfo) (*tls.Certificate, error) {
			switch {
			case hello.ServerName != "":
				return s.azure.Certificate(hello.ServerName), nil
			case local != "":
				return s.azure.Certificate(local), nil
			}
			return s.azure.Certificate(Host), nil
		},
	}
}
