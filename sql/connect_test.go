package azuresql_test

import (
	"context"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/policy"
	"github.com/stretchr/testify/require"

	azuresql "github.com/keyless-go/azure/sql"
)

// cred is a credential of the test.
type cred struct {
	life time.Duration // zero: one hour
	// answer makes the nth token, from 0; nil: the word token and the number.
	answer func(n int, options policy.TokenRequestOptions) (azcore.AccessToken, error)

	mu    sync.Mutex
	asked []policy.TokenRequestOptions
}

func (c *cred) GetToken(_ context.Context, options policy.TokenRequestOptions) (azcore.AccessToken, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	n := len(c.asked)
	c.asked = append(c.asked, options)
	if c.answer != nil {
		return c.answer(n, options)
	}
	life := c.life
	if life == 0 {
		life = time.Hour
	}
	return azcore.AccessToken{Token: longToken(n), ExpiresOn: time.Now().Add(life)}, nil
}

func (c *cred) requests() []policy.TokenRequestOptions {
	c.mu.Lock()
	defer c.mu.Unlock()
	return append([]policy.TokenRequestOptions(nil), c.asked...)
}

// longToken does not fit into one packet, as real ones do not.
func longToken(n int) string {
	return "token" + string(rune('A'+n)) + strings.Repeat("0123456789abcdef", 128)
}

func newConnector(t *testing.T, f *fake, c azcore.TokenCredential, change func(*azuresql.Options)) *azuresql.Connector {
	t.Helper()
	options := &azuresql.Options{TLSConfig: f.trust(), Dialer: f}
	if change != nil {
		change(options)
	}
	connector, err := azuresql.NewConnector(fakeHost, "mydatabase", c, options)
	require.NoError(t, err)
	return connector
}

func TestConnect(t *testing.T) {
	t.Parallel()
	for _, strict := range []bool{false, true} {
		t.Run(map[bool]string{false: "TDS 7.4", true: "TDS 8.0"}[strict], func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				f := newFake(t)
				f.strict = strict
				c := &cred{}
				conn, err := newConnector(t, f, c, func(o *azuresql.Options) { o.Strict = strict }).Connect(t.Context())
				require.NoError(t, err)
				require.NoError(t, conn.Close())
				require.Equal(t, []string{longToken(0)}, f.logins())
				require.Equal(t, []string{"myserver.database.windows.net:1433"}, f.dials())
				require.Len(t, c.requests(), 1)
				require.Equal(t, []string{"https://database.windows.net//.default"}, c.requests()[0].Scopes)
				requireNoToken(t, f.captured(), longToken(0))
			})
		})
	}
}
