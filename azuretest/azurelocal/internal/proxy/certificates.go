package proxy

import (
	"bytes"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"log"
	"net"
	"strings"
)

// config returns the TLS configuration for a connection to a host, or to whichever the
// client names if host is empty. No certificate is made for what the emulator does not
// serve: there would be no end of them.
func (p *Proxy) config(host string) *tls.Config {
	return &tls.Config{
		MinVersion: tls.VersionTLS12,
		NextProtos: []string{"h2", "http/1.1"},
		GetCertificate: func(hello *tls.ClientHelloInfo) (*tls.Certificate, error) {
			name := strings.ToLower(hello.ServerName)
			switch {
			case name == "" && host == "":
				name = "127.0.0.1"
			case name == "" || strings.EqualFold(name, host):
				name = host
			case name != "localhost" && !p.knows(name):
				return nil, fmt.Errorf("proxy: the emulator serves no host %q", name)
			}
			return p.azure.Certificate(name), nil
		},
	}
}

// knows reports whether a host is one of the emulator's, on any port.
func (p *Proxy) knows(host string) bool {
	unknown := (*net.DNSError)(nil)
	return !errors.As(p.azure.Reach(net.JoinHostPort(host, "443"), true), &unknown)
}

// quiet is a log without lines about handshakes that clients break off: they are those
// clients' to report.
func quiet(w io.Writer) *log.Logger { return log.New(withoutHandshakes{w}, "azurelocal: ", 0) }

type withoutHandshakes struct{ io.Writer }

// Write drops lines about handshakes.
func (w withoutHandshakes) Write(line []byte) (int, error) {
	if bytes.Contains(line, []byte("TLS handshake error")) {
		return len(line), nil
	}
	return w.Writer.Write(line)
}
