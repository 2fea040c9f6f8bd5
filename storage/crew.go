package storage

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"
)

// errLeft is what a goroutine ends with that ran into runtime.Goexit.
var errLeft = errors.New("a function of the caller's has ended its goroutine")

// crew are the goroutines of one transfer. They call functions of the caller's: a
// panic there is the caller's to recover, as it would be without goroutines.
type crew struct {
	cancel   context.CancelCauseFunc // the first error is the cause, and ends all others
	workers  sync.WaitGroup
	panicked atomic.Pointer[any] // with the first of all values
}

// do runs f in the background.
func (c *crew) do(f func() error) {
	c.workers.Go(func() {
		err := errLeft
		defer func() {
			if value := recover(); value != nil {
				c.panicked.CompareAndSwap(nil, &value)
			}
			if err != nil {
				c.cancel(err)
			}
		}()
		err = f()
	})
}

// wait waits for all, and panics if one of them has.
func (c *crew) wait() {
	c.workers.Wait()
	if value := c.panicked.Load(); value != nil {
		panic(*value)
	}
}
