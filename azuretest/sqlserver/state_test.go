package sqlserver_test

import (
	"archive/tar"
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/keyless-go/azure/azuretest"
	"github.com/keyless-go/azure/azuretest/sqlserver"
)

func (w world) saved(t *testing.T) []byte {
	t.Helper()
	var out bytes.Buffer
	require.NoError(t, w.sql.Save(&out))
	return out.Bytes()
}

// restarted returns another world with the same state.
func (w world) restarted(t *testing.T) world {
	t.Helper()
	var azure bytes.Buffer
	require.NoError(t, w.Save(&azure))
	state := w.saved(t)
	require.Equal(t, state, w.saved(t), "the same state gives the same bytes")
	again := newWorld(t, azuretest.Empty())
	require.NoError(t, again.sql.AddDatabase("notinthestate"))
	require.NoError(t, again.Load(&azure))
	require.NoError(t, again.sql.Load(bytes.NewReader(state)))
	require.Equal(t, state, again.saved(t))
	return again
}

func TestState(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.sql.SetAdmin(w.AddUserIdentity("chief"))
	w.sql.SetDirectoryReader(true)
	require.NoError(t, w.sql.AddDatabase("Other"))
	require.NoError(t, w.sql.Exec("Other", `
		CREATE TABLE t (id int IDENTITY(10,5) PRIMARY KEY, name nvarchar(20));
		INSERT INTO t (name) VALUES (N'one'), (N'zwölf'), (N'three');
		DELETE FROM t WHERE id = 20;`))
	require.NoError(t, w.sql.Exec(sqlserver.Database, `CREATE TABLE heap (name nvarchar(20)); INSERT INTO heap VALUES (N'b'), (N'a'); DENY SELECT ON heap TO DevTestVM`))
	again := w.restarted(t)

	query := "SELECT ID, Name, Title, HireDate, Salary FROM Employees"
	require.Equal(t, show(t, w.machine(t), query), show(t, again.machine(t), query))
	_, err := try(t, again.machine(t), "SELECT * FROM heap")
	require.EqualValues(t, 229, number(err))
	chief := again.open(t, login{token: tokenOf(again.AddUserIdentity("chief")), database: "Other"})
	require.Equal(t, "10|one\n15|zwölf", show(t, chief, "SELECT * FROM t ORDER BY id"))
	_, err = try(t, chief, "INSERT INTO t (name) VALUES ('four')")
	require.NoError(t, err)
	require.Equal(t, "25", show(t, chief, "SELECT max(id) FROM t"), "the identity goes on where it was")
	before, err := w.sql.Databases(t.Context())
	require.NoError(t, err)
	after, err := again.sql.Databases(t.Context())
	require.NoError(t, err)
	require.Equal(t, before[1:], after[1:], "the other has the chief now")
	require.Error(t, again.open(t, login{token: tokenOf(again.SignedInUser()), database: "Other"}).PingContext(t.Context()), "she is no administrator any more")
	require.NoError(t, again.sql.AddDatabase("third"))
}

// What is not committed is not saved, and nobody waits for anybody.
func TestStateOfTransactions(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	tx, err := w.admin(t).BeginTx(t.Context(), nil)
	require.NoError(t, err)
	_, err = tx.ExecContext(t.Context(), "DELETE FROM Employees")
	require.NoError(t, err)
	state := w.saved(t)
	require.NoError(t, tx.Rollback())
	again := newWorld(t, azuretest.Empty())
	require.NoError(t, again.sql.Load(bytes.NewReader(state)))
	require.Equal(t, "4", show(t, again.machine(t), "SELECT count(*) FROM Employees"))
}

