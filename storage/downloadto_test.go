package storage_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"math"
	"net/http"
	"os"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/keyless-go/azure/azuretest"
	"github.com/keyless-go/azure/storage"
)

func TestDownloadTo(t *testing.T) {
	t.Parallel()
	const block = 1000
	for _, size := range []int{0, 1, block - 1, block, block + 1, 10*block + 1, 50_000} {
		t.Run(fmt.Sprint(size), func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			client := w.all(t)
			content := random(size)
			w.container.SetBlob("b", content)
			target := &memory{}
			var reported []int64
			properties, err := client.DownloadTo(t.Context(), "b", target, &storage.DownloadOptions{BlockSize: block, Progress: func(n int64) { reported = append(reported, n) }})
			require.NoError(t, err)
			require.Equal(t, int64(size), properties.Size)
			require.Equal(t, "b", properties.Name)
			require.Equal(t, string(content), string(target.data))
			require.Equal(t, int64(size), target.written, "each byte once")
			requireGrowing(t, reported, int64(size))
			require.Equal(t, max(1, (size+block-1)/block), w.count(gets))
		})
	}
}

func TestDownloadToGoesOnAfterBreaks(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		defer settle()
		w := newWorld(t)
		client := w.all(t)
		content := random(100_000)
		w.container.SetBlob("b", content)
		for nth := 1; nth < 10; nth += 2 {
			w.Fail(azuretest.Fault{Operation: gets, Nth: nth, CutAfter: 700})
		}
		target := &memory{}
		_, err := client.DownloadTo(t.Context(), "b", target, &storage.DownloadOptions{BlockSize: 10_000, Concurrency: 3})
		require.NoError(t, err)
		require.Equal(t, content, target.data)
		require.Equal(t, int64(len(content)), target.written)
	})
}

type brokenDisk struct{ err error }

func (d brokenDisk) WriteAt([]byte, int64) (int, error) { return 0, d.err }

// lazyDisk writes less than it is given, without a word.
type lazyDisk struct{}

func (lazyDisk) WriteAt(data []byte, _ int64) (int, error) { return len(data) - 1, nil }

func TestDownloadToFails(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	client := w.all(t, noRetries)
	w.container.SetBlob("b", random(10_000))
	errFull := errors.New("the disk is full")
	_, err := client.DownloadTo(t.Context(), "b", brokenDisk{errFull}, &storage.DownloadOptions{BlockSize: 1000})
	require.ErrorIs(t, err, errFull)
	require.ErrorContains(t, err, `storage: download blob "mycontainer/b" in mystorageacct.blob.core.windows.net: write at `)
	require.ErrorContains(t, err, `(0 of 10000 bytes are written)`)

	_, err = client.DownloadTo(t.Context(), "b", lazyDisk{}, nil)
	require.ErrorIs(t, err, io.ErrShortWrite)
	_, err = client.DownloadTo(t.Context(), "b", nil, nil)
	require.EqualError(t, err, `storage: download blob "mycontainer/b" in mystorageacct.blob.core.windows.net: there is nothing to write to`)
	_, err = client.DownloadTo(t.Context(), "b", (*os.File)(nil), nil)
	require.ErrorContains(t, err, "there is nothing to write to")

	w.Fail(azuretest.Fault{Operation: gets, Nth: 4, Times: -1, Status: 500})
	_, err = client.DownloadTo(t.Context(), "b", &memory{}, &storage.DownloadOptions{BlockSize: 1000, Concurrency: 1})
	require.ErrorContains(t, err, `500 `)
	require.ErrorContains(t, err, `(3000 of 10000 bytes are written)`)

	_, err = client.DownloadTo(t.Context(), "nothing", &memory{}, nil)
	require.Error(t, err)
	for _, options := range []*storage.DownloadOptions{{BlockSize: -1}, {Concurrency: -1}} {
		_, err = client.DownloadTo(t.Context(), "b", &memory{}, options)
		require.ErrorContains(t, err, "options BlockSize and Concurrency must not be negative")
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err = client.DownloadTo(ctx, "b", &memory{}, nil)
	require.ErrorIs(t, err, context.Canceled)
}

// The caller's context may end with a cause. Errors are those of its end.
func TestTheEndOfTheContextEndsTransfers(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	client := w.all(t)
	w.container.SetBlob("b", random(10_000))
	for name, transfer := range map[string]func(ctx context.Context, progress func(int64)) error{
		"upload": func(ctx context.Context, progress func(int64)) error {
			return client.Upload(ctx, "new", bytes.NewReader(random(10_000)), &storage.UploadOptions{BlockSize: 1000, Concurrency: 1, Progress: progress})
		},
		"download": func(ctx context.Context, progress func(int64)) error {
			_, err := client.DownloadTo(ctx, "b", &memory{}, &storage.DownloadOptions{BlockSize: 1000, Concurrency: 1, Progress: progress})
			return err
		},
	} {
		ctx, cancel := context.WithCancelCause(t.Context())
		err := transfer(ctx, func(int64) { cancel(errors.New("the user has left")) })
		require.ErrorIs(t, err, context.Canceled, name)
		require.ErrorContains(t, err, "mystorageacct.blob.core.windows.net: context canceled (", name)
	}
}

// The blob changes between two of the requests.
func TestDownloadToIsOfOneVersion(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	client := w.all(t)
	w.container.SetBlob("b", random(10_000))
	changed := false
	_, err := client.DownloadTo(t.Context(), "b", &memory{}, &storage.DownloadOptions{BlockSize: 1000, Concurrency: 1, Progress: func(int64) {
		if !changed {
			changed = true
			w.container.SetBlob("b", random(10_000))
		}
	}})
	require.ErrorIs(t, err, storage.ErrConflict)
}

func TestDownloadToHasItsLimit(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var now, most atomic.Int32
		s := service(func(r *http.Request) (*http.Response, error) {
			defer now.Add(-1)
			if n := now.Add(1); n > most.Load() { // all of them come before the first leaves
				most.Store(n)
			}
			time.Sleep(time.Second)
			start, _, _ := strings.Cut(strings.TrimPrefix(r.Header.Get("Range"), "bytes="), "-")
			return answer(206, "x", "Content-Range", "bytes "+start+"-"+start+"/1200", "Etag", "0x1"), nil
		})
		client, err := storage.NewContainerClientWithCredential(containerURL, fixed{}, &storage.ClientOptions{HTTPClient: s.client()})
		require.NoError(t, err)
		target := &memory{}
		_, err = client.DownloadTo(t.Context(), "b", target, &storage.DownloadOptions{BlockSize: 1, Concurrency: math.MaxInt})
		require.NoError(t, err)
		require.Equal(t, strings.Repeat("x", 1200), string(target.data))
		require.LessOrEqual(t, most.Load(), int32(1000))
	})
}

