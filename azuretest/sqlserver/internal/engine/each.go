package engine

import (
	"context"
	"database/sql/driver"
	"fmt"
	"strings"

	"modernc.org/sqlite"
)

// each runs a query and calls take with its rows. A row, and the texts and bytes in it,
// are SQLite's own, and valid until take returns. To SQLite all of it is one step,
// the sum of an aggregate function, so that ctx can end it wherever it is.
func (c *conn) each(ctx context.Context, text string, columns int, args []any, take func(row []driver.Value) error) error {
	names := make([]string, columns)
	for i := range names {
		names[i] = fmt.Sprintf("c%d", i)
	}
	list := strings.Join(names, ", ")
	c.take, c.failed = take, nil
	r, err := c.rows(ctx, "WITH az("+list+") AS ("+text+") SELECT az_row("+list+") FROM az", args)
	if err == nil {
		err = r.Close()
	}
	c.take = nil
	if c.failed != nil {
		return c.failed
	}
	return err
}

// row is the aggregate function az_row.
func (c *conn) row() *sqlite.FunctionImpl {
	return &sqlite.FunctionImpl{
		NArgs: -1, VolatileArgs: true,
		MakeAggregate: func(sqlite.FunctionContext) (sqlite.AggregateFunction, error) { return taker{c}, nil },
	}
}

// taker hands rows on.
type taker struct{ conn *conn }

// Step hands a row on.
func (t taker) Step(_ *sqlite.FunctionContext, row []driver.Value) error {
	if t.conn.failed == nil {
		t.conn.failed = t.conn.take(row)
	}
	return t.conn.failed
}

// WindowInverse is never called.
func (taker) WindowInverse(*sqlite.FunctionContext, []driver.Value) error { return nil }

// WindowValue is the aggregate's value, which nobody needs.
func (taker) WindowValue(*sqlite.FunctionContext) (driver.Value, error) { return int64(0), nil }

// Final does nothing.
func (taker) Final(*sqlite.FunctionContext) {}
