package sqlserver_test

import (
	"context"
	"database/sql"
	"encoding/binary"
	"strings"
	"testing"
	"time"

	mssql "github.com/microsoft/go-mssqldb"
	"github.com/stretchr/testify/require"
)

// intParam is a parameter of type int; nothing is NULL.
func intParam(output bool, value ...int32) []byte {
	out := []byte{0, 0, 0x26, 4, 0}
	if output {
		out[1] = 1
	}
	for _, v := range value {
		out[4] = 4
		out = binary.LittleEndian.AppendUint32(out, uint32(v))
	}
	return out
}

// call calls a procedure by its number and returns what comes back.
func (c wire) call(tb testing.TB, procedure uint16, params ...[]byte) string {
	tb.Helper()
	c.send(tb, kindRPC, rpc(procedure, params...))
	return strings.ReplaceAll(string(c.answer(tb)), "\x00", "")
}

const (
	executeSQL = 10
	prepare    = 11
	execute    = 12
	prepExec   = 13
	unprepare  = 15
)

// go-mssqldb prepares nothing on the server; other drivers do.
func TestPrepared(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	c := w.loginWire(t, w.SystemIdentity().Token(resource, time.Hour))
	statement, declaration := textParam("SELECT Name FROM Employees WHERE ID = @id"), textParam("@id int")

	first := c.call(t, prepare, intParam(true), declaration, statement, intParam(false, 1))
	require.Contains(t, first, "\xac", "a value is returned: the handle")
	require.NotContains(t, first, "Ken")
	require.Contains(t, c.call(t, execute, intParam(false, 1), intParam(false, 4)), "Rob Walters")
	require.Contains(t, c.call(t, execute, intParam(false, 1), intParam(false, 1)), "Ken S")
	require.Contains(t, c.call(t, prepExec, intParam(true), declaration, statement, intParam(false, 2)), "Terri Duffy")
	require.Contains(t, c.call(t, execute, intParam(false, 2), intParam(false, 3)), "Roberto Tamburello")
	require.NotContains(t, c.call(t, unprepare, intParam(false, 1)), "error")
	require.Contains(t, c.call(t, execute, intParam(false, 1), intParam(false, 4)), "Could not find prepared statement with handle 1.")
	require.Contains(t, c.call(t, unprepare, intParam(false, 1)), "Could not find prepared statement with handle 1.")
	require.Contains(t, c.call(t, execute, intParam(false)), "expects parameter '@handle'")
	require.Contains(t, c.call(t, executeSQL), "expects parameter '@statement'")
	require.Contains(t, c.call(t, execute, intParam(false, 2)), "expects the parameter '@id'")

	// A reset forgets what was prepared.
	message := packets(kindRPC, rpc(execute, intParam(false, 2), intParam(false, 3)))
	message[1] |= 8
	_, err := c.Write(message)
	require.NoError(t, err)
	require.Contains(t, strings.ReplaceAll(string(c.answer(t)), "\x00", ""), "Could not find prepared statement with handle 2.")
}

// A cancellation is acknowledged, whether something runs or not, and the connection
// goes on.
func TestAttention(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	c := w.loginWire(t, w.SystemIdentity().Token(resource, time.Hour))
	acknowledged := func() {
		done := c.answer(t)
		require.Len(t, done, 13)
		require.Equal(t, []byte{0xfd, 0x20, 0}, done[:3])
	}
	c.send(t, 6, nil)
	acknowledged()
	c.send(t, kindBatch, batch("SELECT 1; WAITFOR DELAY '01:00:00'; SELECT 'never'"))
	require.Eventually(t, func() bool {
		return len(w.Requests()) > 0 && w.Requests()[len(w.Requests())-1].Operation == "sql.batch"
	}, time.Minute, time.Millisecond)
	c.send(t, 6, nil)
	require.NotContains(t, string(c.answer(t)), "never")
	acknowledged()
	c.send(t, kindBatch, batch("SELECT 'after'"))
	require.Contains(t, string(c.answer(t)), "after")
}

// A client that changes its mind while it sends is not served.
func TestIgnoredRequest(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	c := w.loginWire(t, w.SystemIdentity().Token(resource, time.Hour))
	body := batch("SELECT 'wrong'")
	_, err := c.Write(append(packet(kindBatch, 0, body[:30]), packet(kindBatch, 3, body[30:])...))
	require.NoError(t, err)
	require.NotContains(t, string(c.answer(t)), "wrong")
	require.Equal(t, "sql.login", w.Requests()[len(w.Requests())-1].Operation)
}

// Who leaves in a transaction has done nothing, and holds up nobody.
func TestDisconnect(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	db := w.admin(t)
	run(t, db, "CREATE TABLE n (n int)")
	c := w.loginWire(t, w.SignedInUser().Token(resource, time.Hour))
	c.send(t, kindTransaction, append(headers(), 5, 0, 2, 0))
	c.send(t, kindBatch, within(begun(t, string(c.answer(t))), batch("INSERT INTO n OUTPUT 'done' VALUES (1)")))
	require.Contains(t, string(c.answer(t)), "done")
	require.NoError(t, c.Close())
	_, err := db.ExecContext(t.Context(), "INSERT INTO n VALUES (2)")
	require.NoError(t, err)
	require.Equal(t, "2", show(t, db, "SELECT n FROM n"))
}

// Savepoints of a transaction manager request.
func TestTransactionManager(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	c := w.loginWire(t, w.SignedInUser().Token(resource, time.Hour))
	var current uint64
	tell := func(body ...byte) string {
		c.send(t, kindTransaction, within(current, append(headers(), body...)))
		return string(c.answer(t))
	}
	text := func(statement string) string {
		c.send(t, kindBatch, within(current, batch(statement)))
		return string(c.answer(t))
	}
	text("CREATE TABLE n (n int)")
	current = begun(t, tell(5, 0, 2, 0))
	text("INSERT INTO n VALUES (1)")
	tell(9, 0, 2, 's', 0)
	text("INSERT INTO n VALUES (2)")
	tell(8, 0, 2, 's', 0, 0)
	committed := tell(7, 0, 0, 1, 2, 0)
	require.Contains(t, committed, "\xe3\x0b\x00\x09")
	current = begun(t, committed)
	text("INSERT INTO n VALUES (3)")
	require.Contains(t, tell(8, 0, 0, 0), "\xe3\x0b\x00\x0a", "rolled back")
	current = 0
	require.Contains(t, text("SELECT CAST(COUNT(*) AS varchar(9)) + '=' + CAST(SUM(n) AS varchar(9)) FROM n"), "1=1")
	require.Contains(t, strings.ReplaceAll(tell(7, 0, 0, 0), "\x00", ""), "The COMMIT TRANSACTION request has no corresponding BEGIN TRANSACTION.")
	require.Contains(t, strings.ReplaceAll(tell(99, 0), "\x00", ""), "transaction manager request 99 is not supported")
}

// Strict TLS and a token that is asked for: both at once.
func TestStrictADAL(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	token := w.SystemIdentity().Token(resource, time.Hour)
	c, err := mssql.NewActiveDirectoryTokenConnector(w.config(t, login{encrypt: "strict"}), mssql.FedAuthADALWorkflowMSI,
		func(context.Context, string, string) (string, error) { return token, nil })
	require.NoError(t, err)
	c.Dialer = w.sql.Dialer()
	db := sql.OpenDB(c)
	defer db.Close()
	require.Equal(t, "DevTestVM", show(t, db, "SELECT USER_NAME()"))
}
