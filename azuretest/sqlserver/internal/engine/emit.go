package engine

import (
	"context"
	"fmt"
	"strings"

	"github.com/keyless-go/azure/azuretest/sqlserver/internal/tds"
	"github.com/keyless-go/azure/azuretest/sqlserver/internal/tsql"
)

// emitter writes statements in SQLite's language. It knows the type of each
// expression as far as T-SQL does before it runs, and converts where T-SQL would and
// SQLite would not. After the first error, which it keeps, what it writes is of no
// use.
type emitter struct {
	s      *Session
	ctx    context.Context //nolint:containedctx // of the one statement that is being written
	err    error
	args   []any
	places map[string]int // of variables in args
	scopes []scope        // of the queries around, the innermost last
	ctes   []cte
	needs  []need
	owned  int // above 0 inside of a view: its owner has the permissions
	steps  int
	wide   int  // expressions whose values may be of any length
	sized  int  // characters or bytes that the values of the others may have together
	given  int  // columns of an INSERT that it has values for
	frozen bool // the text is kept: nothing in it may depend on the session

	recursion *recursion // whose parts are written
}

func tooComplex() *tds.Error {
	return failure(8623, 16, "The query processor ran out of internal resources and could not produce a query plan. "+
		"This is a rare event and only expected for extremely complex queries. Please simplify the query.")
}

// typed is a piece of SQLite's language and the type that T-SQL gives it. An Untyped one
// is what SQLite makes of it.
type typed struct {
	sql string
	typ tds.Type
}

// cte is a common table expression that can be named.
type cte struct {
	name    string
	columns []tds.Column
}

// need is a permission that a statement needs.
type need struct {
	permission string
	on         *table
}

func (s *Session) emitter(ctx context.Context) *emitter {
	return &emitter{s: s, ctx: ctx, places: map[string]int{}}
}

// fail keeps the first error and returns something to go on with.
func (e *emitter) fail(err error) typed {
	if e.err == nil {
		e.err = err
	}
	return typed{sql: "NULL"}
}

// quote writes a name for SQLite.
func quote(name string) string { return `"` + strings.ReplaceAll(name, `"`, `""`) + `"` }

// literal writes a string for SQLite. A NUL would end it, so that one goes as bytes.
func literal(s string) string {
	if strings.ContainsRune(s, 0) {
		return fmt.Sprintf("CAST(x'%x' AS TEXT)", s)
	}
	return "'" + strings.ReplaceAll(s, "'", "''") + "'"
}

// cast converts an expression to a type, if it is not of it.
func (e *emitter) cast(x typed, to tds.Type) typed {
	if x.typ == to || x.sql == "NULL" || to.Kind == tds.Untyped {
		return typed{x.sql, to}
	}
	if x.typ.Integer() && to.Integer() && rank(x.typ.Kind) <= rank(to.Kind) {
		return typed{x.sql, to}
	}
	varying := func(t tds.Type) bool { return t.Kind == tds.VarChar || t.Kind == tds.NVarChar }
	if (x.typ.Kind == to.Kind || varying(x.typ) && varying(to)) && to.Sized() && longer(x.typ.Size, to.Size) == to.Size {
		return typed{x.sql, to}
	}
	return e.convert(x, to, 0, false)
}

// convert is CAST or CONVERT.
func (e *emitter) convert(x typed, to tds.Type, style int, try bool) typed {
	return typed{fmt.Sprintf("az_cast(%s, %s, %s, %d, %d)", x.sql, declaration(x.typ), declaration(to), style, truth(try)), to}
}

// float writes an expression as SQLite's REAL.
func (e *emitter) float(x typed) string {
	if x.typ.Kind == tds.Float || x.typ.Kind == tds.Real {
		return x.sql
	}
	return e.cast(x, floatType()).sql
}

// unify casts expressions to the type that they have in common.
func (e *emitter) unify(list []typed) ([]typed, tds.Type) {
	var to tds.Type
	for _, x := range list {
		if x.sql != "NULL" {
			to = common(to, x.typ)
		}
	}
	out := make([]typed, len(list))
	for i, x := range list {
		out[i] = x
		if x.typ.Kind != tds.Untyped {
			out[i] = e.cast(x, to)
		}
	}
	return out, to
}

// variable writes the place of a variable's value.
func (e *emitter) variable(name string) typed {
	v, ok := e.s.vars[name]
	if !ok {
		return e.fail(failure(137, 15, "Must declare the scalar variable \"%s\".", name))
	}
	if e.frozen {
		return e.fail(failure(137, 15, "A variable cannot be part of a definition: \"%s\".", name))
	}
	place, ok := e.places[name]
	if !ok {
		e.args = append(e.args, v.value)
		place = len(e.args)
		e.places[name] = place
	}
	return typed{fmt.Sprintf("?%d", place), v.typ}
}

// sqls returns the text of expressions with commas between.
func sqls(list []typed) string {
	texts := make([]string, len(list))
	for i, x := range list {
		texts[i] = x.sql
	}
	return strings.Join(texts, ", ")
}

// exprs writes expressions.
func (e *emitter) exprs(list []tsql.Expr) []typed {
	out := make([]typed, len(list))
	for i, x := range list {
		out[i] = e.expr(x)
	}
	return out
}
