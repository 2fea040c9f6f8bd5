package engine

import (
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"path/filepath"
	"slices"

	"modernc.org/sqlite"
)

// DatabaseState says of a database what is not in its file.
type DatabaseState struct {
	Name       string          `json:"name"`
	Size       int64           `json:"size"`       // of the file
	Identities map[int64]int64 `json:"identities"` // last value of identity columns :: table → value
}

// Snapshot is all databases as they are, each at one moment. Close it after use.
type Snapshot struct {
	States []DatabaseState
	files  []string
}

// Snapshot copies what is committed. Sessions go on meanwhile.
func (e *Engine) Snapshot(ctx context.Context) (*Snapshot, error) {
	e.mu.Lock()
	list := slices.Clone(e.databases)
	e.mu.Unlock()
	s := &Snapshot{}
	for _, db := range list {
		state, file, err := db.snapshot(ctx, e.dir)
		if err != nil {
			return nil, errors.Join(fmt.Errorf("database %q: %w", db.name, err), s.Close())
		}
		s.States, s.files = append(s.States, state), append(s.files, file)
	}
	return s, nil
}

// Copy writes the file of a database, by its number.
func (s *Snapshot) Copy(w io.Writer, i int) error {
	file, err := os.Open(s.files[i])
	if err != nil {
		return err
	}
	_, err = io.Copy(w, file)
	return errors.Join(err, file.Close())
}

// Close removes the copies.
func (s *Snapshot) Close() error {
	var errs []error
	for _, file := range s.files {
		errs = append(errs, os.Remove(file))
	}
	s.files = nil
	return errors.Join(errs...)
}

// snapshot copies the database to a file, page by page: row IDs stay.
func (db *database) snapshot(ctx context.Context, dir string) (state DatabaseState, file string, err error) {
	source, err := db.connect(ctx)
	if err != nil {
		return state, "", err
	}
	defer func() { err = errors.Join(err, source.close()) }()
	if file, err = emptyFile(dir); err != nil {
		return state, "", err
	}
	db.mu.Lock()
	state = DatabaseState{Name: db.name, Identities: maps.Clone(db.identities)}
	db.mu.Unlock()
	err = source.copyTo(file)
	if err == nil {
		var info os.FileInfo
		if info, err = os.Stat(file); err == nil {
			state.Size = info.Size()
			return state, file, nil
		}
	}
	return state, "", errors.Join(err, os.Remove(file))
}

func emptyFile(dir string) (string, error) {
	f, err := os.CreateTemp(dir, "copy-*.db")
	if err != nil {
		return "", err
	}
	return f.Name(), f.Close()
}

// copyTo copies what is committed to a file.
func (c *conn) copyTo(file string) error {
	from, ok := c.sql.(interface {
		NewBackup(string) (*sqlite.Backup, error)
	})
	if !ok {
		return errors.New("engine: the SQLite driver has changed")
	}
	backup, err := from.NewBackup(file)
	if err != nil {
		return err
	}
	const all = -1
	_, err = backup.Step(all)
	return errors.Join(err, backup.Finish())
}

// Replacement is databases that are to take the place of an Engine's.
type Replacement struct {
	engine    *Engine
	databases []*database
}

// Replace begins a Replacement. Close it after use, installed or not.
func (e *Engine) Replace() *Replacement { return &Replacement{engine: e} }

// Add adds a database, of which r has the file.
func (r *Replacement) Add(ctx context.Context, state DatabaseState, from io.Reader) error {
	path, err := emptyFile(r.engine.dir)
	if err != nil {
		return err
	}
	db := &database{name: state.Name, path: path, writer: make(chan struct{}, 1), identities: map[int64]int64{}}
	maps.Copy(db.identities, state.Identities)
	if err := fill(path, from, state.Size); err != nil {
		return errors.Join(err, db.remove())
	}
	anchor, err := db.connect(ctx)
	if err == nil {
		db.anchor = anchor
		err = db.check(ctx)
	}
	if err != nil {
		return errors.Join(err, db.discard())
	}
	r.databases = append(r.databases, db)
	return nil
}

// fill writes a file.
func fill(path string, from io.Reader, size int64) error {
	file, err := os.OpenFile(filepath.Clean(path), os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	_, err = io.CopyN(file, from, size)
	return errors.Join(err, file.Close())
}

// check refuses what is no file of a database, or a damaged one.
func (db *database) check(ctx context.Context) error {
	rows, err := db.anchor.query(ctx, "PRAGMA quick_check(1)")
	if err != nil {
		return err
	}
	if len(rows) != 1 || fmt.Sprint(rows[0]...) != "ok" {
		return errors.New("the file is damaged")
	}
	_, err = db.anchor.query(ctx, `SELECT count(p.owner + s.owner) FROM "$principals" p, "$objects", "$schemas" s`)
	return err
}

// discard closes a database and removes its files.
func (db *database) discard() error {
	var err error
	if db.anchor != nil {
		err = db.anchor.close()
	}
	return errors.Join(err, db.remove())
}

// Install puts the databases in the place of the Engine's, which are gone. No session may
// be open.
func (r *Replacement) Install() error {
	if len(r.databases) == 0 || r.databases[0].name != "master" {
		return errors.New("the first database must be master")
	}
	r.engine.mu.Lock()
	r.engine.databases, r.databases = r.databases, r.engine.databases
	r.engine.mu.Unlock()
	return nil
}

// Close removes the databases that are not the Engine's.
func (r *Replacement) Close() error {
	var errs []error
	for _, db := range r.databases {
		errs = append(errs, db.discard())
	}
	r.databases = nil
	return errors.Join(errs...)
}
