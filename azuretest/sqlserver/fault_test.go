package sqlserver_test

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"io"
	"testing"
	"testing/synctest"
	"time"

	mssql "github.com/microsoft/go-mssqldb"
	"github.com/stretchr/testify/require"

	"github.com/keyless-go/azure/azuretest"
)

func TestFaultErrors(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		fault  azuretest.Fault
		number int32
		text   string
	}{
		"unavailable":     {azuretest.Fault{Operation: "sql.login", Code: "40613"}, 40613, "Database 'mydatabase' on server 'myserver' is not currently available."},
		"throttled":       {azuretest.Fault{Operation: "sql.login", Code: "40501"}, 40501, "Retry the request after 10 seconds."},
		"firewall":        {azuretest.Fault{Operation: "sql.login", Code: "40615"}, 40615, "is not allowed to access the server"},
		"own text":        {azuretest.Fault{Operation: "sql.login", Code: "4221", Body: "Login to read-secondary failed."}, 4221, "Login to read-secondary failed."},
		"in a batch":      {azuretest.Fault{Operation: "sql.batch", Code: "1205"}, 1205, "deadlock victim"},
		"in any":          {azuretest.Fault{Operation: "sql.*", Nth: 4, Code: "10928"}, 10928, "request limit"},
		"another request": {azuretest.Fault{Operation: "sql.rpc", Code: "1205"}, 0, ""},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			w.Fail(test.fault)
			db := w.machine(t)
			_, err := try(t, db, "SELECT 1")
			if fatal, ok := errors.AsType[mssql.ServerError](err); ok {
				err = fatal.Unwrap()
			}
			require.Equal(t, test.number, number(err), "%v", err)
			if test.number != 0 {
				require.ErrorContains(t, err, test.text)
			}
			require.Equal(t, "1", show(t, db, "SELECT 1"), "once")
		})
	}
}

func TestFaultCut(t *testing.T) {
	t.Parallel()
	for name, fault := range map[string]azuretest.Fault{
		"PRELOGIN":           {Operation: "sql.prelogin", Status: -1},
		"TLS":                {Operation: "sql.tls", Status: -1},
		"login":              {Operation: "sql.login", Status: -1},
		"batch":              {Operation: "sql.batch", Status: -1},
		"reset":              {Operation: "sql.reset", Status: -1},
		"in an answer":       {Operation: "sql.batch", CutAfter: 100},
		"before an answer":   {Operation: "sql.batch", CutAfter: -1},
		"garbage for login":  {Operation: "sql.login", Body: "\x42\x42\x42"},
		"garbage for a row":  {Operation: "sql.batch", Body: "\x42"},
		"garbage, PRELOGIN":  {Operation: "sql.prelogin", Body: "\x42"},
		"wrong route":        {Operation: "sql.login", Location: "nowhere"},
		"half of a PRELOGIN": {Operation: "sql.prelogin", Body: "\x00\x00\x0b\x00\x06\xff"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			w.Fail(fault)
			db := w.machine(t)
			db.SetMaxIdleConns(0)
			_, err := try(t, db, "SELECT Name FROM Employees")
			require.Error(t, err)
			require.Contains(t, show(t, db, "SELECT Name FROM Employees"), "Rob Walters")
		})
	}
}

func TestRouting(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	const worker = "abc123.tr1.westus.worker.database.windows.net:11003"
	w.Fail(azuretest.Fault{Operation: "sql.login", Location: worker})
	require.Equal(t, "DevTestVM", show(t, w.machine(t), "SELECT USER_NAME()"))
	logins := 0
	for _, r := range w.Requests() {
		if r.Operation == "sql.login" {
			logins++
		}
	}
	require.Equal(t, 2, logins)
}

func TestWrongServer(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	config := w.config(t, login{})
	config.Host = "someone.database.windows.net"
	c, err := mssql.NewSecurityTokenConnector(config, tokenOf(w.SystemIdentity()))
	require.NoError(t, err)
	c.Dialer = elsewhere{w.sql.Dialer()}
	db := sql.OpenDB(c)
	defer db.Close()
	err = db.PingContext(t.Context())
	require.ErrorContains(t, err, `Cannot open server "someone" requested by the login. The login failed.`)
}

// Silence lasts as long as the fault says; whoever gives up leaves nothing behind. In a
// bubble the hour is over at once, and the test fails if a goroutine outlives it.
func TestSilence(t *testing.T) {
	t.Parallel()
	for _, operation := range []string{"sql.prelogin", "sql.tls", "sql.login", "sql.batch"} {
		t.Run(operation, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				w := newWorld(t)
				w.Fail(azuretest.Fault{Operation: operation, Delay: 45 * time.Minute})
				c := w.connector(t, login{})
				began := time.Now()
				conn, err := c.Connect(t.Context())
				require.NoError(t, err)
				defer conn.Close()
				_, err = drain(t, conn, "SELECT 1")
				require.NoError(t, err)
				require.Equal(t, 45*time.Minute, time.Since(began))
			})
		})
	}
}

