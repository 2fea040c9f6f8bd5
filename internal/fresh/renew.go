package fresh

import (
	"context"
	"errors"
)

// ErrStillRejected is what [Cache.Renew] returns when the source answers with
// the value that was rejected.
var ErrStillRejected = errors.New("the renewed value is the rejected one")

// Renew answers a value that rejected does not hold for: the current one if it
// has been replaced already, else the result of one fetch shared by all who
// renew with the same claims. When that fails, Get goes on serving the old
// value for as long as it is valid. rejected must be safe for concurrent use.
func (c *Cache[K, T]) Renew(ctx context.Context, key K, claims string, rejected func(T) bool) (Value[T], error) {
	e, err := c.acquire(key)
	if err != nil {
		return Value[T]{}, err
	}
	defer c.release(e)
	if err := ctx.Err(); err != nil {
		return Value[T]{}, err
	}
	if v, ok := e.serveUnless(c, rejected); ok {
		return v, nil
	}
	flight := renewFlight + claims
	if err := e.failed(flight); err != nil {
		return Value[T]{}, err
	}
	out, err := e.join(ctx, flight, func() outcome[T] { return e.fetchRenewed(c, flight, claims, rejected) })
	if err == nil {
		err = out.err
	}
	if err == nil && rejected(out.value.V) {
		err = ErrStillRejected
	}
	if err != nil {
		return Value[T]{}, err
	}
	return out.value, nil
}

func (e *entry[K, T]) serveUnless(c *Cache[K, T], rejected func(T) bool) (Value[T], bool) {
	v, ok := e.serve(c)
	if !ok || rejected(v.V) {
		return Value[T]{}, false
	}
	return v, true
}

// fetchRenewed runs as the flight of a Renew. The value it brings replaces the
// current one even if it expires earlier: the current one was rejected.
func (e *entry[K, T]) fetchRenewed(c *Cache[K, T], flight, claims string, rejected func(T) bool) outcome[T] {
	if v, ok := e.serveUnless(c, rejected); ok {
		return outcome[T]{value: v, waited: true}
	}
	if err := e.failed(flight); err != nil {
		return outcome[T]{err: err, waited: true}
	}
	turn := e.begin()
	v, err := c.call(e.key, Request{Waited: true, Claims: claims}, c.options.WaitedBudget)
	if err == nil && rejected(v.V) {
		err = ErrStillRejected
	}
	if err != nil {
		e.remember(flight, err, c.shareFor(err))
		return outcome[T]{err: err, waited: true}
	}
	return outcome[T]{value: e.replace(v, turn), waited: true}
}
