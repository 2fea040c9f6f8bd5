package fresh

import "time"

// state is a value and its schedule. It is immutable: what changes is which
// state is an entry's current one.
type state[T any] struct {
	until    int64 // Unix nanoseconds: the value is served without waiting before this
	next     int64 // Unix nanoseconds: the next background fetch
	value    Value[T]
	received time.Time
	end      time.Time // the value's Expires, or its StaleUntil once it stands in
	tries    int       // background fetches failed since
}

// wall is the time without its monotonic part, which stops while a machine sleeps.
func wall() time.Time { return time.Now().Round(0) }

func newState[T any](v Value[T], now time.Time) *state[T] {
	v.Expires, v.StaleUntil = v.Expires.Round(0), v.StaleUntil.Round(0)
	s := &state[T]{value: v, received: now, end: v.Expires, until: nanos(lastMoment(now, v.Expires))}
	return s.postponed(refreshTime(now, v.Expires, v.RefreshAfter))
}

// postponed is s with another time for its next fetch. Callers are told the end
// of the value if that is earlier: the next fetch is then one they wait for.
func (s *state[T]) postponed(next time.Time) *state[T] {
	p := *s
	p.next = nanos(next)
	p.value.RefreshAfter = time.Unix(0, min(p.next, p.until)).UTC()
	return &p
}

// retried is s after one more background fetch has failed.
func (s *state[T]) retried(retryAfter time.Duration) *state[T] {
	now := wall()
	delay := retryDelay(s.tries, s.end.Sub(now), s.end.Sub(s.received))
	p := s.postponed(now.Add(max(delay, retryAfter)))
	p.tries++
	return p
}

// standingIn is s served on until its StaleUntil.
func (s *state[T]) standingIn(retryAfter time.Duration) *state[T] {
	old := *s
	old.end, old.until, old.tries = s.value.StaleUntil, nanos(s.value.StaleUntil), 0
	return old.retried(retryAfter)
}
