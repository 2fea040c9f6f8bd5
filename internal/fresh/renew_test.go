package fresh_test

import (
	"context"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/keyless-go/azure/internal/fresh"
)

func renew(ctx context.Context, c *cache, claims string, rejected ...string) got {
	start := time.Now()
	v, err := c.Renew(ctx, "key", claims, func(v string) bool { return slices.Contains(rejected, v) })
	return got{v, err, time.Since(start)}
}

func TestCrowdRenewsOnce(t *testing.T) {
	t.Parallel()
	for name, took := range map[string]time.Duration{"instant": 0, "slow": time.Second} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				c, s := newCache(t, good(time.Hour), fresh.Options[string, string]{})
				atOnce(t, c, "value-1")
				s.becomes(after(took, good(time.Hour)))
				for _, g := range crowd(100, func(int) got { return renew(t.Context(), c, "claims", "value-1") }) {
					require.NoError(t, g.err)
					require.Equal(t, "value-2", g.V)
					require.Equal(t, took, g.waited)
				}
				require.Equal(t, 2, s.count())
				require.Equal(t, fresh.Request{Waited: true, Claims: "claims"}, s.log()[1].request)
				require.Equal(t, 90*time.Second, s.log()[1].budget)
				atOnce(t, c, "value-2")
			})
		})
	}
}

func TestGetServesTheOldValueDuringARenewal(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		c, s := newCache(t, good(time.Hour), fresh.Options[string, string]{})
		atOnce(t, c, "value-1")
		s.becomes(after(time.Second, good(time.Hour)))
		go renew(t.Context(), c, "", "value-1")
		time.Sleep(time.Second / 2)
		atOnce(t, c, "value-1")
		time.Sleep(time.Second)
		atOnce(t, c, "value-2")
	})
}

func TestRenewOfAValueThatHasBeenReplaced(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		c, s := newCache(t, good(time.Hour), fresh.Options[string, string]{})
		atOnce(t, c, "value-1")
		require.NoError(t, renew(t.Context(), c, "", "value-1").err)
		for range 10 {
			g := renew(t.Context(), c, "other", "value-1")
			require.NoError(t, g.err)
			require.Equal(t, "value-2", g.V)
		}
		require.Equal(t, 2, s.count())
	})
}

func TestRenewDoesNotWaitForAFlightItDoesNotNeed(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		c, s := newCache(t, good(time.Hour), fresh.Options[string, string]{})
		due := get(t.Context(), c, "key").RefreshAfter
		sleepUntil(due.Add(-time.Second))
		s.becomes(after(5*time.Second, failing(errDown)))
		go renew(t.Context(), c, "", "value-1")
		time.Sleep(time.Second)
		s.becomes(good(time.Hour))
		atOnce(t, c, "value-1") // its refresh replaces the value
		synctest.Wait()
		g := renew(t.Context(), c, "", "value-1")
		require.Equal(t, "value-3", g.V)
		require.Zero(t, g.waited)
	})
}

// Another renewal may land between a caller's look and its own.
func TestRenewalThatLandsBetweenLookAndJoin(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		c, s := newCache(t, good(time.Hour), fresh.Options[string, string]{})
		atOnce(t, c, "value-1")
		v, err := c.Renew(t.Context(), "key", "", func(v string) bool {
			renew(t.Context(), c, "", "value-1")
			return v == "value-1"
		})
		require.NoError(t, err)
		require.Equal(t, "value-2", v.V)
		require.Equal(t, 2, s.count())
	})
}

func TestRenewWithNothingCached(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		c, s := newCache(t, good(time.Hour), fresh.Options[string, string]{})
		require.Equal(t, "value-1", renew(t.Context(), c, "claims", "older").V)
		atOnce(t, c, "value-1")
		require.Equal(t, "claims", s.log()[0].request.Claims)
	})
}

func TestRenewedValueMayExpireEarlier(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		c, s := newCache(t, good(24*time.Hour), fresh.Options[string, string]{})
		atOnce(t, c, "value-1")
		s.becomes(good(time.Hour))
		require.Equal(t, "value-2", renew(t.Context(), c, "", "value-1").V)
		atOnce(t, c, "value-2")
	})
}

func TestSourceAnswersWithTheRejectedValue(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		c, s := newCache(t, good(time.Hour), fresh.Options[string, string]{})
		v := atOnce(t, c, "value-1")
		s.becomes(after(time.Second, always(value{V: "value-1", Expires: v.Expires.Add(time.Minute)})))
		for _, g := range crowd(100, func(int) got { return renew(t.Context(), c, "", "value-1") }) {
			require.ErrorIs(t, g.err, fresh.ErrStillRejected)
			require.Zero(t, g.value)
		}
		for range 10 { // one after the other
			require.ErrorIs(t, renew(t.Context(), c, "", "value-1").err, fresh.ErrStillRejected)
		}
		require.Equal(t, 2, s.count())
		require.Equal(t, v, atOnce(t, c, "value-1"), "the old value stays, untouched")

		time.Sleep(2 * time.Second)
		s.becomes(good(time.Hour))
		require.Equal(t, "value-3", renew(t.Context(), c, "", "value-1").V)
	})
}

func TestFailedRenewalKeepsTheOldValue(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		c, s := newCache(t, good(time.Hour), fresh.Options[string, string]{})
		v := atOnce(t, c, "value-1")
		s.becomes(after(time.Second, failing(errDown)))
		for _, g := range crowd(100, func(int) got { return renew(t.Context(), c, "", "value-1") }) {
			require.ErrorIs(t, g.err, errDown)
			require.Equal(t, time.Second, g.waited)
		}
		require.ErrorIs(t, renew(t.Context(), c, "", "value-1").err, errDown)
		require.Equal(t, 2, s.count())
		require.Equal(t, v, atOnce(t, c, "value-1"))
	})
}

func TestRenewalsWithOtherClaimsAreOtherFlights(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		c, s := newCache(t, good(time.Hour), fresh.Options[string, string]{})
		atOnce(t, c, "value-1")
		s.becomes(after(time.Second, good(time.Hour)))
		claims := []string{"", "a", "b"}
		crowd(99, func(i int) got { return renew(t.Context(), c, claims[i%3], "value-1", "value-2", "value-3", "value-4") })
		var asked []string
		for _, call := range s.log()[1:] {
			asked = append(asked, call.request.Claims)
		}
		require.ElementsMatch(t, claims, asked)
	})
}

func TestFailuresOfFlightsDoNotDisplaceOneAnother(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		patience := func(error) time.Duration { return time.Minute }
		c, s := newCache(t, failing(errDown), fresh.Options[string, string]{RetryAfter: patience})
		for range 3 {
			require.Error(t, get(t.Context(), c, "key").err)
			require.Error(t, renew(t.Context(), c, "a").err)
			require.Error(t, renew(t.Context(), c, "b").err)
			time.Sleep(time.Second)
		}
		require.Equal(t, 3, s.count())
		time.Sleep(time.Minute)
		s.becomes(good(time.Hour))
		require.Equal(t, "value-4", renew(t.Context(), c, "a").V)
		atOnce(t, c, "value-4")
	})
}
