package fresh

import (
	"maps"
	"math/rand/v2"
	"time"
)

// failure is the error of a flight that left its callers with nothing. It is
// shared for a moment, so that a crowd fails once and not one after the other.
type failure struct {
	err   error
	until time.Time // on the monotonic clock: a clock set back must not prolong it
}

// failed answers the remembered error of the named flight, nil if there is
// none or its time is over.
func (e *entry[K, T]) failed(flight string) error {
	e.mu.Lock()
	defer e.mu.Unlock()
	if f := e.failures[flight]; time.Now().Before(f.until) {
		return f.err
	}
	return nil
}

func (e *entry[K, T]) remember(flight string, r result[T]) {
	e.mu.Lock()
	defer e.mu.Unlock()
	now := time.Now()
	maps.DeleteFunc(e.failures, func(_ string, f failure) bool { return !now.Before(f.until) })
	if e.failures == nil {
		e.failures = make(map[string]failure)
	}
	e.failures[flight] = failure{err: r.err, until: now.Add(r.share())}
	e.lastErr = r.err
}

// share is how long a failure is remembered: long enough for a crowd, too short
// to hide a recovery. A source that asked for patience gets it.
func (r result[T]) share() time.Duration {
	share := time.Second + rand.N(time.Second) //nolint:gosec // no secret
	if r.permanent {
		share = 10 * time.Second
	}
	return max(share, r.retryAfter)
}

// postpone puts off the next renewal of s after one has failed.
func (e *entry[K, T]) postpone(s *state[T], r result[T]) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.lastErr = r.err
	e.current.CompareAndSwap(s, s.retried(r.retryAfter)) // unless Renew has replaced it
}

// standIn answers a value in place of the one that could not be fetched: one
// that a renewal has brought meanwhile, else the expired one if its fetch
// allowed that. Further fetches then run in the background.
func (e *entry[K, T]) standIn(r result[T]) (Value[T], bool) {
	e.mu.Lock()
	defer e.mu.Unlock()
	now := wall()
	s := e.valid(now.UnixNano())
	if s != nil {
		return s.value, true
	}
	if s = e.current.Load(); s == nil || !now.Before(s.value.StaleUntil) {
		return Value[T]{}, false
	}
	e.lastErr = r.err
	s = s.standingIn(r.retryAfter)
	e.current.Store(s)
	return s.value, true
}
