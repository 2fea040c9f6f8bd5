package engine

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/keyless-go/azure/azuretest/sqlserver/internal/tds"
	"github.com/keyless-go/azure/azuretest/sqlserver/internal/tsql"
)

// alterTable changes the definition of a table.
func (s *Session) alterTable(ctx context.Context, a *tsql.AlterTable) error {
	t, err := s.definable(ctx, a.Name)
	if err != nil {
		return err
	}
	for _, c := range a.AddColumns {
		if err := s.addColumn(ctx, t, c); err != nil {
			return err
		}
	}
	keys := len(t.Keys)
	for _, c := range a.AddConstraints {
		if err := s.addConstraint(ctx, t, c); err != nil {
			return err
		}
	}
	for _, k := range t.Keys[keys:] {
		if err := s.makeIndex(ctx, t, k); err != nil {
			return err
		}
	}
	if a.AlterColumn != nil {
		if err := s.alterColumn(ctx, t, a.AlterColumn); err != nil {
			return err
		}
	}
	for _, name := range a.DropConstraints {
		if err := s.dropConstraint(ctx, t, name, a.IfExists); err != nil {
			return err
		}
	}
	for _, name := range a.DropColumns {
		if err := s.dropColumn(ctx, t, name, a.IfExists); err != nil {
			return err
		}
	}
	return s.redefine(ctx, t)
}

// redefine writes the definition of a table anew, here and in SQLite, and checks that
// what is in the table fits. SQLite has no statement for that, but a procedure:
// https://www.sqlite.org/lang_altertable.html#otheralter
func (s *Session) redefine(ctx context.Context, t *table) error {
	if err := s.checkNulls(ctx, t); err != nil {
		return err
	}
	text, err := s.createText(ctx, t)
	if err != nil {
		return err
	}
	schema := "main"
	if t.temp() {
		schema = "temp"
	}
	version, err := s.conn.number(ctx, "PRAGMA "+schema+".schema_version")
	if err != nil {
		return err
	}
	for _, step := range []string{
		"PRAGMA writable_schema = ON",
		fmt.Sprintf("UPDATE %s.sqlite_schema SET sql = %s WHERE type = 'table' AND name = %s", schema, literal(strings.Replace(text, "CREATE TEMP ", "CREATE ", 1)), literal(t.physical())),
		fmt.Sprintf("PRAGMA %s.schema_version = %d", schema, version+1),
		"PRAGMA writable_schema = OFF",
	} {
		if err := s.conn.exec(ctx, step); err != nil {
			return err
		}
	}
	if err := s.checkRows(ctx, t); err != nil {
		return err
	}
	return s.save(ctx, t)
}

// checkNulls looks for NULL in columns that allow it no more. SQLite would not look where
// its own definition says that there is none.
func (s *Session) checkNulls(ctx context.Context, t *table) error {
	for _, c := range t.Columns {
		n, err := s.conn.number(ctx, "SELECT count(*) FROM "+t.sqlite()+" WHERE "+quote(c.Name)+" IS NULL")
		if err != nil || n > 0 && !c.Nullable {
			return firstError(err, cannotBeNull(c.Name, s.db.name+"."+t.display(), "UPDATE"))
		}
	}
	return nil
}

// checkRows checks what is in a table against its constraints.
func (s *Session) checkRows(ctx context.Context, t *table) error {
	conflict := func(kind, name string) error {
		return failure(547, 16, "The ALTER TABLE statement conflicted with the %s constraint \"%s\". The conflict occurred in database \"%s\", table \"%s\".", kind, name, s.db.name, t.display())
	}
	for _, c := range t.Checks {
		text, err := s.checkText(ctx, t, c)
		if err != nil {
			return err
		}
		n, err := s.conn.number(ctx, "SELECT count(*) FROM "+t.sqlite()+" WHERE NOT ("+text+")")
		if err != nil || n > 0 {
			return firstError(err, conflict("CHECK", c.Name))
		}
	}
	if len(t.Foreign) == 0 {
		return nil
	}
	broken, err := s.conn.query(ctx, "PRAGMA foreign_key_check("+quote(t.physical())+")")
	if err != nil || len(broken) > 0 {
		return firstError(err, conflict("FOREIGN KEY", t.Foreign[len(t.Foreign)-1].Name))
	}
	return nil
}

func firstError(err, otherwise error) error {
	if err != nil {
		return err
	}
	return otherwise
}

func cannotBeNull(column, table, verb string) error {
	return failure(515, 16, "Cannot insert the value NULL into column '%s', table '%s'; column does not allow nulls. %s fails.", column, table, verb)
}

// addColumn adds a column. Rows that are there get its default if it must have a value.
func (s *Session) addColumn(ctx context.Context, t *table, def tsql.ColumnDef) error {
	rows, err := s.conn.number(ctx, "SELECT count(*) FROM "+t.sqlite())
	if err != nil {
		return err
	}
	if err := t.addColumn(def); err != nil {
		return err
	}
	c := &t.Columns[len(t.Columns)-1]
	if err := s.conn.exec(ctx, "ALTER TABLE "+t.sqlite()+" ADD COLUMN "+quote(c.Name)+" "+affinity(c.typ())); err != nil {
		return err
	}
	keys := len(t.Keys)
	for _, one := range def.Constraints {
		one.Columns = []string{c.Name}
		if err := s.addConstraint(ctx, t, one); err != nil {
			return err
		}
	}
	filled := slices.ContainsFunc(def.Constraints, func(one tsql.Constraint) bool { return one.WithValues })
	if rows > 0 && (filled || !c.Nullable) {
		if err := s.fill(ctx, t, c); err != nil {
			return err
		}
	}
	for _, k := range t.Keys[keys:] {
		if err := s.makeIndex(ctx, t, k); err != nil {
			return err
		}
	}
	return nil
}

