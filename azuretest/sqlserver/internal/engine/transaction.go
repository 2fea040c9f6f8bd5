package engine

import (
	"context"
	"errors"
	"strings"

	"github.com/keyless-go/azure/azuretest/sqlserver/internal/tds"
)

// transaction is the explicit transaction of a session. It begins in SQLite with the
// first statement that writes: until then each statement sees what is committed, as
// READ COMMITTED has it.
type transaction struct {
	depth   int    // @@TRANCOUNT
	name    string // of the outermost
	writing bool   // it has begun in SQLite, and the database's writer is taken
	defined bool   // it has changed the catalog
	doomed  bool   // it can only be rolled back: XACT_STATE() is -1
}

// state is XACT_STATE().
func (t *transaction) state() int {
	switch {
	case t.doomed:
		return -1
	case t.depth > 0:
		return 1
	}
	return 0
}

// Begin implements [tds.Session].
func (s *Session) Begin(ctx context.Context, level tds.Isolation, name string, out *tds.Answer) error {
	s.out = out
	if level != tds.IsolationUnchanged {
		s.level = level
	}
	return s.begin(ctx, name)
}

func (s *Session) begin(ctx context.Context, name string) error {
	s.tran.depth++
	if s.tran.depth > 1 {
		return nil
	}
	s.tran.name = name
	s.out.Began()
	if s.level > tds.ReadCommitted { // it must see nothing that comes later
		return s.enter(ctx)
	}
	return nil
}

// enter begins the transaction in SQLite.
func (s *Session) enter(ctx context.Context) error {
	if s.tran.writing {
		return nil
	}
	if err := s.db.acquire(ctx); err != nil {
		return err
	}
	if err := s.conn.exec(ctx, "BEGIN IMMEDIATE"); err != nil {
		s.db.release()
		return err
	}
	s.tran.writing = true
	return nil
}

// leave ends the transaction in SQLite by COMMIT or ROLLBACK.
func (s *Session) leave(ctx context.Context, how string) error {
	if !s.tran.writing {
		return nil
	}
	err := s.conn.exec(ctx, how)
	if err != nil && how != "ROLLBACK" {
		err = errors.Join(err, s.conn.exec(context.WithoutCancel(ctx), "ROLLBACK"))
	}
	if s.tran.defined {
		s.db.security.Add(1)
	}
	s.tran.writing, s.tran.defined = false, false
	s.db.release()
	return err
}

// beforeCommit is when rights were read that others cannot see yet.
const beforeCommit = -1

// Commit implements [tds.Session].
func (s *Session) Commit(ctx context.Context, out *tds.Answer) error {
	s.out = out
	return s.commit(ctx)
}

func (s *Session) commit(ctx context.Context) error {
	switch {
	case s.tran.depth == 0:
		return failure(3902, 16, "The COMMIT TRANSACTION request has no corresponding BEGIN TRANSACTION.")
	case s.tran.doomed:
		return doomed()
	case s.tran.depth > 1:
		s.tran.depth--
		return nil
	}
	s.tran.depth = 0
	if err := s.leave(context.WithoutCancel(ctx), "COMMIT"); err != nil {
		s.out.RolledBack()
		return s.translate(err)
	}
	s.out.Committed()
	return nil
}

// Rollback implements [tds.Session]. A name is that of a savepoint, or of the transaction.
func (s *Session) Rollback(ctx context.Context, name string, out *tds.Answer) error {
	s.out = out
	return s.rollback(ctx, name)
}

func (s *Session) rollback(ctx context.Context, name string) error {
	if s.tran.depth == 0 {
		return failure(3903, 16, "The ROLLBACK TRANSACTION request has no corresponding BEGIN TRANSACTION.")
	}
	if name != "" && !strings.EqualFold(name, s.tran.name) {
		if s.tran.doomed {
			return failure(3931, 16, "The current transaction cannot be committed and cannot be rolled back to a savepoint. Roll back the entire transaction.")
		}
		if !s.tran.writing || s.conn.exec(ctx, "ROLLBACK TO "+quote(savepoint(name))) != nil {
			return failure(6401, 16, "Cannot roll back %s. No transaction or savepoint of that name was found.", name)
		}
		return nil
	}
	err := s.abandon(ctx)
	s.out.RolledBack()
	return err
}

// abandon rolls back what there is to roll back.
func (s *Session) abandon(ctx context.Context) error {
	s.tran.depth, s.tran.doomed = 0, false
	return s.leave(context.WithoutCancel(ctx), "ROLLBACK")
}

// Save implements [tds.Session].
func (s *Session) Save(ctx context.Context, name string, out *tds.Answer) error {
	s.out = out
	return s.mark(ctx, name)
}

// mark sets a savepoint.
func (s *Session) mark(ctx context.Context, name string) error {
	if s.tran.depth == 0 {
		return failure(628, 16, "Cannot issue SAVE TRANSACTION when there is no active transaction.")
	}
	if s.tran.doomed {
		return doomed()
	}
	if err := s.enter(ctx); err != nil {
		return err
	}
	return s.conn.exec(ctx, "SAVEPOINT "+quote(savepoint(name)))
}

// savepoint keeps the names of savepoints apart from those of this package.
func savepoint(name string) string { return "s:" + name }

// writing runs what writes: in a transaction of its own, or as one step of the
// explicit one that is undone if it fails.
func (s *Session) writing(ctx context.Context, f func() error) error {
	if s.tran.depth == 0 {
		if err := s.enter(ctx); err != nil {
			return err
		}
		if err := f(); err != nil {
			return errors.Join(err, s.leave(context.WithoutCancel(ctx), "ROLLBACK"))
		}
		return s.leave(context.WithoutCancel(ctx), "COMMIT")
	}
	if s.tran.doomed {
		return doomed()
	}
	if err := s.enter(ctx); err != nil {
		return err
	}
	if err := s.conn.exec(ctx, `SAVEPOINT "step"`); err != nil {
		return err
	}
	err := f()
	if err != nil && s.conn.exec(context.WithoutCancel(ctx), `ROLLBACK TO "step"`) != nil {
		s.lost(ctx) // an interruption may have ended it
		return err
	}
	return errors.Join(err, s.conn.exec(context.WithoutCancel(ctx), `RELEASE "step"`))
}

func doomed() *tds.Error {
	return failure(3930, 16, "The current transaction cannot be committed and cannot support operations that write to the log file. Roll back the transaction.")
}

// endDoomed rolls back, at the end of a batch, a transaction that nothing else is left for.
func (s *Session) endDoomed(ctx context.Context) error {
	if !s.tran.doomed {
		return nil
	}
	err := s.abandon(ctx)
	s.out.RolledBack()
	return orError(err, failure(3998, 16, "Uncommittable transaction is detected at the end of the batch. The transaction is rolled back."))
}

// lost notes that SQLite has ended the transaction by itself.
func (s *Session) lost(ctx context.Context) {
	_ = s.abandon(ctx) // there is nothing left to roll back
	s.out.RolledBack()
}
