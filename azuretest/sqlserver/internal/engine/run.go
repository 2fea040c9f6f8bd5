package engine

import (
	"context"
	"errors"
	"slices"
	"strings"

	"github.com/keyless-go/azure/azuretest/sqlserver/internal/tds"
	"github.com/keyless-go/azure/azuretest/sqlserver/internal/tsql"
)

// Run implements [tds.Session].
func (s *Session) Run(ctx context.Context, st tds.Statement, out *tds.Answer) error {
	s.out = out
	outer, held := s.vars, s.held
	s.vars = map[string]*variable{}
	defer func() { s.vars, s.held = outer, held }()
	declared, err := s.bind(st)
	if err != nil {
		return s.translate(err)
	}
	if err := s.batch(ctx, st.Text); err != nil {
		return err
	}
	if err := s.endDoomed(ctx); err != nil {
		return err
	}
	for i, name := range declared {
		if v := s.vars[name]; st.Params[i].Output && v != nil {
			if st.Params[i].Value, err = fromSQLite(v.value, v.typ); err != nil {
				return err
			}
			st.Params[i].Type = v.typ
		}
	}
	return nil
}

// batch runs a text.
func (s *Session) batch(ctx context.Context, text string) error {
	statements, err := tsql.Parse(text)
	if err != nil {
		return s.translate(err)
	}
	if err := s.refreshRights(ctx); err != nil {
		return s.translate(err)
	}
	err = s.list(ctx, statements)
	if left, ok := errors.AsType[leave](err); ok && left.how == "RETURN" {
		return nil
	}
	return err
}

// bind makes variables of parameters, and returns which variable each is. Those with
// a declaration are of the type declared.
func (s *Session) bind(st tds.Statement) ([]string, error) {
	declarations, err := tsql.ParseDeclarations(st.Declarations)
	if err != nil {
		return nil, err
	}
	for _, d := range declarations {
		t, err := typeOf(d.Type, 1)
		if err != nil {
			return nil, err
		}
		s.vars[d.Name] = &variable{typ: t}
	}
	names := make([]string, len(st.Params))
	for i, p := range st.Params {
		names[i] = strings.ToLower(p.Name)
		if p.Name == "" && i < len(declarations) {
			names[i] = declarations[i].Name
		}
		if names[i] == "" {
			return nil, failure(8178, 16, "The parameterized query expects the parameter number %d, which was not supplied.", i+1)
		}
		if err := s.bindOne(names[i], p); err != nil {
			return nil, err
		}
	}
	for _, d := range declarations {
		if !slices.Contains(names, d.Name) {
			return nil, failure(8178, 16, "The parameterized query '%s' expects the parameter '%s', which was not supplied.", st.Text[:min(len(st.Text), 100)], d.Name)
		}
	}
	return names, nil
}

func (s *Session) bindOne(name string, p tds.Param) error {
	value, err := toSQLite(p.Value, p.Type)
	if err != nil {
		return err
	}
	v, ok := s.vars[name]
	if !ok {
		v = &variable{typ: p.Type}
		s.vars[name] = v
	}
	if ok && v.typ != p.Type && p.Type.Kind != tds.Untyped {
		if value, err = (conversion{from: p.Type, to: v.typ}).convert(value); err != nil {
			return err
		}
	}
	return s.keep(v, value)
}

// leave is RETURN, BREAK or CONTINUE on its way out.
type leave struct{ how string }

// Error says what leaves.
func (l leave) Error() string { return l.how }

// list runs statements. An error in one that is not fatal to the batch is told, and
// the next one runs.
func (s *Session) list(ctx context.Context, statements []tsql.At) error {
	for _, st := range statements {
		if err := s.step(ctx, st); err != nil {
			return err
		}
	}
	return nil
}

func (s *Session) step(ctx context.Context, st tsql.At) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	err := s.translate(s.statement(ctx, st.Stmt))
	e, ok := errors.AsType[*tds.Error](err)
	if err == nil || !ok {
		if _, left := errors.AsType[leave](err); !left {
			s.lastError = 0
		}
		return err
	}
	_, said := st.Stmt.(*tsql.RaiseError)
	aborts := s.xactAbort && !said
	if e.Line == 0 {
		e.Line = st.Line
		s.tran.doomed = s.tran.doomed || aborts && s.trying > 0 && s.tran.depth > 0
	}
	s.lastError = e.Number
	if s.trying > 0 {
		return e
	}
	if aborts && s.tran.depth > 0 {
		_ = s.abandon(ctx) // nothing is left either way
		s.out.RolledBack()
	}
	if aborts || endsBatch(e.Number) {
		return e
	}
	s.out.Message(e)
	s.out.Done(0, -1)
	return nil
}

// endsBatch reports whether an error ends more than its statement.
func endsBatch(number int32) bool {
	switch number {
	case 512, 515, 530, 547, 544, 545, 2601, 2627, 2628, 8152, 220, 8115, 8134, 229, 262, 15023, 15063, 15151, 15247, 33130, 33131, 33134, 37545,
		2714, 3701, 3902, 3903, 50000, 8102, 1088, 15404, 15144, 15150:
		return false
	}
	return true
}

// statement runs one statement.
func (s *Session) statement(ctx context.Context, st tsql.Stmt) error {
	switch st := st.(type) {
	case *tsql.Query:
		return s.query(ctx, st)
	case *tsql.Insert, *tsql.Update, *tsql.Delete, *tsql.Merge:
		return s.change(ctx, st)
	case *tsql.Declare, *tsql.SetVariable, *tsql.SetOption, *tsql.SetIdentityInsert:
		return s.set(ctx, st)
	case *tsql.If, *tsql.While, *tsql.Block, *tsql.Try, *tsql.Leave:
		return s.flow(ctx, st)
	case *tsql.Print, *tsql.RaiseError, *tsql.Throw:
		return s.say(ctx, st)
	case *tsql.Exec:
		return s.exec(ctx, st)
	case *tsql.Transaction:
		return s.transact(ctx, st)
	case *tsql.WaitFor:
		return s.wait(ctx, st)
	case *tsql.Use:
		if strings.EqualFold(st.Database, s.db.name) {
			return nil
		}
		return failure(40508, 16, "USE statement is not supported to switch between databases. Use a new connection to connect to a different database.")
	}
	return s.define(ctx, st)
}

func (s *Session) transact(ctx context.Context, t *tsql.Transaction) error {
	switch t.How {
	case "BEGIN":
		return s.begin(ctx, t.Name)
	case "COMMIT":
		return s.commit(ctx)
	case "SAVE":
		return s.mark(ctx, t.Name)
	}
	return s.rollback(ctx, t.Name)
}
