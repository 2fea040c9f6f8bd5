package engine

import (
	"context"
	"time"

	"github.com/keyless-go/azure/azuretest/sqlserver/internal/tds"
	"github.com/keyless-go/azure/azuretest/sqlserver/internal/tsql"
)

// Login is who a session is of.
type Login struct {
	Name      string // as SUSER_SNAME() says it
	SID       []byte
	Admin     bool // the administrator of the server, who is dbo everywhere
	Person    bool // not a service principal
	Host, App string
	Number    uint16 // of the session
}

// Session is a login in a database. It implements [tds.Session].
type Session struct {
	engine *Engine
	db     *database
	conn   *conn
	login  Login
	user   user
	out    *tds.Answer // of the request that is running

	rights rights
	vars   map[string]*variable // of what is running
	held   int                  // bytes of all variables, and more; see keep
	tran   transaction

	identityInsert int64 // the table that takes values for its identity column
	lastIdentity   *int64
	rowCount       int64
	lastError      int32
	caught         *tds.Error // in a CATCH
	noCount        bool
	xactAbort      bool
	level          tds.Isolation
	nested         int             // EXEC in EXEC
	trying         int             // TRY in TRY
	doing          *change         // for the wording of errors
	identities     map[int64]int64 // last values of identity columns of temporary tables
}

// variable is a T-SQL variable: what SQLite holds for its value.
type variable struct {
	typ   tds.Type
	value any
	by    *tsql.Declaration // nil: a parameter
}

var _ tds.Session = (*Session)(nil)

// forget makes everything as in a new session.
func (s *Session) forget() {
	s.vars, s.held = map[string]*variable{}, 0
	s.identityInsert, s.lastIdentity = 0, nil
	s.rowCount, s.lastError, s.caught = 0, 0, nil
	s.identities = map[int64]int64{}
	s.noCount, s.xactAbort, s.level = false, false, tds.ReadCommitted
}

func (s *Session) now() time.Time { return s.engine.now().UTC() }

// User returns the name of the user in the database.
func (s *Session) User() string { return s.user.name }

// Database returns the name of the database.
func (s *Session) Database() string { return s.db.name }

// Reset implements [tds.Session].
func (s *Session) Reset(ctx context.Context, keepTransaction bool) error {
	if !keepTransaction {
		if err := s.abandon(ctx); err != nil {
			return err
		}
	}
	tables, err := s.conn.query(ctx, `SELECT name FROM temp."$temp"`)
	if err != nil {
		return err
	}
	for _, row := range tables {
		if name, ok := row[0].(string); ok {
			if err := s.dropTemp(ctx, name); err != nil {
				return err
			}
		}
	}
	s.forget()
	return nil
}

// dropTemp drops a temporary table.
func (s *Session) dropTemp(ctx context.Context, name string) error {
	if err := s.conn.exec(ctx, "DROP TABLE temp."+quote(name)); err != nil {
		return err
	}
	return s.conn.exec(ctx, `DELETE FROM temp."$temp" WHERE name = ?1`, name)
}

// Close implements [tds.Session].
func (s *Session) Close() {
	_ = s.abandon(context.Background()) // closing rolls back too
	_ = s.conn.close()                  // nothing is lost
}
