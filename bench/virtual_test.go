package main_test

import (
	"context"
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/keyless-go/azure/bench/internal/peers"
)

// The tables in virtual time: real clients, real net/http on both ends, and a
// clock that only moves when everybody waits. Waits and counts are exact,
// whatever the machine. Where a table promises something of this library, the
// test asserts it.

// scene is one contender and the emulator it works with, in a bubble.
type scene struct {
	*peers.Azure

	t    *testing.T
	call peers.Call
}

// play runs a scene in a bubble of its own.
func play[T any](t *testing.T, c peers.Contender, act func(scene) T) (result T) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		azure, err := peers.StartAzure()
		require.NoError(t, err)
		defer azure.Close()
		call, err := c.New(azure)
		require.NoError(t, err)
		result = act(scene{Azure: azure, t: t, call: call})
	})
	return result
}

// warm gets the first token, which lives for a while from now on, and says when
// it ends.
func (s scene) warm(life time.Duration) (expiry time.Time) {
	s.t.Helper()
	s.SetTokenLife(life)
	expiry = time.Now().Add(life)
	require.NoError(s.t, s.call(s.t.Context()))
	return expiry
}

// outcome is what became of one caller.
type outcome struct {
	err  error
	wait time.Duration
	at   time.Time
}

// callers are calls in flight.
type callers struct {
	done  chan outcome
	count int
}

func newCallers(most int) *callers { return &callers{done: make(chan outcome, most)} }

// start makes a call and does not wait for it.
func (c *callers) start(ctx context.Context, call peers.Call) {
	c.count++
	go func() {
		start := time.Now()
		err := call(ctx)
		c.done <- outcome{err: err, wait: time.Since(start), at: time.Now()}
	}()
}

// tally sums up callers.
type tally struct {
	callers, failed, waited int
	worst                   time.Duration
	first, last             time.Time // return
}

// wait waits for all callers that have started.
func (c *callers) wait() (t tally) {
	for range c.count {
		o := <-c.done
		t.callers++
		if o.err != nil {
			t.failed++
		}
		if o.wait > 0 {
			t.waited++
		}
		t.worst = max(t.worst, o.wait)
		t.last = o.at
		if t.first.IsZero() {
			t.first = o.at
		}
	}
	return t
}

// short writes a duration in seconds, to a tenth.
func short(d time.Duration) string { return fmt.Sprintf("%.1f s", d.Seconds()) }

// publish writes the table where "go run ." picks it up.
func publish(t *testing.T, table *peers.Table) {
	t.Helper()
	_, err := table.WriteTo(t.Output())
	require.NoError(t, err)
}
