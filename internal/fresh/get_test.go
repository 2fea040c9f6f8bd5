package fresh_test

import (
	"context"
	"strconv"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/keyless-go/azure/internal/fresh"
)

func TestColdStampedeMakesOneFetch(t *testing.T) {
	t.Parallel()
	for _, callers := range []int{1, 100, 1_000, 10_000} {
		for name, took := range map[string]time.Duration{"instant": 0, "slow": 5 * time.Second} {
			t.Run(strconv.Itoa(callers)+" "+name, func(t *testing.T) {
				t.Parallel()
				synctest.Test(t, func(t *testing.T) {
					c, s := newCache(t, after(took, good(time.Hour)), fresh.Options[string, string]{})
					for _, g := range crowd(callers, func(int) got { return get(t.Context(), c, "key") }) {
						require.NoError(t, g.err)
						require.Equal(t, "value-1", g.V)
						require.Equal(t, took, g.waited)
					}
					require.Equal(t, 1, s.count())
					require.Equal(t, fresh.Request{Waited: true}, s.log()[0].request)
				})
			})
		}
	}
}

// A caller may look before a flight lands and join after: it must find the value
// and not fetch again. The moment is short, so there are many rounds.
func TestFetchThatLandsBetweenLookAndJoin(t *testing.T) {
	t.Parallel()
	for range 4000 {
		s := &source{answer: good(time.Hour)}
		c := fresh.New(s.fetch, fresh.Options[string, string]{})
		for _, g := range crowd(8, func(int) got { return get(t.Context(), c, "key") }) {
			require.NoError(t, g.err)
		}
		require.Equal(t, 1, s.count())
	}
}

func TestEachKeyHasItsOwnFlight(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		c, s := newCache(t, after(time.Second, func(_ context.Context, c call) (value, error) {
			return value{V: c.key, Expires: time.Now().Add(time.Hour)}, nil
		}), fresh.Options[string, string]{})
		for i, g := range crowd(100, func(i int) got { return get(t.Context(), c, strconv.Itoa(i%10)) }) {
			require.NoError(t, g.err)
			require.Equal(t, strconv.Itoa(i%10), g.V)
			require.Equal(t, time.Second, g.waited)
		}
		require.Equal(t, 10, s.count())
	})
}

func TestLeaderCancelled(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		c, s := newCache(t, after(time.Second, good(time.Hour)), fresh.Options[string, string]{})
		leader, cancel := context.WithTimeout(t.Context(), 10*time.Millisecond)
		defer cancel()
		all := crowd(10, func(i int) got {
			if i == 0 {
				return get(leader, c, "key")
			}
			time.Sleep(time.Millisecond)
			return get(t.Context(), c, "key")
		})
		require.ErrorIs(t, all[0].err, context.DeadlineExceeded)
		require.Equal(t, 10*time.Millisecond, all[0].waited)
		for _, g := range all[1:] {
			require.NoError(t, g.err)
			require.Equal(t, 999*time.Millisecond, g.waited)
		}
		require.Equal(t, 1, s.count())
	})
}

func TestFetchGoesOnWhenAllWaitersHaveGone(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		c, s := newCache(t, func(ctx context.Context, c call) (value, error) {
			time.Sleep(time.Second)
			if err := ctx.Err(); err != nil {
				return value{}, err
			}
			return good(time.Hour)(ctx, c)
		}, fresh.Options[string, string]{})
		ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
		defer cancel()
		for _, g := range crowd(10, func(int) got { return get(ctx, c, "key") }) {
			require.ErrorIs(t, g.err, context.DeadlineExceeded)
			require.Equal(t, 50*time.Millisecond, g.waited)
		}
		time.Sleep(time.Second)
		atOnce(t, c, "value-1")
		require.Equal(t, 1, s.count())
	})
}

