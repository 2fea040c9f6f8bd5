package fresh

import (
	"math/rand/v2"
	"time"
)

// failure is the error of a flight that left its callers with nothing. It is
// shared for a moment, so that a crowd fails once and not one after the other.
type failure struct {
	flight string
	err    error
	until  time.Time
}

// failed answers the remembered error of the named flight, nil if there is
// none or its time is over.
func (e *entry[K, T]) failed(flight string) error {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.failure.flight != flight || !wall().Before(e.failure.until) {
		return nil
	}
	return e.failure.err
}

func (e *entry[K, T]) remember(flight string, err error, share time.Duration) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.failure = failure{flight: flight, err: err, until: wall().Add(share)}
	e.lastErr = err
}

// shareFor is how long a failure is shared: long enough for a crowd, too short
// to hide a recovery. A source that asked for patience gets it.
func (c *Cache[K, T]) shareFor(err error) time.Duration {
	share := time.Second + rand.N(time.Second)
	if c.options.Permanent(err) {
		share = 10 * time.Second
	}
	return max(share, c.options.RetryAfter(err))
}

// postpone puts off the next renewal of s after one has failed.
func (e *entry[K, T]) postpone(s *state[T], err error, retryAfter time.Duration) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.lastErr = err
	s.retryLater(retryAfter)
}

// standIn lets the expired value stand in for the one that could not be
// fetched, if its fetch allowed that. Further fetches run in the background.
func (e *entry[K, T]) standIn(err error, retryAfter time.Duration) (Value[T], bool) {
	e.mu.Lock()
	defer e.mu.Unlock()
	s := e.current.Load()
	if s == nil || !wall().Before(s.stale) {
		return Value[T]{}, false
	}
	e.lastErr = err
	old := &state[T]{value: s.value, expires: s.expires, stale: s.stale, received: s.received, turn: s.turn}
	old.until = s.stale.UnixNano()
	old.retryLater(retryAfter)
	e.current.Store(old)
	return old.answer(), true
}

// retryLater needs entry.mu.
func (s *state[T]) retryLater(retryAfter time.Duration) {
	now, end := wall(), time.Unix(0, s.until)
	delay := retryDelay(s.failures, end.Sub(now), end.Sub(s.received))
	s.failures++
	s.next.Store(now.Add(max(delay, retryAfter)).UnixNano())
}
