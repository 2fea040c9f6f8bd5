package engine

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/keyless-go/azure/azuretest/sqlserver/internal/tds"
	"github.com/keyless-go/azure/azuretest/sqlserver/internal/tsql"
)

// define runs a statement that changes the catalog.
func (s *Session) define(ctx context.Context, st tsql.Stmt) error {
	s.tran.defined = true
	err := s.writing(ctx, func() error {
		switch st := st.(type) {
		case *tsql.CreateTable:
			return s.createTable(ctx, st)
		case *tsql.AlterTable:
			return s.alterTable(ctx, st)
		case *tsql.CreateIndex:
			return s.createIndex(ctx, st)
		case *tsql.CreateView:
			return s.createView(ctx, st)
		case *tsql.CreateSchema:
			return s.createSchema(ctx, st)
		case *tsql.Drop:
			return s.drop(ctx, st)
		case *tsql.Truncate:
			return s.truncate(ctx, st)
		case *tsql.CreateUser:
			return s.createUser(ctx, st)
		case *tsql.AlterUser:
			return s.alterUser(ctx, st)
		case *tsql.CreateRole:
			return s.createRole(ctx, st)
		case *tsql.AlterRole:
			return s.alterRole(ctx, st)
		case *tsql.Grant:
			return s.grant(ctx, st)
		case *tsql.CreateDatabase:
			return s.createDatabase(st)
		}
		return unsupported(fmt.Sprintf("%T", st))
	})
	if err != nil {
		return err
	}
	s.out.Done(0, -1)
	return s.loadRights(ctx, beforeCommit)
}

func (s *Session) createDatabase(d *tsql.CreateDatabase) error {
	switch {
	case !s.login.Admin || !strings.EqualFold(s.db.name, "master"):
		return failure(262, 14, "CREATE DATABASE permission denied in database '%s'.", s.db.name)
	case s.engine.number(d.Name) > 0:
		return failure(1801, 16, "Database '%s' already exists. Choose a different database name.", d.Name)
	case len(s.engine.names()) >= maxDatabases:
		return failure(1802, 16, "CREATE DATABASE failed: this server has no room for more than %d databases.", maxDatabases)
	}
	return s.engine.AddDatabase(d.Name)
}

// createTable makes a table of its definition.
func (s *Session) createTable(ctx context.Context, st *tsql.CreateTable) error {
	if !isTemp(st.Name) && !s.mayDefine("CREATE TABLE", "db_ddladmin") {
		return failure(262, 14, "CREATE TABLE permission denied in database '%s'.", s.db.name)
	}
	t := &table{schema: schemaOf(st.Name), name: st.Name.Last()}
	for _, c := range st.Columns {
		if err := t.addColumn(c); err != nil {
			return err
		}
	}
	for _, c := range st.Columns {
		for _, one := range c.Constraints {
			if one.Columns == nil {
				one.Columns = []string{c.Name}
			}
			if err := s.addConstraint(ctx, t, one); err != nil {
				return err
			}
		}
	}
	for _, c := range st.Constraints {
		if err := s.addConstraint(ctx, t, c); err != nil {
			return err
		}
	}
	return s.makeTable(ctx, t, st.Name)
}

// maxColumns is how many columns a table can have.
const maxColumns = 1024

// addColumn adds a column without its constraints.
func (t *table) addColumn(def tsql.ColumnDef) error {
	typ, err := typeOf(def.Type, 1)
	switch {
	case err != nil:
		return err
	case def.Type.Name == "rowversion", def.Type.Name == "timestamp":
		return unsupported("ROWVERSION")
	case t.column(def.Name) != nil:
		return failure(2705, 16, "Column names in each table must be unique. Column name '%s' in table '%s' is specified more than once.", def.Name, t.name)
	}
	if len(t.Columns) == maxColumns {
		return failure(1702, 16, "CREATE TABLE failed because column '%s' in table '%s' exceeds the maximum of %d columns.", def.Name, t.name, maxColumns)
	}
	c := column{ID: t.number(), Name: def.Name, Nullable: !def.NotNull}
	c.setType(typ)
	if id := def.Identity; id != nil {
		whole := typ.Integer() && typ.Kind != tds.Bit || typ.Kind == tds.Decimal && typ.Scale == 0
		if !whole || id.Increment == 0 || t.identity() != nil {
			return failure(2749, 16, "Identity column '%s' must be of data type int, bigint, smallint, tinyint, or decimal or numeric with a scale of 0, unencrypted, and constrained to be nonnullable.", c.Name)
		}
		c.Identity, c.Seed, c.Increment, c.Nullable = true, id.Seed, id.Increment, false
	}
	t.Columns = append(t.Columns, c)
	return nil
}

// makeTable makes a table in SQLite and the catalog.
func (s *Session) makeTable(ctx context.Context, t *table, as tsql.Name) error {
	if err := s.checkFree(ctx, as); err != nil {
		return err
	}
	if err := s.save(ctx, t); err != nil {
		return err
	}
	text, err := s.createText(ctx, t)
	if err != nil {
		return err
	}
	if err := s.conn.exec(ctx, text); err != nil {
		return err
	}
	for _, k := range t.Keys {
		if err := s.makeIndex(ctx, t, k); err != nil {
			return err
		}
	}
	return nil
}