// fill gives rows a value for a new column.
func (s *Session) fill(ctx context.Context, t *table, c *column) error {
	if c.Identity {
		return s.conn.exec(ctx, fmt.Sprintf("UPDATE %s SET %s = %d + (q.n - 1) * %d FROM (SELECT %[5]s AS r, row_number() OVER () AS n FROM %[1]s) q WHERE %[1]s.%[5]s = q.r",
			quote(t.physical()), quote(c.Name), c.Seed, c.Increment, rowID))
	}
	if c.Default == "" {
		return failure(4901, 16, "ALTER TABLE only allows columns to be added that can contain nulls, or have a DEFAULT definition specified, or the column being added is an identity or timestamp column, or alternatively if none of the previous conditions are satisfied the table must be empty to allow addition of this column. Column '%s' cannot be added to non-empty table '%s' because it does not satisfy these conditions.", c.Name, t.name)
	}
	e := s.emitter(ctx)
	value := e.defaultOf(t, c)
	if e.err != nil {
		return e.err
	}
	return s.conn.exec(ctx, "UPDATE "+t.sqlite()+" SET "+quote(c.Name)+" = "+value, e.args...)
}

// alterColumn gives a column another type. Its values are converted.
func (s *Session) alterColumn(ctx context.Context, t *table, def *tsql.ColumnDef) error {
	c := t.column(def.Name)
	if c == nil {
		return failure(4924, 16, "ALTER TABLE ALTER COLUMN failed because column '%s' does not exist in table '%s'.", def.Name, t.name)
	}
	to, err := typeOf(def.Type, 1)
	if err != nil {
		return err
	}
	from := c.typ()
	c.setType(to)
	primary := t.primary()
	c.Nullable = !def.NotNull && !c.Identity && (primary == nil || !slices.ContainsFunc(primary.names(), func(n string) bool { return strings.EqualFold(n, c.Name) }))
	if from == to {
		return nil
	}
	e := s.emitter(ctx)
	value := e.stored(typed{quote(c.Name), from}, t, c)
	return s.conn.exec(ctx, "UPDATE "+t.sqlite()+" SET "+quote(c.Name)+" = "+value)
}

// dropConstraint drops a constraint of any kind.
func (s *Session) dropConstraint(ctx context.Context, t *table, name string, ifExists bool) error {
	same := func(other string) bool { return strings.EqualFold(other, name) }
	if i := slices.IndexFunc(t.Keys, func(k key) bool { return k.Constraint && same(k.Name) }); i >= 0 {
		return s.dropKey(ctx, t, i)
	}
	n := len(t.constraintNames())
	t.Checks = slices.DeleteFunc(t.Checks, func(c check) bool { return same(c.Name) })
	t.Foreign = slices.DeleteFunc(t.Foreign, func(f foreign) bool { return same(f.Name) })
	for i := range t.Columns {
		if c := &t.Columns[i]; c.DefaultName != "" && same(c.DefaultName) {
			c.Default, c.DefaultName = "", ""
		}
	}
	if len(t.constraintNames()) == n && !ifExists {
		return failure(3728, 16, "'%s' is not a constraint.", name)
	}
	return nil
}

// dropKey drops a key and its index, unless a foreign key needs it.
func (s *Session) dropKey(ctx context.Context, t *table, i int) error {
	k := t.Keys[i]
	referrers, err := s.referrers(ctx, t.id)
	if err != nil {
		return err
	}
	for _, r := range referrers {
		for _, f := range r.Foreign {
			if f.Table == t.id && slices.EqualFunc(f.References, k.names(), strings.EqualFold) {
				return failure(3725, 16, "The constraint '%s' is being referenced by table '%s', foreign key constraint '%s'.", k.Name, r.name, f.Name)
			}
		}
	}
	t.Keys = slices.Delete(t.Keys, i, i+1)
	return s.conn.exec(ctx, "DROP INDEX "+t.place()+quote(t.index(k)))
}

// dropColumn drops a column that nothing depends on.
func (s *Session) dropColumn(ctx context.Context, t *table, name string, ifExists bool) error {
	i := slices.IndexFunc(t.Columns, func(c column) bool { return strings.EqualFold(c.Name, name) })
	if i < 0 {
		if ifExists {
			return nil
		}
		return failure(4924, 16, "ALTER TABLE DROP COLUMN failed because column '%s' does not exist in table '%s'.", name, t.name)
	}
	if by := t.dependent(t.Columns[i]); by != "" {
		return &tds.Error{Number: 5074, State: 1, Class: 16, Message: fmt.Sprintf("The object '%s' is dependent on column '%s'.", by, name)}
	}
	t.Columns = slices.Delete(t.Columns, i, i+1)
	return s.conn.exec(ctx, "ALTER TABLE "+t.sqlite()+" DROP COLUMN "+quote(name))
}

// dependent returns the name of something that needs a column.
func (t *table) dependent(c column) string {
	same := func(name string) bool { return strings.EqualFold(name, c.Name) }
	if c.DefaultName != "" {
		return c.DefaultName
	}
	for _, k := range t.Keys {
		if slices.ContainsFunc(k.names(), same) {
			return k.Name
		}
	}
	for _, f := range t.Foreign {
		if slices.ContainsFunc(f.Columns, same) {
			return f.Name
		}
	}
	return ""
}
