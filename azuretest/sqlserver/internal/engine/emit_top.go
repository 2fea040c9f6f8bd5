package engine

import (
	"fmt"
	"strings"

	"github.com/keyless-go/azure/azuretest/sqlserver/internal/tsql"
)

// top writes TOP as LIMIT. A share of the rows needs to know how many there are.
func (e *emitter) top(s *tsql.Select, q *tsql.Query, from string) string {
	switch {
	case q.Offset != nil:
		e.fail(failure(10741, 15, "A TOP can not be used in the same query or sub-query as a OFFSET."))
	case s.Top.Percent && (s.GroupBy != nil || s.Distinct || s.Having != nil):
		e.fail(unsupported("TOP PERCENT of groups"))
	case s.Top.Percent:
		return fmt.Sprintf(" LIMIT CAST(ceil((SELECT count(*)%s) * %s / 100.0) AS INTEGER)", from, e.float(e.expr(s.Top.Count)))
	}
	return " LIMIT " + e.count("TOP", s.Top.Count)
}

// ties writes TOP ... WITH TIES: of all rows those whose rank is not beyond the count.
func (e *emitter) ties(s *tsql.Select, q *tsql.Query, items []item, from string) string {
	switch {
	case q.OrderBy == nil:
		e.fail(failure(1062, 15, "The TOP N WITH TIES clause is not allowed without a corresponding ORDER BY clause."))
	case q.Offset != nil:
		e.top(s, q, from)
	case s.Top.Percent || s.Distinct:
		e.fail(unsupported("TOP WITH TIES of a percentage, or of DISTINCT rows"))
	}
	var columns, keys, order []string
	for i := range items {
		columns = append(columns, fmt.Sprintf("c%d", i))
	}
	for i, o := range q.OrderBy {
		key := e.sortKey(o.Expr, items)
		columns, keys = append(columns, fmt.Sprintf("k%d", i)), append(keys, ", "+key.sql)
		order = append(order, columns[len(columns)-1]+collate(key.typ)+direction(o))
	}
	return fmt.Sprintf(`SELECT %s FROM (WITH q(%s) AS (SELECT %s%s%s) SELECT *, rank() OVER (ORDER BY %s) AS "$rank" FROM q) WHERE "$rank" <= %s ORDER BY "$rank"`,
		strings.Join(columns[:len(items)], ", "), strings.Join(columns, ", "), itemList(items, false), strings.Join(keys, ""), from,
		strings.Join(order, ", "), e.count("TOP", s.Top.Count))
}

// sortKey writes what ORDER BY means by one of its items.
func (e *emitter) sortKey(x tsql.Expr, items []item) typed {
	if e.ordinal(x, columnsOf(items)) != "" {
		n := 0
		if l, ok := x.(*tsql.Literal); ok && e.err == nil {
			_, _ = fmt.Sscan(l.Text, &n) // ordinal has read it
		}
		return items[max(n, 1)-1].typed
	}
	if chosen := namedItem(x, items); chosen != nil {
		return chosen.typed
	}
	return e.expr(x)
}
