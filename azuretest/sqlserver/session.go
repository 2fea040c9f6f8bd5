package sqlserver

import (
	"context"
	"time"

	"github.com/keyless-go/azure/azuretest"
	"github.com/keyless-go/azure/azuretest/sqlserver/internal/engine"
	"github.com/keyless-go/azure/azuretest/sqlserver/internal/tds"
)

// session is a session of the engine whose requests are noted, and struck by faults.
type session struct {
	*engine.Session

	handler  *handler
	identity *azuretest.Identity
	expires  time.Time // of the token
	database string
}

// identityName returns the name for the log; there may be no session.
func (s *session) identityName() string {
	if s == nil || s.identity == nil {
		return ""
	}
	return s.identity.Name()
}

// request runs one request: notes it, lets faults strike it, and refuses it if the token
// is over.
func (s *session) request(ctx context.Context, operation, text string, out *tds.Answer, run func() error) error {
	a := s.handler.receive(operation, s.database, text)
	err := a.strike(ctx)
	if err == nil && s.expired(s.handler.server.azure.Now()) {
		err = &tds.Error{Number: 37396, State: 1, Class: 16, Message: "Query cannot be executed, access token is expired. " +
			"Please login with a new access token and execute query again."}
	}
	if n := a.Fault.CutAfter; err == nil && n != 0 {
		out.CutAfter(int(max(n, 0)))
	}
	if err == nil {
		err = run()
	}
	return a.end(s.identityName(), orFirst(err, out))
}

// orFirst returns the error of a request or, if it went on after one, the first.
func orFirst(err error, out *tds.Answer) error {
	if first := out.FirstError(); err == nil && first != nil {
		return told{first}
	}
	return err
}

// told is an error that the client has been told already.
type told struct{ err *tds.Error }

// Error returns what the client was told.
func (t told) Error() string { return t.err.Error() }

// Run implements [tds.Session].
func (s *session) Run(ctx context.Context, st tds.Statement, out *tds.Answer) error {
	operation := "sql.rpc"
	if st.Batch {
		operation = "sql.batch"
	}
	return s.request(ctx, operation, st.Text, out, func() error { return s.Session.Run(ctx, st, out) })
}

// Call implements [tds.Session].
func (s *session) Call(ctx context.Context, procedure string, params []tds.Param, out *tds.Answer) (status int32, err error) {
	err = s.request(ctx, "sql.rpc", procedure, out, func() (err error) {
		status, err = s.Session.Call(ctx, procedure, params, out)
		return err
	})
	return status, err
}

// Begin implements [tds.Session].
func (s *session) Begin(ctx context.Context, level tds.Isolation, name string, out *tds.Answer) error {
	return s.request(ctx, "sql.transaction", "BEGIN TRANSACTION "+name, out, func() error { return s.Session.Begin(ctx, level, name, out) })
}

// Commit implements [tds.Session].
func (s *session) Commit(ctx context.Context, out *tds.Answer) error {
	return s.request(ctx, "sql.transaction", "COMMIT TRANSACTION", out, func() error { return s.Session.Commit(ctx, out) })
}

// Rollback implements [tds.Session].
func (s *session) Rollback(ctx context.Context, name string, out *tds.Answer) error {
	return s.request(ctx, "sql.transaction", "ROLLBACK TRANSACTION "+name, out, func() error { return s.Session.Rollback(ctx, name, out) })
}

// Save implements [tds.Session].
func (s *session) Save(ctx context.Context, name string, out *tds.Answer) error {
	return s.request(ctx, "sql.transaction", "SAVE TRANSACTION "+name, out, func() error { return s.Session.Save(ctx, name, out) })
}

// Reset implements [tds.Session].
func (s *session) Reset(ctx context.Context, keepTransaction bool) error {
	a := s.handler.receive("sql.reset", s.database, "")
	err := a.strike(ctx)
	if err == nil {
		err = s.Session.Reset(ctx, keepTransaction)
	}
	return a.end(s.identityName(), err)
}