func TestSilenceLeft(t *testing.T) {
	t.Parallel()
	for _, operation := range []string{"sql.prelogin", "sql.tls", "sql.login"} {
		t.Run(operation, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				w := newWorld(t)
				w.Fail(azuretest.Fault{Operation: operation, Delay: 24 * time.Hour})
				ctx, cancel := context.WithTimeout(t.Context(), time.Second)
				defer cancel()
				l := login{dialer: impatient{w.sql.Dialer()}}
				began := time.Now()
				_, err := w.connector(t, l).Connect(ctx)
				require.Error(t, err)
				synctest.Wait()
				require.Zero(t, w.sql.Connections(), "the server has noticed")
				require.Equal(t, time.Second, time.Since(began))
			})
		})
	}
}

// A bubble's clock is the server's too.
func TestVirtualTime(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		db := w.open(t, login{token: fixed(w.SystemIdentity().Token(resource, time.Hour))})
		require.Equal(t, "2000-01-01T00:00:00Z", show(t, db, "SELECT CAST(GETUTCDATE() AS date)"))
		began := time.Now()
		require.Empty(t, show(t, db, "WAITFOR DELAY '00:30:00'"))
		require.Equal(t, 30*time.Minute, time.Since(began))
		time.Sleep(29 * time.Minute)
		require.Equal(t, "4", show(t, db, "SELECT COUNT(*) FROM Employees"))
		time.Sleep(time.Minute)
		_, err := try(t, db, "SELECT 1")
		require.EqualValues(t, 37396, number(err))
	})
}

func TestExpiry(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	db := w.machine(t)
	require.Equal(t, "1", show(t, db, "SELECT 1"))
	w.Advance(59 * time.Minute)
	require.Equal(t, "1", show(t, db, "SELECT 1"))
	w.Advance(time.Minute)
	for range 2 {
		_, err := try(t, db, "SELECT 1")
		require.EqualError(t, err, "mssql: Query cannot be executed, access token is expired. Please login with a new access token and execute query again. (37396)")
	}
	w.Advance(-time.Minute)
	require.Equal(t, "1", show(t, db, "SELECT 1"))
}

func TestCloseIdleConnections(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	db := w.machine(t)
	busy, err := db.Conn(t.Context())
	require.NoError(t, err)
	defer busy.Close()
	done := make(chan error)
	go func() {
		_, err := busy.ExecContext(t.Context(), "WAITFOR DELAY '00:00:00.200'")
		done <- err
	}()
	require.NoError(t, db.PingContext(t.Context()))
	require.Eventually(t, func() bool {
		for _, r := range w.Requests() {
			if r.Operation == "sql.batch" && string(r.Body) == "WAITFOR DELAY '00:00:00.200'" {
				return true
			}
		}
		return false
	}, time.Minute, time.Millisecond)
	require.Equal(t, 2, w.sql.Connections())
	w.sql.CloseIdleConnections()
	require.NoError(t, <-done, "nobody closes what is busy")
	_, err = try(t, db, "SELECT 1")
	require.Error(t, err, "the driver has not noticed")
}

func TestRequests(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	db := w.machine(t)
	show(t, db, "SELECT @p1", "parameter")
	_, err := try(t, db, "SELECT * FROM nowhere")
	require.Error(t, err)
	var got []string
	for _, r := range w.Requests() {
		got = append(got, r.Operation)
		require.NotContains(t, string(r.Body), "eyJ")
		require.Equal(t, "sqlserver", r.URL[:9])
	}
	require.Equal(t, []string{"sql.prelogin", "sql.tls", "sql.login", "sql.reset", "sql.rpc", "sql.reset", "sql.batch"}, got)
	last := w.Requests()[6]
	require.Equal(t, "SELECT * FROM nowhere", string(last.Body))
	require.Equal(t, 208, last.Status)
	require.Equal(t, "208: Invalid object name 'nowhere'.", last.Reason)
	require.Equal(t, "DevTestVM", last.Identity)
	require.Equal(t, 200, w.Requests()[4].Status)
	require.Equal(t, "SELECT @p1", string(w.Requests()[4].Body))
}

// drain runs a query on a driver's connection; there is no pool in a bubble's way.
func drain(t *testing.T, conn driver.Conn, query string) (rows int, err error) {
	t.Helper()
	st, err := conn.Prepare(query)
	require.NoError(t, err)
	defer st.Close()
	r, err := st.(driver.StmtQueryContext).QueryContext(t.Context(), nil)
	if err != nil {
		return 0, err
	}
	defer r.Close()
	row := make([]driver.Value, len(r.Columns()))
	for ; ; rows++ {
		if err := r.Next(row); err != nil {
			if errors.Is(err, io.EOF) {
				return rows, nil
			}
			return rows, err
		}
	}
}
