package fresh_test

import (
	"context"
	"fmt"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/keyless-go/azure/internal/fresh"
)

func hourLong(context.Context, string, fresh.Request) (fresh.Value[string], error) {
	return fresh.Value[string]{V: "value", Expires: time.Now().Add(time.Hour)}, nil
}

// warm makes a cache that holds n keys.
func warm(tb testing.TB, n int) (*fresh.Cache[string, string], []string) {
	tb.Helper()
	cache := fresh.New(hourLong, fresh.Options[string, string]{})
	keys := make([]string, n)
	for i := range keys {
		keys[i] = fmt.Sprintf("https://service-%d.example.net/.default", i)
		_, err := cache.Get(tb.Context(), keys[i])
		require.NoError(tb, err)
	}
	return cache, keys
}

// BenchmarkGet measures a valid value's way to its caller.
func BenchmarkGet(b *testing.B) {
	for _, n := range []int{1, 10, 100} {
		cache, keys := warm(b, n)
		get := func(key string) bool {
			v, err := cache.Get(b.Context(), key)
			return err == nil && v.V != ""
		}
		run(b, fmt.Sprintf("keys=%d", n), keys, get)
	}
}

// BenchmarkLimit measures the least that any such cache must do: one read of a
// map that is copied on write, one clock read and a comparison.
func BenchmarkLimit(b *testing.B) {
	type record struct {
		value   string
		expires int64
	}
	for _, n := range []int{1, 10, 100} {
		_, keys := warm(b, n)
		index := make(map[string]*record, n)
		for _, key := range keys {
			index[key] = &record{value: "value", expires: time.Now().Add(time.Hour).UnixNano()}
		}
		var current atomic.Pointer[map[string]*record]
		current.Store(&index)
		get := func(key string) bool {
			r := (*current.Load())[key]
			return r != nil && time.Now().UnixNano() < r.expires && r.value != ""
		}
		run(b, fmt.Sprintf("keys=%d", n), keys, get)
	}
}

func run(b *testing.B, name string, keys []string, get func(string) bool) {
	b.Helper()
	b.Run(name+"/serial", func(b *testing.B) {
		b.ReportAllocs()
		i := 0
		for b.Loop() {
			if i++; !get(keys[i%len(keys)]) {
				b.Fatal("no value")
			}
		}
	})
	b.Run(name+"/parallel", func(b *testing.B) {
		b.ReportAllocs()
		b.RunParallel(func(pb *testing.PB) {
			for i := 0; pb.Next(); i++ {
				if !get(keys[i%len(keys)]) {
					panic("no value")
				}
			}
		})
	})
}

func TestGetOfAValidValueAllocatesNothing(t *testing.T) { // not parallel: it counts the process's allocations
	cache, keys := warm(t, 100)
	ctx := t.Context()
	i := 0
	allocs := testing.AllocsPerRun(1000, func() {
		i++
		_, _ = cache.Get(ctx, keys[i%len(keys)])
	})
	require.Zero(t, allocs)
}
