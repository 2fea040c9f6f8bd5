package engine

import (
	"slices"
	"strings"

	"github.com/keyless-go/azure/azuretest/sqlserver/internal/tsql"
)

// grouping is what rows are put together by, as it is written for SQLite.
type grouping struct {
	texts  map[string]bool
	whole  bool // all rows are one group
	simple bool // by columns alone
}

// grouped refuses columns of single rows where rows are put together. SQLite takes any.
func (e *emitter) grouped(s *tsql.Select, q *tsql.Query, items []item) {
	if s.GroupBy == nil && s.Having == nil && !slices.ContainsFunc(items, func(it item) bool { return aggregates(it.expr) }) {
		return
	}
	wide, sized := e.wide, e.sized // what is written here is not part of the statement
	g := grouping{texts: map[string]bool{}, whole: s.GroupBy == nil, simple: true}
	for _, x := range s.GroupBy {
		g.texts[e.expr(x).sql] = true
		_, column := x.(*tsql.Ref)
		g.simple = g.simple && column
	}
	for _, it := range items {
		e.refuseStray(it.expr, g, 8120, "select list")
	}
	e.refuseStray(s.Having, g, 8121, "HAVING clause")
	for _, o := range q.OrderBy {
		if namedItem(o.Expr, items) == nil {
			e.refuseStray(o.Expr, g, 8127, "ORDER BY clause")
		}
	}
	e.wide, e.sized = wide, sized
}

// refuseStray refuses a column of single rows in a place.
func (e *emitter) refuseStray(x tsql.Expr, g grouping, number int32, place string) {
	column := e.stray(x, g)
	if column == "" {
		return
	}
	clause := "either an aggregate function or the GROUP BY clause"
	if g.whole {
		clause = "an aggregate function and there is no GROUP BY clause"
	}
	e.fail(failure(number, 16, "Column '%s' is invalid in the %s because it is not contained in %s.", strings.ReplaceAll(column, `"`, ""), place, clause))
}

// stray returns a column in an expression that is neither in the grouping nor in an
// aggregate, or "".
func (e *emitter) stray(x tsql.Expr, g grouping) string {
	if ref, ok := x.(*tsql.Ref); ok {
		if column := e.ref(ref.Parts).sql; !g.texts[column] && e.own(column) {
			return column
		}
		return ""
	}
	parts := operands(x)
	if len(parts) == 0 || isAggregate(x) || !g.simple && g.texts[e.expr(x).sql] {
		return ""
	}
	for _, part := range parts {
		if column := e.stray(part, g); column != "" {
			return column
		}
	}
	return ""
}

// own reports whether a column is of this query's tables, and not of one around it.
func (e *emitter) own(column string) bool {
	return slices.ContainsFunc(e.scopes[len(e.scopes)-1].tables, func(t source) bool {
		return strings.HasPrefix(column, quote(t.alias)+".")
	})
}

// aggregates reports whether an expression puts rows together.
func aggregates(x tsql.Expr) bool {
	return isAggregate(x) || slices.ContainsFunc(operands(x), aggregates)
}

func isAggregate(x tsql.Expr) bool {
	c, ok := x.(*tsql.Call)
	if !ok || c.Over != nil {
		return false
	}
	switch strings.ToUpper(c.Name[len(c.Name)-1]) {
	case "COUNT", "COUNT_BIG", "SUM", "AVG", "MIN", "MAX", "STRING_AGG":
		return true
	}
	return false
}

// operands returns the expressions that another is made of; some may be nil. Queries in it
// are not among them.
func operands(x tsql.Expr) []tsql.Expr {
	switch x := x.(type) {
	case *tsql.Unary:
		return []tsql.Expr{x.X}
	case *tsql.Binary:
		return []tsql.Expr{x.L, x.R}
	case *tsql.IsNull:
		return []tsql.Expr{x.X}
	case *tsql.Between:
		return []tsql.Expr{x.X, x.Low, x.High}
	case *tsql.In:
		return append([]tsql.Expr{x.X}, x.List...)
	case *tsql.Like:
		return []tsql.Expr{x.X, x.Pattern, x.Escape}
	case *tsql.Cast:
		return []tsql.Expr{x.X}
	case *tsql.Collate:
		return []tsql.Expr{x.X}
	case *tsql.Case:
		parts := []tsql.Expr{x.Operand, x.Else}
		for _, w := range x.Whens {
			parts = append(parts, w.Cond, w.Then)
		}
		return parts
	case *tsql.Call:
		return callOperands(x)
	}
	return nil
}

func callOperands(c *tsql.Call) []tsql.Expr {
	parts := slices.Clone(c.Args)
	if c.Over != nil {
		parts = append(parts, c.Over.Partition...)
		for _, o := range c.Over.Order {
			parts = append(parts, o.Expr)
		}
	}
	if c.Star || len(parts) == 0 {
		parts = append(parts, nil)
	}
	return parts
}
