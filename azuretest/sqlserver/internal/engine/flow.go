package engine

import (
	"context"
	"errors"
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"

	"github.com/keyless-go/azure/azuretest/sqlserver/internal/tds"
	"github.com/keyless-go/azure/azuretest/sqlserver/internal/tsql"
)

// flow runs statements about statements.
func (s *Session) flow(ctx context.Context, st tsql.Stmt) error {
	switch st := st.(type) {
	case *tsql.If:
		yes, err := s.holds(ctx, st.Cond)
		switch {
		case err != nil:
			return err
		case yes:
			return s.step(ctx, st.Then)
		case st.Else != nil:
			return s.step(ctx, *st.Else)
		}
		return nil
	case *tsql.While:
		return s.while(ctx, st)
	case *tsql.Block:
		return s.list(ctx, st.Body)
	case *tsql.Try:
		return s.try(ctx, st)
	case *tsql.Leave:
		return leave{st.How}
	}
	return nil
}

func (s *Session) while(ctx context.Context, w *tsql.While) error {
	for {
		yes, err := s.holds(ctx, w.Cond)
		if err != nil || !yes {
			return err
		}
		err = s.step(ctx, w.Body)
		left, ok := errors.AsType[leave](err)
		switch {
		case ok && left.how == "BREAK":
			return nil
		case ok && left.how == "CONTINUE":
		case err != nil:
			return err
		}
	}
}

// try runs a block and, if there is an error in it, the other one.
func (s *Session) try(ctx context.Context, t *tsql.Try) error {
	s.trying++
	err := s.list(ctx, t.Body)
	s.trying--
	e, ok := errors.AsType[*tds.Error](err)
	if !ok {
		return err
	}
	outer := s.caught
	s.caught = e
	defer func() { s.caught = outer }()
	return s.list(ctx, t.Catch)
}

// caughtValue writes ERROR_NUMBER() and its like: NULL outside of a CATCH.
func (s *Session) caughtValue(function string) typed {
	e := s.caught
	if e == nil {
		return typed{"NULL", intType()}
	}
	switch function {
	case "ERROR_NUMBER":
		return intOf(int64(e.Number))
	case "ERROR_SEVERITY":
		return intOf(int64(e.Class))
	case "ERROR_STATE":
		return intOf(int64(e.State))
	case "ERROR_LINE":
		return intOf(int64(e.Line))
	case "ERROR_PROCEDURE":
		return typed{"NULL", nvarchar(128)}
	}
	return typed{literal(e.Message), nvarchar(maxChars)}
}

// holds evaluates a condition.
func (s *Session) holds(ctx context.Context, x tsql.Expr) (bool, error) {
	e := s.emitter(ctx)
	e.scopes = append(e.scopes, scope{})
	text := "SELECT CASE WHEN " + e.expr(x).sql + " THEN 1 ELSE 0 END"
	if err := s.ready(ctx, e); err != nil {
		return false, err
	}
	n, err := s.conn.number(ctx, text, e.args...)
	return n == 1, err
}

// ready returns why what was written cannot run.
func (s *Session) ready(ctx context.Context, e *emitter) error {
	if e.err != nil {
		return e.err
	}
	err := s.check(ctx, e.needs)
	s.conn.bound(e.length())
	return err
}

// evaluate returns the value of an expression and its type.
func (s *Session) evaluate(ctx context.Context, x tsql.Expr) (any, tds.Type, error) {
	e := s.emitter(ctx)
	e.scopes = append(e.scopes, scope{})
	out := e.expr(x)
	if err := s.ready(ctx, e); err != nil {
		return nil, out.typ, err
	}
	rows, err := s.conn.query(ctx, "SELECT "+out.sql, e.args...)
	if err != nil || len(rows) == 0 {
		return nil, out.typ, err
	}
	if out.typ.Kind == tds.Untyped {
		out.typ = naturalType(rows[0][0])
	}
	return rows[0][0], out.typ, nil
}

