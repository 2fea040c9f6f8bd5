package azuresql_test

import (
	"context"
	"database/sql"
	"errors"
	"net"
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
		for range 25 { // more than there are connections
			workers.Go(func() {
				for range 120 {
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

// TestExpiredAtTheServer: the server has its own idea of when a token ends. What
// changes nothing goes to another connection.
func TestExpiredAtTheServer(t *testing.T) {
	t.Parallel()
	expired := refuse(37396, "Query cannot be executed, access token is expired. Please login with a new access token and execute query again.")
	queryOf := func(text string) func(context.Context, *sql.DB) error {
		return func(ctx context.Context, db *sql.DB) error {
			var n int
			return db.QueryRowContext(ctx, text).Scan(&n)
		}
	}
	exec := func(text string) func(context.Context, *sql.DB) error {
		return func(ctx context.Context, db *sql.DB) error {
			_, err := db.ExecContext(ctx, text)
			return err
		}
	}
	tests := []struct {
		name  string
		use   func(context.Context, *sql.DB) error
		again bool
	}{
		{"a query", queryOf("SELECT 1"), true},
		{"a common table expression", queryOf("with x as (select 1 a) select a from x"), true},
		{"a query that inserts", queryOf("INSERT t OUTPUT inserted.id DEFAULT VALUES"), false},
		{"a query and more", queryOf("SELECT 1 DELETE t"), false},
		{"a sequence", queryOf("SELECT NEXT VALUE FOR s"), false},
		{"a procedure", exec("sp_who"), false},
		{"a statement", exec("UPDATE t SET a = 1"), false},
		{"a ping", func(ctx context.Context, db *sql.DB) error { return db.PingContext(ctx) }, false},
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
				if test.again {
					require.NoError(t, err)
					require.Equal(t, 3, n)
				} else {
					require.Equal(t, int32(37396), numberOf(t, err), "it may have been executed in part")
					require.True(t, azuresql.IsTransient(err))
					require.Equal(t, 2, n)
				}
				require.NoError(t, test.use(t.Context(), db))
				require.Len(t, f.logins(), 2, "the connection is over")
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
