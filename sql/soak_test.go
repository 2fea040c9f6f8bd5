package azuresql_test

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"flag"
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
	azuresql "github.com/keyless-go/azure/sql"
)

var soak = flag.Duration("soak", 2*time.Second, "how long TestSoak runs")

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
// tokens of 400 ms, 20 workers, no failed query, and none on a connection whose
// token has expired.
func TestSoak(t *testing.T) {
	const life, workers = 400 * time.Millisecond, 20
	f := newFake(t)
	var late atomic.Int64
	var sent sync.Map // by the client's address, when it sent something last: a busy server looks later
	f.started = func(token string, client net.Addr) {
		at, _ := sent.Load(client.String())
		if !at.(time.Time).Before(expiry(t, token)) {
			late.Add(1)
		}
	}
	dial := f.listen(t, func(conn net.Conn) net.Conn { return &stamping{conn.(*net.TCPConn), &sent} })
	c := &shortLived{of: azuretest.New(t).SystemIdentity(), life: life}
	db := open(t, f, c, func(o *azuresql.Options) { o.Dialer = dial })

	ctx, cancel := context.WithTimeout(t.Context(), *soak)
	defer cancel()
	var queries, failed atomic.Int64
	var group sync.WaitGroup
	for range workers {
		group.Go(func() {
			for ctx.Err() == nil {
				var n int
				err := db.QueryRowContext(t.Context(), "SELECT 1").Scan(&n)
				queries.Add(1)
				if err != nil {
					failed.Add(1)
					t.Log(err)
				}
			}
		})
	}
	group.Wait()
	t.Logf("%d queries on %d connections in %s: %d failed, %d on an expired token",
		queries.Load(), len(f.logins()), *soak, failed.Load(), late.Load())
	require.Zero(t, failed.Load())
	require.Zero(t, late.Load())
	require.Greater(t, len(f.logins()), int(*soak/life))
	require.Less(t, c.asked.Load(), 2*int64(len(f.logins())))
}
