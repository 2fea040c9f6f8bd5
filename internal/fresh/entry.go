package fresh

import (
	"sync"
	"sync/atomic"
	"time"

	"golang.org/x/sync/singleflight"
)

// entry is what the cache knows of one key.
type entry[K comparable, T any] struct {
	key     K
	current atomic.Pointer[state[T]] // nil until the first success
	flights singleflight.Group
	users   atomic.Int32 // callers waiting and fetches running: not to be evicted

	mu      sync.Mutex // guards the fields below and every change of current
	turns   uint64     // fetches begun so far
	failure failure
	lastErr error // of the latest fetch, nil if it succeeded
}

// state is a value as it was received. All but next is immutable.
type state[T any] struct {
	value    T
	expires  time.Time
	stale    time.Time // may stand in until then
	received time.Time
	until    int64        // Unix nanoseconds: served without waiting before this
	next     atomic.Int64 // Unix nanoseconds: the next background fetch
	turn     uint64       // of the fetch that brought it
	failures int          // background fetches failed since; guarded by entry.mu
}

func wall() time.Time { return time.Now().Round(0) }

// serve answers the current value if it is valid, and starts its renewal if
// that is due. This is the path of every request.
func (e *entry[K, T]) serve(c *Cache[K, T]) (Value[T], bool) {
	s := e.current.Load()
	if s == nil {
		return Value[T]{}, false
	}
	now := time.Now().UnixNano()
	if now >= s.until {
		return Value[T]{}, false
	}
	if due := s.next.Load(); now >= due && s.claim(due, now, c.options.BackgroundBudget) {
		e.refresh(c, s)
	}
	return s.answer(), true
}

// claim makes the caller the one who starts the fetch that is due. Until that
// fetch has ended, the next one is due after its budget.
func (s *state[T]) claim(due, now int64, budget time.Duration) bool {
	return s.next.CompareAndSwap(due, now+int64(budget))
}

func (s *state[T]) answer() Value[T] {
	return Value[T]{V: s.value, Expires: s.expires, RefreshAfter: time.Unix(0, s.next.Load()).UTC(), StaleUntil: s.stale}
}

// begin numbers a fetch: one that began earlier never replaces the value of
// one that began later, whichever ends first.
func (e *entry[K, T]) begin() uint64 {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.turns++
	return e.turns
}

// keep stores what an ordinary fetch brought, unless the current value is as
// good: sources with a cache of their own answer a renewal with the old value.
func (e *entry[K, T]) keep(v Value[T], turn uint64) Value[T] {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.succeeded()
	now, s := wall(), e.current.Load()
	switch {
	case s == nil || now.UnixNano() >= s.until:
	case turn < s.turn:
		return s.answer()
	case !v.Expires.After(s.expires):
		s.failures = 0
		s.next.Store(now.Add(sameAgainDelay(s.expires.Sub(now))).UnixNano())
		return s.answer()
	}
	return e.store(v, turn, now)
}

// replace stores what a renewal of a rejected value brought.
func (e *entry[K, T]) replace(v Value[T], turn uint64) Value[T] {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.succeeded()
	return e.store(v, turn, wall())
}

func (e *entry[K, T]) store(v Value[T], turn uint64, now time.Time) Value[T] {
	s := &state[T]{value: v.V, expires: v.Expires.Round(0), stale: v.StaleUntil.Round(0), received: now, turn: turn}
	s.until = lastMoment(now, s.expires).UnixNano()
	s.next.Store(refreshTime(now, s.expires, v.RefreshAfter).UnixNano())
	e.current.Store(s)
	return s.answer()
}

func (e *entry[K, T]) succeeded() {
	e.failure, e.lastErr = failure{}, nil
}
