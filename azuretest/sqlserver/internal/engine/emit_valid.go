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

// grouped refuses items that are columns of single rows where rows are put together.
func (e *emitter) grouped(s *tsql.Select, items []item) {
	if s.GroupBy == nil && !slices.ContainsFunc(items, func(it item) bool { return aggregates(it.expr) }) {
		return
	}
	groups := map[string]bool{}
	for _, x := range s.GroupBy {
		if ref, ok := x.(*tsql.Ref); ok {
			groups[e.expr(ref).sql] = true
		}
	}
	for _, it := range items {
		if ref, ok := it.expr.(*tsql.Ref); ok && !groups[it.sql] && e.own(it.sql) {
			clause := "either an aggregate function or the GROUP BY clause"
			if s.GroupBy == nil {
				clause = "an aggregate function and there is no GROUP BY clause"
			}
			e.fail(failure(8120, 16, "Column '%s' is invalid in the select list because it is not contained in %s.", strings.Join(ref.Parts, "."), clause))
		}
	}
}

// own reports whether a column is of this query's tables, and not of one around it.
func (e *emitter) own(column string) bool {
	return slices.ContainsFunc(e.scopes[len(e.scopes)-1].tables, func(t source) bool {
		return strings.HasPrefix(column, quote(t.alias)+".")
	})
}

// aggregates reports whether an expression puts rows together.
func aggregates(x tsql.Expr) bool {
	switch x := x.(type) {
	case *tsql.Binary:
		return aggregates(x.L) || aggregates(x.R)
	case *tsql.Cast:
		return aggregates(x.X)
	case *tsql.Call:
		switch strings.ToUpper(x.Name[len(x.Name)-1]) {
		case "COUNT", "COUNT_BIG", "SUM", "AVG", "MIN", "MAX", "STRING_AGG":
			return x.Over == nil
		}
		return slices.ContainsFunc(x.Args, aggregates)
	}
	return false
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
