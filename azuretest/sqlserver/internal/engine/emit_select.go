package engine

import (
	"fmt"
	"strings"

	"github.com/keyless-go/azure/azuretest/sqlserver/internal/tds"
	"github.com/keyless-go/azure/azuretest/sqlserver/internal/tsql"
)

// item is one column of a result.
type item struct {
	typed

	name     string
	notNull  bool
	identity bool
	expr     tsql.Expr
}

// selectQuery writes a SELECT, with what the query around it adds. Its columns become
// of the given types, if there are some.
func (e *emitter) selectQuery(s *tsql.Select, q *tsql.Query, as []tds.Type) (string, []tds.Column) {
	e.scopes = append(e.scopes, scope{})
	around := e.recursion
	e.recursion = nil // the queries in this one have no part in it
	defer func() { e.scopes, e.recursion = e.scopes[:len(e.scopes)-1], around }()
	from := e.from(s.From)
	items := append(e.items(s.Items), around.level(s.From)...)
	e.grouped(s, q, items)
	for i := range as {
		items[i].typed = e.cast(items[i].typed, as[i])
	}
	from += e.restricted(s)
	if s.Top != nil && s.Top.Ties {
		return e.ties(s, q, items, from), columnsOf(items)
	}
	text := "SELECT "
	if s.Distinct {
		text += "DISTINCT "
	}
	text += itemList(items, s.Distinct) + from + e.orderBy(q.OrderBy, items, s.Distinct) + e.offset(q)
	if s.Top != nil {
		text += e.top(s, q, from)
	}
	return text, columnsOf(items)
}

// restricted writes which rows are taken, and how they are put together.
func (e *emitter) restricted(s *tsql.Select) string {
	text := ""
	if s.Where != nil {
		text += " WHERE " + e.expr(s.Where).sql
	}
	if s.GroupBy != nil {
		text += " GROUP BY " + e.grouping(s.GroupBy)
	}
	if s.Having != nil {
		text += " HAVING " + e.expr(s.Having).sql
	}
	return text
}

func columnsOf(items []item) []tds.Column {
	columns := make([]tds.Column, len(items))
	for i, it := range items {
		columns[i] = tds.Column{Name: it.name, Type: it.typ, NotNull: it.notNull, Identity: it.identity}
	}
	return columns
}

// itemList writes the items with their names. DISTINCT compares them as T-SQL does.
func itemList(items []item, distinct bool) string {
	texts := make([]string, len(items))
	for i, it := range items {
		texts[i] = it.sql
		if distinct {
			texts[i] += collate(it.typ)
		}
		if it.name != "" {
			texts[i] += " AS " + quote(it.name)
		}
	}
	return strings.Join(texts, ", ")
}

// items writes the items of a SELECT; those with a star become the columns they mean.
func (e *emitter) items(list []tsql.Item) []item {
	var out []item
	for _, one := range list {
		if star, ok := one.Expr.(*tsql.Star); ok {
			out = append(out, e.star(star)...)
			continue
		}
		if one.Op != "" && one.Op != "=" { // SELECT @x += ...
			one.Expr = &tsql.Binary{Op: strings.TrimSuffix(one.Op, "="), L: &tsql.Var{Name: one.Variable}, R: one.Expr}
		}
		it := item{typed: e.expr(one.Expr), name: one.Alias, expr: one.Expr}
		if ref, ok := one.Expr.(*tsql.Ref); ok {
			if it.name == "" {
				it.name = ref.Parts[len(ref.Parts)-1]
			}
			it.notNull, it.identity = e.columnFlags(ref.Parts)
		}
		out = append(out, it)
	}
	return out
}

// columnFlags returns what is known of a column that is an item itself.
func (e *emitter) columnFlags(parts []string) (notNull, identity bool) {
	for _, t := range e.scopes[len(e.scopes)-1].tables {
		if !t.named(parts[:len(parts)-1]) {
			continue
		}
		if c, ok := t.column(parts[len(parts)-1]); ok {
			return c.NotNull, c.Identity
		}
	}
	return false, false
}

// star returns the columns of all tables, or of one.
func (e *emitter) star(s *tsql.Star) []item {
	var out []item
	tables := e.scopes[len(e.scopes)-1].tables
	if len(tables) == 0 {
		e.fail(failure(263, 16, "Must specify table to select from."))
	}
	found := false
	for _, t := range tables {
		if !t.named(s.Table) {
			continue
		}
		found = true
		for _, c := range t.columns {
			e.weigh(c.Type)
			out = append(out, item{
				typed: typed{quote(t.alias) + "." + quote(c.Name), c.Type},
				name:  c.Name, notNull: c.NotNull, identity: c.Identity, expr: &tsql.Ref{Parts: []string{t.alias, c.Name}},
			})
		}
	}
	if !found && s.Table != nil {
		e.fail(failure(4104, 16, "The multi-part identifier \"%s.*\" could not be bound.", strings.Join(s.Table, ".")))
	}
	return out
}

