package engine

import (
	"context"
	"strings"

	"github.com/keyless-go/azure/azuretest/sqlserver/internal/tds"
	"github.com/keyless-go/azure/azuretest/sqlserver/internal/tsql"
)

// set runs DECLARE and SET.
func (s *Session) set(ctx context.Context, st tsql.Stmt) error {
	switch st := st.(type) {
	case *tsql.Declare:
		for i := range st.Variables {
			if err := s.declare(ctx, &st.Variables[i]); err != nil {
				return err
			}
		}
	case *tsql.SetVariable:
		return s.assign(ctx, st.Name, st.Op, st.Value)
	case *tsql.SetOption:
		return s.setOption(st)
	case *tsql.SetIdentityInsert:
		t, err := s.find(ctx, st.Table)
		switch {
		case err != nil:
			return err
		case t == nil:
			return failure(1088, 16, "Cannot find the object \"%s\" because it does not exist or you do not have permissions.", st.Table.Last())
		case t.identity() == nil:
			return failure(8106, 16, "Table '%s' does not have the identity property. Cannot perform SET operation.", t.name)
		}
		s.identityInsert = 0
		if st.On {
			s.identityInsert = t.id
		}
	}
	return nil
}

// declare makes a variable. In a loop it comes again and changes nothing but the value.
func (s *Session) declare(ctx context.Context, d *tsql.Declaration) error {
	v := s.vars[d.Name]
	if v != nil && v.by != d {
		return failure(134, 15, "The variable name '%s' has already been declared. Variable names must be unique within a query batch or stored procedure.", d.Name)
	}
	t, err := typeOf(d.Type, 1)
	if err != nil {
		return err
	}
	if v == nil {
		s.vars[d.Name] = &variable{typ: t, by: d}
	}
	if d.Value == nil {
		return nil
	}
	return s.assign(ctx, d.Name, "=", d.Value)
}

// assign sets a variable to the value of an expression.
func (s *Session) assign(ctx context.Context, name, op string, x tsql.Expr) error {
	if op != "=" {
		x = &tsql.Binary{Op: strings.TrimSuffix(op, "="), L: &tsql.Var{Name: name}, R: x}
	}
	v, ok := s.vars[name]
	if !ok {
		return failure(137, 15, "Must declare the scalar variable \"%s\".", name)
	}
	value, from, err := s.evaluate(ctx, x)
	if err != nil {
		return err
	}
	if value, err = (conversion{from: from, to: v.typ}).convert(value); err != nil {
		return err
	}
	return s.keep(v, value)
}

// setOption runs SET with the options that change something here; the others are
// taken as they come.
func (s *Session) setOption(o *tsql.SetOption) error {
	on := o.Value == "ON"
	for _, name := range o.Names {
		switch name {
		case "NOCOUNT":
			s.noCount = on
		case "XACT_ABORT":
			s.xactAbort = on
		case "TRANSACTION ISOLATION LEVEL":
			level, ok := map[string]tds.Isolation{
				"READ UNCOMMITTED": tds.ReadUncommitted, "READ COMMITTED": tds.ReadCommitted, "REPEATABLE READ": tds.RepeatableRead,
				"SERIALIZABLE": tds.Serializable, "SNAPSHOT": tds.Snapshot,
			}[o.Value]
			if !ok {
				return failure(102, 15, "Incorrect syntax near '%s'.", o.Value)
			}
			s.level = level
		case "IMPLICIT_TRANSACTIONS", "NOEXEC", "FMTONLY", "PARSEONLY", "SHOWPLAN_ALL", "SHOWPLAN_TEXT", "SHOWPLAN_XML":
			if on {
				return unsupported("SET " + name + " ON")
			}
		case "ROWCOUNT":
			if o.Value != "0" {
				return unsupported("SET ROWCOUNT")
			}
		case "ANSI_DEFAULTS", "ANSI_NULLS", "ANSI_NULL_DFLT_ON", "ANSI_NULL_DFLT_OFF", "ANSI_PADDING", "ANSI_WARNINGS", "ARITHABORT", "ARITHIGNORE",
			"CONCAT_NULL_YIELDS_NULL", "CURSOR_CLOSE_ON_COMMIT", "DATEFIRST", "DATEFORMAT", "DEADLOCK_PRIORITY", "LANGUAGE", "LOCK_TIMEOUT",
			"NUMERIC_ROUNDABORT", "QUERY_GOVERNOR_COST_LIMIT", "QUOTED_IDENTIFIER", "TEXTSIZE", "STATISTICS IO", "STATISTICS TIME", "FORCEPLAN":
		default:
			return failure(195, 15, "'%s' is not a recognized SET option.", name)
		}
	}
	return nil
}
