package fresh

import (
	"math"
	"math/rand/v2"
	"time"
)

// The rules of when. Each margin has an upper bound in time and one as a share
// of the value's life, so that they hold for a life of 400 ms as for one of a day.

// lastMoment is when a value received now is no longer served without asking:
// just before its end, so that it does not expire on its way to the service.
func lastMoment(received, expires time.Time) time.Time {
	return expires.Add(-min(time.Second, expires.Sub(received)/10))
}

// refreshTime is when a value's first background fetch is due: when the source
// says, else at half of a long life, else some minutes before the end. Jitter
// keeps machines that started together from asking together.
func refreshTime(received, expires, asked time.Time) time.Time {
	at := expires.Add(-refreshMargin(expires.Sub(received)))
	if asked.After(received) && asked.Before(lastMoment(received, expires)) {
		at = asked.Round(0)
	}
	return at.Add(-jitter(min(at.Sub(received), expires.Sub(at)) / 10))
}

func refreshMargin(life time.Duration) time.Duration {
	if life > 2*time.Hour {
		return life / 2
	}
	return min(max(5*time.Minute, life/10), life/2)
}

// jitter draws from [0, span].
func jitter(span time.Duration) time.Duration {
	return rand.N(max(span, 0) + 1) //nolint:gosec // no secret
}

// retryDelay is the pause after a background fetch has failed for the n+1st
// time: exponential, but ever shorter towards the end of the value's life.
func retryDelay(n int, remaining, life time.Duration) time.Duration {
	exponential := 30 * time.Second << min(n, 4)
	nearEnd := max(remaining/4, min(10*time.Second, life/20))
	return min(exponential, 5*time.Minute, nearEnd)
}

// sameAgainTime is when to ask again after a source answered with the value there
// was. A source that is a cache itself says when it will have a newer one: that
// counts, as far as the two do not ask in circles.
func sameAgainTime(now, expires, asked time.Time) time.Time {
	remaining := expires.Sub(now)
	delay := min(max(5*time.Minute, remaining/4), remaining/2)
	if asked.After(now) {
		delay = min(delay, max(delay/20, asked.Sub(now)))
	}
	return now.Add(delay)
}

// nanos is t in Unix nanoseconds. They end in the year 2262, which is as good
// as any later end of a value.
func nanos(t time.Time) int64 {
	if t.After(time.Unix(0, math.MaxInt64)) {
		return math.MaxInt64
	}
	return t.UnixNano()
}
