package fresh_test

import (
	"context"
	"errors"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/keyless-go/azure/internal/fresh"
)

func TestRenewersLeaveOnTheirOwn(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		c, s := newCache(t, good(time.Hour), fresh.Options[string, string]{})
		atOnce(t, c, "value-1")
		s.becomes(after(time.Second, good(time.Hour)))
		ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
		defer cancel()
		for i, g := range crowd(10, func(i int) got {
			if i == 0 {
				return renew(ctx, c, "", "value-1")
			}
			return renew(t.Context(), c, "", "value-1")
		}) {
			if i == 0 {
				require.ErrorIs(t, g.err, context.DeadlineExceeded)
				require.Equal(t, 50*time.Millisecond, g.waited)
				continue
			}
			require.Equal(t, "value-2", g.V)
		}
		require.Equal(t, 2, s.count())
	})
}

// A refresh that was under way when the value was rejected may bring the very
// same value again, and even one that seems better because it expires later.
func TestLateRefreshNeverOverwritesTheRenewedValue(t *testing.T) {
	t.Parallel()
	for name, renewAfter := range map[string]time.Duration{
		"refresh began before the renewal": time.Second,
		"renewal began before the refresh": -time.Second,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				c, s := newCache(t, good(24*time.Hour), fresh.Options[string, string]{})
				due := get(t.Context(), c, "key").RefreshAfter
				s.becomes(func(ctx context.Context, c call) (value, error) {
					if c.request.Waited { // the renewal
						return after(3*time.Second, good(time.Hour))(ctx, c)
					}
					return after(10*time.Second, always(value{V: "value-1", Expires: due.Add(20 * time.Hour)}))(ctx, c)
				})
				refresh := func() { sleepUntil(due); _, _ = c.Get(t.Context(), "key") }
				var renewed got
				crowd(2, func(i int) got {
					if i == 0 {
						refresh()
					} else {
						sleepUntil(due.Add(renewAfter))
						renewed = renew(t.Context(), c, "", "value-1")
					}
					return got{}
				})
				require.NoError(t, renewed.err)
				for range 20 {
					require.Equal(t, renewed.value, atOnce(t, c, renewed.V))
					time.Sleep(time.Second)
				}
				require.Equal(t, 3, s.count())
			})
		})
	}
}

// Nobody fails while there is a valid value, whoever brought it.
func TestRenewalComesToTheHelpOfAFailingFetch(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		c, s := newCache(t, func(ctx context.Context, c call) (value, error) {
			if c.request.Claims == "" {
				return hanging(ctx, c)
			}
			return good(time.Hour)(ctx, c)
		}, fresh.Options[string, string]{})
		go func() {
			time.Sleep(time.Second)
			renew(t.Context(), c, "claims")
		}()
		g := get(t.Context(), c, "key")
		require.NoError(t, g.err)
		require.Equal(t, "value-2", g.V)
		require.Equal(t, 2, s.count())
	})
}

func TestRenewJoinedByACallerWithAnotherRejected(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		c, s := newCache(t, after(time.Second, good(time.Hour)), fresh.Options[string, string]{})
		all := crowd(2, func(i int) got {
			if i == 0 {
				return renew(t.Context(), c, "", "older")
			}
			time.Sleep(time.Millisecond)
			return renew(t.Context(), c, "", "value-1")
		})
		require.NoError(t, all[0].err)
		require.ErrorIs(t, all[1].err, fresh.ErrStillRejected)
		require.Equal(t, 1, s.count())
	})
}

func TestPanicInRejectedDuringTheFlight(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		c, _ := newCache(t, good(time.Hour), fresh.Options[string, string]{})
		_, err := c.Renew(t.Context(), "key", "", func(string) bool { panic("p@ssw0rd") })
		require.EqualError(t, err, "the fetch panicked with a string")
	})
}

func TestSuccessForgetsTheFailureOfARenewal(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		patience := func(err error) time.Duration {
			if errors.Is(err, errDown) {
				return time.Hour
			}
			return 0
		}
		c, s := newCache(t, good(time.Minute), fresh.Options[string, string]{RetryAfter: patience})
		due := get(t.Context(), c, "key").RefreshAfter
		s.becomes(failing(errDown))
		require.ErrorIs(t, renew(t.Context(), c, "", "value-1").err, errDown)
		s.becomes(good(time.Minute))
		sleepUntil(due)
		atOnce(t, c, "value-1")
		synctest.Wait()
		require.Equal(t, "value-4", renew(t.Context(), c, "", "value-1", "value-3").V)
	})
}

// A rejected that panics while the flight asks it fails the flight, and no more.
func TestRenewContainsAPanicOfRejected(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		c, _ := newCache(t, good(time.Hour), fresh.Options[string, string]{})
		_, err := c.Get(t.Context(), "k")
		require.NoError(t, err)
		var asked atomic.Int32
		_, err = c.Renew(t.Context(), "k", "", func(string) bool {
			if asked.Add(1) == 2 {
				panic("secret")
			}
			return true
		})
		require.ErrorContains(t, err, "panicked with a string")
		require.NotContains(t, err.Error(), "secret")
	})
}