func TestFetchHasAContextOfItsOwn(t *testing.T) {
	type ctxKey struct{}
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		seen := make(chan any, 2)
		c, s := newCache(t, func(ctx context.Context, c call) (value, error) {
			seen <- ctx.Value(ctxKey{})
			return good(time.Hour)(ctx, c)
		}, fresh.Options[string, string]{})
		ctx := context.WithValue(t.Context(), ctxKey{}, "headers")
		hurried, cancel := context.WithTimeout(ctx, time.Second)
		defer cancel()
		g := get(hurried, c, "key")
		require.NoError(t, g.err)
		sleepUntil(g.RefreshAfter)
		require.NoError(t, get(ctx, c, "key").err)
		synctest.Wait()
		require.Nil(t, <-seen, "a caller's value reached the fetch")
		require.Nil(t, <-seen, "a caller's value reached the background fetch")
		require.Equal(t, 90*time.Second, s.log()[0].budget)
		require.Equal(t, 30*time.Second, s.log()[1].budget)
	})
}

func TestContextThatHasEnded(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		c, s := newCache(t, good(time.Hour), fresh.Options[string, string]{})
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		require.ErrorIs(t, get(ctx, c, "key").err, context.Canceled)
		_, err := c.Renew(ctx, "key", "", func(string) bool { return true })
		require.ErrorIs(t, err, context.Canceled)
		synctest.Wait()
		require.Zero(t, s.count(), "a fetch that nobody could wait for")

		atOnce(t, c, "value-1")
		g := get(ctx, c, "key")
		require.NoError(t, g.err, "a value that is there costs no wait")
		require.Equal(t, "value-1", g.V)
	})
}

func TestBudgetsComeFromTheOptions(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		c, s := newCache(t, hanging, fresh.Options[string, string]{WaitedBudget: 7 * time.Second, BackgroundBudget: 3 * time.Second})
		g := get(t.Context(), c, "key")
		require.ErrorIs(t, g.err, context.DeadlineExceeded)
		require.Equal(t, 7*time.Second, g.waited)

		time.Sleep(2 * time.Second) // the failure is forgotten
		s.becomes(good(time.Hour))
		sleepUntil(get(t.Context(), c, "key").RefreshAfter)
		s.becomes(hanging)
		atOnce(t, c, "value-2")
		time.Sleep(3 * time.Second)
		synctest.Wait()
		require.ErrorIs(t, c.Infos()[0].Err, context.DeadlineExceeded)
	})
}

// The bubble's clock has no monotonic part, so these run outside of one.
func TestTimesAreWallClockTimes(t *testing.T) {
	t.Parallel()
	now := time.Now()
	require.NotEqual(t, now.Round(0), now, "the test needs a monotonic clock")
	c := fresh.New(func(context.Context, string, fresh.Request) (value, error) {
		return value{Expires: now.Add(time.Hour), RefreshAfter: now.Add(time.Minute), StaleUntil: now.Add(2 * time.Hour)}, nil
	}, fresh.Options[string, string]{})
	noMonotonic := func(times ...time.Time) {
		for _, at := range times {
			require.Equal(t, at.Round(0), at, "a monotonic part stops while the machine sleeps")
			require.False(t, at.IsZero())
		}
	}
	for range 2 { // as fetched, as cached
		v, err := c.Get(t.Context(), "key")
		require.NoError(t, err)
		noMonotonic(v.Expires, v.RefreshAfter, v.StaleUntil)
	}
	v, err := c.Renew(t.Context(), "other", "claims", func(string) bool { return false })
	require.NoError(t, err)
	noMonotonic(v.Expires, v.RefreshAfter, v.StaleUntil)
	for _, info := range c.Infos() {
		noMonotonic(info.Expires, info.RefreshAfter, info.Received)
	}
}

func TestWallClockJump(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		c, s := newCache(t, after(time.Second, good(24*time.Hour)), fresh.Options[string, string]{})
		require.Equal(t, "value-1", get(t.Context(), c, "key").V)
		time.Sleep(25 * time.Hour)
		g := get(t.Context(), c, "key")
		require.NoError(t, g.err)
		require.Equal(t, "value-2", g.V, "an expired value was served")
		require.Equal(t, 2, s.count())
	})
}
