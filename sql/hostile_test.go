package azuresql_test

import (
	"crypto/tls"
	"errors"
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/require"

	azuresql "github.com/keyless-go/azure/sql"
)

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
