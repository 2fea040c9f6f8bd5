package credential_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/policy"
	"github.com/stretchr/testify/require"

	"github.com/keyless-go/azure/credential"
)

// inner is a credential like that of a command line tool: slow, and new at each
// call.
type inner struct {
	mu    sync.Mutex
	asked []policy.TokenRequestOptions
	life  time.Duration
	err   error
	token string // empty: a new one each time
	slow  time.Duration
}

func (i *inner) GetToken(ctx context.Context, o policy.TokenRequestOptions) (azcore.AccessToken, error) {
	i.mu.Lock()
	i.asked = append(i.asked, o)
	n, life, err, token, slow := len(i.asked), i.life, i.err, i.token, i.slow
	i.mu.Unlock()
	select {
	case <-time.After(slow):
	case <-ctx.Done():
		return azcore.AccessToken{}, ctx.Err()
	}
	if err != nil {
		return azcore.AccessToken{}, err
	}
	if token == "" {
		token = fmt.Sprintf("secret-%d", n)
	}
	return azcore.AccessToken{Token: token, ExpiresOn: time.Now().Add(life)}, nil
}

func (i *inner) set(change func(*inner)) {
	i.mu.Lock()
	defer i.mu.Unlock()
	change(i)
}

func (i *inner) count() int {
	i.mu.Lock()
	defer i.mu.Unlock()
	return len(i.asked)
}

func TestCachedStampede(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		login := &inner{life: time.Hour, slow: time.Second}
		c := credential.NewCached(login, nil)
		leaving, leave := context.WithTimeout(t.Context(), 10*time.Millisecond)
		defer leave()
		all := crowd(1000, func(i int) (azcore.AccessToken, error) {
			if i == 0 {
				return get(leaving, c)
			}
			return get(t.Context(), c)
		})
		require.ErrorIs(t, all[0].err, context.DeadlineExceeded)
		require.ErrorContains(t, all[0].err, "the caller stopped waiting")
		for _, g := range all[1:] {
			require.NoError(t, g.err)
			require.Equal(t, "secret-1", g.Token)
			require.Equal(t, time.UTC, g.ExpiresOn.Location())
			require.False(t, g.RefreshOn.IsZero())
		}
		require.Equal(t, 1, login.count())
	})
}

// TestCachedRenewal happens in the background, and a failing one keeps the token.
func TestCachedRenewal(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		seen := &events{}
		login := &inner{life: time.Hour}
		c := credential.NewCached(login, &credential.CachedOptions{Observer: seen.observe})
		first := mustGet(t, c)
		login.set(func(i *inner) { i.err, i.slow = errors.New("logged out"), 5*time.Second })
		sleepUntil(first.RefreshOn)
		start := time.Now()
		require.Equal(t, first.Token, mustGet(t, c).Token)
		require.Zero(t, time.Since(start))
		time.Sleep(6 * time.Second)
		require.Equal(t, first.Token, mustGet(t, c).Token)
		require.EqualError(t, c.Status().Tokens[0].LastError, "logged out")

		login.set(func(i *inner) { i.err = nil })
		sleepUntil(mustGet(t, c).RefreshOn)
		mustGet(t, c)
		time.Sleep(6 * time.Second)
		synctest.Wait()
		require.Equal(t, "secret-3", mustGet(t, c).Token)
		list := seen.take()
		require.Len(t, list, 3)
		for i, kind := range []credential.EventKind{credential.EventFetched, credential.EventRefreshFailed, credential.EventRefreshed} {
			require.Equal(t, kind, list[i].Kind)
			require.Equal(t, vaultScope, list[i].Resource)
			require.Empty(t, list[i].Source)
			require.Zero(t, list[i].Attempt)
			require.Equal(t, list[i].Err == nil, !list[i].Expires.IsZero())
		}
		require.Equal(t, 5*time.Second, list[1].Duration)
	})
}

// TestCachedKeys: what makes another token, and what does not.
func TestCachedKeys(t *testing.T) {
	t.Parallel()
	login := &inner{life: time.Hour}
	c := credential.NewCached(login, nil)
	ask := func(o policy.TokenRequestOptions) string {
		token, err := c.GetToken(t.Context(), o)
		require.NoError(t, err)
		return token.Token
	}
	one := ask(policy.TokenRequestOptions{Scopes: []string{"a", "b"}, TenantID: "t", EnableCAE: true})
	require.Equal(t, one, ask(policy.TokenRequestOptions{Scopes: []string{"b", "a"}, TenantID: "t", EnableCAE: true}), "order")
	seen := map[string]bool{one: true}
	for _, o := range []policy.TokenRequestOptions{
		{Scopes: []string{"a", "b"}, TenantID: "t"},
		{Scopes: []string{"a", "b"}, EnableCAE: true},
		{Scopes: []string{"a"}, TenantID: "t", EnableCAE: true},
		{Scopes: []string{"a", "b", "c"}, TenantID: "t", EnableCAE: true},
		{Scopes: []string{"A", "b"}, TenantID: "t", EnableCAE: true},
	} {
		seen[ask(o)] = true
	}
	require.Len(t, seen, 6)
	require.Equal(t, policy.TokenRequestOptions{Scopes: []string{"a", "b"}, TenantID: "t", EnableCAE: true}, login.asked[0])
	status := c.Status()
	require.Len(t, status.Tokens, 6)
	status.Tokens = nil
	require.Equal(t, credential.Status{}, status, "only the inner credential knows its source")
}

