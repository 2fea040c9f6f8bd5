package azuretest

import (
	"bytes"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"net"
	"strings"
	"time"
)

// ErrTokenExpired is in the error of [Server.Authenticate] if a token was good once.
var ErrTokenExpired = errors.New("the token has expired")

// expiredError says when, in one line.
type expiredError struct{ reason string }

// Error is the reason to refuse the token.
func (e *expiredError) Error() string { return e.reason }

// Unwrap leads to [ErrTokenExpired].
func (e *expiredError) Unwrap() error { return ErrTokenExpired }

// Authenticate says whose token raw is and when it ends, for services outside of
// this package, such as azuretest/sqlserver. The error is the reason to refuse it, and
// never holds the token; where the token names an identity of the Server, that is
// returned beside the error.
func (s *Server) Authenticate(raw string, audiences ...string) (*Identity, time.Time, error) {
	got, err := s.signer.parse(strings.TrimSpace(raw))
	if err != nil {
		return nil, time.Time{}, err
	}
	id := s.identities.bearer(got.ObjectID)
	why := s.judge(got, audiences)
	switch {
	case why != nil && why.kind == expiredToken:
		return id, got.Expires.time(), &expiredError{why.reason}
	case why != nil:
		return id, got.Expires.time(), errors.New(why.reason)
	case id == nil:
		return nil, got.Expires.time(), errors.New(s.unassigned(got.ObjectID))
	}
	return id, got.Expires.time(), nil
}

// Directory returns everybody whose tokens are good: the machine's identities, and
// [Server.SignedInUser].
func (s *Server) Directory() []*Identity {
	return append(s.identities.all(), s.SignedInUser())
}

// IsPerson reports whether the identity is a person, not a managed identity.
func (i *Identity) IsPerson() bool { return i.person }

// IsEmpty reports whether the Server was made with [Empty].
func (s *Server) IsEmpty() bool { return s.empty }

// An Arrival is a request to a service outside of this package.
type Arrival struct {
	// Fault is what the faults of [Server.Fail] do to it; zero if nothing.
	Fault Fault

	server *Server
	entry  *Request
}

// Receive notes a request in [Server.Requests] and takes the faults that are due for
// its Operation. The caller fills in Method, URL, Operation, Identity and Body; tokens
// in it are redacted.
func (s *Server) Receive(r Request) *Arrival {
	entry := s.arrived(r)
	return &Arrival{Fault: s.faults.take(r.Operation).Fault, server: s, entry: entry}
}

// Refused notes a request in [Server.Requests] that is for no service at all, such as one
// that a proxy has refused; the caller fills in Status and Reason, too. No fault strikes it
// and none counts it.
func (s *Server) Refused(r Request) {
	entry := s.arrived(r)
	s.log.update(func() { s.log.done(entry) })
}

func (s *Server) arrived(r Request) *Request {
	r.Number, r.Time = 0, s.Now()
	r.URL = string(s.log.redact([]byte(r.URL)))
	r.Body = s.log.redact(bytes.Clone(r.Body[:min(len(r.Body), maxRecorded)]))
	s.log.keep(&r)
	return &r
}

// Finish notes how the request ended, and why if it was refused.
func (a *Arrival) Finish(status int, identity, reason string) {
	a.server.log.update(func() {
		a.entry.Status, a.entry.Identity, a.entry.Reason = status, identity, reason
		a.server.log.done(a.entry)
	})
}

// RootCAs returns a pool with the authority that [Server.Certificate] signs with.
func (s *Server) RootCAs() *x509.CertPool {
	roots := x509.NewCertPool()
	roots.AddCert(s.certificates.authority(s.signer))
	return roots
}

// Certificate returns a certificate for a host name or address.
func (s *Server) Certificate(host string) *tls.Certificate {
	return s.certificates.issued(strings.ToLower(host), s.signer)
}

// Pipe returns the two ends of a connection in memory, to an address such as
// "myserver.database.windows.net:1433". Unlike those of net.Pipe they are buffered, each
// can be closed while the other still reads, and they have a CloseWrite as a socket has.
func Pipe(address string) (client, server net.Conn) {
	return newPipe("192.0.2.1:49152", pipeAddr(address))
}

// CloseWrite ends what this end sends: the other reads it to its end.
func (c *pipeConn) CloseWrite() error {
	c.out.closeWrite()
	return nil
}
