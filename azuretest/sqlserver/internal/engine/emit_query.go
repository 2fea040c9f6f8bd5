package engine

import (
	"fmt"
	"slices"
	"strings"

	"github.com/keyless-go/azure/azuretest/sqlserver/internal/tds"
	"github.com/keyless-go/azure/azuretest/sqlserver/internal/tsql"
)

// scope is the tables that a query can name columns of.
type scope struct{ tables []source }

// source is one table of a scope.
type source struct {
	alias   string
	also    string // another name that means it
	schema  string // of a table without alias
	columns []tds.Column
}

func (t source) column(name string) (tds.Column, bool) {
	for _, c := range t.columns {
		if strings.EqualFold(c.Name, name) {
			return c, true
		}
	}
	return tds.Column{}, false
}

// rowID is the name under which statements that this package makes find the number
// of a row.
const rowID = "_rowid_"

// ref writes the name of a column.
func (e *emitter) ref(parts []string) typed {
	column := parts[len(parts)-1]
	for _, sc := range slices.Backward(e.scopes) {
		var found []typed
		for _, t := range sc.tables {
			if !t.named(parts[:len(parts)-1]) {
				continue
			}
			if strings.EqualFold(column, rowID) {
				return typed{quote(t.alias) + "." + rowID, bigintType()}
			}
			if c, ok := t.column(column); ok {
				found = append(found, typed{quote(t.alias) + "." + quote(c.Name), c.Type})
			} else if len(parts) > 1 {
				return e.fail(failure(207, 16, "Invalid column name '%s'.", column))
			}
		}
		if len(found) > 1 {
			return e.fail(failure(209, 16, "Ambiguous column name '%s'.", column))
		}
		if len(found) == 1 {
			return found[0]
		}
	}
	if len(parts) > 1 {
		return e.fail(failure(4104, 16, "The multi-part identifier \"%s\" could not be bound.", strings.Join(parts, ".")))
	}
	return e.fail(failure(207, 16, "Invalid column name '%s'.", column))
}

// named reports whether a prefix of a column means this table.
func (t source) named(prefix []string) bool {
	switch len(prefix) {
	case 0:
		return true
	case 1:
		return strings.EqualFold(prefix[0], t.alias) || t.also != "" && strings.EqualFold(prefix[0], t.also)
	}
	return t.schema != "" && strings.EqualFold(prefix[len(prefix)-1], t.alias) && strings.EqualFold(prefix[len(prefix)-2], t.schema)
}

// query writes a whole query and returns the columns of its result.
func (e *emitter) query(q *tsql.Query) (string, []tds.Column) {
	known := len(e.ctes)
	defer func() { e.ctes = e.ctes[:known] }()
	with := e.with(q.With)
	if s, ok := q.Body.(*tsql.Select); ok {
		text, columns := e.selectQuery(s, q, nil)
		return with + text, columns
	}
	text, columns := e.body(q.Body, nil)
	if q.OrderBy != nil {
		text += e.orderByResult(q.OrderBy, columns)
	}
	return with + text + e.offset(q), columns
}

// subquery is a query whose variables belong to the statement around it.
func (e *emitter) subquery(q *tsql.Query) (string, []tds.Column) {
	e.unordered(q)
	return e.query(q)
}

func (e *emitter) with(list []tsql.CTE) string {
	if len(list) == 0 {
		return ""
	}
	parts := make([]string, len(list))
	for i, c := range list {
		parts[i] = e.cte(c)
	}
	return "WITH RECURSIVE " + strings.Join(parts, ", ") + " "
}

// cte writes one common table expression. One that names itself gets the types of
// its first part.
func (e *emitter) cte(c tsql.CTE) string {
	e.unordered(c.Query)
	if op, ok := c.Query.Body.(*tsql.SetOperation); ok && c.Query.With == nil {
		return e.united(c, op)
	}
	if r := (&recursion{name: c.Name}); r.in(c.Query.Body) != "" {
		e.fail(r.alone())
	}
	text, columns := e.query(c.Query)
	e.ctes = append(e.ctes, cte{c.Name, renamed(columns, c.Columns)})
	return e.cteText(c, columnList(e.cteColumns(c, columns)), text)
}

// cteColumns gives the columns of a common table expression their names.
func (e *emitter) cteColumns(c tsql.CTE, columns []tds.Column) []tds.Column {
	if c.Columns != nil && len(c.Columns) != len(columns) {
		e.fail(failure(8159, 16, "'%s' has fewer columns than were specified in the column list.", c.Name))
	}
	return renamed(columns, c.Columns)
}

func (e *emitter) cteText(c tsql.CTE, columns, text string) string {
	return quote(c.Name) + "(" + columns + ") AS (" + text + ")"
}

func renamed(columns []tds.Column, names []string) []tds.Column {
	out := make([]tds.Column, len(columns))
	for i, c := range columns {
		if i < len(names) {
			c.Name = names[i]
		}
		out[i] = c
	}
	return out
}

