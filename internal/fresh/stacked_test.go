package fresh_test

import (
	"context"
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/keyless-go/azure/internal/fresh"
)

// A cache in front of a cache asks it at most when it says that it will renew, and
// soon after that it has.
func TestStackedCachesRenewTogether(t *testing.T) {
	t.Parallel()
	for _, life := range []time.Duration{10 * time.Minute, time.Hour, 24 * time.Hour} {
		t.Run(fmt.Sprint(life), func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				inner, s := newCache(t, after(time.Second, good(life)), fresh.Options[string, string]{})
				asked := 0
				outer, _ := newCache(t, func(ctx context.Context, c call) (value, error) {
					asked++
					return inner.Get(ctx, c.key)
				}, fresh.Options[string, string]{})

				first := get(t.Context(), outer, "key").value
				innerDue := mustPeek(t, inner).RefreshAfter
				for s.count() == 1 {
					atOnce(t, outer, "value-1")
					time.Sleep(life / 2000)
				}
				margin := first.Expires.Sub(innerDue)
				require.LessOrEqual(t, time.Since(innerDue), margin/20, "the inner one is asked when it is due")
				for get(t.Context(), outer, "key").V == "value-1" {
					time.Sleep(life / 2000)
				}
				require.Less(t, time.Since(innerDue), margin/3)
				require.LessOrEqual(t, asked, 6)
			})
		})
	}
}

func mustPeek(t *testing.T, c *cache) value {
	t.Helper()
	v, ok := c.Peek("key")
	require.True(t, ok)
	return v
}
