package fresh_test

import (
	"context"
	"fmt"
	"runtime"
	"slices"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/keyless-go/azure/internal/fresh"
)

func TestStaleWhileRevalidate(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		c, s := newCache(t, after(5*time.Second, good(time.Hour)), fresh.Options[string, string]{})
		due := get(t.Context(), c, "key").RefreshAfter
		sleepUntil(due.Add(-1))
		atOnce(t, c, "value-1")
		synctest.Wait()
		require.Equal(t, 1, s.count(), "fetched before its time")

		time.Sleep(time.Nanosecond)
		for _, g := range crowd(1000, func(int) got { return get(t.Context(), c, "key") }) {
			require.NoError(t, g.err)
			require.Equal(t, "value-1", g.V)
			require.Zero(t, g.waited)
		}
		for range 4 {
			time.Sleep(time.Second)
			atOnce(t, c, "value-1")
		}
		time.Sleep(time.Second)
		synctest.Wait()
		atOnce(t, c, "value-2")
		require.Equal(t, 2, s.count())
		require.Equal(t, fresh.Request{}, s.log()[1].request)
	})
}

// An instant source cannot hide that two callers started a renewal each.
func TestRenewalIsStartedByOneCaller(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		for range 5_000 {
			c, s := newCache(t, good(time.Hour), fresh.Options[string, string]{})
			sleepUntil(get(t.Context(), c, "key").RefreshAfter)
			var ready atomic.Int32
			crowd(2, func(int) got {
				for ready.Add(1); ready.Load() < 2; {
					runtime.Gosched()
				}
				return get(t.Context(), c, "key")
			})
			synctest.Wait()
			require.Equal(t, 2, s.count())
		}
	})
}

// lives are checked as a table wherever a rule must hold for all of them.
func lives() []time.Duration {
	return []time.Duration{
		400 * time.Millisecond, time.Second, 3 * time.Second, 10 * time.Second, time.Minute, 5 * time.Minute,
		8 * time.Minute, time.Hour, 3599 * time.Second, 2 * time.Hour, 2*time.Hour + 1, 8 * time.Hour, 24 * time.Hour,
	}
}

// watch calls Get often until end, and requires that nobody waits, fails, or
// gets a value in or after its last moment.
func watch(t *testing.T, c *cache, life time.Duration, end time.Time) {
	t.Helper()
	margin := min(time.Second, life/10)
	for step := life / 400; time.Now().Before(end); time.Sleep(step) {
		g := get(t.Context(), c, "key")
		require.NoError(t, g.err)
		require.Zero(t, g.waited)
		require.Greater(t, time.Until(g.Expires), margin)
		require.False(t, g.RefreshAfter.After(g.Expires))
	}
	synctest.Wait()
}

func TestHealthySourceOfAnyLife(t *testing.T) {
	t.Parallel()
	for _, life := range lives() {
		t.Run(life.String(), func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				c, s := newCache(t, after(min(5*time.Second, life/50), good(life)), fresh.Options[string, string]{})
				first := get(t.Context(), c, "key")
				require.NoError(t, first.err)
				watch(t, c, life, first.Expires.Add(4*life))
				// Five lives, each renewed after the half of it or later.
				require.LessOrEqual(t, s.count(), 12)
				require.GreaterOrEqual(t, s.count(), 5)
				for _, call := range s.log()[1:] {
					require.False(t, call.request.Waited)
				}
			})
		})
	}
}

// A source with a cache of its own answers an early renewal with what it gave
// before, or with something older.
func TestSameOrOlderValueDoesNotLoop(t *testing.T) {
	t.Parallel()
	for _, older := range []time.Duration{0, time.Millisecond} {
		for _, life := range lives() {
			t.Run(fmt.Sprintf("%s older %s", life, older), func(t *testing.T) {
				t.Parallel()
				synctest.Test(t, func(t *testing.T) {
					c, s := newCache(t, good(life), fresh.Options[string, string]{})
					v := get(t.Context(), c, "key").value
					s.becomes(always(value{V: "again", Expires: v.Expires.Add(-older)}))
					last := v.Expires.Add(-min(time.Second, life/10))
					for n := 0; ; n++ {
						sleepUntil(v.RefreshAfter)
						if !time.Now().Before(last) {
							break
						}
						atOnce(t, c, "value-1")
						synctest.Wait()
						require.Equal(t, n+2, s.count())
						v = atOnce(t, c, "value-1")
						left := time.Until(v.Expires)
						pause := min(max(5*time.Minute, left/4), left/2)
						require.Equal(t, earlier(time.Now().Add(pause), last).UTC(), v.RefreshAfter)
					}
					require.LessOrEqual(t, s.count(), 30)
				})
			})
		}
	}
}

