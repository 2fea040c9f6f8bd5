package engine

import (
	"context"
	"errors"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/keyless-go/azure/azuretest/sqlserver/internal/tds"
)

// database is one database: a file of SQLite's. Readers see what is committed and
// wait for nobody; of transactions that write there is one at a time.
type database struct {
	name   string
	path   string
	anchor *conn         // keeps the file open
	writer chan struct{} // full while somebody writes

	security atomic.Int64 // counts changes of users, roles and permissions

	mu         sync.Mutex      // guards identities
	identities map[int64]int64 // last value of identity columns :: table → value; no transaction takes one back
}

// patience is how long a transaction waits for another that writes.
const patience = 20 * time.Second

// connect opens the database's file. Temporary tables, and what is sorted, are in files
// too, which SQLite makes and removes.
func (db *database) connect(ctx context.Context) (*conn, error) {
	path := filepath.ToSlash(db.path)
	if !strings.HasPrefix(path, "/") {
		path = "/" + path // C:/…
	}
	settings := url.Values{"_pragma": {
		"journal_mode(wal)", "synchronous(off)", "foreign_keys(1)", "temp_store(file)", "busy_timeout(10000)",
		"max_page_count(" + maxPages + ")", "cache_size(" + cacheKiB + ")", "temp.cache_size(" + cacheKiB + ")",
	}, "_dqs": {"0"}}
	return newConn(ctx, (&url.URL{Scheme: "file", Path: path, RawQuery: settings.Encode()}).String())
}

// setUp makes the tables of the catalog in a new file, all in one transaction.
func (db *database) setUp(now time.Time) error {
	ctx := context.Background()
	stamp := now.UTC().Format(layout(datetime()))
	for _, text := range []string{
		"BEGIN",
		objectsTable(`"$objects"`),
		`CREATE TABLE "$schemas" (id INTEGER PRIMARY KEY, name TEXT COLLATE AZ_TEXT UNIQUE, owner INTEGER)`,
		`CREATE TABLE "$principals" (id INTEGER PRIMARY KEY, name TEXT COLLATE AZ_TEXT UNIQUE, type TEXT, auth INTEGER, sid BLOB, default_schema TEXT, created TEXT, modified TEXT, fixed INTEGER, owner INTEGER)`,
		`CREATE TABLE "$members" (role INTEGER, member INTEGER, PRIMARY KEY (role, member))`,
		`CREATE TABLE "$permissions" (class INTEGER, major INTEGER, permission TEXT, grantee INTEGER, state TEXT, PRIMARY KEY (class, major, permission, grantee))`,
		`CREATE TABLE "$properties" (major INTEGER, minor INTEGER, child TEXT COLLATE AZ_TEXT, name TEXT COLLATE AZ_TEXT, value TEXT, PRIMARY KEY (major, minor, name))`,
		`INSERT INTO "$schemas" VALUES (1, 'dbo', 1), (2, 'guest', 2), (3, 'INFORMATION_SCHEMA', 3), (4, 'sys', 4)`,
		`INSERT INTO "$principals" (id, name, type, auth, created, modified, fixed, owner) VALUES (0, 'public', 'R', 0, '` + stamp + `', '` + stamp + `', 0, 1)`,
	} {
		if err := db.anchor.exec(ctx, text); err != nil {
			return err
		}
	}
	for _, p := range builtIn() {
		if err := db.anchor.exec(ctx, `INSERT INTO "$principals" VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?7, ?8, 1)`,
			p.id, p.name, p.kind, truth(p.id == 1), p.sid, p.schema, stamp, truth(p.id >= firstRole)); err != nil {
			return err
		}
	}
	return db.anchor.exec(ctx, "COMMIT")
}

// objectsTable makes the table of tables: of the database, or of one session.
func objectsTable(name string) string {
	return `CREATE TABLE ` + name + ` (id INTEGER PRIMARY KEY, schema TEXT COLLATE AZ_TEXT, name TEXT COLLATE AZ_TEXT, kind TEXT,
		created TEXT, modified TEXT, def TEXT, UNIQUE (schema, name))`
}

// builtInPrincipal is a user or role that every database has.
type builtInPrincipal struct {
	id     int64
	name   string
	kind   string
	sid    []byte
	schema any
}

// firstRole is the ID of the first fixed role.
const firstRole = 16384

func builtIn() []builtInPrincipal {
	list := []builtInPrincipal{
		{1, "dbo", "S", []byte{1}, "dbo"},
		{2, "guest", "S", []byte{0}, "guest"},
		{3, "INFORMATION_SCHEMA", "S", nil, nil},
		{4, "sys", "S", nil, nil},
	}
	for i, role := range fixedRoles() {
		list = append(list, builtInPrincipal{id: firstRole + int64(i), name: role, kind: "R"})
	}
	return list
}

// fixedRoles are the roles that every database has, in the order of their IDs. The fifth
// ID has been free since long ago.
// https://learn.microsoft.com/sql/relational-databases/security/authentication-access/database-level-roles
func fixedRoles() []string {
	return []string{
		"db_owner", "db_accessadmin", "db_securityadmin", "db_ddladmin", "db_backupoperator",
		"db_datareader", "db_datawriter", "db_denydatareader", "db_denydatawriter",
	}
}

// remove removes the database's files by their names. Not every Windows has what
// os.RemoveAll asks of it. SQLite itself may have removed the last two.
func (db *database) remove() error {
	var errs []error
	for _, end := range []string{"", "-wal", "-shm"} {
		if err := os.Remove(db.path + end); !errors.Is(err, fs.ErrNotExist) {
			errs = append(errs, err)
		}
	}
	return errors.Join(errs...)
}

// acquire waits until nobody else writes.
func (db *database) acquire(ctx context.Context) error {
	timer := time.NewTimer(patience)
	defer timer.Stop()
	select {
	case db.writer <- struct{}{}:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	case <-timer.C:
		return &tds.Error{Number: 1222, State: 51, Class: 16, Message: "Lock request time out period exceeded."}
	}
}

func (db *database) release() { <-db.writer }
