package engine

import (
	"fmt"
	"slices"
	"strings"

	"github.com/keyless-go/azure/azuretest/sqlserver/internal/tds"
	"github.com/keyless-go/azure/azuretest/sqlserver/internal/tsql"
)

// change is a statement that changes rows, ready to run.
type change struct {
	text    string
	args    []any
	columns []tds.Column // of OUTPUT; nil without
	needs   []need
	target  *table
	verb    string
	made    *identityRange // values of an identity column that are used up
}

// identityRange is where an INSERT takes the values of an identity column from.
type identityRange struct {
	base, step int64
	explicit   bool // the statement gives them itself
}

// insert writes an INSERT. Values are converted to the types of their columns, which
// columns are left out get their defaults, and the identity column its numbers.
func (e *emitter) insert(s *tsql.Insert) *change {
	t := e.target(s.Table, "INSERT")
	if t == nil {
		return nil
	}
	c := &change{target: t, verb: "INSERT"}
	columns := e.insertColumns(t, s)
	identity := t.identity()
	if identity != nil && e.err == nil {
		c.made = e.identityFor(t, columns)
		if !c.made.explicit {
			columns = append(columns, identity)
		}
	}
	with := e.with(s.With)
	var body string
	if s.Query != nil {
		body = e.insertQuery(t, columns, s.Query, c.made)
	} else {
		body = e.insertRows(t, columns, s.Rows, c.made)
	}
	names := make([]string, len(columns))
	for i, col := range columns {
		names[i] = quote(col.Name)
	}
	c.text = with + "INSERT INTO " + t.sqlite()
	if len(names) > 0 {
		c.text += " (" + strings.Join(names, ", ") + ")"
	}
	if c.text += " " + body; len(columns) == 0 {
		c.text = with + "INSERT INTO " + t.sqlite() + " DEFAULT VALUES"
	}
	c.text += e.output(s.Output, t, "INSERTED", c)
	c.args, c.needs = e.args, e.needs
	return c
}

// target returns the table that a statement changes.
func (e *emitter) target(n tsql.Name, permission string) *table {
	if len(n) == 1 && slices.ContainsFunc(e.ctes, func(c cte) bool { return strings.EqualFold(c.name, n[0]) }) {
		e.fail(unsupported(permission + " of a common table expression"))
		return nil
	}
	t := e.find(n)
	if t == nil {
		return nil
	}
	if t.view() {
		e.fail(failure(4405, 16, "View or function '%s' is not updatable.", t.name))
		return nil
	}
	e.need(permission, t)
	return t
}

// insertColumns returns the columns that get a value from the statement, and then
// those that get their default.
func (e *emitter) insertColumns(t *table, s *tsql.Insert) []*column {
	var columns []*column
	for _, name := range s.Columns {
		c := t.column(name)
		if c == nil {
			e.fail(failure(207, 16, "Invalid column name '%s'.", name))
			return nil
		}
		columns = append(columns, c)
	}
	if s.Columns == nil && (s.Rows != nil || s.Query != nil) {
		for i := range t.Columns {
			if !t.Columns[i].Identity || e.s.identityInsert == t.id {
				columns = append(columns, &t.Columns[i])
			}
		}
	}
	given := map[*column]bool{}
	for _, c := range columns {
		if given[c] {
			e.fail(failure(264, 16, "The column name '%s' is specified more than once in the SET clause or column list of an INSERT.", c.Name))
		}
		given[c] = true
	}
	e.given = len(columns)
	for i := range t.Columns {
		if c := &t.Columns[i]; !given[c] && c.Default != "" {
			columns = append(columns, c)
		}
	}
	return columns
}

// identityFor says which numbers the identity column gets.
func (e *emitter) identityFor(t *table, columns []*column) *identityRange {
	id := t.identity()
	for _, c := range columns[:e.given] {
		if c != id {
			continue
		}
		if e.s.identityInsert != t.id {
			e.fail(failure(544, 16, "Cannot insert explicit value for identity column in table '%s' when IDENTITY_INSERT is set to OFF.", t.name))
		}
		return &identityRange{explicit: true, step: int64(id.Increment)}
	}
	if e.s.identityInsert == t.id && !t.temp() {
		e.fail(failure(545, 16, "Explicit value must be specified for identity column in table '%s' either when IDENTITY_INSERT is set to ON or when a replication user is inserting into a NOT FOR REPLICATION identity column.", t.name))
	}
	last, err := e.s.identityValue(e.ctx, t)
	if err != nil {
		e.fail(err)
	}
	return &identityRange{base: last + int64(id.Increment), step: int64(id.Increment)}
}