func TestRefreshTimeAndItsJitter(t *testing.T) {
	t.Parallel()
	tests := map[string]struct{ life, asked, base time.Duration }{
		"a day":                     {24 * time.Hour, 0, 12 * time.Hour},
		"just over two hours":       {2*time.Hour + 2, 0, time.Hour + 1},
		"two hours":                 {2 * time.Hour, 0, 108 * time.Minute},
		"an hour":                   {time.Hour, 0, 54 * time.Minute},
		"20 minutes":                {20 * time.Minute, 0, 15 * time.Minute},
		"a minute":                  {time.Minute, 0, 30 * time.Second},
		"400 ms":                    {400 * time.Millisecond, 0, 200 * time.Millisecond},
		"asked for a third":         {time.Hour, 20 * time.Minute, 20 * time.Minute},
		"asked for soon":            {time.Hour, time.Second, time.Second},
		"asked for late":            {time.Hour, 59 * time.Minute, 59 * time.Minute},
		"asked for the past":        {time.Hour, -time.Second, 54 * time.Minute},
		"asked for the end":         {time.Hour, time.Hour, 54 * time.Minute},
		"asked for the last second": {time.Hour, time.Hour - time.Second, 54 * time.Minute},
		"asked for never":           {time.Hour, 48 * time.Hour, 54 * time.Minute},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				start := time.Now()
				v := value{V: "v", Expires: start.Add(test.life)}
				if test.asked != 0 {
					v.RefreshAfter = start.Add(test.asked)
				}
				var draws []time.Duration
				for range 2000 {
					c, _ := newCache(t, always(v), fresh.Options[string, string]{})
					draws = append(draws, get(t.Context(), c, "key").RefreshAfter.Sub(start))
				}
				span := min(test.base, test.life-test.base) / 10
				slices.Sort(draws)
				require.GreaterOrEqual(t, draws[0], test.base-span)
				require.LessOrEqual(t, draws[len(draws)-1], test.base)
				// Uniform: the quartiles are where they should be. Their standard
				// error is 1 % of the span.
				for i := 1; i < 4; i++ {
					quartile := test.base - span + span/4*time.Duration(i)
					require.InDelta(t, quartile, draws[len(draws)*i/4], float64(span)/10+1)
				}
			})
		})
	}
}

// A background flight is one try. Whoever comes to wait for it is owed more.
func TestWaiterJoinsABackgroundFlightThatFails(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		c, s := newCache(t, good(10*time.Second), fresh.Options[string, string]{})
		due := get(t.Context(), c, "key").RefreshAfter
		sleepUntil(due)
		s.becomes(func(ctx context.Context, c call) (value, error) {
			if !c.request.Waited {
				return hanging(ctx, c)
			}
			return after(time.Second, good(time.Hour))(ctx, c)
		})
		atOnce(t, c, "value-1")
		time.Sleep(10 * time.Second)
		for _, g := range crowd(100, func(int) got { return get(t.Context(), c, "key") }) {
			require.NoError(t, g.err)
			require.Equal(t, "value-3", g.V)
			require.Equal(t, 21*time.Second, g.waited, "20 s of the background try, then one fetch for all")
		}
		require.Equal(t, 3, s.count())
		require.Equal(t, fresh.Request{Waited: true}, s.log()[2].request)
		require.Equal(t, 90*time.Second, s.log()[2].budget)
	})
}

func TestWaiterJoinsABackgroundFlightThatSucceeds(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		c, s := newCache(t, good(10*time.Second), fresh.Options[string, string]{})
		sleepUntil(get(t.Context(), c, "key").RefreshAfter)
		s.becomes(after(20*time.Second, good(time.Hour)))
		atOnce(t, c, "value-1")
		time.Sleep(15 * time.Second)
		for _, g := range crowd(100, func(int) got { return get(t.Context(), c, "key") }) {
			require.NoError(t, g.err)
			require.Equal(t, "value-2", g.V)
			require.Equal(t, 5*time.Second, g.waited)
		}
		require.Equal(t, 2, s.count())
	})
}

func TestVeryLongLives(t *testing.T) {
	t.Parallel()
	for name, expires := range map[string]time.Time{
		"the last nanosecond": time.Unix(0, 1<<63-1),
		"past it":             time.Unix(0, 1<<63-1).Add(1),
		"year 2300":           time.Date(2300, 1, 1, 0, 0, 0, 0, time.UTC),
		"year 9999":           time.Date(9999, 12, 31, 23, 59, 59, 0, time.UTC),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				c, s := newCache(t, always(value{V: "v", Expires: expires, StaleUntil: expires}), fresh.Options[string, string]{})
				for range 3 {
					v := atOnce(t, c, "v")
					require.True(t, expires.Equal(v.Expires))
					require.True(t, v.RefreshAfter.After(time.Now().Add(50*365*24*time.Hour)))
					time.Sleep(400 * 24 * time.Hour)
				}
				synctest.Wait()
				require.Equal(t, 1, s.count())
			})
		})
	}
}
