package fresh_test

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/keyless-go/azure/internal/fresh"
)

var errDown = errors.New("the source is down")

type (
	value = fresh.Value[string]
	cache = fresh.Cache[string, string]

	// call is one fetch that reached the source.
	call struct {
		number  int // from 1
		key     string
		request fresh.Request
		at      time.Time
		budget  time.Duration // until its context ends
	}

	// answer is how a source treats a fetch.
	answer func(ctx context.Context, c call) (value, error)
)

// source is where a test's values come from. It keeps all calls.
type source struct {
	mu     sync.Mutex
	calls  []call
	answer answer
}

// newCache is for tests in bubbles. What is in flight at their end may land.
func newCache(t *testing.T, a answer, options fresh.Options[string, string]) (*cache, *source) {
	t.Helper()
	t.Cleanup(func() { time.Sleep(time.Hour) })
	s := &source{answer: a}
	return fresh.New(s.fetch, options), s
}

func (s *source) fetch(ctx context.Context, key string, request fresh.Request) (value, error) {
	deadline, _ := ctx.Deadline()
	s.mu.Lock()
	c := call{number: len(s.calls) + 1, key: key, request: request, at: time.Now(), budget: time.Until(deadline)}
	s.calls = append(s.calls, c)
	a := s.answer
	s.mu.Unlock()
	return a(ctx, c)
}

// becomes changes how later fetches are answered.
func (s *source) becomes(a answer) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.answer = a
}

func (s *source) log() []call {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]call(nil), s.calls...)
}

func (s *source) count() int { return len(s.log()) }

// good answers value-1, value-2 … each with the given life.
func good(life time.Duration) answer {
	return func(_ context.Context, c call) (value, error) {
		return value{V: fmt.Sprintf("value-%d", c.number), Expires: time.Now().Add(life)}, nil
	}
}

func always(v value) answer {
	return func(context.Context, call) (value, error) { return v, nil }
}

func failing(err error) answer {
	return func(context.Context, call) (value, error) { return value{}, err }
}

// after takes its time, whatever the context says.
func after(d time.Duration, a answer) answer {
	return func(ctx context.Context, c call) (value, error) {
		time.Sleep(d)
		return a(ctx, c)
	}
}

func hanging(ctx context.Context, _ call) (value, error) {
	<-ctx.Done()
	return value{}, ctx.Err()
}

// got is what one Get or Renew came to.
type got struct {
	value
	err    error
	waited time.Duration
}

func get(ctx context.Context, c *cache, key string) got {
	start := time.Now()
	v, err := c.Get(ctx, key)
	return got{v, err, time.Since(start)}
}

// crowd has n callers do the same at once and lists what they got.
func crowd(n int, one func(i int) got) []got {
	all := make([]got, n)
	var wg sync.WaitGroup
	for i := range n {
		wg.Go(func() { all[i] = one(i) })
	}
	wg.Wait()
	return all
}

// atOnce requires a Get to answer want without waiting.
func atOnce(t *testing.T, c *cache, want string) value {
	t.Helper()
	g := get(t.Context(), c, "key")
	require.NoError(t, g.err)
	require.Equal(t, want, g.V)
	require.Zero(t, g.waited, "waited for a value that was there")
	return g.value
}

// sleepUntil moves the bubble's clock.
func sleepUntil(at time.Time) { time.Sleep(time.Until(at)) }