func TestLoadRefuses(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	state := w.saved(t)
	files := entries(t, state)
	about := files[0].text
	with := func(text string, more ...entry) []byte {
		return archive(t, append([]entry{{"state.json", text}}, more...))
	}
	for name, test := range map[string]struct {
		state []byte
		want  string
	}{
		"nothing":          {nil, "this is no state of a SQL server"},
		"no archive":       {bytes.Repeat([]byte("no archive "), 100), "this is no state of a SQL server"},
		"no JSON":          {with("{"), "unexpected end of JSON"},
		"cut":              {state[:len(state)/2], "unexpected EOF"},
		"no administrator": {with(strings.Replace(about, w.SignedInUser().ObjectID(), "11111111-2222-4333-8444-555555555555", 1), files[1:]...), "is not in the directory"},
		"no databases":     {with(about), "1.db is missing"},
		"another order":    {with(about, files[2], files[1]), "is in the place of 1.db"},
		"no master":        {with(strings.Replace(about, `"master"`, `"slave"`, 1), files[1:]...), "the first database must be master"},
		"no SQLite file":   {with(about, entry{"1.db", strings.Repeat("x", len(files[1].text))}, files[2]), `database "master": `},
		"another file":     {with(about, entry{"1.db", strings.Repeat("\x00", len(files[1].text))}, files[2]), `database "master": `},
	} {
		t.Run(name, func(t *testing.T) {
			err := w.sql.Load(bytes.NewReader(test.state))
			require.ErrorContains(t, err, test.want)
			require.Equal(t, state, w.saved(t), "nothing has changed")
		})
	}
	var other *azuretest.StateVersionError
	require.ErrorAs(t, w.sql.Load(bytes.NewReader(with(`{"version":2,"databases":7}`))), &other)
	require.Equal(t, azuretest.StateVersionError{Version: 2, Want: 1}, *other)
	require.NoError(t, w.machine(t).PingContext(t.Context()))
	require.ErrorContains(t, w.sql.Load(bytes.NewReader(state)), "1 connections are open")
}

// entry is a file in an archive.
type entry struct{ name, text string }

func entries(t *testing.T, state []byte) (list []entry) {
	t.Helper()
	in := tar.NewReader(bytes.NewReader(state))
	for {
		h, err := in.Next()
		if errors.Is(err, io.EOF) {
			return list
		}
		require.NoError(t, err)
		text, err := io.ReadAll(in)
		require.NoError(t, err)
		list = append(list, entry{h.Name, string(text)})
	}
}

func archive(t *testing.T, list []entry) []byte {
	t.Helper()
	var buf bytes.Buffer
	out := tar.NewWriter(&buf)
	for _, e := range list {
		require.NoError(t, out.WriteHeader(&tar.Header{Name: e.name, Size: int64(len(e.text)), Mode: 0o600}))
		_, err := out.Write([]byte(e.text))
		require.NoError(t, err)
	}
	require.NoError(t, out.Close())
	return buf.Bytes()
}

// Neither copies nor databases that were replaced are left behind.
func TestStateLeavesNoFile(t *testing.T) {
	dir := ownTemp(t)
	srv, err := azuretest.Start()
	require.NoError(t, err)
	sql, err := sqlserver.Start(srv)
	require.NoError(t, err)
	for range 2 {
		var state bytes.Buffer
		require.NoError(t, sql.Save(&state))
		require.Error(t, sql.Load(bytes.NewReader(state.Bytes()[:state.Len()/2])))
		require.NoError(t, sql.Load(&state))
	}
	require.NoError(t, sql.Close())
	require.NoError(t, srv.Close())
	left, err := os.ReadDir(dir)
	require.NoError(t, err)
	require.Empty(t, left)
}

func ExampleServer_Save() {
	srv, err := azuretest.Start()
	if err != nil {
		panic(err)
	}
	defer srv.Close()
	sql, err := sqlserver.Start(srv)
	if err != nil {
		panic(err)
	}
	defer sql.Close()
	var state bytes.Buffer
	if err := sql.Save(&state); err != nil {
		panic(err)
	}
	if err := sql.Exec(sqlserver.Database, "DROP TABLE Employees"); err != nil {
		panic(err)
	}
	if err := sql.Load(&state); err != nil {
		panic(err)
	}
	fmt.Println(sql.Exec(sqlserver.Database, "DELETE FROM Employees"))
	// Output:
	// <nil>
}
