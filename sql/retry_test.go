package azuresql_test

import (
	"context"
	"errors"
	"io"
	"net"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	mssql "github.com/microsoft/go-mssqldb"
	"github.com/stretchr/testify/require"

	azuresql "github.com/keyless-go/azure/sql"
)

// failing refuses the first logins.
func failing(times int, number int32, text string) func(int, string) []byte {
	return func(n int, _ string) []byte {
		if n < times {
			return refuse(number, text)
		}
		return nil
	}
}

func TestConnectTriesAgain(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name   string
		times  int
		number int32
		within time.Duration
	}{
		{"resuming", 6, 40613, 20 * time.Second},
		{"busy", 2, 40501, 22 * time.Second},
		{"worker limit", 1, 10928, 11 * time.Second},
		{"not known yet", 4, 4060, 4 * time.Second},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				f, c := newFake(t), &cred{}
				f.login = failing(test.times, test.number, "Please retry the connection later.")
				start := time.Now()
				conn, err := newConnector(t, f, c, nil).Connect(t.Context())
				require.NoError(t, err)
				require.NoError(t, conn.Close())
				require.Len(t, f.logins(), test.times+1)
				require.Less(t, time.Since(start), test.within)
				require.Len(t, c.requests(), 1, "one token serves all tries")
			})
		})
	}
}

func TestConnectGivesUp(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name    string
		number  int32
		timeout time.Duration
		logins  int // at least
		within  time.Duration
	}{
		{"a database that stays away", 40613, 10 * time.Second, 8, 10 * time.Second},
		{"a database that is not there", 4060, time.Minute, 5, 5 * time.Second},
		{"a firewall", 40615, time.Minute, 1, 0},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				f := newFake(t)
				f.login = failing(1000, test.number, "no")
				ctx, cancel := context.WithTimeout(t.Context(), test.timeout)
				defer cancel()
				start := time.Now()
				_, err := newConnector(t, f, &cred{}, nil).Connect(ctx)
				require.Equal(t, test.number, numberOf(t, err))
				require.LessOrEqual(t, time.Since(start), test.within)
				require.GreaterOrEqual(t, len(f.logins()), test.logins)
				require.Less(t, len(f.logins()), test.logins+20)
			})
		})
	}
}

// numberOf is the server's number in an error chain.
func numberOf(t *testing.T, err error) int32 {
	t.Helper()
	e, ok := errors.AsType[mssql.Error](err)
	require.True(t, ok, "%v", err)
	return e.Number
}

func TestConnectOverABrokenNetwork(t *testing.T) {
	t.Parallel()
	refused := &net.OpError{Op: "dial", Net: "tcp", Err: syscall.ECONNREFUSED}
	tests := []struct {
		name    string
		failure error
		times   int
		tries   int
		works   bool
	}{
		{"refused for a moment", refused, 3, 4, true},
		{"refused for good", refused, 100, 5, false},
		{"no such host", &net.DNSError{Err: "no such host", IsNotFound: true}, 1, 1, false},
		{"DNS has a bad moment", &net.DNSError{Err: "server misbehaving", IsTemporary: true}, 1, 2, true},
		{"the dialer's own reason", errors.New("not on this network"), 1, 1, false},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				f, tries := newFake(t), 0
				dial := dialerFunc(func(ctx context.Context, network, addr string) (net.Conn, error) {
					if tries++; tries <= test.times {
						return nil, test.failure
					}
					return f.DialContext(ctx, network, addr)
				})
				conn, err := newConnector(t, f, &cred{}, func(o *azuresql.Options) { o.Dialer = dial }).Connect(t.Context())
				require.Equal(t, test.tries, tries)
				if test.works {
					require.NoError(t, err)
					require.NoError(t, conn.Close())
					return
				}
				require.ErrorIs(t, err, test.failure)
				require.ErrorContains(t, err, "the token was not sent")
			})
		})
	}
}

// TestConnectAfterABrokenHandshake: the driver drops the reason, a wire keeps it.
func TestConnectAfterABrokenHandshake(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		f, tries := newFake(t), 0
		dial := dialerFunc(func(ctx context.Context, network, addr string) (net.Conn, error) {
			conn, err := f.DialContext(ctx, network, addr)
			if tries++; tries == 1 {
				conn = &cutting{Conn: conn, after: 60} // in the middle of the handshake
			}
			return conn, err
		})
		conn, err := newConnector(t, f, &cred{}, func(o *azuresql.Options) { o.Dialer = dial }).Connect(t.Context())
		require.NoError(t, err)
		require.NoError(t, conn.Close())
		require.Equal(t, 2, tries)
	})
}

// cutting is a connection that ends after some bytes.
type cutting struct {
	net.Conn
	after int
}

func (c *cutting) Read(p []byte) (int, error) {
	if c.after <= 0 {
		_ = c.Close()
		return 0, io.EOF
	}
	n, err := c.Conn.Read(p[:min(len(p), c.after)])
	c.after -= n
	return n, err
}
