package engine

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"modernc.org/sqlite"

	"github.com/keyless-go/azure/azuretest/sqlserver/internal/tds"
	"github.com/keyless-go/azure/azuretest/sqlserver/internal/tsql"
)

// failure makes an error as the real server words it.
// https://learn.microsoft.com/sql/relational-databases/errors-events/database-engine-events-and-errors
func failure(number int32, class byte, format string, args ...any) *tds.Error {
	return &tds.Error{Number: number, State: 1, Class: class, Message: fmt.Sprintf(format, args...)}
}

func unsupported(what string) *tds.Error {
	return failure(40510, 16, "Statement '%s' is not supported in this version of SQL Server.", what)
}

// inFunction marks an error of this package's functions on its way through SQLite,
// which keeps nothing of an error but its text.
const inFunction = "az:"

// smuggled is an error in the shape in which it comes out of SQLite again.
type smuggled struct{ inner *tds.Error }

// Error returns number, class, and text.
func (s smuggled) Error() string {
	return fmt.Sprintf("%s%d:%d:%s", inFunction, s.inner.Number, s.inner.Class, s.inner.Message)
}

// translate returns the error that the real server has in the place of one of SQLite.
func (s *Session) translate(err error) error {
	if err == nil || errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded) {
		return err
	}
	if e, ok := errors.AsType[*tsql.SyntaxError](err); ok {
		return &tds.Error{Number: e.Number, State: 1, Class: 15, Message: e.Message, Line: e.Line}
	}
	e, ok := errors.AsType[*sqlite.Error](err)
	if !ok {
		return err
	}
	text := e.Error()
	if _, own, found := strings.Cut(text, inFunction); found {
		return unsmuggle(own)
	}
	_, detail, _ := strings.Cut(text, ": ")
	detail = detail[:max(strings.LastIndex(detail, " ("), 0)]
	return s.explain(e.Code(), detail)
}

func unsmuggle(text string) error {
	out := &tds.Error{State: 1}
	if _, err := fmt.Sscanf(text, "%d:%d:", &out.Number, &out.Class); err != nil {
		return failure(50000, 16, "%s", text)
	}
	parts := strings.SplitN(text, ":", 3)
	out.Message = parts[2][:max(strings.LastIndex(parts[2], " ("), 0)]
	return out
}

// Results of SQLite, with what extends them.
// https://www.sqlite.org/rescode.html
const (
	sqliteBusy       = 5
	sqliteNoMemory   = 7
	sqliteInterrupt  = 9
	sqliteFull       = 13
	sqliteTooBig     = 18
	sqliteConstraint = 19
	sqliteCheck      = 275
	sqliteForeignKey = 787
	sqliteNotNull    = 1299
	sqliteUnique     = 2067
)

// explain finds the error for a result of SQLite.
func (s *Session) explain(code int, detail string) error {
	switch code {
	case sqliteNotNull, sqliteUnique, sqliteCheck, sqliteForeignKey:
		return s.violation(code, detail)
	case sqliteNoMemory:
		return outOfMemory()
	case sqliteInterrupt:
		return context.Canceled
	case sqliteTooBig:
		return failure(511, 16, "Cannot create a row of size greater than the allowable maximum row size.")
	case sqliteFull:
		return s.full()
	}
	if code&0xff == sqliteBusy {
		return failure(1222, 16, "Lock request time out period exceeded.")
	}
	if name, ok := strings.CutPrefix(detail, "no such column: "); ok {
		return unknownColumn(name)
	}
	if name, ok := strings.CutPrefix(detail, "no such table: "); ok {
		return failure(208, 16, "Invalid object name '%s'.", strings.TrimPrefix(name, "dbo."))
	}
	if name, ok := strings.CutPrefix(detail, "ambiguous column name: "); ok {
		return failure(209, 16, "Ambiguous column name '%s'.", name)
	}
	if what, ok := strings.CutPrefix(detail, "misuse of "); ok {
		return misplaced(what)
	}
	for _, limit := range []string{"too many", "too large", "too long", "parser stack overflow"} {
		if strings.Contains(detail, limit) {
			return tooComplex()
		}
	}
	if strings.Contains(detail, "do not have the same number of result columns") {
		return failure(205, 16, "All queries combined using a UNION, INTERSECT or EXCEPT operator must have an equal number of expressions in their target lists.")
	}
	return failure(50000, 16, "The emulator cannot do this: %s.", detail)
}

// misplaced is a function that stands where there are no rows for it.
func misplaced(what string) *tds.Error {
	if strings.HasPrefix(what, "window") {
		return failure(4108, 15, "Windowed functions can only appear in the SELECT or ORDER BY clauses.")
	}
	return failure(147, 15, "An aggregate may not appear in the WHERE clause unless it is in a subquery contained in a HAVING clause or a select list, and the column being aggregated is an outer reference.")
}

func (s *Session) full() *tds.Error {
	return failure(40544, 17, "The database '%s' has reached its size quota. Partition or delete data, drop indexes, or consult the documentation for possible resolutions.", s.db.name)
}

// unknownColumn: a name with a table that is not there cannot be bound, a column of
// a table that is there is invalid.
func unknownColumn(name string) error {
	if table, column, ok := strings.Cut(name, "."); ok && table != "" {
		return failure(4104, 16, "The multi-part identifier \"%s.%s\" could not be bound.", table, column)
	}
	return failure(207, 16, "Invalid column name '%s'.", name)
}