// What stands between here and the service may not know If-Match, and leave out
// the ETag.
func TestDownloadToDoesNotTrustTheAnswers(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		etags []string
		is    error
		want  string
	}{
		"another version": {[]string{`"0x1"`, `"0x2"`}, storage.ErrConflict, "the blob has changed (3 of 6 bytes are written)"},
		"no version":      {[]string{"", ""}, storage.ErrUnexpectedResponse, "it had no ETag to go on by (3 of 6 bytes are written)"},
		"a silent one":    {[]string{`"0x1"`, ""}, nil, ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := service(func(r *http.Request) (*http.Response, error) {
				if r.Header.Get("Range") == "bytes=0-2" {
					return answer(206, "012", "Content-Range", "bytes 0-2/6", "Etag", test.etags[0]), nil
				}
				return answer(206, "345", "Content-Range", "bytes 3-5/6", "Etag", test.etags[1]), nil
			})
			client, err := storage.NewContainerClientWithCredential(containerURL, fixed{}, &storage.ClientOptions{HTTPClient: s.client()})
			require.NoError(t, err)
			target := &memory{}
			_, err = client.DownloadTo(t.Context(), "b", target, &storage.DownloadOptions{BlockSize: 3, Concurrency: 1})
			if test.is == nil {
				require.NoError(t, err)
				require.Equal(t, "012345", string(target.data))
				return
			}
			require.ErrorIs(t, err, test.is)
			require.ErrorContains(t, err, test.want)
		})
	}
}

// A service that knows no ranges answers with all there is.
func TestDownloadToWithoutRanges(t *testing.T) {
	t.Parallel()
	s := service(func(*http.Request) (*http.Response, error) {
		return answer(200, "0123456789", "Content-Length", "10"), nil
	})
	client, err := storage.NewContainerClientWithCredential(containerURL, fixed{}, &storage.ClientOptions{HTTPClient: s.client()})
	require.NoError(t, err)
	target := &memory{}
	_, err = client.DownloadTo(t.Context(), "b", target, &storage.DownloadOptions{BlockSize: 3})
	require.NoError(t, err)
	require.Equal(t, "0123456789", string(target.data))
}

func BenchmarkDownloadTo(b *testing.B) {
	w := newWorld(b)
	client := w.all(b)
	content := random(16 << 20)
	w.container.SetBlob("b", content)
	b.SetBytes(int64(len(content)))
	for b.Loop() {
		if _, err := client.DownloadTo(b.Context(), "b", &memory{}, nil); err != nil {
			b.Fatal(err)
		}
	}
}
