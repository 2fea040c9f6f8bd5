package fresh_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"runtime"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/keyless-go/azure/internal/fresh"
)

// misbehaviour of a fetch, and what its callers are told.
func misbehaviours() map[string]struct {
	answer answer
	says   string
} {
	var none []int
	var nothing any
	return map[string]struct {
		answer answer
		says   string
	}{
		"panics":              {func(context.Context, call) (value, error) { panic("p@ssw0rd") }, "panicked with a string"},
		"panics with error":   {func(context.Context, call) (value, error) { panic(errors.New("p@ssw0rd")) }, "panicked with a *errors.errorString"},
		"panics with nil":     {func(context.Context, call) (value, error) { panic(nothing) }, "panicked: panic called with nil"},
		"has a bug":           {func(context.Context, call) (value, error) { return value{V: string(rune(none[7]))}, nil }, "index out of range [7]"},
		"exits its goroutine": {func(context.Context, call) (value, error) { runtime.Goexit(); return value{}, nil }, "without a result"},
	}
}

func TestMisbehavingFetchIsAnErrorOfItsFlight(t *testing.T) {
	t.Parallel()
	for name, m := range misbehaviours() {
		t.Run(name+" when waited for", func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				c, s := newCache(t, after(time.Second, m.answer), fresh.Options[string, string]{})
				for _, g := range crowd(100, func(int) got { return get(t.Context(), c, "key") }) {
					require.ErrorContains(t, g.err, m.says)
					require.NotContains(t, g.err.Error(), "p@ssw0rd")
				}
				require.Equal(t, 1, s.count())
				time.Sleep(2 * time.Second)
				s.becomes(good(time.Hour))
				atOnce(t, c, "value-2")
			})
		})
		t.Run(name+" in the background", func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				c, s := newCache(t, good(time.Hour), fresh.Options[string, string]{})
				sleepUntil(get(t.Context(), c, "key").RefreshAfter)
				s.becomes(m.answer)
				atOnce(t, c, "value-1")
				synctest.Wait()
				require.ErrorContains(t, c.Infos()[0].Err, m.says)
				s.becomes(good(time.Hour))
				sleepUntil(atOnce(t, c, "value-1").RefreshAfter)
				atOnce(t, c, "value-1")
				synctest.Wait()
				atOnce(t, c, "value-3")
				require.NoError(t, c.Infos()[0].Err)
			})
		})
	}
}

func TestPanickingOptionsAreAnErrorOfTheFlight(t *testing.T) {
	t.Parallel()
	for name, options := range map[string]fresh.Options[string, string]{
		"RetryAfter": {RetryAfter: func(error) time.Duration { panic("p@ssw0rd") }},
		"Permanent":  {Permanent: func(error) bool { panic("p@ssw0rd") }},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				c, _ := newCache(t, failing(errDown), options)
				require.EqualError(t, get(t.Context(), c, "key").err, "the fetch panicked with a string")
			})
		})
	}
}

func TestFetchThatIgnoresItsContext(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		c, s := newCache(t, after(10*time.Minute, good(time.Hour)), fresh.Options[string, string]{})
		for _, g := range crowd(10, func(int) got { return get(t.Context(), c, "key") }) {
			require.ErrorContains(t, g.err, "did not end with its context")
			require.Equal(t, 90*time.Second*9/8, g.waited)
		}
		require.Equal(t, 1, s.count())
		s.becomes(good(time.Minute))
		time.Sleep(2 * time.Second)
		atOnce(t, c, "value-2")
		time.Sleep(10 * time.Minute) // the late value comes and is nobody's
		synctest.Wait()
		atOnce(t, c, "value-3")
	})
}

func TestFetchMayFinishWithinTheGrace(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		c, _ := newCache(t, after(95*time.Second, good(time.Hour)), fresh.Options[string, string]{})
		g := get(t.Context(), c, "key")
		require.NoError(t, g.err)
		require.Equal(t, 95*time.Second, g.waited)
	})
}

// ours lists the package's goroutines in the bubble of the caller.
func ours() []string {
	stacks := make([]byte, 1<<20)
	stacks = stacks[:runtime.Stack(stacks, true)]
	all := bytes.Split(stacks, []byte("\n\n"))
	bubble := all[0][bytes.Index(all[0], []byte("synctest bubble")):] // the caller comes first
	bubble = bubble[:bytes.IndexAny(bubble, ",]")]
	var list []string
	for _, stack := range all {
		header, frames, _ := bytes.Cut(stack, []byte("\n"))
		if bytes.Contains(header, append(bubble, ']')) && bytes.Contains(frames, []byte("internal/fresh.(*")) {
			list = append(list, string(stack))
		}
	}
	return list
}

func TestNoGoroutineIsLeftWhenNothingIsInFlight(t *testing.T) { // not parallel: it reads all stacks
	synctest.Test(t, func(t *testing.T) {
		c, s := newCache(t, after(time.Second, good(time.Hour)), fresh.Options[string, string]{})
		flying := func(when string) {
			synctest.Wait()
			require.NotEmpty(t, ours(), when)
		}
		landed := func(when string) {
			synctest.Wait()
			require.Empty(t, ours(), when)
		}
		landed("new cache")
		ctx, cancel := context.WithTimeout(t.Context(), time.Millisecond)
		defer cancel()
		for i := range 10 {
			go get(ctx, c, fmt.Sprint(i))
		}
		time.Sleep(time.Millisecond)
		flying("the waiters have gone")
		time.Sleep(time.Second)
		landed("after fetches that nobody waited for")

		v := get(t.Context(), c, "0")
		require.NoError(t, v.err)
		sleepUntil(v.RefreshAfter)
		get(t.Context(), c, "0")
		flying("in the background")
		time.Sleep(time.Second)
		landed("after a background fetch")

		for _, a := range []answer{hanging, failing(errDown), misbehaviours()["panics"].answer} {
			s.becomes(a)
			require.Error(t, get(t.Context(), c, "bad").err)
			landed("after a failure")
			_, err := c.Renew(t.Context(), "0", "", func(string) bool { return true })
			require.Error(t, err)
			landed("after a failed renewal")
			time.Sleep(2 * time.Second)
		}
	})
}
