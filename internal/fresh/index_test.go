package fresh_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/keyless-go/azure/internal/fresh"
)

// keysOf lists what a cache holds.
func keysOf(c *cache) []string {
	var keys []string
	for _, info := range c.Infos() {
		keys = append(keys, info.Key)
	}
	return keys
}

func getAll(t *testing.T, c *cache, keys ...string) {
	t.Helper()
	for _, key := range keys {
		require.NoError(t, get(t.Context(), c, key).err)
	}
}

// byKey answers values whose life the key says.
func byKey(_ context.Context, c call) (value, error) {
	life, err := time.ParseDuration(c.key)
	return value{V: c.key, Expires: time.Now().Add(life)}, err
}

// bare is a canonical form: the key without its suffix.
func bare(key string) (string, error) {
	if key == "" {
		return "", errBlank
	}
	return strings.TrimSuffix(key, "/.default"), nil
}

var errBlank = errors.New("the key is blank")

func TestAThousandKeysByDefault(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		c, s := newCache(t, good(time.Hour), fresh.Options[string, string]{})
		for i := range 1_200 {
			getAll(t, c, fmt.Sprint(i))
			if i%100 == 0 {
				require.Len(t, c.Infos(), min(i+1, 1_000))
			}
		}
		require.Len(t, c.Infos(), 1_000)
		require.Equal(t, 1_200, s.count())
	})
}

func TestKeysInFlightAreNeverEvicted(t *testing.T) {
	t.Parallel()
	for name, patience := range map[string]time.Duration{"waited for": time.Hour, "left alone": time.Second} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				c, s := newCache(t, after(5*time.Second, good(time.Hour)), fresh.Options[string, string]{MaxKeys: 10})
				ctx, cancel := context.WithTimeout(t.Context(), patience)
				defer cancel()
				for i := range 50 {
					go get(ctx, c, fmt.Sprint(i))
				}
				time.Sleep(2 * time.Second)
				require.Len(t, c.Infos(), 50)
				for i, g := range crowd(50, func(i int) got { return get(t.Context(), c, fmt.Sprint(i)) }) {
					require.NoError(t, g.err, i)
				}
				synctest.Wait()
				require.Equal(t, 50, s.count(), "a key was fetched twice")
				require.Len(t, c.Infos(), 10, "the bound holds again")
			})
		})
	}
}

func TestBoundHoldsAgainWhenTheLastFlightLands(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		c, _ := newCache(t, after(5*time.Second, good(time.Hour)), fresh.Options[string, string]{MaxKeys: 10})
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		crowd(50, func(i int) got { return get(ctx, c, fmt.Sprint(i)) })
		require.Len(t, c.Infos(), 50)
		time.Sleep(4 * time.Second)
		synctest.Wait()
		require.Len(t, c.Infos(), 10)
	})
}

func TestBackgroundFetchKeepsItsKey(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		c, s := newCache(t, byKey, fresh.Options[string, string]{MaxKeys: 2})
		getAll(t, c, "1m", "1h")
		s.becomes(after(5*time.Second, byKey))
		time.Sleep(40 * time.Second)
		getAll(t, c, "1m") // begins its renewal
		getAll(t, c, "2h")
		require.ElementsMatch(t, []string{"1m", "2h"}, keysOf(c))
	})
}

func TestWhoIsEvicted(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		c, _ := newCache(t, byKey, fresh.Options[string, string]{MaxKeys: 4})
		getAll(t, c, "2h", "1m", "3h", "1h")
		time.Sleep(30 * time.Second)
		require.Error(t, get(t.Context(), c, "no duration").err)
		require.ElementsMatch(t, []string{"no duration", "2h", "3h", "1h"}, keysOf(c), "the soonest to expire goes")
		getAll(t, c, "4h")
		require.ElementsMatch(t, []string{"2h", "3h", "1h", "4h"}, keysOf(c), "what has no value goes first")
		getAll(t, c, "5h")
		require.ElementsMatch(t, []string{"2h", "3h", "4h", "5h"}, keysOf(c))
		time.Sleep(150 * time.Minute)
		getAll(t, c, "1m")
		require.ElementsMatch(t, []string{"3h", "4h", "5h", "1m"}, keysOf(c), "the expired goes first")
	})
}

func TestEvictedKeyIsFetchedAgain(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		c, s := newCache(t, byKey, fresh.Options[string, string]{MaxKeys: 1})
		getAll(t, c, "1h", "2h", "1h", "1h")
		require.Equal(t, 3, s.count())
	})
}

func TestAliasesShareAnEntry(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var asked atomic.Int32
		c, s := newCache(t, after(time.Second, good(time.Hour)), fresh.Options[string, string]{
			Canonical: func(key string) (string, error) { asked.Add(1); return bare(key) },
		})
		aliases := []string{"key", "key/.default"}
		for range 3 {
			getAll(t, c, aliases...)
		}
		require.Equal(t, 1, s.count())
		require.Equal(t, "key", s.log()[0].key)
		require.Equal(t, []string{"key"}, keysOf(c))
		require.EqualValues(t, 2, asked.Load(), "asked on misses only")

		time.Sleep(2 * time.Hour)
		for _, g := range crowd(100, func(i int) got { return get(t.Context(), c, aliases[i%2]) }) {
			require.NoError(t, g.err)
			require.Equal(t, "value-2", g.V)
		}
		require.Equal(t, 2, s.count())
	})
}

// An alias seen for the first time finds the value that is there, even while
// that is being renewed.
func TestNewAliasDoesNotWait(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		c, s := newCache(t, good(time.Hour), fresh.Options[string, string]{Canonical: bare})
		sleepUntil(atOnce(t, c, "value-1").RefreshAfter)
		s.becomes(hanging)
		atOnce(t, c, "value-1")
		synctest.Wait()
		g := get(t.Context(), c, "key/.default")
		require.NoError(t, g.err)
		require.Equal(t, "value-1", g.V)
		require.Zero(t, g.waited)
	})
}

func TestAliasesCountAndGoWithTheirEntry(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		c, s := newCache(t, byKey, fresh.Options[string, string]{MaxKeys: 4, Canonical: bare})
		getAll(t, c, "1h/.default", "2h/.default")
		require.ElementsMatch(t, []string{"1h", "2h"}, keysOf(c))
		getAll(t, c, "3h")
		require.ElementsMatch(t, []string{"2h", "3h"}, keysOf(c))
		getAll(t, c, "1h")
		require.ElementsMatch(t, []string{"1h", "2h", "3h"}, keysOf(c))
		require.Equal(t, 4, s.count())
		getAll(t, c, "1h/.default") // a fifth key: the soonest but itself goes
		require.ElementsMatch(t, []string{"1h", "3h"}, keysOf(c))
		require.Equal(t, 4, s.count())
		getAll(t, c, "4h")
		require.ElementsMatch(t, []string{"1h", "3h", "4h"}, keysOf(c))
		getAll(t, c, "5h/.default") // a fifth and a sixth: one entry of two goes
		require.ElementsMatch(t, []string{"3h", "4h", "5h"}, keysOf(c))
	})
}

func TestRefusedKey(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		c, s := newCache(t, good(time.Hour), fresh.Options[string, string]{Canonical: bare})
		require.ErrorIs(t, get(t.Context(), c, "").err, errBlank)
		_, err := c.Renew(t.Context(), "", "", func(string) bool { return false })
		require.ErrorIs(t, err, errBlank)
		require.Zero(t, s.count())
		require.Empty(t, c.Infos())
	})
}