func (e *emitter) grouping(list []tsql.Expr) string {
	parts := make([]string, len(list))
	for i, x := range list {
		one := e.expr(x)
		parts[i] = one.sql + collate(one.typ)
	}
	return strings.Join(parts, ", ")
}

// orderBy writes ORDER BY: by position, by the name of an item, or by any expression.
func (e *emitter) orderBy(list []tsql.Order, items []item, distinct bool) string {
	if list == nil {
		return ""
	}
	parts := make([]string, len(list))
	for i, o := range list {
		if parts[i] = e.ordinal(o.Expr, columnsOf(items)); parts[i] == "" {
			parts[i] = e.orderItem(o.Expr, items)
			if distinct {
				e.selected(parts[i], items)
			}
		}
		parts[i] += direction(o)
	}
	return " ORDER BY " + strings.Join(parts, ", ")
}

func (e *emitter) orderItem(x tsql.Expr, items []item) string {
	if chosen := namedItem(x, items); chosen != nil {
		return chosen.sql + collate(chosen.typ)
	}
	one := e.expr(x)
	return one.sql + collate(one.typ)
}

// namedItem returns the item whose name an expression is, if there is one.
func namedItem(x tsql.Expr, items []item) *item {
	ref, ok := x.(*tsql.Ref)
	if !ok || len(ref.Parts) != 1 {
		return nil
	}
	for i := range items {
		if strings.EqualFold(items[i].name, ref.Parts[0]) {
			return &items[i]
		}
	}
	return nil
}

// from writes FROM and puts its tables into the scope.
func (e *emitter) from(list []tsql.Source) string {
	if len(list) == 0 {
		return ""
	}
	parts := make([]string, len(list))
	for i, s := range list {
		parts[i] = e.source(s)
	}
	return " FROM " + strings.Join(parts, ", ")
}

func (e *emitter) source(s tsql.Source) string {
	switch s := s.(type) {
	case *tsql.Table:
		return e.table(s)
	case *tsql.Derived:
		return e.derived(s)
	case *tsql.Join:
		left, right := e.source(s.L), e.source(s.R)
		if s.Kind == "CROSS" {
			return fmt.Sprintf("(%s CROSS JOIN %s)", left, right)
		}
		return fmt.Sprintf("(%s %s JOIN %s ON %s)", left, s.Kind, right, e.expr(s.On).sql)
	case *tsql.Function:
		return e.rowsFunction(s)
	}
	e.fail(unsupported(fmt.Sprintf("%T", s)))
	return ""
}

// add puts a table into the scope.
func (e *emitter) add(t source) {
	here := &e.scopes[len(e.scopes)-1]
	for _, other := range here.tables {
		if strings.EqualFold(other.alias, t.alias) && (t.schema == other.schema || t.schema == "" || other.schema == "") {
			e.fail(failure(1013, 16, "The objects \"%s\" and \"%s\" in the FROM clause have the same exposed names. Use correlation names to distinguish them.", other.alias, t.alias))
		}
	}
	here.tables = append(here.tables, t)
}

func (e *emitter) derived(d *tsql.Derived) string {
	var text string
	var columns []tds.Column
	if d.Query != nil {
		// What stands beside it in FROM cannot be named in it.
		hidden := e.scopes[len(e.scopes)-1]
		e.scopes[len(e.scopes)-1] = scope{}
		text, columns = e.subquery(d.Query)
		e.scopes[len(e.scopes)-1] = hidden
	} else {
		text, columns = e.values(d.Rows)
	}
	if d.Columns != nil && len(d.Columns) != len(columns) {
		e.fail(failure(8158, 16, "'%s' has more columns than were specified in the column list.", d.Alias))
		return ""
	}
	columns = renamed(columns, d.Columns)
	for i, c := range columns {
		if c.Name == "" {
			e.fail(failure(8155, 16, "No column name was specified for column %d of '%s'.", i+1, d.Alias))
		}
	}
	e.add(source{alias: d.Alias, columns: columns})
	return fmt.Sprintf("(WITH q(%s) AS (%s) SELECT * FROM q) AS %s", columnList(columns), text, quote(d.Alias))
}

// values writes rows in the place of a table.
func (e *emitter) values(rows [][]tsql.Expr) (string, []tds.Column) {
	all := make([][]typed, len(rows))
	var columns []tds.Column
	for i, row := range rows {
		all[i] = e.exprs(row)
		if i > 0 && len(row) != len(columns) {
			e.fail(failure(10709, 16, "The number of columns for each row in a table value constructor must be the same."))
			return "", nil
		}
		for j, x := range all[i] {
			if i == 0 {
				columns = append(columns, tds.Column{})
			}
			columns[j].Type = common(columns[j].Type, x.typ)
		}
	}
	texts := make([]string, len(rows))
	for i, row := range all {
		for j := range row {
			row[j] = e.cast(row[j], columns[j].Type)
		}
		texts[i] = "(" + sqls(row) + ")"
	}
	return "VALUES " + strings.Join(texts, ", "), columns
}
