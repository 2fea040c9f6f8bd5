package azuresql_test

import (
	"context"
	"crypto/tls"
	"errors"
	"io"
	"net"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/policy"
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

func TestCertificateIsVerified(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name   string
		change func(*azuresql.Options)
		want   string
	}{
		{"an unknown authority", func(o *azuresql.Options) { o.TLSConfig = nil }, "certificate"},
		{"another name", func(o *azuresql.Options) { o.TLSConfig.ServerName = "other.database.windows.net" }, "other.database.windows.net"},
		{"the caller's own objection", func(o *azuresql.Options) {
			o.TLSConfig.VerifyConnection = func(tls.ConnectionState) error { return errors.New("not on Mondays") }
		}, "not on Mondays"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				f := newFake(t)
				_, err := newConnector(t, f, &cred{}, test.change).Connect(t.Context())
				require.ErrorContains(t, err, test.want)
				require.ErrorContains(t, err, "the token was not sent")
				require.Len(t, f.dials(), 1, "it will not pass")
				require.Empty(t, f.logins())
			})
		})
	}
}

func TestRedirect(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		f, c := newFake(t), &cred{}
		f.login = func(n int, _ string) []byte {
			if n == 0 {
				return route("worker.database.windows.net", 11000)
			}
			return nil
		}
		conn, err := newConnector(t, f, c, nil).Connect(t.Context())
		require.NoError(t, err)
		require.NoError(t, conn.Close())
		require.Equal(t, []string{"myserver.database.windows.net:1433", "worker.database.windows.net:11000"}, f.dials())
		require.Equal(t, []string{longToken(0), longToken(0)}, f.logins())
		require.Len(t, c.requests(), 1, "the driver asks twice")
	})
}

func TestRedirectsThatAreNotFollowed(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name, host string
		port       uint16
		want       string
		dials      int
	}{
		{"in circles", fakeHost, 1433, "redirects in circles", 5},
		{"to a named instance", `worker.database.windows.net\X`, 0, "no instance", 1},
		{"to a host without a certificate", "worker.example", 1433, "worker.example", 2},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				f := newFake(t)
				f.login = func(int, string) []byte { return route(test.host, test.port) }
				_, err := newConnector(t, f, &cred{}, nil).Connect(t.Context())
				require.ErrorContains(t, err, test.want)
				require.Len(t, f.dials(), test.dials)
			})
		})
	}
}

func TestRejectedToken(t *testing.T) {
	t.Parallel()
	const reason = "Login failed for user '<token-identified principal>'."
	old, young := jwt(t, map[string]any{"iat": -3600}), jwt(t, map[string]any{"iat": -10})
	tests := []struct {
		name   string
		tokens []string
		good   string
		asked  int
		logins int
		works  bool
	}{
		{"replaced by a newer one", []string{"first", "second"}, "second", 2, 2, true},
		{"the newer one is rejected too", []string{"first", "second", "third"}, "third", 2, 2, false},
		{"there is no other", []string{"first", "first"}, "second", 2, 1, false},
		{"it was made just now", []string{young, "second"}, "second", 1, 1, false},
		{"it is old", []string{old, "second"}, "second", 2, 2, true},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				f := newFake(t)
				f.login = func(_ int, token string) []byte {
					if token != test.good {
						return refuse(18456, reason)
					}
					return nil
				}
				c := &cred{answer: func(n int, _ policy.TokenRequestOptions) (azcore.AccessToken, error) {
					return azcore.AccessToken{Token: test.tokens[n], ExpiresOn: time.Now().Add(time.Hour)}, nil
				}}
				conn, err := newConnector(t, f, c, nil).Connect(t.Context())
				require.Len(t, c.requests(), test.asked)
				require.Len(t, f.logins(), test.logins)
				if test.asked == 2 {
					require.Contains(t, c.requests()[1].Claims, "nbf")
				}
				if test.works {
					require.NoError(t, err)
					require.NoError(t, conn.Close())
					return
				}
				require.Equal(t, int32(18456), numberOf(t, err))
				require.ErrorContains(t, err, "CREATE USER")
			})
		})
	}
}

// TestTokenUsedUpOnTheWay: the login takes longer than the token lives.
func TestTokenUsedUpOnTheWay(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		f, c := newFake(t), &cred{life: 400 * time.Millisecond}
		f.login = func(n int, _ string) []byte {
			if n < 3 {
				time.Sleep(500 * time.Millisecond)
			}
			return nil
		}
		conn, err := newConnector(t, f, c, nil).Connect(t.Context())
		require.NoError(t, err)
		require.NoError(t, conn.Close())
		require.Len(t, c.requests(), 4)
	})
}

func TestCredentialFails(t *testing.T) {
	t.Parallel()
	broken := errors.New("IMDS is away")
	tests := []struct {
		name  string
		token azcore.AccessToken
		err   error
		want  string
	}{
		{"an error", azcore.AccessToken{}, broken, "IMDS is away"},
		{"its own timeout", azcore.AccessToken{}, context.DeadlineExceeded, "no token for https://database.windows.net//.default"},
		{"no token", azcore.AccessToken{ExpiresOn: time.Now().Add(time.Hour)}, nil, "empty"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				f := newFake(t)
				c := &cred{answer: func(int, policy.TokenRequestOptions) (azcore.AccessToken, error) { return test.token, test.err }}
				_, err := newConnector(t, f, c, nil).Connect(t.Context())
				require.ErrorContains(t, err, test.want)
				if test.err != nil {
					require.ErrorIs(t, err, test.err)
				}
				require.Empty(t, f.dials(), "no connection without a token")
				require.Len(t, c.requests(), 1)
			})
		})
	}
}

// TestExpiredToken: some slow answers are forgiven, a wrong clock is not.
func TestExpiredToken(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name    string
		expired int
		works   bool
	}{
		{"a slow credential", 5, true},
		{"a wrong clock", 1000, false},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				f := newFake(t)
				c := &cred{answer: func(n int, _ policy.TokenRequestOptions) (azcore.AccessToken, error) {
					life := time.Hour
					if n < test.expired {
						life = -time.Second
					}
					return azcore.AccessToken{Token: "t", ExpiresOn: time.Now().Add(life)}, nil
				}}
				conn, err := newConnector(t, f, c, nil).Connect(t.Context())
				if test.works {
					require.NoError(t, err)
					require.NoError(t, conn.Close())
					return
				}
				require.ErrorContains(t, err, "is this machine's clock right?")
				require.Empty(t, f.dials())
				require.Len(t, c.requests(), 11)
			})
		})
	}
}

func TestHostileAnswers(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name   string
		change func(*fake)
		want   string
	}{
		{"nonsense", func(f *fake) { f.login = func(int, string) []byte { return []byte{0x42, 1, 2, 3} } }, "unknown token"},
		{"an answer without an end", func(f *fake) { f.flood = true }, "too much"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				f := newFake(t)
				test.change(f)
				_, err := newConnector(t, f, &cred{}, nil).Connect(t.Context())
				require.ErrorContains(t, err, test.want)
				require.Len(t, f.dials(), 1)
			})
		})
	}
}
