package azuresql

import (
	"context"
	"database/sql/driver"
	"math/rand/v2"
	"net"
	"time"

	mssql "github.com/microsoft/go-mssqldb"
)

const (
	// expiryMargin is how long before its token's end a connection leaves the pool.
	expiryMargin = 5 * time.Minute
	// handover is how soon a connection that came back in time goes out again
	// to somebody who waited for it. database/sql asks twice, and gives up
	// after three connections that were good at first.
	handover = 10 * time.Millisecond
	// untouched is how long a new connection may wait for its first use
	// without a look at it.
	untouched = time.Second
)

// conn is the driver's connection with an end. database/sql serializes its use.
type conn struct {
	*mssql.Conn
	raw     net.Conn
	opened  time.Time
	expires time.Time // when its token does; zero: unknown
	until   time.Time // when it leaves the pool; zero: never
	back    time.Time // when it came back into the pool
	reset   bool      // it has been in the pool
	begun   bool      // its user has begun
	over    bool      // the server takes no more statements
	unread  bool      // the driver may not have read the end of an answer
}

func newConn(inner *mssql.Conn, raw net.Conn, p pass, lifetime time.Duration) *conn {
	now := time.Now().Round(0) // by the wall clock: a machine may sleep
	return &conn{Conn: inner, raw: raw, opened: now, expires: p.expires, until: retirement(now, p.expires, lifetime)}
}

// retirement is when a connection made now leaves the pool: some time before its
// token expires, after its lifetime at the latest, and up to a tenth sooner, lest
// all that were made together go together. Zero is never.
func retirement(now, expires time.Time, lifetime time.Duration) time.Time {
	var stay time.Duration
	if !expires.IsZero() {
		remaining := expires.Sub(now)
		stay = remaining - min(expiryMargin, remaining/2)
	}
	if lifetime > 0 && (expires.IsZero() || lifetime < stay) {
		stay = lifetime
	} else if expires.IsZero() {
		return time.Time{}
	}
	return now.Add(stay - rand.N(max(stay/10, 0)+1)) //nolint:gosec // no secret
}

func (c *conn) retired(at time.Time) bool { return c.over || !c.until.IsZero() && !at.Before(c.until) }

func (c *conn) expired(at time.Time) bool { return !c.expires.IsZero() && !at.Before(c.expires) }

// IsValid says whether the connection may go back into the pool.
func (c *conn) IsValid() bool {
	c.back = time.Now().Round(0)
	return !c.retired(c.back) && c.Conn.IsValid()
}

// ResetSession makes the connection ready for its next user, or says that it
// is none any more.
func (c *conn) ResetSession(ctx context.Context) error {
	c.reset, c.begun = true, false
	now := time.Now().Round(0)
	late := c.retired(now) && (now.Sub(c.back) > handover || c.retired(c.back))
	if late || c.expired(now) || hungUp(c.raw) {
		return driver.ErrBadConn
	}
	return c.Conn.ResetSession(ctx)
}

// begin takes a last look before the user's first statement. What comes after it
// is the user's own affair.
func (c *conn) begin() error {
	if c.begun {
		return nil
	}
	c.begun = true
	now := time.Now().Round(0)
	if c.expired(now) || !c.reset && c.spoilt(now) {
		return driver.ErrBadConn
	}
	return nil
}

// spoilt is for connections that database/sql has opened ahead: it does not
// reset those before their first use.
func (c *conn) spoilt(now time.Time) bool {
	if c.retired(now) && now.Sub(c.until) > c.expires.Sub(c.until)/2 {
		return true // so late that the token may expire on the statement's way
	}
	return now.Sub(c.opened) > untouched && (c.retired(now) || hungUp(c.raw))
}