// stored writes a value as its column takes it.
func (e *emitter) stored(x typed, t *table, c *column) string {
	to := c.typ()
	switch {
	case x.sql == "NULL":
		return "NULL"
	case x.typ == to && !to.Sized(), x.typ.Integer() && to.Integer() && x.typ.Kind != tds.Untyped && rank(x.typ.Kind) <= rank(to.Kind):
		return x.sql
	}
	return fmt.Sprintf("az_store(%s, %s, %s, %s, %s)", x.sql, declaration(x.typ), declaration(to), literal(e.s.db.name+"."+t.display()), literal(c.Name))
}

// defaultOf writes the default of a column.
func (e *emitter) defaultOf(t *table, c *column) string {
	if c.Default == "" {
		return "NULL"
	}
	x, err := tsql.ParseExpr(c.Default)
	if err != nil {
		e.fail(err)
		return "NULL"
	}
	return e.stored(e.expr(x), t, c)
}

// insertRows writes VALUES. Without rows it is DEFAULT VALUES.
func (e *emitter) insertRows(t *table, columns []*column, rows [][]tsql.Expr, made *identityRange) string {
	if rows == nil {
		rows = [][]tsql.Expr{{}}
	}
	e.scopes = append(e.scopes, scope{})
	defer func() { e.scopes = e.scopes[:len(e.scopes)-1] }()
	texts := make([]string, len(rows))
	for i, row := range rows {
		if len(row) != e.given {
			e.fail(wrongCount(len(row), e.given))
			return ""
		}
		values := make([]string, 0, len(columns))
		for j, c := range columns {
			values = append(values, e.insertValue(t, c, row, j, made, int64(i)))
		}
		texts[i] = "(" + strings.Join(values, ", ") + ")"
	}
	return "VALUES " + strings.Join(texts, ", ")
}

func (e *emitter) insertValue(t *table, c *column, row []tsql.Expr, j int, made *identityRange, i int64) string {
	if j < len(row) {
		if _, ok := row[j].(*tsql.Default); ok {
			return e.defaultOf(t, c)
		}
		return e.stored(e.expr(row[j]), t, c)
	}
	if c.Identity && made != nil {
		return fmt.Sprint(made.base + i*made.step)
	}
	return e.defaultOf(t, c)
}

func wrongCount(got, want int) error {
	if got > want {
		return failure(110, 15, "There are fewer columns in the INSERT statement than values specified in the VALUES clause. The number of values in the VALUES clause must match the number of columns specified in the INSERT statement.")
	}
	return failure(109, 15, "There are more columns in the INSERT statement than values specified in the VALUES clause. The number of values in the VALUES clause must match the number of columns specified in the INSERT statement.")
}

// insertQuery writes INSERT ... SELECT.
func (e *emitter) insertQuery(t *table, columns []*column, q *tsql.Query, made *identityRange) string {
	text, result := e.query(q)
	if e.err == nil && len(result) != e.given {
		e.fail(failure(213, 16, "Column name or number of supplied values does not match table definition."))
	}
	if e.err != nil {
		return ""
	}
	names, values := make([]string, len(result)), make([]string, 0, len(columns))
	for i := range result {
		names[i] = fmt.Sprintf("c%d", i)
	}
	for i, c := range columns {
		switch {
		case i < len(result):
			values = append(values, e.stored(typed{names[i], result[i].Type}, t, c))
		case c.Identity && made != nil:
			values = append(values, fmt.Sprintf("%d + (row_number() OVER () - 1) * %d", made.base, made.step))
		default:
			values = append(values, e.defaultOf(t, c))
		}
	}
	return fmt.Sprintf("SELECT %s FROM (WITH q(%s) AS (%s) SELECT * FROM q)", strings.Join(values, ", "), strings.Join(names, ", "), text)
}

// output writes OUTPUT as RETURNING, which names the columns of the table alone.
func (e *emitter) output(list []tsql.Item, t *table, which string, c *change) string {
	if list == nil {
		return ""
	}
	e.outputs(list, c.verb)
	e.need("SELECT", t)
	e.scopes = append(e.scopes, scope{[]source{{alias: t.physical(), also: which, columns: t.list()}}})
	items := e.items(list)
	e.scopes = e.scopes[:len(e.scopes)-1]
	c.columns = columnsOf(items)
	return " RETURNING " + itemList(items, false)
}
