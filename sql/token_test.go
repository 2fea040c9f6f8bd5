package azuresql_test

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/policy"
	"github.com/stretchr/testify/require"
)

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
