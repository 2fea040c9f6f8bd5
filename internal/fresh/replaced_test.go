package fresh_test

import (
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/keyless-go/azure/internal/fresh"
)

// What Replaced is told Get answers already, and it may call Get itself.
func TestReplacedIsToldAfterwards(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		type change struct{ key, old, current, served string }
		changes := make(chan change, 10)
		var c *cache
		c, _ = newCache(t, good(time.Hour), fresh.Options[string, string]{Replaced: func(key, old, current string) {
			v, err := c.Get(t.Context(), key)
			require.NoError(t, err)
			changes <- change{key, old, current, v.V}
			panic("dropped")
		}})
		first, err := c.Get(t.Context(), "k")
		require.NoError(t, err)
		synctest.Wait()
		require.Empty(t, changes, "the first value replaces none")

		time.Sleep(58 * time.Minute)
		_, err = c.Get(t.Context(), "k")
		require.NoError(t, err)
		synctest.Wait()
		second := <-changes
		require.Equal(t, "k", second.key)
		require.Equal(t, first.V, second.old)
		require.NotEqual(t, first.V, second.current)
		require.Equal(t, second.current, second.served)

		renewed, err := c.Renew(t.Context(), "k", "", func(v string) bool { return v == second.current })
		require.NoError(t, err)
		require.Equal(t, change{"k", second.current, renewed.V, renewed.V}, <-changes)
	})
}

// A source that answers with the value there was changes nothing.
func TestReplacedIsNotToldOfTheSameAgain(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		end := time.Now().Add(time.Hour)
		c, s := newCache(t, always(value{V: "same", Expires: end}), fresh.Options[string, string]{Replaced: func(string, string, string) {
			t.Error("told of nothing")
		}})
		for range 59 {
			_, err := c.Get(t.Context(), "k")
			require.NoError(t, err)
			time.Sleep(time.Minute)
		}
		require.Greater(t, s.count(), 1)
	})
}
