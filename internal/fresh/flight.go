package fresh

import (
	"context"

	"golang.org/x/sync/singleflight"
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

// launch starts the named flight, or finds it under way.
func (e *entry[K, T]) launch(name string, run func() outcome[T]) <-chan singleflight.Result {
	return e.flights.DoChan(name, func() (any, error) {
		e.users.Add(1)
		defer e.users.Add(-1)
		return run(), nil
	})
}

// join waits for the named flight. The flight is nobody's: the end of ctx ends
// this wait alone.
func (e *entry[K, T]) join(ctx context.Context, name string, run func() outcome[T]) (outcome[T], error) {
	select {
	case <-ctx.Done():
		return outcome[T]{}, ctx.Err()
	case result := <-e.launch(name, run):
		out, ok := result.Val.(outcome[T])
		if !ok {
			return out, errAbandoned
		}
		return out, nil
	}
}

// refresh starts the renewal of s in the background and returns at once.
func (e *entry[K, T]) refresh(c *Cache[K, T], s *state[T]) {
	e.launch(plainFlight, func() outcome[T] {
		turn := e.begin()
		v, err := c.call(e.key, Request{}, c.options.BackgroundBudget)
		if err != nil {
			e.postpone(s, err, c.options.RetryAfter(err))
			return outcome[T]{err: err}
		}
		return outcome[T]{value: e.keep(v, turn)}
	})
}

// fetchWaited runs as the flight of callers for whom nothing valid is there.
// The last flight may have ended between a caller's look and this one.
func (e *entry[K, T]) fetchWaited(c *Cache[K, T]) outcome[T] {
	if v, ok := e.serve(c); ok {
		return outcome[T]{value: v, waited: true}
	}
	if err := e.failed(plainFlight); err != nil {
		return outcome[T]{err: err, waited: true}
	}
	turn := e.begin()
	v, err := c.call(e.key, Request{Waited: true}, c.options.WaitedBudget)
	if err == nil {
		return outcome[T]{value: e.keep(v, turn), waited: true}
	}
	if v, ok := e.standIn(err, c.options.RetryAfter(err)); ok {
		return outcome[T]{value: v, waited: true}
	}
	e.remember(plainFlight, err, c.shareFor(err))
	return outcome[T]{err: err, waited: true}
}
