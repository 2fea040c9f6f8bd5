package fresh_test

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/keyless-go/azure/internal/fresh"
)

// secretly answers a value of a minute that may stand in for an hour more.
func secretly(ctx context.Context, c call) (value, error) {
	v, err := good(time.Minute)(ctx, c)
	v.StaleUntil = v.Expires.Add(time.Hour)
	return v, err
}

// expired makes a cache whose value has expired, over a source that is down.
func expired(t *testing.T) (*cache, *source, value) {
	t.Helper()
	c, s := newCache(t, secretly, fresh.Options[string, string]{})
	v := atOnce(t, c, "value-1")
	require.Equal(t, v.Expires.Add(time.Hour), v.StaleUntil)
	time.Sleep(2 * time.Minute)
	s.becomes(after(2*time.Second, failing(errDown)))
	return c, s, v
}

func TestStandInAfterAFailedFlightOnly(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		c, s, old := expired(t)
		for _, g := range crowd(100, func(int) got { return get(t.Context(), c, "key") }) {
			require.NoError(t, g.err)
			require.Equal(t, "value-1", g.V)
			require.Equal(t, old.Expires, g.Expires)
			require.Equal(t, 2*time.Second, g.waited)
		}
		require.Equal(t, 2, s.count())
		require.True(t, s.log()[1].request.Waited)
		require.ErrorIs(t, c.Infos()[0].Err, errDown)
		atOnce(t, c, "value-1")
	})
}

func TestNoStandInWhileTheSourceAnswers(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		c, s, _ := expired(t)
		s.becomes(after(2*time.Second, good(time.Minute)))
		for _, g := range crowd(100, func(int) got { return get(t.Context(), c, "key") }) {
			require.NoError(t, g.err)
			require.Equal(t, "value-2", g.V)
			require.Equal(t, 2*time.Second, g.waited)
		}
	})
}

func TestStandInUntilTheSourceIsBack(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		c, s, _ := expired(t)
		get(t.Context(), c, "key")
		for range 10 * 60 {
			atOnce(t, c, "value-1")
			time.Sleep(time.Second)
		}
		tries := s.log()[2:]
		require.InDelta(t, 4, len(tries), 1, "after 30 s, 1, 2, 4 minutes")
		for _, try := range tries {
			require.False(t, try.request.Waited)
		}
		s.becomes(good(24 * time.Hour))
		sleepUntil(atOnce(t, c, "value-1").RefreshAfter)
		atOnce(t, c, "value-1")
		synctest.Wait()
		v := atOnce(t, c, "value-"+string(rune('0'+s.count())))
		require.Zero(t, v.StaleUntil)
		require.NoError(t, c.Infos()[0].Err)
	})
}

func TestStandInEndsWithStaleUntil(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		c, s, old := expired(t)
		v := get(t.Context(), c, "key").value
		for time.Now().Before(old.StaleUntil) {
			require.False(t, v.RefreshAfter.After(old.StaleUntil))
			v = atOnce(t, c, "value-1")
			time.Sleep(time.Second)
		}
		require.Less(t, s.count(), 40)
		time.Sleep(5 * time.Second) // let the last try land
		g := get(t.Context(), c, "key")
		require.ErrorIs(t, g.err, errDown)
		require.Zero(t, g.value)

		time.Sleep(2 * time.Second)
		s.becomes(good(time.Hour))
		require.NoError(t, get(t.Context(), c, "key").err)
	})
}

// Whoever waits for a background try gets the stand-in after the full budget.
func TestStandInAfterABackgroundFlight(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		c, s := newCache(t, secretly, fresh.Options[string, string]{BackgroundBudget: 40 * time.Second})
		v := atOnce(t, c, "value-1")
		sleepUntil(v.RefreshAfter)
		s.becomes(hanging)
		atOnce(t, c, "value-1")
		sleepUntil(v.Expires)
		g := get(t.Context(), c, "key")
		require.NoError(t, g.err)
		require.Equal(t, "value-1", g.V)
		require.Equal(t, v.RefreshAfter.Add(130*time.Second).Sub(v.Expires), g.waited)
		require.Equal(t, 3, s.count())
		require.Equal(t, time.Now().Add(30*time.Second).UTC(), g.RefreshAfter, "the schedule begins anew")
	})
}

func TestRetryAfterOfAStandIn(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		patience := func(error) time.Duration { return 20 * time.Minute }
		c, s := newCache(t, secretly, fresh.Options[string, string]{RetryAfter: patience})
		atOnce(t, c, "value-1")
		time.Sleep(2 * time.Minute)
		s.becomes(failing(errDown))
		v := atOnce(t, c, "value-1")
		require.Equal(t, time.Now().Add(20*time.Minute).UTC(), v.RefreshAfter)
		time.Sleep(20*time.Minute - 1)
		atOnce(t, c, "value-1")
		synctest.Wait()
		require.Equal(t, 2, s.count())
		time.Sleep(time.Nanosecond)
		atOnce(t, c, "value-1")
		synctest.Wait()
		require.Equal(t, 3, s.count())
	})
}

// A value that a renewal has brought is not turned into a stand-in by a fetch
// that fails later.
func TestFailingFetchLeavesARenewedValueAlone(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		c, s, _ := expired(t)
		s.becomes(func(ctx context.Context, c call) (value, error) {
			if c.request.Claims == "" {
				return after(5*time.Second, failing(errDown))(ctx, c)
			}
			return secretly(ctx, c)
		})
		crowd(2, func(i int) got {
			if i == 1 {
				time.Sleep(time.Second)
				return renew(t.Context(), c, "claims", "value-1")
			}
			g := get(t.Context(), c, "key")
			require.Equal(t, "value-3", g.V)
			return g
		})
		v := atOnce(t, c, "value-3")
		sleepUntil(v.Expires)
		s.becomes(after(time.Second, good(time.Hour)))
		require.Equal(t, "value-4", get(t.Context(), c, "key").V, "an expired value was served without asking")
	})
}
