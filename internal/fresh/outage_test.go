package fresh_test

import (
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/keyless-go/azure/internal/fresh"
)

func TestFailingSourceUntilTheLastMoment(t *testing.T) {
	t.Parallel()
	for _, life := range lives() {
		t.Run(life.String(), func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				c, s := newCache(t, good(life), fresh.Options[string, string]{})
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
				t.Parallel()
				synctest.Test(t, func(t *testing.T) {
					for range 5 { // jitter draws
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
	c, s := newCache(t, good(life), fresh.Options[string, string]{})
	first := get(t.Context(), c, "key")
	sleepUntil(first.Expires.Add(-left))
	s.becomes(broken)
	before := s.count()
	for time.Until(first.Expires) > time.Second {
		g := get(t.Context(), c, "key")
		require.NoError(t, g.err)
		require.Zero(t, g.waited)
		step := time.Second
		if due := time.Until(g.RefreshAfter); due > 0 {
			step = min(step, due)
		}
		time.Sleep(step)
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
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				c, s := newCache(t, good(life), fresh.Options[string, string]{})
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
					pause := pauseAfter(n, time.Until(v.Expires), life)
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
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		options := fresh.Options[string, string]{RetryAfter: func(error) time.Duration { return 10 * time.Minute }}
		c, s := newCache(t, good(24*time.Hour), options)
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

func TestFailuresAreForgottenAfterTheSameValueAgain(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		c, s := newCache(t, good(24*time.Hour), fresh.Options[string, string]{})
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

// A try that does not end with its context is not joined by a second one.
func TestBackgroundFetchesNeverOverlap(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		c, s := newCache(t, good(24*time.Hour), fresh.Options[string, string]{})
		sleepUntil(get(t.Context(), c, "key").RefreshAfter)
		s.becomes(after(33*time.Second, failing(errDown)))
		for range 40 {
			atOnce(t, c, "value-1")
			time.Sleep(time.Second)
		}
		time.Sleep((33+30-40)*time.Second - time.Nanosecond)
		atOnce(t, c, "value-1")
		synctest.Wait()
		require.Equal(t, 2, s.count())
		time.Sleep(time.Nanosecond)
		atOnce(t, c, "value-1")
		synctest.Wait()
		require.Equal(t, 3, s.count())
	})
}