func TestCachedClaims(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		login := &inner{life: time.Hour, slow: time.Second}
		c := credential.NewCached(login, nil)
		plain := mustGet(t, c)
		first, err := challenged(t.Context(), c, "")
		require.NoError(t, err)
		for _, g := range crowd(100, func(int) (azcore.AccessToken, error) { return challenged(t.Context(), c, `{"x":1}`) }) {
			require.NoError(t, g.err)
			require.NotEqual(t, first.Token, g.Token)
		}
		require.Equal(t, 3, login.count())
		require.Equal(t, `{"x":1}`, login.asked[2].Claims)
		require.Equal(t, plain.Token, mustGet(t, c).Token)

		login.set(func(i *inner) { i.token = "secret-3" })
		time.Sleep(time.Minute)
		_, err = challenged(t.Context(), c, `{"y":1}`)
		require.ErrorContains(t, err, "token that was rejected")
	})
}

// TestCachedErrors are the inner credential's own, shared for a moment.
func TestCachedErrors(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		loggedOut := errors.New("logged out")
		login := &inner{life: time.Hour, err: loggedOut}
		c := credential.NewCached(login, nil)
		for range 10 {
			_, err := get(t.Context(), c)
			require.Equal(t, loggedOut, err)
		}
		require.Equal(t, 1, login.count())

		login.set(func(i *inner) { i.err = context.DeadlineExceeded })
		time.Sleep(2 * time.Second)
		_, err := get(t.Context(), c)
		require.NotContains(t, err.Error(), "the caller stopped waiting", "it is the login's own limit")

		login.set(func(i *inner) { i.err = nil })
		time.Sleep(2 * time.Second)
		mustGet(t, c)
	})
}

// TestCachedBadTokens are not handed on.
func TestCachedBadTokens(t *testing.T) {
	t.Parallel()
	for name, login := range map[string]*inner{
		"empty":      {life: time.Hour, token: "\r"},
		"line break": {life: time.Hour, token: "secret\r\nX: y"},
		"expired":    {life: -time.Second},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			token, err := get(t.Context(), credential.NewCached(login, nil))
			require.Empty(t, token)
			require.ErrorIs(t, err, credential.ErrUnexpectedResponse)
			require.NotContains(t, err.Error(), "secret")
		})
	}
	_, err := get(t.Context(), credential.NewCached(static{}, nil))
	require.ErrorIs(t, err, credential.ErrUnexpectedResponse)
}

// static is a credential with one answer.
type static struct{ azcore.AccessToken }

func (s static) GetToken(context.Context, policy.TokenRequestOptions) (azcore.AccessToken, error) {
	return s.AccessToken, nil
}

func TestCachedBadInput(t *testing.T) {
	t.Parallel()
	login := &inner{life: time.Hour}
	for _, scopes := range [][]string{nil, {}, {""}, {" "}, {"", ""}} {
		_, err := credential.NewCached(login, nil).GetToken(t.Context(), policy.TokenRequestOptions{Scopes: scopes})
		require.ErrorContains(t, err, "credential: GetToken needs a scope")
	}
	require.Zero(t, login.count())
	for _, none := range []azcore.TokenCredential{nil, (*credential.CachedCredential)(nil)} {
		_, err := get(t.Context(), credential.NewCached(none, nil))
		require.ErrorContains(t, err, "was given no credential")
	}
}

// TestCachedTwice: one cache is enough, unless another observer wants to know.
func TestCachedTwice(t *testing.T) {
	t.Parallel()
	c := credential.NewCached(&inner{life: time.Hour}, nil)
	require.Same(t, c, credential.NewCached(c, nil))
	require.NotSame(t, c, credential.NewCached(c, &credential.CachedOptions{}))
}

func TestCachedPanics(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var panics atomic.Bool
		panics.Store(true)
		c := credential.NewCached(&inner{life: time.Hour}, &credential.CachedOptions{Observer: func(credential.Event) {
			if panics.Load() {
				panic("secret")
			}
		}})
		_, err := get(t.Context(), c)
		require.ErrorContains(t, err, "panicked")
		require.NotContains(t, err.Error(), "secret")
		panics.Store(false)
		time.Sleep(2 * time.Second)
		mustGet(t, c)
	})
}

func TestCachedPrints(t *testing.T) {
	t.Parallel()
	c := credential.NewCached(&inner{life: time.Hour}, nil)
	mustGet(t, c)
	require.Equal(t, "CachedCredential(*credential_test.inner)", c.String())
	text, err := json.Marshal(c)
	require.NoError(t, err)
	require.Equal(t, `"CachedCredential(*credential_test.inner)"`, string(text))
	checkPrints(t, []string{"secret-1"}, c, c.Status())
}
