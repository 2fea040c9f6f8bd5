package engine

import (
	"context"
	"fmt"
	"strings"

	"github.com/keyless-go/azure/azuretest/sqlserver/internal/tds"
	"github.com/keyless-go/azure/azuretest/sqlserver/internal/tsql"
)

// maxNested is how deep EXEC may be in EXEC.
const maxNested = 32

// Call implements [tds.Session].
func (s *Session) Call(ctx context.Context, procedure string, params []tds.Param, out *tds.Answer) (int32, error) {
	s.out = out
	if err := s.refreshRights(ctx); err != nil {
		return 0, s.translate(err)
	}
	n, err := tsql.ParseName(procedure)
	if err != nil {
		return 0, s.translate(err)
	}
	args := make([]argument, len(params))
	for i, p := range params {
		v, err := toSQLite(p.Value, p.Type)
		if err != nil {
			return 0, err
		}
		args[i] = argument{strings.ToLower(p.Name), v, p.Type}
	}
	return 0, s.translate(s.procedure(ctx, n, args))
}

// argument is an argument of a procedure: what SQLite holds for it.
type argument struct {
	name  string
	value any
	typ   tds.Type
}

// arguments are those of one call.
type arguments []argument

// text returns the argument of a name or, without names, at a place.
func (a arguments) text(name string, place int) string {
	for i, one := range a {
		if one.name == name || one.name == "" && i == place {
			return text(one.value)
		}
	}
	return ""
}

// exec runs EXECUTE.
func (s *Session) exec(ctx context.Context, x *tsql.Exec) error {
	if s.nested++; s.nested > maxNested {
		s.nested--
		return failure(217, 16, "Maximum stored procedure, function, trigger, or view nesting level exceeded (limit %d).", maxNested)
	}
	defer func() { s.nested-- }()
	if x.Text != nil {
		statement, err := s.evaluateText(ctx, x.Text)
		if err != nil {
			return err
		}
		return s.runNested(ctx, tds.Statement{Text: statement})
	}
	args := make(arguments, len(x.Args))
	for i, a := range x.Args {
		v, t, err := s.evaluate(ctx, a.Value)
		if err != nil {
			return err
		}
		args[i] = argument{a.Name, v, t}
	}
	if strings.EqualFold(x.Procedure.Last(), "sp_executesql") {
		return s.executeSQL(ctx, x, args)
	}
	return s.procedure(ctx, x.Procedure, args)
}

// runNested runs a statement in another. What is read of the one around is still held.
func (s *Session) runNested(ctx context.Context, st tds.Statement) error {
	weight := nestedWeight * len(st.Text)
	if s.held += weight; s.held > maxVariables {
		s.held -= weight
		return outOfMemory()
	}
	defer func() { s.held -= weight }()
	return s.Run(ctx, st, s.out)
}

// executeSQL runs sp_executesql, and puts the values of OUTPUT parameters back.
func (s *Session) executeSQL(ctx context.Context, x *tsql.Exec, args arguments) error {
	if len(args) == 0 {
		return failure(201, 16, "Procedure or function 'sp_executesql' expects parameter '@statement', which was not supplied.")
	}
	st := tds.Statement{Text: text(args[0].value)}
	if len(args) > 1 {
		st.Declarations = text(args[1].value)
	}
	for i := 2; i < len(args); i++ {
		v, err := fromSQLite(args[i].value, args[i].typ)
		if err != nil {
			return err
		}
		st.Params = append(st.Params, tds.Param{Name: args[i].name, Type: args[i].typ, Value: v, Output: x.Args[i].Output})
	}
	if err := s.runNested(ctx, st); err != nil {
		return err
	}
	for i, p := range st.Params {
		v, ok := x.Args[i+2].Value.(*tsql.Var)
		if !ok || !p.Output {
			continue
		}
		value, err := toSQLite(p.Value, p.Type)
		if err != nil {
			return err
		}
		to := s.vars[v.Name]
		if to.value, err = (conversion{from: p.Type, to: to.typ}).convert(value); err != nil {
			return err
		}
	}
	return nil
}

// procedure runs one of the procedures that there are.
func (s *Session) procedure(ctx context.Context, n tsql.Name, args arguments) error {
	switch strings.ToLower(n.Last()) {
	case "sp_rename":
		return s.writing(ctx, func() error { return s.rename(ctx, args) })
	case "sp_addrolemember":
		return s.define(ctx, &tsql.AlterRole{Name: args.text("@rolename", 0), Add: args.text("@membername", 1)})
	case "sp_droprolemember":
		return s.define(ctx, &tsql.AlterRole{Name: args.text("@rolename", 0), Drop: args.text("@membername", 1)})
	case "sp_addextendedproperty", "sp_updateextendedproperty":
		return s.writing(ctx, func() error { return s.setProperty(ctx, args) })
	case "sp_set_session_context", "sp_reset_connection":
		return nil
	}
	return failure(2812, 16, "Could not find stored procedure '%s'.", strings.Join(n, "."))
}

