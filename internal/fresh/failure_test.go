package fresh_test

import (
	"context"
	"errors"
	"math"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/keyless-go/azure/internal/fresh"
)

func TestCrowdSharesOneFailingBudget(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		c, s := newCache(t, hanging, fresh.Options[string, string]{})
		all := crowd(100, func(i int) got {
			ctx := t.Context()
			if i%2 == 1 { // these have less patience
				var cancel context.CancelFunc
				ctx, cancel = context.WithTimeout(ctx, time.Duration(i)*time.Second/2)
				defer cancel()
			}
			return get(ctx, c, "key")
		})
		for i, g := range all {
			require.ErrorIs(t, g.err, context.DeadlineExceeded)
			if i%2 == 1 {
				require.Equal(t, time.Duration(i)*time.Second/2, g.waited, "left on its own deadline")
			} else {
				require.Equal(t, 90*time.Second, g.waited)
			}
		}
		require.Equal(t, 1, s.count())
	})
}

func TestExpiredValueAndSourceDown(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		c, s := newCache(t, good(time.Hour), fresh.Options[string, string]{})
		get(t.Context(), c, "key")
		time.Sleep(2 * time.Hour)
		s.becomes(after(5*time.Second, failing(errDown)))
		for _, g := range crowd(100, func(int) got { return get(t.Context(), c, "key") }) {
			require.ErrorIs(t, g.err, errDown)
			require.Zero(t, g.value)
			require.Equal(t, 5*time.Second, g.waited)
		}
		require.Equal(t, 2, s.count())
	})
}

func TestFailureIsRememberedForAMoment(t *testing.T) {
	t.Parallel()
	errDenied, errThrottled := errors.New("denied"), errors.New("throttled")
	options := fresh.Options[string, string]{
		Permanent: func(err error) bool { return errors.Is(err, errDenied) },
		RetryAfter: func(err error) time.Duration {
			if errors.Is(err, errThrottled) {
				return time.Minute
			}
			return -time.Second
		},
	}
	tests := map[string]struct {
		err         error
		least, most time.Duration
	}{
		"retryable": {errDown, time.Second, 2 * time.Second},
		"permanent": {errDenied, 10 * time.Second, 10 * time.Second},
		"throttled": {errThrottled, time.Minute, time.Minute},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				for range 50 {
					c, s := newCache(t, failing(test.err), options)
					for range 10 { // one after the other
						require.ErrorIs(t, get(t.Context(), c, "key").err, test.err)
					}
					time.Sleep(test.least - 1)
					require.ErrorIs(t, get(t.Context(), c, "key").err, test.err)
					require.Equal(t, 1, s.count())

					time.Sleep(test.most - test.least + 1)
					s.becomes(good(time.Hour))
					atOnce(t, c, "value-2")
				}
			})
		})
	}
}

func TestRetryAfterOfAnyLength(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		forever := func(error) time.Duration { return math.MaxInt64 }
		c, s := newCache(t, good(time.Hour), fresh.Options[string, string]{RetryAfter: forever})
		sleepUntil(get(t.Context(), c, "key").RefreshAfter)
		s.becomes(failing(errDown))
		atOnce(t, c, "value-1")
		synctest.Wait()
		v := atOnce(t, c, "value-1")
		require.Equal(t, v.Expires.Add(-time.Second).UTC(), v.RefreshAfter, "the next fetch is one that callers wait for")
		sleepUntil(v.Expires)
		require.ErrorIs(t, get(t.Context(), c, "key").err, errDown)
		time.Sleep(24 * time.Hour)
		require.ErrorIs(t, get(t.Context(), c, "key").err, errDown)
		require.Equal(t, 3, s.count())
	})
}

func TestRetryableFailuresAreRememberedForDifferentTimes(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var moments []time.Duration
		for range 200 {
			c, s := newCache(t, failing(errDown), fresh.Options[string, string]{})
			get(t.Context(), c, "key")
			start := time.Now()
			for s.count() == 1 {
				time.Sleep(50 * time.Millisecond)
				get(t.Context(), c, "key")
			}
			moments = append(moments, time.Since(start))
		}
		slices.Sort(moments)
		require.GreaterOrEqual(t, moments[0], time.Second)
		require.Less(t, moments[0], 1200*time.Millisecond)
		require.Greater(t, moments[199], 1800*time.Millisecond)
		require.LessOrEqual(t, moments[199], 2050*time.Millisecond)
	})
}

func TestBackgroundFailureIsNotRemembered(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		patience := func(error) time.Duration { return time.Hour }
		c, s := newCache(t, good(10*time.Second), fresh.Options[string, string]{RetryAfter: patience})
		sleepUntil(get(t.Context(), c, "key").RefreshAfter)
		s.becomes(failing(errDown))
		atOnce(t, c, "value-1")
		time.Sleep(10 * time.Second)
		s.becomes(good(time.Hour))
		atOnce(t, c, "value-3")
	})
}

func TestUnusableValues(t *testing.T) {
	t.Parallel()
	for name, expires := range map[string]func() time.Time{
		"no expiry":   func() time.Time { return time.Time{} },
		"expires now": time.Now,
		"expired":     func() time.Time { return time.Now().Add(-time.Hour) },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				c, s := newCache(t, func(context.Context, call) (value, error) {
					return value{V: "v", Expires: expires()}, nil
				}, fresh.Options[string, string]{})
				for range 2 {
					g := get(t.Context(), c, "key")
					require.ErrorContains(t, g.err, "expired already")
					require.Zero(t, g.value)
				}
				require.Equal(t, 1, s.count())
				time.Sleep(2 * time.Second)
				require.Error(t, get(t.Context(), c, "key").err)
				require.Equal(t, 2, s.count())
			})
		})
	}
}

func TestInfosAndPeek(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		c, s := newCache(t, failing(errDown), fresh.Options[string, string]{})
		require.Empty(t, c.Infos())
		_, ok := c.Peek("key")
		require.False(t, ok)

		require.Error(t, get(t.Context(), c, "key").err)
		require.Equal(t, []fresh.Info[string]{{Key: "key", Err: errDown}}, c.Infos())
		_, ok = c.Peek("key")
		require.False(t, ok)

		time.Sleep(2 * time.Second)
		s.becomes(good(time.Hour))
		v := atOnce(t, c, "value-2")
		info := fresh.Info[string]{Key: "key", Expires: v.Expires, RefreshAfter: v.RefreshAfter, Received: time.Now()}
		require.Equal(t, []fresh.Info[string]{info}, c.Infos())

		time.Sleep(2 * time.Hour)
		s.becomes(failing(errDown))
		require.Error(t, get(t.Context(), c, "key").err)
		info.Err = errDown
		require.Equal(t, []fresh.Info[string]{info}, c.Infos())
		peeked, ok := c.Peek("key")
		require.True(t, ok)
		require.Equal(t, v, peeked)
		require.Equal(t, 3, s.count())
	})
}
