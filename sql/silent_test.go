package azuresql_test

import (
	"context"
	"net"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	azuresql "github.com/keyless-go/azure/sql"
)

// A bubble ends with an error if a goroutine is left in it.
func TestConnectObeysItsContext(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name   string
		silent stage
		strict bool
		doing  string
	}{
		{"PRELOGIN", atPrelogin, false, "negotiating encryption (the token was not sent)"},
		{"TLS", atTLS, false, "negotiating encryption (the token was not sent)"},
		{"LOGIN", atLogin, false, "logging in"},
		{"strict PRELOGIN", atPrelogin, true, "negotiating encryption"},
		{"strict LOGIN", atLogin, true, "logging in"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				f := newFake(t)
				f.silent, f.strict = test.silent, test.strict
				connector := newConnector(t, f, &cred{}, func(o *azuresql.Options) { o.Strict = test.strict })
				ctx, cancel := context.WithTimeout(t.Context(), 500*time.Millisecond)
				defer cancel()
				start := time.Now()
				_, err := connector.Connect(ctx)
				require.ErrorIs(t, err, context.DeadlineExceeded)
				require.ErrorContains(t, err, test.doing)
				require.LessOrEqual(t, time.Since(start), 600*time.Millisecond)
				require.False(t, azuresql.IsTransient(err))
			})
		})
	}
}

// TestConnectEndsOnASocket is the same over TCP, where reads block in the system.
func TestConnectEndsOnASocket(t *testing.T) {
	t.Parallel()
	for _, silent := range []stage{atPrelogin, atTLS, atLogin} {
		t.Run(string(rune('0'+silent)), func(t *testing.T) {
			t.Parallel()
			f := newFake(t)
			f.silent = silent
			f.hushed = make(chan struct{})
			dial := f.listen(t, nil)
			connector := newConnector(t, f, &cred{}, func(o *azuresql.Options) { o.Dialer = dial })
			ctx, cancel := context.WithCancel(t.Context())
			go func() {
				<-f.hushed
				cancel()
			}()
			_, err := connector.Connect(ctx)
			require.ErrorIs(t, err, context.Canceled)
		})
	}
}

func TestConnectTimeout(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name    string
		timeout time.Duration
		want    time.Duration
	}{
		{"the default", 0, 2 * time.Minute},
		{"one", 3 * time.Second, 3 * time.Second},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				f := newFake(t)
				f.silent = atPrelogin
				start := time.Now()
				_, err := newConnector(t, f, &cred{}, func(o *azuresql.Options) { o.ConnectTimeout = test.timeout }).Connect(context.Background())
				require.ErrorIs(t, err, context.DeadlineExceeded)
				require.InDelta(t, test.want.Seconds(), time.Since(start).Seconds(), 1)
			})
		})
	}
}

// TestDialIsGivenTheContext: the driver would look the name up without one.
func TestDialIsGivenTheContext(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		f := newFake(t)
		waits := dialerFunc(func(ctx context.Context, _, addr string) (net.Conn, error) {
			require.Equal(t, "myserver.database.windows.net:1433", addr)
			<-ctx.Done()
			return nil, ctx.Err()
		})
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		start := time.Now()
		_, err := newConnector(t, f, &cred{}, func(o *azuresql.Options) { o.Dialer = waits }).Connect(ctx)
		require.ErrorIs(t, err, context.DeadlineExceeded)
		require.ErrorContains(t, err, "while dialling")
		require.Equal(t, time.Second, time.Since(start))
	})
}

// TestConnectionOfALateLoginIsClosed: the server lets the client in at the moment the
// client gives up.
func TestConnectionOfALateLoginIsClosed(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		f := newFake(t)
		ctx, cancel := context.WithCancel(t.Context())
		f.login = func(int, string) []byte {
			cancel()
			return nil
		}
		conn, err := newConnector(t, f, &cred{}, nil).Connect(ctx)
		if err == nil {
			require.NoError(t, conn.Close())
		} else {
			require.ErrorIs(t, err, context.Canceled)
		}
	})
}
