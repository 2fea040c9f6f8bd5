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

// result is what one fetch brought, and what the options say of its error.
type result[T any] struct {
	value      Value[T]
	err        error
	retryAfter time.Duration
	permanent  bool
}

// call runs one fetch within its budget. The fetch has a goroutine of its own,
// so that one that ignores its context, or exits, fails instead of holding
// everybody up; it gets some grace to come back with an error of its own.
func (c *Cache[K, T]) call(key K, request Request, rejected func(T) bool) result[T] {
	budget := c.options.budget(request)
	ctx, cancel := context.WithTimeout(context.Background(), budget)
	defer cancel()
	done := make(chan result[T], 1) // one place: a late fetch must not block
	go c.attempt(ctx, key, request, rejected, done)
	grace := time.NewTimer(budget + budget/8)
	defer grace.Stop()
	select {
	case r := <-done:
		return r
	case <-grace.C:
		return result[T]{err: errHung}
	}
}

func (o Options[K, T]) budget(request Request) time.Duration {
	if request.Waited {
		return o.WaitedBudget
	}
	return o.BackgroundBudget
}

// attempt runs all code that is not the cache's own, which may panic.
func (c *Cache[K, T]) attempt(ctx context.Context, key K, request Request, rejected func(T) bool, done chan<- result[T]) {
	r := result[T]{err: errAbandoned}
	defer func() {
		if p := recover(); p != nil {
			r = result[T]{err: panicError(p)}
		}
		done <- r
	}()
	value, err := c.fetch(ctx, key, request)
	r = c.judge(value, err, rejected)
}

func (c *Cache[K, T]) judge(value Value[T], err error, rejected func(T) bool) result[T] {
	switch {
	case err != nil:
	case !value.Expires.After(wall()):
		err = errExpired
	case rejected != nil && rejected(value.V):
		err = ErrStillRejected
	default:
		return result[T]{value: value}
	}
	return result[T]{err: err, retryAfter: c.options.RetryAfter(err), permanent: c.options.Permanent(err)}
}

// panicError says what panicked. Only the runtime's own panics are quoted:
// anything else may hold a secret.
func panicError(p any) error {
	if err, ok := p.(runtime.Error); ok {
		return fmt.Errorf("the fetch panicked: %w", err)
	}
	return fmt.Errorf("the fetch panicked with a %T", p)
}