// checkFree refuses the name of an object that exists, or that is in a schema which does
// not.
func (s *Session) checkFree(ctx context.Context, n tsql.Name) error {
	found, err := s.find(ctx, n)
	if err != nil {
		return err
	}
	if found != nil {
		return failure(2714, 16, "There is already an object named '%s' in the database.", n.Last())
	}
	id, err := s.schemaID(ctx, schemaOf(n))
	if err == nil && id == 0 {
		return failure(2760, 16, "The specified schema name \"%s\" either does not exist or you do not have permission to use it.", schemaOf(n))
	}
	return err
}

// createText writes CREATE TABLE for SQLite. Keys are not in it: they are indexes.
func (s *Session) createText(ctx context.Context, t *table) (string, error) {
	var parts []string
	for _, c := range t.Columns {
		part := quote(c.Name) + " " + affinity(c.typ())
		if !c.Nullable {
			part += " NOT NULL"
		}
		parts = append(parts, part)
	}
	for _, c := range t.Checks {
		text, err := s.checkText(ctx, t, c)
		if err != nil {
			return "", err
		}
		parts = append(parts, "CONSTRAINT "+quote(c.Name)+" CHECK ("+text+")")
	}
	for _, f := range t.Foreign {
		parts = append(parts, foreignText(f))
	}
	temp := ""
	if t.temp() {
		temp = "TEMP "
	}
	return "CREATE " + temp + "TABLE " + quote(t.physical()) + " (" + strings.Join(parts, ", ") + ")", nil
}

// checkText writes the condition of a CHECK.
func (s *Session) checkText(ctx context.Context, t *table, c check) (string, error) {
	x, err := tsql.ParseCondition(c.Text)
	if err != nil {
		return "", err
	}
	e := s.emitter(ctx)
	e.frozen = true
	e.scopes = append(e.scopes, scope{[]source{{alias: t.physical(), also: t.name, columns: t.list()}}})
	out := e.expr(x)
	return out.sql, e.err
}

func foreignText(f foreign) string {
	list := func(names []string) string {
		quoted := make([]string, len(names))
		for i, n := range names {
			quoted[i] = quote(n)
		}
		return strings.Join(quoted, ", ")
	}
	return fmt.Sprintf(`FOREIGN KEY (%s) REFERENCES "t%d" (%s) ON DELETE %s ON UPDATE %s`, list(f.Columns), f.Table, list(f.References), f.OnDelete, f.OnUpdate)
}

// makeIndex makes the index of a key.
func (s *Session) makeIndex(ctx context.Context, t *table, k key) error {
	unique := ""
	if k.Unique {
		unique = "UNIQUE "
	}
	columns := make([]string, len(k.Columns))
	for i, c := range k.Columns {
		columns[i] = quote(c.Name)
		if c.Desc {
			columns[i] += " DESC"
		}
	}
	where := ""
	if k.Where != "" {
		text, err := s.checkText(ctx, t, check{Text: k.Where})
		if err != nil {
			return err
		}
		where = " WHERE " + text
	}
	err := s.conn.exec(ctx, fmt.Sprintf("CREATE %sINDEX %s%s ON %s (%s)%s", unique, t.place(), quote(t.index(k)), quote(t.physical()), strings.Join(columns, ", "), where))
	if e, ok := errors.AsType[*tds.Error](s.translate(err)); ok && (e.Number == 2627 || e.Number == 2601) {
		return failure(1505, 16, "The CREATE UNIQUE INDEX statement terminated because a duplicate key was found for the object name '%s' and the index name '%s'.", t.display(), k.Name)
	}
	return err
}

// index is the name that the index of a key has in SQLite.
func (t *table) index(k key) string { return fmt.Sprintf("%s_%d", t.physical(), k.ID) }

// place is the prefix of a temporary table's index.
func (t *table) place() string {
	if t.temp() {
		return "temp."
	}
	return ""
}

// createView keeps a query under a name.
func (s *Session) createView(ctx context.Context, v *tsql.CreateView) error {
	if !s.mayDefine("CREATE VIEW", "db_ddladmin") {
		return failure(262, 14, "CREATE VIEW permission denied in database '%s'.", s.db.name)
	}
	e := s.emitter(ctx)
	_, columns := e.subquery(v.Query)
	if err := s.ready(ctx, e); err != nil {
		return err
	}
	old, err := s.find(ctx, v.Name)
	if err != nil {
		return err
	}
	t := &table{schema: schemaOf(v.Name), name: v.Name.Last()}
	switch {
	case old == nil:
		if err := s.checkFree(ctx, v.Name); err != nil {
			return err
		}
	case !v.Alter || !old.view():
		return failure(2714, 16, "There is already an object named '%s' in the database.", v.Name.Last())
	default:
		t.id = old.id
	}
	t.Query = v.Text
	for _, c := range renamed(columns, v.Columns) {
		if c.Name == "" {
			return failure(4511, 16, "Create View or Function failed because no column name was specified for column %d.", len(t.Columns)+1)
		}
		if c.Type.Kind == tds.Untyped {
			c.Type = intType()
		}
		col := column{ID: t.number(), Name: c.Name, Nullable: !c.NotNull}
		col.setType(c.Type)
		t.Columns = append(t.Columns, col)
	}
	return s.save(ctx, t)
}
