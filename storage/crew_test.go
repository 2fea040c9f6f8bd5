package storage_test

import (
	"io"
	"runtime"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/keyless-go/azure/storage"
)

// writerFunc is an io.WriterAt.
type writerFunc func(p []byte, at int64) (int, error)

func (f writerFunc) WriteAt(p []byte, at int64) (int, error) { return f(p, at) }

// What the caller's own functions do in a transfer's goroutines is the caller's to
// recover from, and leaves nobody waiting.
func TestFunctionsOfTheCallersMayPanicAndLeave(t *testing.T) {
	t.Parallel()
	client := newWorld(t).all(t)
	content := string(random(10_000))
	require.NoError(t, client.Upload(t.Context(), "b", strings.NewReader(content), nil))
	up := func(r io.Reader, progress func(int64)) error {
		return client.Upload(t.Context(), "new", r, &storage.UploadOptions{BlockSize: 1000, Concurrency: 2, Progress: progress})
	}
	down := func(w io.WriterAt, progress func(int64)) error {
		_, err := client.DownloadTo(t.Context(), "b", w, &storage.DownloadOptions{BlockSize: 1000, Concurrency: 2, Progress: progress})
		return err
	}
	for name, transfer := range map[string]func(func()) error{
		"upload from memory":   func(f func()) error { return up(strings.NewReader(content), func(int64) { f() }) },
		"upload from a reader": func(f func()) error { return up(io.MultiReader(strings.NewReader(content)), func(int64) { f() }) },
		"download":             func(f func()) error { return down(&memory{}, func(int64) { f() }) },
		"download to a writer": func(f func()) error {
			return down(writerFunc(func(p []byte, _ int64) (int, error) { f(); return len(p), nil }), nil)
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			require.PanicsWithValue(t, "boom", func() { _ = transfer(func() { panic("boom") }) })
			err := transfer(runtime.Goexit)
			require.ErrorContains(t, err, "a function of the caller's has ended its goroutine (")
		})
	}
}
