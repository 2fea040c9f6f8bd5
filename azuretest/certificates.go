package azuretest

import (
	"crypto/sha1" //nolint:gosec // the platform names its certificate by SHA-1
	"crypto/sha256"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/hex"
	"fmt"
	"math/big"
	"net"
	"strings"
	"sync"
	"time"
)

// certificates makes the certificates of [Server.TLSClient]. All have the
// embedded key and, but for their host, equal contents: they are the same in
// every run. The zero value is ready.
type certificates struct {
	mu     sync.Mutex // guards what follows
	root   *x509.Certificate
	made   map[string]*tls.Certificate // by host
	server *tls.Config
}

// authority returns the certificate that signs the others.
func (c *certificates) authority(by *signer) *x509.Certificate {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.rootLocked(by)
}

func (c *certificates) rootLocked(by *signer) *x509.Certificate {
	if c.root == nil {
		template := certificateFor("azuretest, an authority that nothing real may trust")
		template.IsCA, template.BasicConstraintsValid = true, true
		template.KeyUsage = x509.KeyUsageCertSign
		c.root = createCertificate(template, template, by)
	}
	return c.root
}

// config returns the configuration of all TLS servers. It is one, so that a
// client can resume its sessions.
func (c *certificates) config(s *Server) *tls.Config {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.server == nil {
		c.server = &tls.Config{
			MinVersion:     tls.VersionTLS12,
			NextProtos:     []string{"http/1.1"},
			GetCertificate: s.certificate,
		}
	}
	return c.server
}

// certificate returns the one for the host that a client asks for or, if it does
// not say, has dialled.
func (s *Server) certificate(hello *tls.ClientHelloInfo) (*tls.Certificate, error) {
	dialled := hello.Conn.LocalAddr().String()
	host, _, err := net.SplitHostPort(dialled)
	if err != nil {
		return nil, err
	}
	if _, ok := s.route(dialled, "").(serviceFabric); ok {
		return s.certificates.selfSigned(s.signer), nil
	}
	if asked := hello.ServerName; asked != "" && consistsOf(asked, nameChars+".") {
		host = asked
	}
	return s.certificates.issued(strings.ToLower(host), s.signer), nil
}

// issued returns the certificate for a host, signed by the authority.
func (c *certificates) issued(host string, by *signer) *tls.Certificate {
	c.mu.Lock()
	defer c.mu.Unlock()
	root := c.rootLocked(by)
	return c.keepLocked(host, by, func() *x509.Certificate {
		return createCertificate(certificateFor(host, host), root, by)
	})
}

// selfSigned returns the certificate of a Service Fabric cluster's endpoint.
func (c *certificates) selfSigned(by *signer) *tls.Certificate {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.keepLocked("", by, func() *x509.Certificate {
		template := certificateFor("Service Fabric cluster of azuretest", "localhost", "127.0.0.1", "::1")
		return createCertificate(template, template, by)
	})
}

func (c *certificates) keepLocked(name string, by *signer, create func() *x509.Certificate) *tls.Certificate {
	if c.made == nil {
		c.made = map[string]*tls.Certificate{}
	}
	if c.made[name] == nil {
		leaf := create()
		c.made[name] = &tls.Certificate{Certificate: [][]byte{leaf.Raw}, PrivateKey: by.key, Leaf: leaf}
	}
	return c.made[name]
}

// certificateFor fills in a certificate for hosts. It is valid for a century:
// the clock of a test may be anywhere, a bubble's begins in 2000.
func certificateFor(name string, hosts ...string) *x509.Certificate {
	sum := sha256.Sum256([]byte(name))
	template := &x509.Certificate{
		SerialNumber: new(big.Int).SetBytes(sum[:8]),
		Subject:      pkix.Name{CommonName: name[:min(len(name), 64)]}, // X.520 allows no more
		NotBefore:    time.Date(1999, time.January, 1, 0, 0, 0, 0, time.UTC),
		NotAfter:     time.Date(2099, time.January, 1, 0, 0, 0, 0, time.UTC),
		KeyUsage:     x509.KeyUsageDigitalSignature | x509.KeyUsageKeyEncipherment,
		ExtKeyUsage:  []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
	}
	for _, host := range hosts {
		if ip := net.ParseIP(host); ip != nil {
			template.IPAddresses = append(template.IPAddresses, ip)
		} else {
			template.DNSNames = append(template.DNSNames, host)
		}
	}
	return template
}

func createCertificate(template, parent *x509.Certificate, by *signer) *x509.Certificate {
	// No source of randomness: what RSA signs by PKCS #1 needs none.
	der, err := x509.CreateCertificate(nil, template, parent, by.key.Public(), by.key)
	if err != nil {
		panic(fmt.Sprintf("azuretest: certificate for %s: %v", template.Subject, err)) // the key is constant
	}
	cert, err := x509.ParseCertificate(der)
	if err != nil {
		panic(fmt.Sprintf("azuretest: certificate for %s: %v", template.Subject, err))
	}
	return cert
}

// thumbprint names a certificate as Windows does.
func thumbprint(c *tls.Certificate) string {
	sum := sha1.Sum(c.Leaf.Raw) //nolint:gosec // see above
	return strings.ToUpper(hex.EncodeToString(sum[:]))
}
