package engine

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"
)

// Directory is where users come from who are not made in a database.
type Directory interface {
	// Find returns those with a display name.
	Find(name string) []Principal
	// Lookup returns the one with an object ID.
	Lookup(objectID string) (Principal, bool)
	// Readable reports whether the server itself may read the directory, for callers
	// that are not people.
	Readable() bool
}

// Principal is somebody in the directory. The SID is that of a user in a database.
type Principal struct {
	Name string
	SID  []byte
}

// Engine is a server with its databases. Its methods are safe for concurrent use.
type Engine struct {
	now       func() time.Time
	directory Directory
	dir       string

	mu        sync.Mutex // guards databases
	databases []*database
}

// New returns a server with the database master. Its files are in a temporary
// directory until Close.
func New(now func() time.Time, directory Directory) (*Engine, error) {
	dir, err := os.MkdirTemp("", "azuretest-sql-")
	if err != nil {
		return nil, err
	}
	e := &Engine{now: now, directory: directory, dir: dir}
	if err := e.AddDatabase("master"); err != nil {
		return nil, errors.Join(err, e.Close())
	}
	return e, nil
}

// Close removes the databases. All sessions must be closed.
func (e *Engine) Close() error {
	e.mu.Lock()
	defer e.mu.Unlock()
	var errs []error
	for _, db := range e.databases {
		errs = append(errs, db.anchor.close())
	}
	for _, db := range e.databases {
		errs = append(errs, db.remove())
	}
	e.databases = nil
	return errors.Join(append(errs, os.Remove(e.dir))...)
}

// AddDatabase makes an empty database. One that exists is left as it is.
func (e *Engine) AddDatabase(name string) error {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.find(name) != nil {
		return nil
	}
	db := &database{
		name: name, path: filepath.Join(e.dir, fmt.Sprintf("%d.db", len(e.databases)+1)),
		writer: make(chan struct{}, 1), identities: map[int64]int64{},
	}
	var err error
	if db.anchor, err = db.connect(context.Background()); err != nil {
		return err
	}
	e.databases = append(e.databases, db)
	return db.setUp(e.now())
}

func (e *Engine) find(name string) *database {
	for _, db := range e.databases {
		if strings.EqualFold(db.name, name) {
			return db
		}
	}
	return nil
}

// names returns the databases' names.
func (e *Engine) names() []string {
	e.mu.Lock()
	defer e.mu.Unlock()
	var names []string
	for _, db := range e.databases {
		names = append(names, db.name)
	}
	return names
}

// number returns the ID of a database.
func (e *Engine) number(name string) int {
	return slices.Index(e.names(), name) + 1
}

// ErrNoDatabase says that there is no database of a name.
var ErrNoDatabase = errors.New("no such database")

// ErrNoUser says that a login has no user in a database.
var ErrNoUser = errors.New("no user in the database")

// Open lets a login into a database.
func (e *Engine) Open(ctx context.Context, name string, login Login) (*Session, error) {
	e.mu.Lock()
	db := e.find(name)
	e.mu.Unlock()
	if db == nil {
		return nil, ErrNoDatabase
	}
	c, err := db.connect(ctx)
	if err != nil {
		return nil, err
	}
	s := &Session{engine: e, db: db, conn: c, login: login, rights: rights{as: beforeCommit}}
	s.forget()
	if s.user, err = s.userOf(ctx, login); err == nil {
		err = c.exec(ctx, objectsTable(`temp."$temp"`))
	}
	if err != nil {
		return nil, errors.Join(err, c.close())
	}
	return s, nil
}
