package engine

import (
	"context"
	"errors"

	"modernc.org/sqlite"

	"github.com/keyless-go/azure/azuretest/sqlserver/internal/tds"
)

// What a session can make the server hold, besides the request itself. SQLite and
// this package hold values at the same time, so that they come twice or three times.
const (
	maxValue     = 2 << 20 // bytes of one value: what fits into a request
	maxRow       = 4 << 20 // of all that a statement makes of one row
	maxWide      = 512     // expressions of one statement whose values may be of any length
	maxVariables = 3 << 20 // bytes of all variables
	maxPlan      = 100_000 // instructions that SQLite makes of a statement
	maxSteps     = 100_000 // expressions that are written for a statement
	maxWritten   = 2 << 20 // bytes of one of them
	maxText      = 1 << 20 // that a function makes of little
	maxCatalog   = 1 << 20 // bytes of the definitions of all tables, or of a session's temporary ones
	maxDatabases = 64
	maxPages     = "131072" // of a database: 512 MiB, in a file
	cacheKiB     = "-1024"  // of a file's pages that are in memory
	nestedWeight = 16       // how much more than itself the text of an EXEC takes
)

// Limits that SQLite has for each connection.
// https://www.sqlite.org/c3ref/c_limit_attached.html
const (
	limitLength = 0
	limitPlan   = 5
)

func outOfMemory() *tds.Error {
	return failure(701, 17, "There is insufficient system memory in resource pool 'default' to run this query.")
}

// setLimits sets what holds for all statements.
func (c *conn) setLimits() error {
	_, err := sqlite.Limit(c.handle, limitPlan, maxPlan)
	return errors.Join(err, c.applyBound())
}

// bound sets how long the values of the next statement may be.
func (c *conn) bound(length int) { c.next = length }

func (c *conn) applyBound() error {
	length := c.next
	if c.next = 0; length == 0 {
		length = maxValue
	}
	if length == c.length {
		return nil
	}
	c.length = length
	_, err := sqlite.Limit(c.handle, limitLength, length)
	return err
}

// weigh adds up how much the values of a statement's expressions can be. Constants and
// variables are there anyway.
func (e *emitter) weigh(t tds.Type) {
	switch {
	case !t.Text() && !t.Bytes():
		return
	case t.Size == tds.Max || t.Kind == tds.XML:
		e.wide++
	default:
		e.sized += t.Size
	}
	if e.wide > maxWide || e.sized > maxRow {
		e.fail(tooComplex())
	}
}

// length returns how long values may be so that all together fit.
func (e *emitter) length() int {
	return min((maxRow-e.sized)/max(e.wide, 1)+maxBytes, maxValue)
}

// keep gives a variable a value, if all variables together do not become too long.
func (s *Session) keep(v *variable, value any) error {
	held := s.held + sizeOf(value) - sizeOf(v.value)
	if held > maxVariables {
		return outOfMemory()
	}
	s.held, v.value = held, value
	return nil
}

// quota refuses a table if what the catalog knows of all would be too long: SQLite holds
// much the same for each connection.
func (s *Session) quota(ctx context.Context, t *table, more int) error {
	n, err := s.conn.number(ctx, `SELECT coalesce(sum(length(def)), 0) FROM `+t.catalog()+` WHERE id <> ?1`, t.id)
	if err == nil && n+int64(more) > maxCatalog {
		return s.full()
	}
	return err
}

func sizeOf(value any) int {
	switch v := value.(type) {
	case string:
		return len(v)
	case []byte:
		return len(v)
	}
	return 0
}
