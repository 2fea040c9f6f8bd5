package credential_test

import (
	"fmt"
	"sync/atomic"
	"testing"
	"time"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore/policy"
	"github.com/stretchr/testify/require"

	"github.com/keyless-go/azure/credential"
)

// warm makes a credential that holds the tokens for n scopes.
func warm(tb testing.TB, n int) (c *cred, scopes [][]string) {
	tb.Helper()
	c = newCred(tb, newSite(issue(24*time.Hour)), options{Source: credential.SourceIMDS})
	for i := range n {
		scopes = append(scopes, []string{fmt.Sprintf("https://service-%d.example.net/.default", i)})
		require.NoError(tb, c.Prefetch(tb.Context(), scopes[i]...))
	}
	return c, scopes
}

// TestCachedTokenAllocatesNothing: not parallel, it counts the process's
// allocations.
func TestCachedTokenAllocatesNothing(t *testing.T) {
	c, scopes := warm(t, 100)
	ctx := t.Context()
	i := 0
	require.Zero(t, testing.AllocsPerRun(1000, func() {
		i++
		_, _ = c.GetToken(ctx, policy.TokenRequestOptions{Scopes: scopes[i%len(scopes)]})
	}))
	require.Zero(t, testing.AllocsPerRun(1000, func() {
		_, _ = c.GetToken(ctx, policy.TokenRequestOptions{Scopes: scopes[0], EnableCAE: true, TenantID: "tenant"})
	}))
	cached := credential.NewCached(c, nil)
	require.Zero(t, testing.AllocsPerRun(1000, func() {
		_, _ = cached.GetToken(ctx, policy.TokenRequestOptions{Scopes: scopes[0], EnableCAE: true, TenantID: "tenant"})
	}))
}

// BenchmarkGetTokenCached is a token's way from the cache to its caller.
func BenchmarkGetTokenCached(b *testing.B) {
	ctx := b.Context()
	for _, n := range []int{1, 10, 100} {
		c, scopes := warm(b, n)
		bench(b, n, func(i int) bool {
			token, err := c.GetToken(ctx, policy.TokenRequestOptions{Scopes: scopes[i%n]})
			return err == nil && token.Token != ""
		})
	}
}

// BenchmarkLimit is the least that any such cache must do: one read of a map that
// is copied on write, one clock read and a comparison.
func BenchmarkLimit(b *testing.B) {
	type record struct {
		token   string
		expires int64
	}
	for _, n := range []int{1, 10, 100} {
		_, scopes := warm(b, n)
		index := make(map[string]*record, n)
		for _, scope := range scopes {
			index[scope[0]] = &record{token: "token", expires: time.Now().Add(time.Hour).UnixNano()}
		}
		var current atomic.Pointer[map[string]*record]
		current.Store(&index)
		bench(b, n, func(i int) bool {
			r := (*current.Load())[scopes[i%n][0]]
			return r != nil && time.Now().UnixNano() < r.expires && r.token != ""
		})
	}
}

func bench(b *testing.B, scopes int, get func(i int) bool) {
	b.Helper()
	b.Run(fmt.Sprintf("scopes=%d/serial", scopes), func(b *testing.B) {
		b.ReportAllocs()
		for i := 0; b.Loop(); i++ {
			if !get(i) {
				b.Fatal("no token")
			}
		}
	})
	b.Run(fmt.Sprintf("scopes=%d/parallel", scopes), func(b *testing.B) {
		b.ReportAllocs()
		b.RunParallel(func(pb *testing.PB) {
			for i := 0; pb.Next(); i++ {
				if !get(i) {
					panic("no token")
				}
			}
		})
	})
}
