package fresh

import (
	"context"
	"time"
)

// The names of an entry's flights. Claims follow renewFlight.
const (
	plainFlight = ""
	renewFlight = "renew "
)

// outcome is how a flight ended.
type outcome[T any] struct {
	value  Value[T]
	err    error
	waited bool // it had the budget of a fetch that somebody waits for
}

// join starts the named flight, or finds it under way, and waits for it. The
// flight is nobody's: the end of ctx ends this wait alone.
func (e *entry[K, T]) join(ctx context.Context, c *Cache[K, T], name string, run func() outcome[T]) (outcome[T], error) {
	landed := e.flights.DoChan(name, func() (any, error) {
		e.users.Add(1) // all who wait may leave
		defer c.release(e)
		return contained(run), nil
	})
	select {
	case <-ctx.Done():
		return outcome[T]{}, ctx.Err()
	case result := <-landed:
		out, ok := result.Val.(outcome[T])
		if !ok {
			return out, errAbandoned
		}
		return out, nil
	}
}

// contained is run, whose caller's rejected may panic.
func contained[T any](run func() outcome[T]) (out outcome[T]) {
	defer func() {
		if p := recover(); p != nil {
			out = outcome[T]{err: panicError(p), waited: true}
		}
	}()
	return run()
}

// refresh starts the renewal of s, which is current, and returns at once.
func (e *entry[K, T]) refresh(c *Cache[K, T], s *state[T]) {
	e.users.Add(1)
	go func() {
		defer c.release(e)
		_, _, _ = e.flights.Do(plainFlight, func() (any, error) { return e.fetchUnwaited(c, s), nil })
	}()
}

// fetchUnwaited runs as the flight that renews s in the background.
func (e *entry[K, T]) fetchUnwaited(c *Cache[K, T], s *state[T]) outcome[T] {
	renewals := e.renewals.Load()
	r := c.call(e.key, Request{}, nil)
	if r.err != nil {
		e.postpone(s, r)
		return outcome[T]{err: r.err}
	}
	return outcome[T]{value: e.keep(c, r.value, renewals)}
}

// fetchWaited runs as the flight of callers for whom nothing valid is there.
// The last flight may have ended between a caller's look and this one.
func (e *entry[K, T]) fetchWaited(c *Cache[K, T]) outcome[T] {
	if s := e.valid(time.Now().UnixNano()); s != nil {
		return outcome[T]{value: s.value, waited: true}
	}
	if err := e.failed(plainFlight); err != nil {
		return outcome[T]{err: err, waited: true}
	}
	renewals := e.renewals.Load()
	r := c.call(e.key, Request{Waited: true}, nil)
	if r.err == nil {
		return outcome[T]{value: e.keep(c, r.value, renewals), waited: true}
	}
	if v, ok := e.standIn(r); ok {
		return outcome[T]{value: v, waited: true}
	}
	e.remember(plainFlight, r)
	return outcome[T]{err: r.err, waited: true}
}
