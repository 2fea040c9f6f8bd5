// Package fresh keeps expiring values fresh: tokens, shared access signatures,
// cached secrets.
//
//	cache := fresh.New(fetch, fresh.Options[string, Secret]{})
//	value, err := cache.Get(ctx, key)
//
// A valid value is answered at once, without a lock and without an allocation.
// When its renewal is due, one fetch runs in the background while the old value
// is served on. Only a caller for whom nothing valid is there waits, on its own
// context, for a fetch that all such callers share and none of them can cancel.
//
// The package knows nothing of Azure: what a value is and where it comes from
// is the business of the [Fetch] function.
package fresh

import (
	"context"
	"sync"
	"sync/atomic"
	"time"
)

// Fetch gets the value of a key from its source. It runs on a context of its
// own, which ends with the flight's budget and carries none of the callers'
// values or deadlines.
type Fetch[K comparable, T any] func(ctx context.Context, key K, request Request) (Value[T], error)

// Request tells a [Fetch] why it runs.
type Request struct {
	// Waited says that somebody waits for the result. A fetch that nobody
	// waits for should make a single try: the cache's schedule is its retry.
	Waited bool
	// Claims is what [Cache.Renew] was given, else empty.
	Claims string
}

// Value is a value and how long it is good for. Times are compared by the wall
// clock, so that a machine's sleep counts.
type Value[T any] struct {
	V T
	// Expires is when the source stops accepting the value. Required.
	Expires time.Time
	// RefreshAfter is when the value should be renewed. From a [Fetch], zero
	// or a time outside the value's life means: let the cache choose. From the
	// cache, it is the time of the next renewal.
	RefreshAfter time.Time
	// StaleUntil is how long the value may stand in for a newer one after
	// Expires, should its renewal fail. Zero means Expires: not at all.
	StaleUntil time.Time
}

// Options tune a [Cache]. The zero value is ready to use.
type Options[K comparable, T any] struct {
	// Canonical gives the key whose entry a key shares, or refuses the key.
	// It is asked on misses only. Nil: every key has an entry of its own.
	Canonical func(K) (K, error)
	// WaitedBudget bounds a fetch that somebody waits for. Zero: 90 s.
	WaitedBudget time.Duration
	// BackgroundBudget bounds a fetch that nobody waits for. Zero: 30 s.
	BackgroundBudget time.Duration
	// RetryAfter is how long the source asked to be left alone. Nil: never.
	RetryAfter func(error) time.Duration
	// Permanent says that trying again soon is useless. Nil: no error is.
	Permanent func(error) bool
	// Replaced is told that a value has taken another one's place: Get answers
	// the current one by then. It runs on a goroutine of its own; what it panics
	// with is dropped. Nil: nobody is told.
	Replaced func(key K, old, current T)
	// MaxKeys bounds the keys kept. Zero: 1000.
	MaxKeys int
}

// Cache keeps one value per key. Make it with [New]; all methods may be called
// by any number of goroutines.
type Cache[K comparable, T any] struct {
	fetch   Fetch[K, T]
	options Options[K, T]
	mu      sync.Mutex // serialises changes of index
	index   atomic.Pointer[map[K]*entry[K, T]]
}

// New makes an empty cache over fetch. It starts nothing.
func New[K comparable, T any](fetch Fetch[K, T], options Options[K, T]) *Cache[K, T] {
	c := &Cache[K, T]{fetch: fetch, options: options.withDefaults()}
	c.index.Store(&map[K]*entry[K, T]{})
	return c
}

func (o Options[K, T]) withDefaults() Options[K, T] {
	if o.Canonical == nil {
		o.Canonical = func(k K) (K, error) { return k, nil }
	}
	if o.RetryAfter == nil {
		o.RetryAfter = func(error) time.Duration { return 0 }
	}
	if o.Permanent == nil {
		o.Permanent = func(error) bool { return false }
	}
	o.WaitedBudget = orDefault(o.WaitedBudget, 90*time.Second)
	o.BackgroundBudget = orDefault(o.BackgroundBudget, 30*time.Second)
	o.MaxKeys = orDefault(o.MaxKeys, 1000)
	return o
}

func orDefault[N int | time.Duration](n, preset N) N {
	if n <= 0 {
		return preset
	}
	return n
}

// Get answers the value of key: at once while there is a valid one, else after
// a fetch shared by all who wait. It returns ctx's error when ctx ends first;
// the fetch goes on and fills the cache.
func (c *Cache[K, T]) Get(ctx context.Context, key K) (Value[T], error) {
	if e := (*c.index.Load())[key]; e != nil {
		if s := e.serve(c); s != nil {
			return s.value, nil
		}
	}
	return c.wait(ctx, key)
}

// wait is Get for a key that has nothing valid.
func (c *Cache[K, T]) wait(ctx context.Context, key K) (Value[T], error) {
	e, err := c.acquire(key)
	if err != nil {
		return Value[T]{}, err
	}
	defer c.release(e)
	for ctx.Err() == nil {
		if s := e.serve(c); s != nil {
			return s.value, nil
		}
		out, err := e.join(ctx, c, plainFlight, func() outcome[T] { return e.fetchWaited(c) })
		if err != nil {
			return Value[T]{}, err
		}
		// A background fetch makes a single try. Whoever waits is owed the
		// full budget, so its failure is followed by a fetch of their own.
		if out.err == nil || out.waited {
			return out.value, out.err
		}
	}
	return Value[T]{}, ctx.Err()
}
