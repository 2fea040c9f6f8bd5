package azuresql

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"sync"

	mssql "github.com/microsoft/go-mssqldb"
)

// maxDials bounds a server's redirects. Azure's gateway makes one.
const maxDials = 5

// line is the way to the server during one try to connect. A redirect puts
// another wire in place of the first.
type line struct {
	dial  func(ctx context.Context, network, addr string) (net.Conn, error)
	dials int
	// secured says that the server on the wire has proved who it is, and sent
	// that the token has been handed to the driver.
	secured, sent bool
	undialled     error // why the last dial failed

	mu   sync.Mutex // guards what follows
	wire *wire
	cut  bool
}

// next makes the next wire.
func (l *line) next(ctx context.Context, network, addr string) (net.Conn, error) {
	l.dials++
	l.secured = false
	if network != "tcp" {
		return nil, fmt.Errorf("the server redirects to a service by %s, which this package does not use", network)
	}
	if l.dials > maxDials {
		return nil, errors.New("the server redirects in circles")
	}
	raw, err := l.dial(ctx, network, addr)
	if err != nil {
		l.undialled = err
		return nil, err
	}
	return l.attach(newWire(raw)), nil
}

func (l *line) attach(w *wire) *wire {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.wire = w
	if l.cut {
		_ = w.Close()
	}
	return w
}

// hangUp closes the wire and those to come: a driver that waits on it returns.
func (l *line) hangUp() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.cut = true
	if l.wire != nil {
		_ = l.wire.Close()
	}
}

// current is the wire that was made last, or nil.
func (l *line) current() *wire {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.wire
}

// broken is why the network failed, or nil if it did not.
func (l *line) broken() error {
	if w := l.current(); l.undialled == nil && w != nil {
		return w.broken()
	}
	return l.undialled
}

// watch makes config tell when the server's certificate has been verified.
func (l *line) watch(config *tls.Config) *tls.Config {
	verify := config.VerifyConnection
	config.VerifyConnection = func(state tls.ConnectionState) error {
		if verify != nil {
			if err := verify(state); err != nil {
				return err
			}
		}
		l.secured = true
		return nil
	}
	return config
}

// hand gives the token to the driver, for a wire that is safe. The driver has
// checked that already; a token in clear is worth a second look.
func (l *line) hand(token string) (string, error) {
	if !l.secured {
		return "", errors.New("the connection is not encrypted")
	}
	l.sent = true
	return token, nil
}

// doing is what the line waits for.
func (l *line) doing() string {
	switch {
	case l.current() == nil:
		return "dialling"
	case l.sent && l.secured:
		return "logging in"
	default:
		return "negotiating encryption"
	}
}

// hostDialer keeps the driver from resolving names itself, which it does
// without a context.
type hostDialer func(ctx context.Context, network, addr string) (net.Conn, error)

// DialContext dials by name.
func (d hostDialer) DialContext(ctx context.Context, network, addr string) (net.Conn, error) {
	return d(ctx, network, addr)
}

// HostName marks the dialer as one that resolves names.
func (hostDialer) HostName() string { return "" }

var _ mssql.HostDialer = hostDialer(nil)
