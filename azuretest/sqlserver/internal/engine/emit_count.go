package engine

import (
	"database/sql/driver"
	"fmt"
	"slices"
	"strings"

	"github.com/keyless-go/azure/azuretest/sqlserver/internal/tds"
	"github.com/keyless-go/azure/azuretest/sqlserver/internal/tsql"
)

// scalar writes a query in the place of a value. SQLite would take the first of several
// rows; here the second one is an error.
func (e *emitter) scalar(q *tsql.Query) typed {
	text, columns := e.subquery(q)
	if len(columns) != 1 {
		return e.fail(failure(116, 16, "Only one expression can be specified in the select list when the subquery is not introduced with EXISTS."))
	}
	if !single(q) {
		text = "SELECT az_single(count(*), max(v)) FROM (WITH q(v) AS (" + text + ") SELECT v FROM q LIMIT 2)"
	}
	return typed{"(" + text + ")", columns[0].Type}
}

// single reports whether a query cannot have several rows.
func single(q *tsql.Query) bool {
	s, ok := q.Body.(*tsql.Select)
	if !ok || s.GroupBy != nil {
		return false
	}
	one := func(x tsql.Expr) bool {
		l, ok := x.(*tsql.Literal)
		return ok && l.Kind == tsql.Integer && l.Text == "1"
	}
	return len(s.From) == 0 || s.Top != nil && !s.Top.Ties && !s.Top.Percent && one(s.Top.Count) || one(q.Fetch) ||
		slices.ContainsFunc(s.Items, func(i tsql.Item) bool { return aggregates(i.Expr) })
}

// count writes how many rows TOP, OFFSET or FETCH is about.
func (e *emitter) count(clause string, x tsql.Expr) string {
	n := e.expr(x)
	if !n.typ.Integer() && n.typ.Kind != tds.Untyped {
		e.fail(notWhole(clause))
	}
	return fmt.Sprintf("az_rows('%s', %s)", clause, n.sql)
}

func notWhole(clause string) *tds.Error {
	switch clause {
	case "OFFSET":
		return failure(10743, 15, "The number of rows provided for a OFFSET clause must be an integer.")
	case "FETCH":
		return failure(10745, 15, "The number of rows provided for a FETCH clause must be an integer.")
	}
	return failure(1060, 15, "The number of rows provided for a TOP or FETCH clauses row count parameter must be an integer.")
}

// rowCount checks how many rows are meant.
func rowCount(clause string, v driver.Value) (driver.Value, error) {
	n, ok := v.(int64)
	switch {
	case !ok:
		return nil, notWhole(clause)
	case clause == "OFFSET" && n < 0:
		return nil, failure(10742, 15, "The offset specified in a OFFSET clause may not be negative.")
	case clause == "FETCH" && n <= 0:
		return nil, failure(10744, 15, "The number of rows provided for a FETCH clause must be greater then zero.")
	case n < 0:
		return nil, failure(127, 15, "A TOP N or FETCH rowcount value may not be negative.")
	}
	return n, nil
}

// countFunctions are those about how many rows there are.
func countFunctions() map[string]function {
	return map[string]function{
		// az_single(rows, value)
		"az_single": func(a []driver.Value) (driver.Value, error) {
			if number(a[0]) > 1 {
				return nil, failure(512, 16, "Subquery returned more than 1 value. This is not permitted when the subquery follows =, !=, <, <= , >, >= or when the subquery is used as an expression.")
			}
			return a[1], nil
		},
		// az_rows(clause, number)
		"az_rows": func(a []driver.Value) (driver.Value, error) { return rowCount(strings.ToUpper(text(a[0])), a[1]) },
		// az_exhausted(steps)
		"az_exhausted": func(a []driver.Value) (driver.Value, error) { return nil, exhausted(number(a[0])) },
	}
}