// setProperty keeps the comment of a table or a column.
func (s *Session) setProperty(ctx context.Context, args arguments) error {
	t, err := s.find(ctx, tsql.Name{args.text("@level0name", 3), args.text("@level1name", 5)})
	if err != nil {
		return err
	}
	child, minor := args.text("@level2name", 7), 0
	if t != nil && child != "" {
		if c := t.column(child); c != nil {
			minor = c.ID
		}
	}
	if t == nil || child != "" && minor == 0 || !s.mayDefine("ALTER", "db_ddladmin") {
		return failure(15135, 16, "Object is invalid. Extended properties are not permitted on '%s', or the object does not exist.", args.text("@level1name", 5))
	}
	return s.conn.exec(ctx, `INSERT OR REPLACE INTO "$properties" (major, minor, child, name, value) VALUES (?1, ?2, ?3, ?4, ?5)`,
		t.id, int64(minor), child, args.text("@name", 0), args.text("@value", 1))
}

// rename is sp_rename: of a table, a column or an index.
// https://learn.microsoft.com/sql/relational-databases/system-stored-procedures/sp-rename-transact-sql
func (s *Session) rename(ctx context.Context, args arguments) error {
	n, err := tsql.ParseName(args.text("@objname", 0))
	if err != nil {
		return err
	}
	to := strings.Trim(args.text("@newname", 1), `"`)
	kind := strings.ToUpper(args.text("@objtype", 2))
	if kind == "COLUMN" || kind == "INDEX" {
		if len(n) < 2 {
			return failure(15248, 11, "Either the parameter @objname is ambiguous or the claimed @objtype (%s) is wrong.", kind)
		}
		t, err := s.definable(ctx, n[:len(n)-1])
		if err != nil {
			return err
		}
		if kind == "INDEX" {
			return s.renameIndex(ctx, t, n.Last(), to)
		}
		return s.renameColumn(ctx, t, n.Last(), to)
	}
	t, err := s.find(ctx, n)
	if err != nil {
		return err
	}
	if t == nil || t.temp() || !s.mayDefine("ALTER", "db_ddladmin") {
		return failure(15225, 11, "No item by the name of '%s' could be found in the current database '%s', given that @itemtype was input as '(null)'.", strings.Join(n, "."), s.db.name)
	}
	if err := s.checkFree(ctx, tsql.Name{t.schema, to}); err != nil {
		return failure(15335, 11, "Error: The new name '%s' is already in use as a object name and would cause a duplicate that is not permitted.", to)
	}
	t.name = to
	return s.save(ctx, t)
}

func (s *Session) renameIndex(ctx context.Context, t *table, name, to string) error {
	for i := range t.Keys {
		if strings.EqualFold(t.Keys[i].Name, name) {
			t.Keys[i].Name = to
			return s.save(ctx, t)
		}
	}
	return failure(15248, 11, "Either the parameter @objname is ambiguous or the claimed @objtype (INDEX) is wrong.")
}

// renameColumn renames a column also where keys name it.
func (s *Session) renameColumn(ctx context.Context, t *table, name, to string) error {
	c := t.column(name)
	if c == nil || t.column(to) != nil {
		return failure(15248, 11, "Either the parameter @objname is ambiguous or the claimed @objtype (COLUMN) is wrong.")
	}
	if len(t.Checks) > 0 {
		return failure(15336, 16, "Object '%s' cannot be renamed because the object participates in enforced dependencies.", name)
	}
	if err := s.conn.exec(ctx, fmt.Sprintf("ALTER TABLE %s RENAME COLUMN %s TO %s", t.sqlite(), quote(c.Name), quote(to))); err != nil {
		return err
	}
	c.Name = to
	for _, k := range t.Keys {
		for i := range k.Columns {
			if strings.EqualFold(k.Columns[i].Name, name) {
				k.Columns[i].Name = to
			}
		}
	}
	for _, f := range t.Foreign {
		replaceName(f.Columns, name, to)
	}
	if err := s.renameReferences(ctx, t, name, to); err != nil {
		return err
	}
	return s.save(ctx, t)
}

// renameReferences changes a column's name in the foreign keys of other tables.
func (s *Session) renameReferences(ctx context.Context, t *table, name, to string) error {
	referrers, err := s.referrers(ctx, t.id)
	if err != nil {
		return err
	}
	for _, r := range referrers {
		if r.id == t.id {
			continue
		}
		for _, f := range r.Foreign {
			if f.Table == t.id {
				replaceName(f.References, name, to)
			}
		}
		if err := s.save(ctx, r); err != nil {
			return err
		}
	}
	return nil
}

func replaceName(names []string, name, to string) {
	for i := range names {
		if strings.EqualFold(names[i], name) {
			names[i] = to
		}
	}
}
