package fresh_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/keyless-go/azure/internal/fresh"
)

const year = 365 * 24 * time.Hour

// The rules hold for any life, from a test's to more than a year.
func FuzzSchedule(f *testing.F) {
	for _, life := range lives() {
		f.Add(int64(life), int64(life/3), int64(0), 0)
		f.Add(int64(life), int64(life)-1, int64(life/2), 1)
	}
	f.Add(int64(400*24*time.Hour), int64(1), int64(-1), 1<<40)
	f.Fuzz(func(t *testing.T, lifeNanos, leftNanos, askedNanos int64, tries int) {
		life := 400*time.Millisecond + time.Duration(uint64(lifeNanos)%uint64(400*24*time.Hour))
		left := 1 + time.Duration(uint64(leftNanos)%uint64(life))
		asked := time.Duration(askedNanos) % (2 * year)
		received := time.Unix(1_700_000_000, 0)
		expires := received.Add(life)

		last := fresh.LastMoment(received, expires)
		require.True(t, last.Before(expires))
		require.GreaterOrEqual(t, last, expires.Add(-min(time.Second, life/10)))

		for _, at := range []time.Time{{}, received, received.Add(asked), expires, last} {
			due := fresh.RefreshTime(received, expires, at)
			require.True(t, due.After(received), "due at birth")
			require.False(t, due.After(last), "due when nobody is served any more")
		}

		retry := fresh.RetryDelay(tries&0xff, left, life)
		require.Positive(t, retry)
		require.LessOrEqual(t, retry, 5*time.Minute)
		require.LessOrEqual(t, retry, max(left/4, min(10*time.Second, life/20)))

		now := expires.Add(-left)
		usual := fresh.SameAgainTime(now, expires, time.Time{}).Sub(now)
		require.LessOrEqual(t, usual, left/2)
		again := fresh.SameAgainTime(now, expires, received.Add(asked)).Sub(now)
		require.LessOrEqual(t, again, usual)
		require.GreaterOrEqual(t, again, usual/20)
		if left > 1 {
			require.Positive(t, usual)
		}
	})
}

// A value that is (almost) over when it comes leads to nothing strange.
func TestScheduleOfNoLife(t *testing.T) {
	t.Parallel()
	received := time.Unix(1_700_000_000, 0)
	for _, life := range []time.Duration{-1, 0, 1, time.Microsecond} {
		expires := received.Add(life)
		require.False(t, fresh.LastMoment(received, expires).After(expires), life)
		require.False(t, fresh.RefreshTime(received, expires, received).After(expires), life)
	}
}

func TestRetryDelayDoubles(t *testing.T) {
	t.Parallel()
	const s = time.Second
	for n, want := range []time.Duration{30 * s, 60 * s, 120 * s, 240 * s, 300 * s, 300 * s} {
		require.Equal(t, want, fresh.RetryDelay(n, 24*time.Hour, 48*time.Hour))
	}
	require.Equal(t, 300*s, fresh.RetryDelay(1<<40, 24*time.Hour, 48*time.Hour))
	require.Equal(t, 25*s, fresh.RetryDelay(0, 100*s, time.Hour), "a quarter of what is left")
	require.Equal(t, 10*s, fresh.RetryDelay(0, 20*s, time.Hour), "but no less than 10 s of a long life")
	require.Equal(t, 3*s, fresh.RetryDelay(0, 2*s, time.Minute), "or a twentieth of a short one")
}
