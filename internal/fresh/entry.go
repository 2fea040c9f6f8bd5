package fresh

import (
	"sync"
	"sync/atomic"
	"time"

	"golang.org/x/sync/singleflight"
)

// entry is what the cache knows of one key.
type entry[K comparable, T any] struct {
	key      K
	current  atomic.Pointer[state[T]] // nil until the first success
	renewals atomic.Uint64            // values replaced by Renew so far
	flights  singleflight.Group
	users    atomic.Int32 // callers waiting and flights under way: not to be evicted

	mu       sync.Mutex // guards the fields below and every change of current but claim's
	failures map[string]failure
	lastErr  error // of the latest fetch, nil if it succeeded
}

// valid is the current state if its value is served without waiting, else nil.
func (e *entry[K, T]) valid(now int64) *state[T] {
	if s := e.current.Load(); s != nil && now < s.until {
		return s
	}
	return nil
}

// serve is valid, and starts the value's renewal if that is due. This is the
// path of every request.
func (e *entry[K, T]) serve(c *Cache[K, T]) *state[T] {
	now := time.Now().UnixNano()
	s := e.valid(now)
	if s == nil || now < s.next {
		return s
	}
	return e.claim(c, s)
}

// claim makes one caller the one who starts the renewal of s. None is due again
// before that has ended, and its end says when the next one is.
func (e *entry[K, T]) claim(c *Cache[K, T], s *state[T]) *state[T] {
	claimed := s.postponed(wall().Add(2 * c.options.BackgroundBudget))
	if e.current.CompareAndSwap(s, claimed) {
		e.refresh(c, claimed)
	}
	return claimed
}

// keep stores what an ordinary fetch brought, unless the current value is as
// good: sources with a cache of their own answer a renewal with the old value.
func (e *entry[K, T]) keep(c *Cache[K, T], v Value[T], renewals uint64) Value[T] {
	e.mu.Lock()
	defer e.mu.Unlock()
	now := wall()
	s := e.valid(now.UnixNano())
	switch {
	case s == nil:
	case e.renewals.Load() != renewals: // v may be the very value that was rejected
		return s.value
	case !v.Expires.After(s.value.Expires):
		s = s.postponed(sameAgainTime(now, s.value.Expires, v.RefreshAfter))
		s.tries = 0
		return e.succeed(s)
	}
	return e.install(c, newState(v, now))
}

// replace stores what a renewal of a rejected value brought.
func (e *entry[K, T]) replace(c *Cache[K, T], v Value[T]) Value[T] {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.renewals.Add(1)
	return e.install(c, newState(v, wall()))
}

// install needs mu. It makes s current and says so to whom it may concern.
func (e *entry[K, T]) install(c *Cache[K, T], s *state[T]) Value[T] {
	if old := e.current.Load(); old != nil {
		defer c.tell(e.key, old.value.V, s.value.V)
	}
	return e.succeed(s)
}

// tell runs code that is not the cache's own, which may panic and may call Get.
func (c *Cache[K, T]) tell(key K, old, current T) {
	if c.options.Replaced == nil {
		return
	}
	go func() {
		defer func() { _ = recover() }()
		c.options.Replaced(key, old, current)
	}()
}

// succeed needs mu.
func (e *entry[K, T]) succeed(s *state[T]) Value[T] {
	e.current.Store(s)
	clear(e.failures)
	e.lastErr = nil
	return s.value
}
