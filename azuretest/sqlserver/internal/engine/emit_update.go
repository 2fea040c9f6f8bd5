package engine

import (
	"fmt"
	"strings"

	"github.com/keyless-go/azure/azuretest/sqlserver/internal/tds"
	"github.com/keyless-go/azure/azuretest/sqlserver/internal/tsql"
)

// update writes an UPDATE. One of a single table is SQLite's own; one with joins or TOP
// first selects the rows and their new values.
func (e *emitter) update(s *tsql.Update) *change {
	with := e.with(s.With)
	t, alias, from := e.changed(s.Target, s.From, "UPDATE")
	if t == nil {
		return nil
	}
	c := &change{target: t, verb: "UPDATE"}
	e.scopes = append(e.scopes, scope{})
	sources := e.from(from)
	columns, values := e.assigned(t, alias, s.Set)
	where := ""
	if s.Where != nil {
		where = " WHERE " + e.expr(s.Where).sql
	}
	limit := e.topRows(s.Top)
	e.scopes = e.scopes[:len(e.scopes)-1]
	set := make([]string, len(columns))
	simple := len(s.From) == 0 && limit == ""
	for i, col := range columns {
		set[i] = quote(col.Name) + " = " + values[i]
		if !simple {
			set[i] = fmt.Sprintf(`%s = "$s".v%d`, quote(col.Name), i)
			values[i] += fmt.Sprintf(" AS v%d", i)
		}
	}
	c.text = with + "UPDATE " + t.sqlite() + " AS " + quote(alias) + " SET " + strings.Join(set, ", ")
	if simple {
		c.text += where
	} else {
		c.text += fmt.Sprintf(` FROM (SELECT %s.%s AS "$r", %s%s%s%s) AS "$s" WHERE %[1]s.%[2]s = "$s"."$r"`,
			quote(alias), rowID, strings.Join(values, ", "), sources, where, limit)
	}
	c.text += e.output(s.Output, t, "INSERTED", c)
	c.args, c.needs = e.args, e.needs
	return c
}

// changed finds the table that UPDATE or DELETE means: by name, or by an alias in FROM. It
// returns what to select from.
func (e *emitter) changed(target tsql.Name, from []tsql.Source, permission string) (*table, string, []tsql.Source) {
	for _, s := range from {
		if named := findSource(s, target); named != nil {
			alias := named.Alias
			if alias == "" {
				alias = named.Name.Last()
			}
			return e.target(named.Name, permission), alias, from
		}
	}
	t := e.target(target, permission)
	if t == nil {
		return nil, "", nil
	}
	return t, target.Last(), append([]tsql.Source{&tsql.Table{Name: target}}, from...)
}

// findSource looks for the table with a name or alias among joins.
func findSource(s tsql.Source, target tsql.Name) *tsql.Table {
	switch s := s.(type) {
	case *tsql.Join:
		if t := findSource(s.L, target); t != nil {
			return t
		}
		return findSource(s.R, target)
	case *tsql.Table:
		if strings.EqualFold(s.Alias, target.Last()) && len(target) == 1 || strings.EqualFold(s.Name.Last(), target.Last()) && s.Alias == "" {
			return s
		}
	}
	return nil
}

// assigned writes the new values of the columns that SET names.
func (e *emitter) assigned(t *table, alias string, set []tsql.Assignment) (columns []*column, values []string) {
	for _, a := range set {
		if a.Variable != "" {
			e.fail(unsupported("UPDATE ... SET @variable"))
			return nil, nil
		}
		c := t.column(a.Column)
		switch {
		case c == nil:
			e.fail(failure(207, 16, "Invalid column name '%s'.", a.Column))
			return nil, nil
		case c.Identity:
			e.fail(failure(8102, 16, "Cannot update identity column '%s'.", c.Name))
			return nil, nil
		}
		columns = append(columns, c)
		if _, ok := a.Value.(*tsql.Default); ok {
			values = append(values, e.defaultOf(t, c))
			continue
		}
		x := e.expr(a.Value)
		if a.Op != "=" {
			x = e.arithmetic(strings.TrimSuffix(a.Op, "="), e.ref([]string{alias, c.Name}), x)
		}
		values = append(values, e.stored(x, t, c))
	}
	return columns, values
}

// topRows writes TOP of a statement that changes rows.
func (e *emitter) topRows(t *tsql.Top) string {
	switch {
	case t == nil:
		return ""
	case t.Percent:
		e.fail(unsupported("TOP PERCENT"))
	}
	return " LIMIT " + e.count("TOP", t.Count)
}

