package fresh

import (
	"context"
	"errors"
	"time"
)

// ErrStillRejected is what [Cache.Renew] returns when the source answers with
// the value that was rejected.
var ErrStillRejected = errors.New("the renewed value is the rejected one")

// Renew answers a value that rejected does not hold for: the current one if it
// has been replaced already, else the result of one fetch shared by all who
// renew with the same claims. When that fails, Get goes on serving the old
// value for as long as it is valid. rejected must be safe for concurrent use and
// is asked on other goroutines too.
func (c *Cache[K, T]) Renew(ctx context.Context, key K, claims string, rejected func(T) bool) (Value[T], error) {
	e, err := c.acquire(key)
	if err != nil {
		return Value[T]{}, err
	}
	defer c.release(e)
	if err := ctx.Err(); err != nil {
		return Value[T]{}, err
	}
	if s := e.serve(c); s != nil && !rejected(s.value.V) {
		return s.value, nil
	}
	out, err := e.join(ctx, c, renewFlight+claims, func() outcome[T] { return e.fetchRenewed(c, claims, rejected) })
	switch {
	case err != nil:
		return Value[T]{}, err
	case out.err != nil:
		return Value[T]{}, out.err
	case rejected(out.value.V): // the flight may be that of a caller with another rejected
		return Value[T]{}, ErrStillRejected
	}
	return out.value, nil
}

// fetchRenewed runs as the flight of a Renew. The value it brings replaces the
// current one even if it expires earlier: the current one was rejected.
func (e *entry[K, T]) fetchRenewed(c *Cache[K, T], claims string, rejected func(T) bool) outcome[T] {
	if s := e.valid(time.Now().UnixNano()); s != nil && !rejected(s.value.V) {
		return outcome[T]{value: s.value, waited: true}
	}
	if err := e.failed(renewFlight + claims); err != nil {
		return outcome[T]{err: err, waited: true}
	}
	r := c.call(e.key, Request{Waited: true, Claims: claims}, rejected)
	if r.err != nil {
		e.remember(renewFlight+claims, r)
		return outcome[T]{err: r.err, waited: true}
	}
	return outcome[T]{value: e.replace(c, r.value), waited: true}
}
