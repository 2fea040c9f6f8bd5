package azuresql

import (
	"context"
	"database/sql/driver"
	"strings"
	"unicode"

	mssql "github.com/microsoft/go-mssqldb"
)

// Close closes the connection. Whether the other end has heard of it is of no
// interest, and it often is gone.
func (c *conn) Close() error {
	if c.unread { // the driver would give buffers to others that it may still read from
		_ = c.raw.Close()
		return nil
	}
	_ = c.Conn.Close()
	return nil
}

// Ping asks the server.
func (c *conn) Ping(ctx context.Context) error {
	if err := c.begin(); err != nil {
		return err
	}
	return c.refused(c.Conn.Ping(ctx), true)
}

// PrepareContext prepares a statement, without a round trip.
func (c *conn) PrepareContext(ctx context.Context, query string) (driver.Stmt, error) {
	if err := c.begin(); err != nil {
		return nil, err
	}
	prepared, err := c.Conn.PrepareContext(ctx, query)
	if s, ok := prepared.(*mssql.Stmt); ok && err == nil {
		return &stmt{Stmt: s, conn: c, query: query}, nil
	}
	return prepared, err // a bulk copy
}

// stmt tells its connection what the server says.
type stmt struct {
	*mssql.Stmt
	conn  *conn
	query string
}

// ExecContext runs the statement.
func (s *stmt) ExecContext(ctx context.Context, args []driver.NamedValue) (driver.Result, error) {
	result, err := s.Stmt.ExecContext(ctx, args)
	return result, s.refused(err)
}

// QueryContext runs the statement for its rows.
func (s *stmt) QueryContext(ctx context.Context, args []driver.NamedValue) (driver.Rows, error) {
	rows, err := s.Stmt.QueryContext(ctx, args)
	s.conn.unreadable(err, s.query)
	return rows, s.refused(err)
}

func (s *stmt) refused(err error) error {
	if err == nil {
		return nil
	}
	return s.conn.refused(err, changesNothing(s.query))
}

// refused ends the connection if the server says that its token has expired and
// to execute the query again. The driver would go on with it. database/sql does
// execute it again, on another connection, if that can do no harm.
func (c *conn) refused(err error, again bool) error {
	if numberOf(err) != tokenExpired {
		return err
	}
	c.over = true
	if !again {
		return err
	}
	return staleError{err}
}

// staleError is one that database/sql takes for a broken connection.
type staleError struct{ error }

// Unwrap gives the server's error.
func (b staleError) Unwrap() error { return b.error }

// Is makes it a driver.ErrBadConn.
func (staleError) Is(target error) bool { return target == driver.ErrBadConn }

// words returns the words of a text as capitals.
func words(query string) []string {
	return strings.FieldsFunc(strings.ToUpper(query), func(r rune) bool { return r != '_' && !unicode.IsLetter(r) && !unicode.IsDigit(r) })
}

// changesNothing says that a text can be executed twice: it begins as a query
// and holds no word that could make it more than that, not even in a string.
func changesNothing(query string) bool {
	all := words(query)
	if len(all) == 0 || all[0] != "SELECT" && all[0] != "WITH" {
		return false
	}
	for _, word := range all {
		switch word {
		case "INSERT", "UPDATE", "DELETE", "MERGE", "INTO", "EXEC", "EXECUTE", "NEXT", "SEND", "RECEIVE",
			"WRITETEXT", "UPDATETEXT", "OPENQUERY", "OPENROWSET", "OPENDATASOURCE":
			return false
		}
	}
	return true
}

var (
	_ driver.Pinger             = (*conn)(nil)
	_ driver.ConnPrepareContext = (*conn)(nil)
	_ driver.NamedValueChecker  = (*conn)(nil)
	_ driver.SessionResetter    = (*conn)(nil)
	_ driver.Validator          = (*conn)(nil)
	_ driver.StmtExecContext    = (*stmt)(nil)
	_ driver.StmtQueryContext   = (*stmt)(nil)
)
