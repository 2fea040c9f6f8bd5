package azuretest

import (
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"io"
	"log"
	"net"
	"net/http"
	"os"
)

// TLSClient is [Server.Client] with real TLS, in memory too: for code that looks
// at certificates, as a client of Service Fabric must. Its transport has a
// RootCAs of its own, which knows the authority that the Server's certificates
// come from; the one of Service Fabric is signed by itself, as the real one is.
// The transport has no DialTLSContext, so that a TLSClientConfig set on a clone
// of it is in force.
func (s *Server) TLSClient() *http.Client {
	roots := x509.NewCertPool()
	roots.AddCert(s.certificates.authority(s.signer))
	return s.clientOf(&http.Transport{
		DialContext:         s.dialWithTLS,
		TLSClientConfig:     &tls.Config{RootCAs: roots, MinVersion: tls.VersionTLS12},
		MaxIdleConnsPerHost: 64,
	})
}

// dialWithTLS connects to addr, where TLS is spoken if its port is one for TLS:
// whoever dials does not say what for.
func (s *Server) dialWithTLS(ctx context.Context, network, addr string) (net.Conn, error) {
	_, port, err := net.SplitHostPort(addr)
	if svc := s.route(addr, ""); err != nil || svc == nil || !svc.listens(port, true) {
		return s.dial(ctx, network, addr, false, nil)
	}
	config := s.certificates.config(s)
	return s.dial(ctx, network, addr, true, func(c net.Conn) net.Conn { return tls.Server(c, config) })
}

// newErrorLog is where http.Server reports what goes wrong, but for handshakes
// that a client breaks off: they are that client's to report.
func newErrorLog() *log.Logger { return log.New(withoutHandshakes{os.Stderr}, "", log.LstdFlags) }

type withoutHandshakes struct{ io.Writer }

// Write drops lines about handshakes.
func (w withoutHandshakes) Write(line []byte) (int, error) {
	if bytes.Contains(line, []byte("TLS handshake error")) {
		return len(line), nil
	}
	return w.Writer.Write(line)
}
