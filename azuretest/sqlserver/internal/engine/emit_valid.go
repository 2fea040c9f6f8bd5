package engine

import (
	"slices"
	"strings"

	"github.com/keyless-go/azure/azuretest/sqlserver/internal/tsql"
)

// What SQLite takes and SQL Server does not, which a program must not pass its tests with,
// and the other way round.

// unordered refuses ORDER BY in a query that is inside of another.
func (e *emitter) unordered(q *tsql.Query) {
	s, ok := q.Body.(*tsql.Select)
	if q.OrderBy == nil || q.Offset != nil || ok && s.Top != nil {
		return
	}
	e.fail(failure(1033, 15, "The ORDER BY clause is invalid in views, inline functions, derived tables, subqueries, and common table expressions, unless TOP, OFFSET or FOR XML is also specified."))
}

// selected refuses to sort by what DISTINCT has left out.
func (e *emitter) selected(order string, items []item) {
	if !slices.ContainsFunc(items, func(it item) bool { return it.sql+collate(it.typ) == order }) {
		e.fail(failure(145, 15, "ORDER BY items must appear in the select list if SELECT DISTINCT is specified."))
	}
}

// outputs refuses what RETURNING, which knows one state of a row only, cannot tell.
func (e *emitter) outputs(list []tsql.Item, verb string) {
	for _, one := range list {
		var parts []string
		switch x := one.Expr.(type) {
		case *tsql.Ref:
			parts = x.Parts
		case *tsql.Star:
			parts = x.Table
		}
		switch {
		case len(parts) == 0:
		case verb == "UPDATE" && strings.EqualFold(parts[0], "DELETED"):
			e.fail(unsupported("UPDATE ... OUTPUT DELETED"))
		case parts[0] == "$action":
			e.fail(unsupported("OUTPUT $action"))
		case verb != "INSERT" && len(parts) > 1 && !strings.EqualFold(parts[0], "INSERTED") && !strings.EqualFold(parts[0], "DELETED"):
			e.fail(unsupported(verb + " ... OUTPUT of another table"))
		}
	}
}
