package fresh_test

import (
	"context"
	"fmt"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/keyless-go/azure/internal/fresh"
)

func TestStaleWhileRevalidate(t *testing.T) {
	bubble(t, func(t *testing.T) {
		c, s := newCache(after(5*time.Second, good(time.Hour)), fresh.Options[string]{})
		due := get(t.Context(), c, "key").RefreshAfter
		sleepUntil(due.Add(-1))
		atOnce(t, c, "value-1")
		synctest.Wait()
		require.Equal(t, 1, s.count(), "fetched before its time")

		time.Sleep(1)
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
			bubble(t, func(t *testing.T) {
				c, s := newCache(after(min(5*time.Second, life/50), good(life)), fresh.Options[string]{})
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

func TestFailingSourceUntilTheLastMoment(t *testing.T) {
	t.Parallel()
	for _, life := range lives() {
		t.Run(life.String(), func(t *testing.T) {
			bubble(t, func(t *testing.T) {
				c, s := newCache(good(life), fresh.Options[string]{})
				first := get(t.Context(), c, "key")
				s.becomes(failing(errDown))
				last := first.Expires.Add(-min(time.Second, life/10))
				watch(t, c, life, last)
				require.Greater(t, s.count(), 3, "the source was given up")
				if life < 2*time.Hour {
					require.LessOrEqual(t, s.count()-1, 20)
				} else { // half of the life at 5 minutes a try
					require.LessOrEqual(t, s.count()-1, int(life/2/(5*time.Minute))+30)
				}
				require.ErrorIs(t, c.Infos()[0].Err, errDown)

				sleepUntil(last)
				require.ErrorIs(t, get(t.Context(), c, "key").err, errDown, "served in its last moment")
			})
		})
	}
}

// A token of an hour whose source breaks: no caller notices before its last
// second, and the source is not flooded.
func TestOutageOfTheLastFiveMinutes(t *testing.T) {
	t.Parallel()
	const life = 3599 * time.Second
	refused := failing(errDown)
	outages := map[string]struct {
		broken answer
		renews bool
	}{
		"refuses":             {broken: refused},
		"hangs":               {broken: hanging},
		"ignores its context": {broken: after(40*time.Second, refused)},
		"fails after 5 s":     {broken: after(5*time.Second, refused)},
		"works after 5 s":     {broken: after(5*time.Second, good(life)), renews: true},
	}
	for name, outage := range outages {
		for _, left := range []time.Duration{300 * time.Second, 310 * time.Second, life} {
			t.Run(fmt.Sprintf("%s %s before expiry", name, left), func(t *testing.T) {
				bubble(t, func(t *testing.T) {
					for range 20 { // jitter draws
						tries := outlive(t, life, left, outage.broken, outage.renews)
						require.LessOrEqual(t, tries, 13)
						require.GreaterOrEqual(t, tries, 1)
					}
				})
			})
		}
	}
}

// outlive counts the tries of a source that broke when left of the life of its
// value was left.
func outlive(t *testing.T, life, left time.Duration, broken answer, renews bool) int {
	t.Helper()
	c, s := newCache(good(life), fresh.Options[string]{})
	first := get(t.Context(), c, "key")
	sleepUntil(first.Expires.Add(-left))
	s.becomes(broken)
	before := s.count()
	for time.Until(first.Expires) > time.Second {
		g := get(t.Context(), c, "key")
		require.NoError(t, g.err)
		require.Zero(t, g.waited)
		time.Sleep(time.Second)
	}
	tries := s.count() - before
	if renews {
		atOnce(t, c, "value-2")
	}
	return tries
}

// Each pause after a failure is the one the schedule says, and callers are told.
func TestRetryScheduleIsKept(t *testing.T) {
	t.Parallel()
	for _, life := range lives() {
		t.Run(life.String(), func(t *testing.T) {
			bubble(t, func(t *testing.T) {
				c, s := newCache(good(life), fresh.Options[string]{})
				v := get(t.Context(), c, "key").value
				s.becomes(failing(errDown))
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
					pause := pauseAfter(n, time.Until(last), life-min(time.Second, life/10))
					require.Equal(t, earlier(time.Now().Add(pause), last).UTC(), v.RefreshAfter)
				}
			})
		})
	}
}

func pauseAfter(n int, remaining, life time.Duration) time.Duration {
	exponential := []time.Duration{30 * time.Second, time.Minute, 2 * time.Minute, 4 * time.Minute, 5 * time.Minute}
	nearEnd := max(remaining/4, min(10*time.Second, life/20))
	return min(exponential[min(n, 4)], nearEnd)
}

func earlier(a, b time.Time) time.Time {
	if a.Before(b) {
		return a
	}
	return b
}

func TestBackgroundFailureRespectsRetryAfter(t *testing.T) {
	bubble(t, func(t *testing.T) {
		options := fresh.Options[string]{RetryAfter: func(error) time.Duration { return 10 * time.Minute }}
		c, s := newCache(good(24*time.Hour), options)
		sleepUntil(get(t.Context(), c, "key").RefreshAfter)
		s.becomes(failing(errDown))
		atOnce(t, c, "value-1")
		synctest.Wait()
		failed := time.Now()
		require.Equal(t, failed.Add(10*time.Minute).UTC(), atOnce(t, c, "value-1").RefreshAfter)
		for time.Since(failed) < 10*time.Minute {
			atOnce(t, c, "value-1")
			time.Sleep(time.Second)
		}
		atOnce(t, c, "value-1")
		synctest.Wait()
		require.Equal(t, 3, s.count())
	})
}

// A source with a cache of its own answers an early renewal with what it gave
// before, or with something older.
func TestSameOrOlderValueDoesNotLoop(t *testing.T) {
	t.Parallel()
	for _, older := range []time.Duration{0, time.Millisecond} {
		for _, life := range lives() {
			t.Run(fmt.Sprintf("%s older %s", life, older), func(t *testing.T) {
				bubble(t, func(t *testing.T) {
					c, s := newCache(good(life), fresh.Options[string]{})
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

func TestFailuresAreForgottenAfterTheSameValueAgain(t *testing.T) {
	bubble(t, func(t *testing.T) {
		c, s := newCache(good(24*time.Hour), fresh.Options[string]{})
		v := get(t.Context(), c, "key").value
		again := always(value{V: "value-1", Expires: v.Expires})
		for _, step := range []struct {
			answer answer
			pause  time.Duration
		}{
			{failing(errDown), 30 * time.Second},
			{failing(errDown), time.Minute},
			{again, 0}, // a quarter of what is left
			{failing(errDown), 30 * time.Second},
		} {
			s.becomes(step.answer)
			sleepUntil(atOnce(t, c, "value-1").RefreshAfter)
			atOnce(t, c, "value-1")
			synctest.Wait()
			pause := step.pause
			if pause == 0 {
				pause = time.Until(v.Expires) / 4
				require.NoError(t, c.Infos()[0].Err)
			}
			require.Equal(t, time.Now().Add(pause).UTC(), atOnce(t, c, "value-1").RefreshAfter)
		}
	})
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
			bubble(t, func(t *testing.T) {
				start := time.Now()
				v := value{V: "v", Expires: start.Add(test.life)}
				if test.asked != 0 {
					v.RefreshAfter = start.Add(test.asked)
				}
				var draws []time.Duration
				for range 2000 {
					c, _ := newCache(always(v), fresh.Options[string]{})
					draws = append(draws, get(t.Context(), c, "key").RefreshAfter.Sub(start))
				}
				span := min(test.base, test.life-test.base) / 10
				slices.Sort(draws)
				require.GreaterOrEqual(t, draws[0], test.base-span)
				require.LessOrEqual(t, draws[len(draws)-1], test.base)
				// Uniform: the quartiles are where they should be. Their standard
				// error is 1 % of the span.
				for i, share := range []time.Duration{75, 50, 25} {
					quartile := draws[len(draws)*(i+1)/4]
					require.InDelta(t, test.base-span*share/100, quartile, float64(span)/10+1)
				}
			})
		})
	}
}

// A background flight is one try. Whoever comes to wait for it is owed more.
func TestWaiterJoinsABackgroundFlightThatFails(t *testing.T) {
	bubble(t, func(t *testing.T) {
		c, s := newCache(good(10*time.Second), fresh.Options[string]{})
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
	bubble(t, func(t *testing.T) {
		c, s := newCache(good(10*time.Second), fresh.Options[string]{})
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

// A try that does not end with its context is not joined by a second one.
func TestBackgroundFetchesNeverOverlap(t *testing.T) {
	bubble(t, func(t *testing.T) {
		c, s := newCache(good(24*time.Hour), fresh.Options[string]{})
		sleepUntil(get(t.Context(), c, "key").RefreshAfter)
		s.becomes(after(33*time.Second, failing(errDown)))
		for range 40 {
			atOnce(t, c, "value-1")
			time.Sleep(time.Second)
		}
		require.Equal(t, 2, s.count())
		time.Sleep(33*time.Second + 30*time.Second - 40*time.Second)
		atOnce(t, c, "value-1")
		synctest.Wait()
		require.Equal(t, 3, s.count())
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
			bubble(t, func(t *testing.T) {
				c, s := newCache(always(value{V: "v", Expires: expires, StaleUntil: expires}), fresh.Options[string]{})
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
