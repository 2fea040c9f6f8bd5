package fresh

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"time"
)

var (
	errAbandoned = errors.New("the fetch ended without a result")
	errExpired   = errors.New("the fetched value has expired already")
	errHung      = errors.New("the fetch did not end with its context")
)

type result[T any] struct {
	value Value[T]
	err   error
}

// call runs one fetch within budget. The fetch has a goroutine of its own, so
// that one that ignores its context, or exits, fails instead of holding
// everybody up; it gets some grace to come back with an error of its own.
func (c *Cache[K, T]) call(key K, request Request, budget time.Duration) (Value[T], error) {
	ctx, cancel := context.WithTimeout(context.Background(), budget)
	defer cancel()
	done := make(chan result[T], 1) // one place: a late fetch must not block
	go c.attempt(ctx, key, request, done)
	grace := time.NewTimer(budget + budget/8)
	defer grace.Stop()
	select {
	case r := <-done:
		return r.value, r.err
	case <-grace.C:
		return Value[T]{}, errHung
	}
}

func (c *Cache[K, T]) attempt(ctx context.Context, key K, request Request, done chan<- result[T]) {
	r := result[T]{err: errAbandoned}
	defer func() {
		if p := recover(); p != nil {
			r = result[T]{err: panicError(p)}
		}
		done <- r
	}()
	value, err := c.fetch(ctx, key, request)
	if err == nil && !value.Expires.After(wall()) {
		err = errExpired
	}
	r = result[T]{value, err}
}

// panicError says what panicked. Only the runtime's own panics are quoted:
// anything else may hold a secret.
func panicError(p any) error {
	if err, ok := p.(runtime.Error); ok {
		return fmt.Errorf("the fetch panicked: %w", err)
	}
	return fmt.Errorf("the fetch panicked with a %T", p)
}
