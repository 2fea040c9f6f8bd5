package azuresql_test

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"net"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/policy"
	mssql "github.com/microsoft/go-mssqldb"
	"github.com/stretchr/testify/require"

	azuresql "github.com/keyless-go/azure/sql"
)

func open(t *testing.T, f *fake, c azcore.TokenCredential, change func(*azuresql.Options)) *sql.DB {
	t.Helper()
	options := &azuresql.Options{TLSConfig: f.trust(), Dialer: f}
	if change != nil {
		change(options)
	}
	db, err := azuresql.Open(fakeHost, "mydatabase", c, options)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, db.Close()) })
	return db
}

func query(t *testing.T, db *sql.DB) {
	t.Helper()
	var n int
	require.NoError(t, db.QueryRowContext(t.Context(), "SELECT 1").Scan(&n))
	require.Equal(t, 1, n)
}

func TestRetirement(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	tests := []struct {
		name           string
		token          time.Duration // zero: unknown
		lifetime, stay time.Duration // stay zero: for ever
	}{
		{"a day", 24 * time.Hour, -1, 24*time.Hour - 5*time.Minute},
		{"an hour", time.Hour, 24 * time.Hour, 55 * time.Minute},
		{"ten minutes", 10 * time.Minute, time.Hour, 5 * time.Minute},
		{"a minute", time.Minute, time.Hour, 30 * time.Second},
		{"a moment", 400 * time.Millisecond, time.Hour, 200 * time.Millisecond},
		{"the pool's limit", 24 * time.Hour, time.Hour, time.Hour},
		{"unknown", 0, time.Hour, time.Hour},
		{"unknown and no limit", 0, -1, 0},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			expires, seen := time.Time{}, map[time.Time]bool{}
			if test.token != 0 {
				expires = now.Add(test.token)
			}
			for range 100 {
				until := azuresql.Retirement(now, expires, test.lifetime)
				seen[until] = true
				if test.stay == 0 {
					require.Zero(t, until)
					continue
				}
				require.LessOrEqual(t, until.Sub(now), test.stay)
				require.GreaterOrEqual(t, until.Sub(now), test.stay*9/10)
			}
			require.Equal(t, test.stay != 0, len(seen) > 50, "jitter")
		})
	}
}

func TestConnectionsRetire(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		f, c := newFake(t), &cred{life: time.Hour}
		db := open(t, f, c, func(o *azuresql.Options) { o.MaxConnLifetime = -1 })
		for range 49 {
			query(t, db)
			time.Sleep(time.Minute)
		}
		require.Len(t, f.logins(), 1)
		time.Sleep(6 * time.Minute)
		query(t, db)
		require.Equal(t, []string{longToken(0), longToken(1)}, f.logins(), "55 minutes are over")
	})
}

func TestMaxConnLifetime(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		f, c := newFake(t), &cred{life: 24 * time.Hour}
		db := open(t, f, c, func(o *azuresql.Options) { o.MaxConnLifetime = time.Minute })
		query(t, db)
		time.Sleep(50 * time.Second)
		query(t, db)
		require.Len(t, f.logins(), 1)
		time.Sleep(11 * time.Second)
		query(t, db)
		require.Len(t, f.logins(), 2)
	})
}

// TestNoStatementAfterExpiry is the soak in small: no statement may start on a
// connection whose token has expired, and none may fail.
func TestNoStatementAfterExpiry(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		const life = 400 * time.Millisecond
		f, c := newFake(t), &cred{life: life}
		var mu sync.Mutex
		born := map[string]time.Time{}
		c.answer = func(n int, _ policy.TokenRequestOptions) (azcore.AccessToken, error) {
			mu.Lock()
			defer mu.Unlock()
			token := longToken(n)
			born[token] = time.Now()
			return azcore.AccessToken{Token: token, ExpiresOn: time.Now().Add(life)}, nil
		}
		f.query = func(string) []byte { time.Sleep(3 * time.Millisecond); return one() }
		f.started = func(token string, _ net.Addr) {
			mu.Lock()
			defer mu.Unlock()
			require.Less(t, time.Since(born[token]), life)
		}
		db := open(t, f, c, nil)
		var workers sync.WaitGroup
		for range 30 { // more than there are connections
			workers.Go(func() {
				for range 200 {
					var n int
					if !errors.Is(db.QueryRowContext(t.Context(), "SELECT 1").Scan(&n), nil) {
						t.Error("a query failed")
					}
				}
			})
		}
		workers.Wait()
		require.Greater(t, len(f.logins()), 40)
		require.Less(t, len(f.logins()), 400)
	})
}