// delete writes a DELETE.
func (e *emitter) delete(s *tsql.Delete) *change {
	with := e.with(s.With)
	t, alias, from := e.changed(s.Target, s.From, "DELETE")
	if t == nil {
		return nil
	}
	c := &change{target: t, verb: "DELETE"}
	e.scopes = append(e.scopes, scope{})
	sources := e.from(from)
	where := ""
	if s.Where != nil {
		where = " WHERE " + e.expr(s.Where).sql
	}
	limit := e.topRows(s.Top)
	e.scopes = e.scopes[:len(e.scopes)-1]
	if len(s.From) > 0 || limit != "" {
		where = fmt.Sprintf(" WHERE %[1]s IN (SELECT %[2]s.%[1]s%[3]s%[4]s%[5]s)", rowID, quote(alias), sources, where, limit)
	}
	c.text = with + "DELETE FROM " + t.sqlite() + " AS " + quote(alias) + where + e.output(s.Output, t, "DELETED", c)
	c.args, c.needs = e.args, e.needs
	return c
}

// mergeTable is where MERGE keeps the rows it goes through.
const mergeTable = "#$merge"

// mergeSteps turns a MERGE into statements: one that keeps the rows of the source and
// which row of the target each matches, then one for each branch.
func mergeSteps(s *tsql.Merge, columns []tds.Column) (gather tsql.Stmt, branches []tsql.Stmt, err error) {
	alias := sourceAlias(s.Using)
	into := s.Target.Alias
	if into == "" {
		into = s.Target.Name.Last()
	}
	items := []tsql.Item{{Expr: &tsql.Ref{Parts: []string{into, rowID}}, Alias: "$r"}}
	for _, c := range columns {
		items = append(items, tsql.Item{Expr: &tsql.Ref{Parts: []string{alias, c.Name}}, Alias: c.Name})
	}
	gather = &tsql.Query{With: s.With, Body: &tsql.Select{
		Items: items, Into: tsql.Name{mergeTable},
		From: []tsql.Source{&tsql.Join{Kind: "LEFT", L: s.Using, R: s.Target, On: s.On}},
	}}
	rows := &tsql.Table{Name: tsql.Name{mergeTable}, Alias: alias}
	matched := &tsql.Ref{Parts: []string{alias, "$r"}}
	pairs := &tsql.Binary{Op: "=", L: &tsql.Ref{Parts: []string{into, rowID}}, R: matched}
	for _, one := range s.Output {
		if ref, ok := one.Expr.(*tsql.Ref); ok && len(ref.Parts) > 1 && strings.EqualFold(ref.Parts[0], alias) {
			return nil, nil, unsupported("MERGE ... OUTPUT of the source")
		}
	}
	for _, w := range s.Whens {
		switch {
		case w.BySource:
			return nil, nil, unsupported("MERGE ... NOT MATCHED BY SOURCE")
		case !w.Matched:
			branches = append(branches, &tsql.Insert{Table: s.Target.Name, Columns: w.Columns, Output: s.Output, Query: &tsql.Query{Body: &tsql.Select{
				Items: itemsOf(w.Values), From: []tsql.Source{rows}, Where: both(&tsql.IsNull{X: matched}, w.And),
			}}})
		case w.Delete:
			branches = append(branches, &tsql.Delete{Target: tsql.Name{into}, From: []tsql.Source{s.Target, rows}, Output: s.Output, Where: both(pairs, w.And)})
		default:
			branches = append(branches, &tsql.Update{Target: tsql.Name{into}, From: []tsql.Source{s.Target, rows}, Set: w.Set, Output: s.Output, Where: both(pairs, w.And)})
		}
	}
	return gather, branches, nil
}

func sourceAlias(s tsql.Source) string {
	switch s := s.(type) {
	case *tsql.Derived:
		return s.Alias
	case *tsql.Table:
		if s.Alias != "" {
			return s.Alias
		}
		return s.Name.Last()
	}
	return ""
}

func both(a, b tsql.Expr) tsql.Expr {
	if b == nil {
		return a
	}
	return &tsql.Binary{Op: "AND", L: a, R: b}
}

func itemsOf(values []tsql.Expr) []tsql.Item {
	items := make([]tsql.Item, len(values))
	for i, v := range values {
		items[i].Expr = v
	}
	return items
}