func columnList(columns []tds.Column) string {
	names := make([]string, len(columns))
	for i, c := range columns {
		names[i] = quote(c.Name)
	}
	return strings.Join(names, ", ")
}

// body writes a query without what comes before and after it. Its columns become of
// the given types, if there are some.
func (e *emitter) body(b tsql.Body, as []tds.Type) (string, []tds.Column) {
	switch b := b.(type) {
	case *tsql.Select:
		return e.selectQuery(b, &tsql.Query{}, as)
	case *tsql.SetOperation:
		return e.setOperation(b, as)
	case *tsql.Query:
		if s, ok := b.Body.(*tsql.Select); ok {
			text, columns := e.selectQuery(s, b, as)
			return "SELECT * FROM (" + text + ")", columns
		}
		text, columns := e.query(b)
		return "SELECT * FROM (" + text + ")", columns
	}
	e.fail(unsupported(fmt.Sprintf("%T", b)))
	return "", nil
}

// setOperation writes UNION and the like. It writes the queries once to learn their
// types and, where these differ, again with the types they have in common.
func (e *emitter) setOperation(b *tsql.SetOperation, as []tds.Type) (string, []tds.Column) {
	parts, operators := spine(b)
	texts := make([]string, len(parts))
	all := make([][]tds.Column, len(parts))
	for i, part := range parts {
		texts[i], all[i] = e.body(part, as)
		if len(all[i]) != len(all[0]) {
			e.fail(failure(205, 16, "All queries combined using a UNION, INTERSECT or EXCEPT operator must have an equal number of expressions in their target lists."))
			return "", nil
		}
	}
	out := append([]tds.Column{}, all[0]...)
	types := make([]tds.Type, len(out))
	for c := range out {
		for _, columns := range all {
			types[c] = common(types[c], columns[c].Type)
			out[c].NotNull = out[c].NotNull && columns[c].NotNull
		}
		out[c].Type = types[c]
	}
	for i, part := range parts {
		if !sameTypes(all[i], types) {
			texts[i], _ = e.body(part, types)
		}
		if i > 0 {
			texts[i] = operators[i-1] + " " + texts[i]
		}
	}
	return strings.Join(texts, " "), out
}

// spine returns the queries that a chain of operators of equal precedence puts
// together, which SQLite reads from left to right too.
func spine(b tsql.Body) (parts []tsql.Body, operators []string) {
	for {
		op, ok := b.(*tsql.SetOperation)
		if !ok {
			parts = append(parts, b)
			slices.Reverse(parts)
			slices.Reverse(operators)
			return parts, operators
		}
		right := op.R
		if _, nested := right.(*tsql.SetOperation); nested {
			right = &tsql.Query{Body: right}
		}
		parts, operators = append(parts, right), append(operators, op.Op)
		b = op.L
	}
}

func sameTypes(columns []tds.Column, types []tds.Type) bool {
	for i, c := range columns {
		if c.Type != types[i] {
			return false
		}
	}
	return true
}

// orderByResult writes ORDER BY of a query that is put together: by columns of its
// result.
func (e *emitter) orderByResult(list []tsql.Order, columns []tds.Column) string {
	result := source{columns: columns}
	parts := make([]string, len(list))
	for i, o := range list {
		parts[i] = e.ordinal(o.Expr, columns)
		if r, ok := o.Expr.(*tsql.Ref); ok && len(r.Parts) == 1 && parts[i] == "" {
			if c, ok := result.column(r.Parts[0]); ok {
				parts[i] = quote(c.Name) + collate(c.Type)
			}
		}
		if parts[i] == "" {
			e.fail(failure(104, 16, "ORDER BY items must appear in the select list if the statement contains a UNION, INTERSECT or EXCEPT operator."))
		}
		parts[i] += direction(o)
	}
	return " ORDER BY " + strings.Join(parts, ", ")
}

// ordinal writes ORDER BY 2, which means the second column.
func (e *emitter) ordinal(x tsql.Expr, columns []tds.Column) string {
	l, ok := x.(*tsql.Literal)
	if !ok || l.Kind != tsql.Integer {
		return ""
	}
	n := 0
	_, _ = fmt.Sscan(l.Text, &n)
	if n < 1 || n > len(columns) {
		e.fail(failure(108, 16, "The ORDER BY position number %s is out of range of the number of items in the select list.", l.Text))
		return "1"
	}
	return l.Text + collate(columns[n-1].Type)
}

func direction(o tsql.Order) string {
	if o.Desc {
		return " DESC"
	}
	return ""
}

// offset writes OFFSET and FETCH.
func (e *emitter) offset(q *tsql.Query) string {
	if q.Offset == nil {
		return ""
	}
	limit := "-1"
	if q.Fetch != nil {
		limit = e.count("FETCH", q.Fetch)
	}
	return " LIMIT " + limit + " OFFSET " + e.count("OFFSET", q.Offset)
}
