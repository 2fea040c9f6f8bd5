package tds

import "context"

// Handler decides who comes in. Its methods are called one after the other for a
// connection, and at the same time for several. Their context ends when the client
// leaves. Besides an [*Error], which the client is told, they may return
// [ErrHangUp] or a [GarbageError]; after any error the connection ends.
type Handler interface {
	// Hello returns what to answer to PRELOGIN.
	Hello(ctx context.Context) (Encryption, error)
	// Secure is called before the TLS handshake.
	Secure(ctx context.Context) error
	// Authority names who issues tokens, and what for.
	Authority() (stsURL, spn string)
	// Login lets a client in, to the database that it returns. A [*RouteError] as error
	// sends the client to another server.
	Login(ctx context.Context, l *Login) (Session, string, error)
}

// Session is a client that is logged in. Its methods are called one after the
// other. They write their results to the Answer, and errors that end a statement
// too; the error they return ends the request. The context ends when the client
// cancels the request or leaves.
type Session interface {
	// Run runs T-SQL.
	Run(ctx context.Context, s Statement, out *Answer) error
	// Call runs a procedure by its name. The values of params marked as output are
	// sent back as it leaves them.
	Call(ctx context.Context, procedure string, params []Param, out *Answer) (status int32, err error)
	// Begin, Commit, Rollback and Save are those of a transaction manager.
	Begin(ctx context.Context, level Isolation, name string, out *Answer) error
	Commit(ctx context.Context, out *Answer) error
	Rollback(ctx context.Context, name string, out *Answer) error
	Save(ctx context.Context, name string, out *Answer) error
	// Reset makes the session as good as new, before a request. The transaction is
	// rolled back, unless it is to be kept.
	Reset(ctx context.Context, keepTransaction bool) error
	// Close ends the session. No request is running.
	Close()
}

// Statement is T-SQL with its parameters.
type Statement struct {
	Text         string
	Declarations string // such as "@id int, @name nvarchar(50)"; empty if there are none
	Params       []Param
	Batch        bool // it came as a batch, not through sp_executesql
}
