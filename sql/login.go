package azuresql

import (
	"context"
	"database/sql/driver"
	"errors"
	"fmt"
	"net"
	"time"

	mssql "github.com/microsoft/go-mssqldb"
)

// maxTry bounds one try to connect, so that a server that says nothing leaves
// time for another. Microsoft advises clients to give it 30 s.
const maxTry = 30 * time.Second

// login makes one connection: dial, encryption, login. It returns when ctx
// ends, whatever the driver waits for.
func (c *Connector) login(ctx context.Context, p pass) (*conn, error) {
	ctx, cancel := context.WithTimeout(ctx, maxTry)
	defer cancel()
	l := &line{dial: c.dial}
	stop := context.AfterFunc(ctx, l.hangUp)
	inner, err := c.drive(ctx, l, p.token)
	if !stop() { // ctx has ended, and with it the connection
		if err == nil {
			_ = inner.Close()
		}
		return nil, fail(fmt.Sprintf("%s while %s%s", ctx.Err(), l.doing(), l.unsent()), ctx.Err())
	}
	if err != nil {
		return nil, c.loginError(l, withoutToken(err, p.token))
	}
	mssqlConn, ok := inner.(*mssql.Conn)
	if !ok {
		return nil, fmt.Errorf("the driver made a %T", inner)
	}
	w := l.current()
	w.loggedIn()
	return newConn(mssqlConn, w.Conn, p, c.lifetime), nil
}

// drive lets the driver connect over the line. It is given no context that
// ends: the line does, and the driver would leave a goroutine behind. What it
// makes of a server's nonsense may be a panic.
func (c *Connector) drive(ctx context.Context, l *line, token string) (made driver.Conn, err error) {
	defer func() {
		if cause := recover(); cause != nil {
			l.hangUp()
			made, err = nil, fmt.Errorf("the driver does not understand the server: %v", cause)
		}
	}()
	settings := c.settings
	settings.TLSConfig = l.watch(c.secure())
	connector, err := mssql.NewSecurityTokenConnector(settings, func(context.Context) (string, error) { return l.hand(token) })
	if err != nil {
		return nil, err
	}
	connector.Dialer = hostDialer(func(_ context.Context, network, addr string) (net.Conn, error) { return l.next(ctx, network, addr) })
	made, err = connector.Connect(context.WithoutCancel(ctx))
	if err != nil {
		return nil, err // made may be a nil pointer
	}
	return made, nil
}

// loginError says what failed and, if the network did, what failed there.
func (c *Connector) loginError(l *line, err error) error {
	if _, ok := errors.AsType[mssql.Error](err); ok {
		return fail(oneLine(err), err)
	}
	if cause := l.broken(); cause != nil {
		return &networkError{text: fmt.Sprintf("%s while %s%s", oneLine(err), l.doing(), l.unsent()), cause: cause}
	}
	return fail(oneLine(err)+l.unsent(), err)
}

// unsent tells those who worry about their token.
func (l *line) unsent() string {
	if l.sent {
		return ""
	}
	return " (the token was not sent)"
}

// networkError is a connection that was not made, or broke.
type networkError struct {
	text  string
	cause error
}

// Error is one line.
func (e *networkError) Error() string { return e.text }

// Unwrap gives the network's error.
func (e *networkError) Unwrap() error { return e.cause }
