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
	used    bool
	over    bool // no more statements
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
	c.used = true
	now := time.Now().Round(0)
	late := c.retired(now) && (now.Sub(c.back) > handover || c.retired(c.back))
	if late || c.expired(now) || hungUp(c.raw) {
		return driver.ErrBadConn
	}
	return c.Conn.ResetSession(ctx)
}

// first looks at a connection before its first use. database/sql opens some
// ahead, and does not reset those before it gives them away.
func (c *conn) first() error {
	if c.used {
		return nil
	}
	c.used = true
	now := time.Now().Round(0)
	// Past until it may be late, but not so late that the token expires on the way.
	late := c.retired(now) && now.Sub(c.until) > c.expires.Sub(c.until)/2
	if late || now.Sub(c.opened) > untouched && (c.retired(now) || hungUp(c.raw)) {
		return driver.ErrBadConn
	}
	return nil
}

// note ends the connection's time in the pool if the server does not accept its
// token any more. The driver would go on with it.
func (c *conn) note(err error) error {
	if numberOf(err) == tokenExpired {
		c.over = true
	}
	return err
}

// Ping asks the server.
func (c *conn) Ping(ctx context.Context) error {
	if err := c.first(); err != nil {
		return err
	}
	return c.note(c.Conn.Ping(ctx))
}

// BeginTx begins a transaction.
func (c *conn) BeginTx(ctx context.Context, options driver.TxOptions) (driver.Tx, error) {
	if err := c.first(); err != nil {
		return nil, err
	}
	tx, err := c.Conn.BeginTx(ctx, options)
	return tx, c.note(err)
}

// PrepareContext prepares a statement, without a round trip.
func (c *conn) PrepareContext(ctx context.Context, query string) (driver.Stmt, error) {
	if err := c.first(); err != nil {
		return nil, err
	}
	prepared, err := c.Conn.PrepareContext(ctx, query)
	if s, ok := prepared.(*mssql.Stmt); ok && err == nil {
		return &stmt{Stmt: s, conn: c}, nil
	}
	return prepared, err // a bulk copy
}

// stmt tells its connection what the server says.
type stmt struct {
	*mssql.Stmt
	conn *conn
}

// ExecContext runs the statement.
func (s *stmt) ExecContext(ctx context.Context, args []driver.NamedValue) (driver.Result, error) {
	result, err := s.Stmt.ExecContext(ctx, args)
	return result, s.conn.note(err)
}

// QueryContext runs the statement for its rows.
func (s *stmt) QueryContext(ctx context.Context, args []driver.NamedValue) (driver.Rows, error) {
	rows, err := s.Stmt.QueryContext(ctx, args)
	return rows, s.conn.note(err)
}

var (
	_ driver.Pinger             = (*conn)(nil)
	_ driver.ConnBeginTx        = (*conn)(nil)
	_ driver.ConnPrepareContext = (*conn)(nil)
	_ driver.NamedValueChecker  = (*conn)(nil)
	_ driver.SessionResetter    = (*conn)(nil)
	_ driver.Validator          = (*conn)(nil)
	_ driver.StmtExecContext    = (*stmt)(nil)
	_ driver.StmtQueryContext   = (*stmt)(nil)
)