// evaluateText returns an expression as text.
func (s *Session) evaluateText(ctx context.Context, x tsql.Expr) (string, error) {
	v, t, err := s.evaluate(ctx, x)
	if err != nil || v == nil {
		return "", err
	}
	out, err := conversion{from: t, to: nvarchar(tds.Max)}.convert(v)
	shown, _ := out.(string)
	return shown, err
}

// say runs PRINT, RAISERROR and THROW.
func (s *Session) say(ctx context.Context, st tsql.Stmt) error {
	switch st := st.(type) {
	case *tsql.Print:
		message, err := s.evaluateText(ctx, st.Value)
		if err == nil {
			s.out.Message(&tds.Error{Number: 0, State: 1, Class: 0, Message: message})
		}
		return err
	case *tsql.RaiseError:
		return s.raise(ctx, st)
	case *tsql.Throw:
		return s.throw(ctx, st)
	}
	return nil
}

// arguments evaluates expressions as text.
func (s *Session) arguments(ctx context.Context, list []tsql.Expr) ([]string, error) {
	out := make([]string, len(list))
	for i, x := range list {
		var err error
		if out[i], err = s.evaluateText(ctx, x); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// raise runs RAISERROR (message, severity, state, arguments).
func (s *Session) raise(ctx context.Context, r *tsql.RaiseError) error {
	args, err := s.arguments(ctx, r.Args)
	if err != nil {
		return err
	}
	if len(args) < 3 {
		return failure(2732, 16, "RAISERROR expects a message, a severity and a state.")
	}
	e := &tds.Error{Number: 50000, Message: args[0], Class: byte(min(max(number(args[1]), 0), 25)), State: byte(min(max(number(args[2]), 0), 255))}
	for _, a := range args[3:] {
		e.Message = replaceVerb(e.Message, a)
	}
	if e.Class <= 10 {
		s.out.Message(e)
		return nil
	}
	return e
}

// replaceVerb puts an argument in the place of the first %s or %d.
func replaceVerb(format, arg string) string {
	for i := 0; i+1 < len(format); i++ {
		if format[i] == '%' && strings.ContainsRune("sdiux", rune(format[i+1])) {
			return format[:i] + arg + format[i+2:]
		}
	}
	return format
}

// throw runs THROW number, message, state.
func (s *Session) throw(ctx context.Context, t *tsql.Throw) error {
	if t.Args == nil {
		if s.caught == nil {
			return failure(10704, 15, "To rethrow an error, a THROW statement must be used inside a CATCH block. Insert the THROW statement inside a CATCH block, or add error parameters to the THROW statement.")
		}
		return s.caught
	}
	args, err := s.arguments(ctx, t.Args)
	if err != nil {
		return err
	}
	given, err := strconv.ParseInt(args[0], 10, 32)
	if len(args) != 3 || err != nil || given < 50000 {
		return failure(35100, 16, "Error number %s in the THROW statement is outside the valid range. Specify an error number in the valid range of 50000 to 2147483647.", args[0])
	}
	return &tds.Error{Number: int32(given), Message: args[1], Class: 16, State: byte(min(max(number(args[2]), 0), math.MaxUint8))}
}

// wait runs WAITFOR DELAY.
func (s *Session) wait(ctx context.Context, w *tsql.WaitFor) error {
	d := w.Delay
	if w.Variable != "" {
		text, err := s.evaluateText(ctx, &tsql.Var{Name: w.Variable})
		if err != nil {
			return err
		}
		var ok bool
		if d, ok = tsql.ParseDelay(text); !ok {
			return failure(148, 15, "Incorrect time syntax in time string '%s' used with WAITFOR.", text)
		}
	}
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		s.out.Done(0, -1)
		return nil
	case <-ctx.Done():
		return fmt.Errorf("WAITFOR: %w", ctx.Err())
	}
}
