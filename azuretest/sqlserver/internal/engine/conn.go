package engine

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"io"

	"modernc.org/sqlite"
)

// conn is a connection to SQLite. It is used by one goroutine at a time.
type conn struct {
	handle *sql.Conn // the connection, for its limits
	sql    sqliteConn
	take   func(row []driver.Value) error // who gets the rows of each
	failed error                          // of take
	length int                            // limit in force; see bound
	next   int                            // for the next statement; 0: maxValue
}

// sqliteConn is what is needed of a connection.
type sqliteConn interface {
	driver.QueryerContext
	driver.ExecerContext
}

// newConn opens a file. The driver is the connection's own, for its functions belong to
// it, and the pool has nothing but it: it is there because the driver takes limits
// through one.
func newConn(ctx context.Context, name string) (*conn, error) {
	c := &conn{}
	d, err := c.driver()
	if err != nil {
		return nil, err
	}
	pool := sql.OpenDB(connector{d, name})
	if c.handle, err = pool.Conn(ctx); err == nil {
		err = c.handle.Raw(c.use)
	}
	if err == nil {
		err = c.setLimits()
	}
	if err != nil && c.handle != nil {
		err = errors.Join(err, c.close())
	}
	return c, errors.Join(err, pool.Close())
}

func (c *conn) use(raw any) error {
	var ok bool
	if c.sql, ok = raw.(sqliteConn); !ok {
		return errors.New("engine: the SQLite driver has changed")
	}
	return nil
}

// connector opens one name.
type connector struct {
	driver *sqlite.Driver
	name   string
}

// Connect implements [driver.Connector].
func (c connector) Connect(context.Context) (driver.Conn, error) { return c.driver.Open(c.name) }

// Driver implements [driver.Connector].
func (c connector) Driver() driver.Driver { return c.driver }

func named(args []any) []driver.NamedValue {
	out := make([]driver.NamedValue, len(args))
	for i, a := range args {
		out[i] = driver.NamedValue{Ordinal: i + 1, Value: a}
	}
	return out
}

// rows reads a result row by row. A row is valid until the next. It is for results
// that are complete with their first row, or short: ctx does not reach SQLite later.
type rows struct {
	driver.Rows

	row []driver.Value
}

func (c *conn) rows(ctx context.Context, text string, args []any) (*rows, error) {
	if err := c.applyBound(); err != nil {
		return nil, err
	}
	r, err := c.sql.QueryContext(ctx, text, named(args))
	if err != nil {
		return nil, err
	}
	return &rows{r, make([]driver.Value, len(r.Columns()))}, nil
}

// next reads the next row, or returns nil after the last.
func (r *rows) next(ctx context.Context) ([]driver.Value, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	err := r.Next(r.row)
	if errors.Is(err, io.EOF) {
		return nil, nil
	}
	return r.row, err
}

// query returns all rows of a short result.
func (c *conn) query(ctx context.Context, text string, args ...any) ([][]any, error) {
	r, err := c.rows(ctx, text, args)
	if err != nil {
		return nil, err
	}
	defer r.Close() //nolint:errcheck // the result is read
	var all [][]any
	for {
		row, err := r.next(ctx)
		if err != nil || row == nil {
			return all, err
		}
		one := make([]any, len(row))
		for i, v := range row {
			one[i] = v
		}
		all = append(all, one)
	}
}

// number returns the one value of a query.
func (c *conn) number(ctx context.Context, text string, args ...any) (int64, error) {
	all, err := c.query(ctx, text, args...)
	if err != nil {
		return 0, err
	}
	if len(all) != 1 || len(all[0]) != 1 {
		return 0, fmt.Errorf("engine: %q does not return one value", text)
	}
	n, _ := all[0][0].(int64)
	return n, nil
}

// exec runs a statement without a result.
func (c *conn) exec(ctx context.Context, text string, args ...any) error {
	_, err := c.change(ctx, text, args)
	return err
}

// change runs a statement and returns how many rows it has changed.
func (c *conn) change(ctx context.Context, text string, args []any) (int64, error) {
	if err := c.applyBound(); err != nil {
		return 0, err
	}
	result, err := c.sql.ExecContext(ctx, text, named(args))
	if err != nil {
		return 0, err
	}
	return result.RowsAffected()
}

func (c *conn) close() error { return c.handle.Close() }