// TestUnusedConnection: database/sql may open a connection that nobody takes at
// once, and does not reset it before its first use.
func TestUnusedConnection(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name  string
		spoil func(*fake)
		use   func(*testing.T, driver.Conn) error
		want  error
	}{
		{"good", func(*fake) {}, ping, nil},
		{"over", func(*fake) { time.Sleep(59 * time.Minute) }, ping, driver.ErrBadConn},
		{"over, for a statement", func(*fake) { time.Sleep(59 * time.Minute) }, prepare, driver.ErrBadConn},
		{"over, for a transaction", func(*fake) { time.Sleep(59 * time.Minute) }, begin, driver.ErrBadConn},
		{"closed", func(f *fake) { time.Sleep(2 * time.Second); f.hangUp() }, ping, driver.ErrBadConn},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				f := newFake(t)
				conn, err := newConnector(t, f, &cred{life: time.Hour}, nil).Connect(t.Context())
				require.NoError(t, err)
				test.spoil(f)
				require.ErrorIs(t, test.use(t, conn), test.want)
				_ = conn.Close()
			})
		})
	}
}

func ping(t *testing.T, conn driver.Conn) error {
	t.Helper()
	return conn.(driver.Pinger).Ping(t.Context())
}

func prepare(t *testing.T, conn driver.Conn) error {
	t.Helper()
	_, err := conn.(driver.ConnPrepareContext).PrepareContext(t.Context(), "SELECT 1")
	return err
}

func begin(t *testing.T, conn driver.Conn) error {
	t.Helper()
	tx, err := conn.(driver.ConnBeginTx).BeginTx(t.Context(), driver.TxOptions{})
	if err == nil {
		err = tx.Rollback()
	}
	return err
}

// TestIdleConnectionsClosed: the server closes what is idle, as at a failover.
func TestIdleConnectionsClosed(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name string
		wrap func(net.Conn) net.Conn
	}{
		{"a socket", func(conn net.Conn) net.Conn { return conn }},
		{"a connection of the user's own", func(conn net.Conn) net.Conn { return struct{ net.Conn }{conn} }},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			f := newFake(t)
			var clients []net.Conn
			dial := f.listen(t, func(conn net.Conn) net.Conn {
				clients = append(clients, conn)
				return test.wrap(conn)
			})
			db := open(t, f, &cred{}, func(o *azuresql.Options) { o.Dialer = dial })
			fill(t, db, 8)
			require.Equal(t, 8, db.Stats().Idle)
			f.drop()
			for _, client := range slices.Clone(clients) { // the news is on its way
				require.Eventually(t, func() bool { return azuresql.HungUp(client) }, 5*time.Second, time.Millisecond)
			}
			for range 16 {
				query(t, db)
			}
		})
	}
}

// fill opens n connections and puts them into the pool.
func fill(t *testing.T, db *sql.DB, n int) {
	t.Helper()
	var conns []*sql.Conn
	for range n {
		conn, err := db.Conn(t.Context())
		require.NoError(t, err)
		require.NoError(t, conn.PingContext(t.Context()))
		conns = append(conns, conn)
	}
	for _, conn := range conns {
		require.NoError(t, conn.Close())
	}
}

