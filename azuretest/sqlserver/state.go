package sqlserver

import (
	"archive/tar"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/keyless-go/azure/azuretest"
	"github.com/keyless-go/azure/azuretest/sqlserver/internal/engine"
)

// stateVersion is that of what Save writes.
const stateVersion = 1

// stateName is the first entry of a state; the databases' files follow in their order.
const stateName = "state.json"

// serverState is that entry.
type serverState struct {
	Version         int                    `json:"version"`
	Admin           string                 `json:"admin"` // object ID; empty: nobody
	DirectoryReader bool                   `json:"directoryReader"`
	Databases       []engine.DatabaseState `json:"databases"`
}

// maxState is how long the first entry may be.
const maxState = 64 << 20

// Save writes all databases, for [Server.Load]: schemas, rows, users, roles and
// permissions, and who the administrator is. It is an archive (tar) with a description in
// JSON, a version first, and then the databases as SQLite files. Each database is saved as
// it is at one moment, and sessions go on meanwhile; the same state gives the same bytes.
// Sessions, their temporary tables and what is not committed are not in it. It needs room
// for a copy in the temporary directory.
func (s *Server) Save(w io.Writer) error {
	snapshot, err := s.engine.Snapshot(s.ctx)
	if err != nil {
		return fmt.Errorf("sqlserver: Save: %w", err)
	}
	err = errors.Join(s.write(tar.NewWriter(w), snapshot), snapshot.Close())
	if err != nil {
		return fmt.Errorf("sqlserver: Save: %w", err)
	}
	return nil
}

func (s *Server) write(out *tar.Writer, snapshot *engine.Snapshot) error {
	s.mu.Lock()
	about := serverState{Version: stateVersion, DirectoryReader: s.readable, Databases: snapshot.States}
	if s.admin != nil {
		about.Admin = s.admin.ObjectID()
	}
	s.mu.Unlock()
	text, err := json.Marshal(about)
	if err != nil {
		return err
	}
	if err := out.WriteHeader(header(stateName, int64(len(text)))); err != nil {
		return err
	}
	if _, err := out.Write(text); err != nil {
		return err
	}
	for i, db := range snapshot.States {
		if err := out.WriteHeader(header(fmt.Sprintf("%d.db", i+1), db.Size)); err != nil {
			return err
		}
		if err := snapshot.Copy(out, i); err != nil {
			return err
		}
	}
	return out.Close()
}

// header is the same for the same state: it has no time.
func header(name string, size int64) *tar.Header {
	return &tar.Header{Name: name, Size: size, Mode: 0o600, Format: tar.FormatPAX}
}

// Load puts what [Server.Save] has written in the place of all databases. The
// administrator must be in the directory of the azuretest.Server: load that one's state
// first. No connection may be open. If it cannot, it changes nothing: the error is an
// [*azuretest.StateVersionError] for the state of another version.
func (s *Server) Load(r io.Reader) error {
	if err := s.load(tar.NewReader(r)); err != nil {
		return fmt.Errorf("sqlserver: Load: %w", err)
	}
	return nil
}

func (s *Server) load(in *tar.Reader) (err error) {
	about, err := readState(in)
	if err != nil {
		return err
	}
	admin, err := s.adminOf(about.Admin)
	if err != nil {
		return err
	}
	if n := s.Connections(); n > 0 {
		return fmt.Errorf("%d connections are open", n)
	}
	next := s.engine.Replace()
	defer func() { err = errors.Join(err, next.Close()) }()
	for i, db := range about.Databases {
		name := fmt.Sprintf("%d.db", i+1)
		if err := expect(in, name, db.Size); err != nil {
			return err
		}
		if err := next.Add(s.ctx, db, in); err != nil {
			return fmt.Errorf("database %q: %w", db.Name, err)
		}
	}
	if err := next.Install(); err != nil {
		return err
	}
	s.SetAdmin(admin)
	s.SetDirectoryReader(about.DirectoryReader)
	return nil
}

// readState reads the description.
func readState(in *tar.Reader) (about serverState, err error) {
	first, err := in.Next()
	if err != nil || first.Name != stateName || first.Size > maxState {
		return about, errors.Join(errors.New("this is no state of a SQL server"), err)
	}
	var version struct {
		Version int `json:"version"`
	}
	text, err := io.ReadAll(io.LimitReader(in, maxState))
	if err == nil {
		err = json.Unmarshal(text, &version)
	}
	if err == nil && version.Version != stateVersion {
		return about, &azuretest.StateVersionError{Version: version.Version, Want: stateVersion}
	}
	if err == nil {
		err = json.Unmarshal(text, &about)
	}
	return about, err
}

// expect goes on to an entry.
func expect(in *tar.Reader, name string, size int64) error {
	h, err := in.Next()
	switch {
	case err != nil:
		return errors.Join(fmt.Errorf("%s is missing", name), err)
	case h.Name != name || h.Size != size:
		return fmt.Errorf("%s of %d bytes is in the place of %s of %d bytes", h.Name, h.Size, name, size)
	}
	return nil
}

// adminOf returns the identity of an object ID, nil for none.
func (s *Server) adminOf(objectID string) (*azuretest.Identity, error) {
	for _, id := range s.azure.Directory() {
		if strings.EqualFold(id.ObjectID(), objectID) {
			return id, nil
		}
	}
	if objectID == "" {
		return nil, nil //nolint:nilnil // nobody is an administrator, too
	}
	return nil, fmt.Errorf("the administrator, object ID %s, is not in the directory: load the state of the azuretest.Server first", objectID)
}
