package sqlserver

import (
	"context"
	"errors"
	"fmt"
	"net"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/keyless-go/azure/azuretest"
	"github.com/keyless-go/azure/azuretest/sqlserver/internal/engine"
	"github.com/keyless-go/azure/azuretest/sqlserver/internal/tds"
)

// The names of the tutorial's server and database.
const (
	Host     = "myserver.database.windows.net"
	Database = "mydatabase"
)

// port is where the server is found.
const port = "1433"

// A Server is one Azure SQL server with its databases. Make it with [New] or [Start].
// All methods are safe for concurrent use.
type Server struct {
	azure  *azuretest.Server
	engine *engine.Engine
	number atomic.Uint32 // of the last session
	noted  atomic.Int64  // bytes of all texts of requests

	ctx    context.Context //nolint:containedctx // ends what is served when the Server closes
	cancel context.CancelFunc
	served sync.WaitGroup

	mu       sync.Mutex // guards what follows
	closed   bool
	open     map[*tds.Conn]bool
	routed   map[string]bool // addresses that clients were sent to
	admin    *azuretest.Identity
	readable bool // the server has an identity that may read the directory
	listener net.Listener
}

// New starts a Server that ends with the test. It fails the test if it cannot. It must be
// called after the [azuretest.New] that made srv, and in the same testing/synctest
// bubble if there is one.
func New(tb testing.TB, srv *azuretest.Server) *Server {
	tb.Helper()
	s, err := Start(srv)
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() {
		if err := s.Close(); err != nil {
			tb.Error(err)
		}
	})
	return s
}

// Start starts a Server where there is no test. The databases are files in a temporary
// directory until Close.
func Start(srv *azuretest.Server) (*Server, error) {
	s := &Server{azure: srv, admin: srv.SignedInUser(), open: map[*tds.Conn]bool{}, routed: map[string]bool{}}
	s.ctx, s.cancel = context.WithCancel(context.Background())
	var err error
	if s.engine, err = engine.New(srv.Now, directory{s}); err != nil {
		return nil, fmt.Errorf("sqlserver: %w", err)
	}
	if err := s.seed(); err != nil {
		return nil, errors.Join(fmt.Errorf("sqlserver: %w", err), s.Close())
	}
	return s, nil
}

// Close ends all connections and returns when nobody serves any more. A second Close
// does nothing.
func (s *Server) Close() error {
	s.mu.Lock()
	closed := s.closed
	s.closed = true
	s.mu.Unlock()
	if closed {
		return nil
	}
	s.cancel() // closes the listener
	s.served.Wait()
	return s.engine.Close()
}

// CloseIdleConnections closes the connections on which nothing runs, as a failover or a
// gateway does with those that have been idle for long. Clients are not told.
func (s *Server) CloseIdleConnections() {
	s.mu.Lock()
	defer s.mu.Unlock()
	for c := range s.open {
		if c.Idle() {
			c.Close()
			delete(s.open, c)
		}
	}
}

// Connections returns how many connections are open.
func (s *Server) Connections() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.open)
}

// SetAdmin makes an identity the administrator in the place of the one before. Sessions
// that are open stay what they are.
func (s *Server) SetAdmin(id *azuretest.Identity) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.admin = id
}

// SetDirectoryReader says whether the server has an identity of its own that may read
// the directory. Without it, which is how a server begins, a managed identity cannot
// CREATE USER ... FROM EXTERNAL PROVIDER (error 33134), but a person can.
func (s *Server) SetDirectoryReader(on bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.readable = on
}

// AddDatabase makes an empty database. One that exists is left as it is.
func (s *Server) AddDatabase(name string) error {
	if err := s.engine.AddDatabase(name); err != nil {
		return fmt.Errorf("sqlserver: database %q: %w", name, err)
	}
	return nil
}