func TestHungUp(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name string
		do   func(server net.Conn) error
		want bool
	}{
		{"idle", func(net.Conn) error { return nil }, false},
		{"closed", net.Conn.Close, true},
		{"talking", func(server net.Conn) error { _, err := server.Write([]byte("x")); return err }, true},
		{"reset", func(server net.Conn) error {
			_ = server.(*net.TCPConn).SetLinger(0)
			return server.Close()
		}, true},
	}
	for _, test := range tests {
		for _, wrapped := range []bool{false, true} {
			t.Run(test.name+map[bool]string{true: " wrapped"}[wrapped], func(t *testing.T) {
				t.Parallel()
				client, server := sockets(t)
				if wrapped {
					client = struct{ net.Conn }{client}
				}
				require.NoError(t, test.do(server))
				if test.want {
					require.Eventually(t, func() bool { return azuresql.HungUp(client) }, 5*time.Second, time.Millisecond)
					return
				}
				require.False(t, azuresql.HungUp(client))
				_, err := server.Write([]byte("x"))
				require.NoError(t, err)
				n, err := client.Read(make([]byte, 2))
				require.NoError(t, err)
				require.Equal(t, 1, n, "nothing was taken")
			})
		}
	}
}

// sockets are the two ends of a connection over loopback.
func sockets(t *testing.T) (client, server net.Conn) {
	t.Helper()
	listener, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	require.NoError(t, err)
	defer func() { _ = listener.Close() }()
	client, err = (&net.Dialer{}).DialContext(t.Context(), "tcp", listener.Addr().String())
	require.NoError(t, err)
	server, err = listener.Accept()
	require.NoError(t, err)
	t.Cleanup(func() { _ = client.Close(); _ = server.Close() })
	return client, server
}

// TestExpiredAtTheServer: the server has its own idea of when a token ends.
func TestExpiredAtTheServer(t *testing.T) {
	t.Parallel()
	expired := refuse(37396, "Query cannot be executed, access token is expired. Please login with a new access token and execute query again.")
	tests := []struct {
		name string
		use  func(context.Context, *sql.DB) error
	}{
		{"a query", func(ctx context.Context, db *sql.DB) error {
			var n int
			return db.QueryRowContext(ctx, "SELECT 1").Scan(&n)
		}},
		{"a statement", func(ctx context.Context, db *sql.DB) error {
			_, err := db.ExecContext(ctx, "SELECT 1")
			return err
		}},
		{"a ping", func(ctx context.Context, db *sql.DB) error { return db.PingContext(ctx) }},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				f, n := newFake(t), 0
				f.query = func(string) []byte {
					if n++; n == 2 {
						return expired
					}
					return one()
				}
				db := open(t, f, &cred{}, nil)
				require.NoError(t, test.use(t.Context(), db))
				err := test.use(t.Context(), db)
				require.Equal(t, int32(37396), numberOf(t, err), "no statement is repeated")
				require.True(t, azuresql.IsTransient(err))
				require.NoError(t, test.use(t.Context(), db))
				require.Len(t, f.logins(), 2)
			})
		})
	}
}

func TestTransaction(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		f := newFake(t)
		db := open(t, f, &cred{life: time.Minute}, nil)
		tx, err := db.BeginTx(t.Context(), nil)
		require.NoError(t, err)
		time.Sleep(2 * time.Minute) // the token is over: the program's own affair
		_, err = tx.ExecContext(t.Context(), "UPDATE t SET a = @p1", 1)
		require.NoError(t, err)
		require.NoError(t, tx.Commit())
		query(t, db)
		require.Len(t, f.logins(), 2)
	})
}

// TestConnIsTheDriversOwn: what the driver offers is still there.
func TestConnIsTheDriversOwn(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		f := newFake(t)
		db := open(t, f, &cred{}, nil)
		conn, err := db.Conn(t.Context())
		require.NoError(t, err)
		defer func() { require.NoError(t, conn.Close()) }()
		require.NoError(t, conn.Raw(func(raw any) error {
			bulk, ok := raw.(interface {
				CreateBulkContext(ctx context.Context, table string, columns []string) *mssql.Bulk
			})
			require.True(t, ok)
			require.NotNil(t, bulk.CreateBulkContext(t.Context(), "Employees", []string{"Name"}))
			return nil
		}))
		bulk, err := conn.PrepareContext(t.Context(), mssql.CopyIn("Employees", mssql.BulkOptions{}, "Name"))
		require.NoError(t, err)
		defer func() { require.NoError(t, bulk.Close()) }()
		var status mssql.ReturnStatus
		_, err = conn.ExecContext(t.Context(), "sp_who", &status)
		require.NoError(t, err)
		require.IsType(t, &mssql.Driver{}, db.Driver())
	})
}
