package azuresql_test

import (
	"context"
	"database/sql"
	"net"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/keyless-go/azure/azuretest"
	"github.com/keyless-go/azure/azuretest/sqlserver"
	"github.com/keyless-go/azure/credential"
	azuresql "github.com/keyless-go/azure/sql"
)

func TestFaults(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name  string
		fault azuretest.Fault
		want  string // of the error; empty: it is overcome
	}{
		{"ENCRYPT_NOT_SUP", azuretest.Fault{Operation: "sql.prelogin", Code: "ENCRYPT_NOT_SUP"}, "server does not support encryption (the token was not sent)"},
		{"ENCRYPT_OFF", azuretest.Fault{Operation: "sql.prelogin", Code: "ENCRYPT_OFF"}, "server does not support encryption (the token was not sent)"},
		{"silence in PRELOGIN", azuretest.Fault{Operation: "sql.prelogin", Delay: time.Hour, Times: -1}, "negotiating encryption"},
		{"silence in TLS", azuretest.Fault{Operation: "sql.tls", Delay: time.Hour, Times: -1}, "negotiating encryption"},
		{"silence in LOGIN", azuretest.Fault{Operation: "sql.login", Delay: time.Hour, Times: -1}, "logging in"},
		{"a moment of silence", azuretest.Fault{Operation: "sql.login", Delay: time.Hour}, ""},
		{"resuming", azuretest.Fault{Operation: "sql.login", Code: "40613", Times: 3}, ""},
		{"away", azuretest.Fault{Operation: "sql.login", Code: "40613", Times: -1}, "(40613)"},
		{"hung up", azuretest.Fault{Operation: "sql.login", Status: -1}, ""},
		{"hung up in TLS", azuretest.Fault{Operation: "sql.tls", Status: -1}, ""},
		{"a redirect", azuretest.Fault{Operation: "sql.login", Location: "worker.database.windows.net:11001"}, ""},
		{"a firewall", azuretest.Fault{Operation: "sql.login", Code: "40615"}, "rule of the server's firewall"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				w := newWorld(t)
				w.Fail(test.fault)
				ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
				defer cancel()
				start := time.Now()
				err := w.machine(t).PingContext(ctx)
				require.LessOrEqual(t, time.Since(start), time.Minute+100*time.Millisecond)
				if test.want == "" {
					require.NoError(t, err)
					return
				}
				require.ErrorContains(t, err, test.want)
			})
		})
	}
}

func TestNoDatabase(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		start := time.Now()
		err := w.open(t, "nowhere", w.SystemIdentity()).PingContext(t.Context())
		require.Equal(t, int32(4060), numberOf(t, err))
		require.ErrorContains(t, err, `azuresql: connect to database "nowhere" on myserver.database.windows.net: `)
		require.ErrorContains(t, err, `does the server have a database "nowhere"? If so, is its identity a user of the database?`)
		require.Less(t, time.Since(start), 5*time.Second)
	})
}

// TestErrorsOfErrors: what failed below is named once, and what the driver calls an
// internal error is told.
func TestErrorsOfErrors(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	db := w.open(t, "master", w.SystemIdentity())
	_, err := azuresql.Check(t.Context(), db)
	require.ErrorContains(t, err, `azuresql: check: connect to database "master" on `)
	_, err = azuresql.EnsureUser(t.Context(), db, azuresql.User{Name: "DevTestVM"})
	require.ErrorContains(t, err, `azuresql: ensure user "DevTestVM": connect to database "master" on `)
	require.ErrorContains(t, azuresql.RemoveUser(t.Context(), db, "DevTestVM"), `azuresql: remove user "DevTestVM": connect to database "master" on `)

	w.Fail(azuretest.Fault{Operation: "sql.rpc", Code: "40613"})
	_, err = azuresql.EnsureUser(t.Context(), w.admin(t), azuresql.User{Name: "DevTestVM"})
	require.ErrorContains(t, err, "SQL Server had internal error: mssql: Database 'mydatabase' on server 'myserver' is not currently available.")
	require.Equal(t, int32(40613), numberOf(t, err))
}

// TestServerClosesIdleConnections, in memory and on a socket.
func TestServerClosesIdleConnections(t *testing.T) {
	t.Parallel()
	for _, socket := range []bool{false, true} {
		t.Run(map[bool]string{false: "in memory", true: "on a socket"}[socket], func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			options, server := &azuresql.Options{TLSConfig: w.sql.TLSConfig()}, w.sql.Addr()
			var clients []net.Conn
			options.Dialer = dialerFunc(func(ctx context.Context, network, addr string) (net.Conn, error) {
				conn, err := (&net.Dialer{}).DialContext(ctx, network, addr)
				clients = append(clients, conn)
				return conn, err
			})
			if !socket {
				options.Dialer, server = w.sql.Dialer(), sqlserver.Host
			}
			db, err := azuresql.Open(server, sqlserver.Database, identity{w.SystemIdentity()}, options)
			require.NoError(t, err)
			defer func() { require.NoError(t, db.Close()) }()
			fill(t, db, 6)
			require.Eventually(t, func() bool { // a server may be about to finish when the client has its answer
				w.sql.CloseIdleConnections()
				return w.sql.Connections() == 0
			}, 5*time.Second, time.Millisecond)
			for _, client := range clients { // the news is on its way
				require.Eventually(t, func() bool { return azuresql.HungUp(client) }, 5*time.Second, time.Millisecond)
			}
			for range 12 {
				require.Equal(t, 4, employees(t, db))
			}
		})
	}
}

func employees(t *testing.T, db *sql.DB) int {
	t.Helper()
	var n int
	require.NoError(t, db.QueryRowContext(t.Context(), "SELECT COUNT(*) FROM Employees").Scan(&n))
	return n
}

// TestWithTheMachinesCredential: the credential keeps tokens that the server has
// stopped to accept, since its clock is ahead.
func TestWithTheMachinesCredential(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		cred, err := credential.NewManagedIdentityCredential(&credential.ManagedIdentityCredentialOptions{HTTPClient: w.Client()})
		require.NoError(t, err)
		options := &azuresql.Options{Dialer: w.sql.Dialer(), TLSConfig: w.sql.TLSConfig()}
		db, err := azuresql.Open(sqlserver.Host, sqlserver.Database, cred, options)
		require.NoError(t, err)
		defer func() { require.NoError(t, db.Close()) }()
		for range 3 {
			require.Equal(t, 4, employees(t, db))
			w.Advance(25 * time.Hour)
		}
		require.Equal(t, 4, employees(t, db))
	})
}

func TestStrict(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	options := &azuresql.Options{Dialer: w.sql.Dialer(), TLSConfig: w.sql.TLSConfig(), Strict: true}
	db, err := azuresql.Open(sqlserver.Host, sqlserver.Database, identity{w.SystemIdentity()}, options)
	require.NoError(t, err)
	defer func() { require.NoError(t, db.Close()) }()
	fill(t, db, 8) // at the same time: the driver writes into what it is given
	require.Equal(t, 4, employees(t, db))
}

func TestTransactionOnTheEmulator(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	db := w.admin(t)
	for _, commit := range []bool{false, true} {
		tx, err := db.BeginTx(t.Context(), nil)
		require.NoError(t, err)
		_, err = tx.ExecContext(t.Context(), "INSERT INTO Employees (Name) VALUES (@p1)", "Gail")
		require.NoError(t, err)
		if commit {
			require.NoError(t, tx.Commit())
			require.Equal(t, 5, employees(t, db))
		} else {
			require.NoError(t, tx.Rollback())
			require.Equal(t, 4, employees(t, db))
		}
	}
}
