package azuresql_test

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"io"
	"strings"
	"sync"
	"testing"

	mssql "github.com/microsoft/go-mssqldb"
	"github.com/stretchr/testify/require"
)

// catalog is a driver that knows the statements of this package and answers them
// from lists, so that a test can make any of them fail.
type catalog struct {
	mu         sync.Mutex // guards what follows
	principals []principal
	members    map[string]bool // role/user
	executed   []string
	// fail gives the error of a statement, nil for none.
	fail func(statement string) error
}

type principal struct {
	name, letter string
	sid          []byte
}

func newCatalog(t *testing.T, principals ...principal) (*catalog, *sql.DB) {
	t.Helper()
	c := &catalog{
		principals: append([]principal{{"db_datareader", "R", nil}, {"db_datawriter", "R", nil}}, principals...),
		members:    map[string]bool{},
	}
	db := sql.OpenDB(c)
	t.Cleanup(func() { require.NoError(t, db.Close()) })
	return c, db
}

func (c *catalog) Connect(context.Context) (driver.Conn, error) { return c, nil }
func (c *catalog) Driver() driver.Driver                        { return nil }
func (c *catalog) Prepare(string) (driver.Stmt, error)          { return nil, errors.ErrUnsupported }
func (c *catalog) Close() error                                 { return nil }
func (c *catalog) Begin() (driver.Tx, error)                    { return nil, errors.ErrUnsupported }

func (c *catalog) refused(statement string) error {
	if c.fail == nil {
		return nil
	}
	return c.fail(statement)
}

// QueryContext finds principals by name or SID, and members.
func (c *catalog) QueryContext(_ context.Context, query string, args []driver.NamedValue) (driver.Rows, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if err := c.refused(query); err != nil {
		return nil, err
	}
	if strings.Contains(query, "COUNT(*)") {
		n := int64(0)
		if c.members[args[0].Value.(string)+"/"+args[1].Value.(string)] {
			n = 1
		}
		return &table{columns: 1, rows: [][]driver.Value{{n}}}, nil
	}
	found := &table{columns: 3}
	for _, p := range c.principals {
		name, byName := args[0].Value.(string)
		sid, _ := args[0].Value.([]byte)
		if byName && strings.EqualFold(p.name, name) || !byName && string(p.sid) == string(sid) {
			found.rows = append(found.rows, []driver.Value{p.name, p.letter, p.sid})
		}
	}
	return found, nil
}

// ExecContext takes CREATE USER, DROP USER and ALTER ROLE.
func (c *catalog) ExecContext(_ context.Context, statement string, _ []driver.NamedValue) (driver.Result, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.executed = append(c.executed, statement)
	if err := c.refused(statement); err != nil {
		return nil, err
	}
	words := strings.Fields(statement)
	name := strings.Trim(words[2], "[]")
	switch words[0] {
	case "CREATE":
		c.principals = append(c.principals, principal{name, "E", []byte("0123456789abcdef")})
	case "DROP":
		c.drop(name)
	case "ALTER":
		c.members[name+"/"+strings.Trim(words[5], "[]")] = true
	}
	return driver.ResultNoRows, nil
}

func (c *catalog) drop(name string) {
	for i, p := range c.principals {
		if p.name == name {
			c.principals = append(c.principals[:i], c.principals[i+1:]...)
			return
		}
	}
}

type table struct {
	columns int
	rows    [][]driver.Value
}

func (t *table) Columns() []string { return make([]string, t.columns) }
func (t *table) Close() error      { return nil }

func (t *table) Next(dest []driver.Value) error {
	if len(t.rows) == 0 {
		return io.EOF
	}
	copy(dest, t.rows[0])
	t.rows = t.rows[1:]
	return nil
}

// serverError is what the driver makes of an error of the server.
func serverError(number int32, message string) error {
	return mssql.Error{Number: number, Class: 16, Message: message, All: []mssql.Error{{Number: number, Message: message}}}
}

// failOn fails statements that begin so.
func failOn(prefix string, err error) func(string) error {
	return func(statement string) error {
		if strings.HasPrefix(statement, prefix) {
			return err
		}
		return nil
	}
}
