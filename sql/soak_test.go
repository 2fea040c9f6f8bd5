package azuresql_test

import (
	"context"
	"database/sql"
	"encoding/base64"
	"encoding/json"
	"flag"
	"fmt"
	"net"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/policy"
	"github.com/stretchr/testify/require"

	"github.com/keyless-go/azure/azuretest"
	"github.com/keyless-go/azure/azuretest/sqlserver"
	azuresql "github.com/keyless-go/azure/sql"
)

var soak = flag.Duration("soak", time.Second, "how long each half of TestSoak runs")

// shortLived is a credential whose every token is new and lives for a moment.
type shortLived struct {
	of    *azuretest.Identity
	life  time.Duration
	asked atomic.Int64
}

func (s *shortLived) GetToken(context.Context, policy.TokenRequestOptions) (azcore.AccessToken, error) {
	s.asked.Add(1)
	expires := time.Now().Add(s.life)
	return azcore.AccessToken{Token: s.of.Token("https://database.windows.net/", s.life), ExpiresOn: expires}, nil
}

// expiry reads the exp of a token, which may be a fraction.
func expiry(t *testing.T, token string) time.Time {
	t.Helper()
	payload, err := base64.RawURLEncoding.DecodeString(strings.Split(token, ".")[1])
	require.NoError(t, err)
	var claims struct{ Exp float64 }
	require.NoError(t, json.Unmarshal(payload, &claims))
	return time.UnixMicro(int64(claims.Exp * 1e6))
}

// stamping notes when a connection is written to.
type stamping struct {
	*net.TCPConn
	sent *sync.Map
}

func (s *stamping) Write(p []byte) (int, error) {
	s.sent.Store(s.LocalAddr().String(), time.Now())
	return s.TCPConn.Write(p)
}

// TestSoak runs on the real clock, since what it looks for is in the scheduler:
// tokens of 400 ms and 20 workers.
func TestSoak(t *testing.T) {
	const life = 400 * time.Millisecond
	// The emulator checks the token at each statement.
	t.Run("no query fails", func(t *testing.T) {
		w := newWorld(t)
		c := &shortLived{of: w.SystemIdentity(), life: life}
		options := &azuresql.Options{Dialer: w.sql.Dialer(), TLSConfig: w.sql.TLSConfig()}
		db, err := azuresql.Open(sqlserver.Host, sqlserver.Database, c, options)
		require.NoError(t, err)
		defer func() { require.NoError(t, db.Close()) }()
		work(t, db, "SELECT COUNT(*) FROM Employees", func() string { return fmt.Sprintf("%d tokens", c.asked.Load()) })
		require.Greater(t, c.asked.Load(), int64(*soak/life))
	})
	// The fake knows when the client has sent a statement: on a busy machine it
	// arrives later.
	t.Run("no query starts on an expired token", func(t *testing.T) {
		f := newFake(t)
		var late atomic.Int64
		var sent sync.Map // by the client's address, when it sent something last
		f.started = func(token string, client net.Addr) {
			at, _ := sent.Load(client.String())
			if !at.(time.Time).Before(expiry(t, token)) {
				late.Add(1)
			}
		}
		dial := f.listen(t, func(conn net.Conn) net.Conn { return &stamping{conn.(*net.TCPConn), &sent} })
		c := &shortLived{of: azuretest.New(t).SystemIdentity(), life: life}
		db := open(t, f, c, func(o *azuresql.Options) { o.Dialer = dial })
		work(t, db, "SELECT 1", func() string { return fmt.Sprintf("%d connections, %d late", len(f.logins()), late.Load()) })
		require.Zero(t, late.Load())
		require.Greater(t, len(f.logins()), int(*soak/life))
	})
}

// work queries a database until the time is over.
func work(t *testing.T, db *sql.DB, query string, facts func() string) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), *soak)
	defer cancel()
	var queries, failed atomic.Int64
	var group sync.WaitGroup
	for range 20 {
		group.Go(func() {
			for ctx.Err() == nil {
				var n int
				queries.Add(1)
				if err := db.QueryRowContext(t.Context(), query).Scan(&n); err != nil {
					failed.Add(1)
					t.Log(err)
				}
			}
		})
	}
	group.Wait()
	t.Logf("%s: %d queries, %d failed, %s", *soak, queries.Load(), failed.Load(), facts())
	require.Zero(t, failed.Load())
}
