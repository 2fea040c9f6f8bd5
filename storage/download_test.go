package storage_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"sync/atomic"
	"testing"
	"testing/iotest"
	"testing/synctest"

	"github.com/stretchr/testify/require"

	"github.com/keyless-go/azure/azuretest"
	"github.com/keyless-go/azure/storage"
)

const gets = "storage.getblob"

func TestDownload(t *testing.T) {
	t.Parallel()
	for _, size := range []int{0, 1, 1000, 200_000} {
		w := newWorld(t)
		client := w.all(t)
		content := random(size)
		w.container.SetBlob("b", content)
		body, properties, err := client.Download(t.Context(), "b")
		require.NoError(t, err)
		require.Equal(t, int64(size), properties.Size)
		require.NoError(t, iotest.TestReader(body, content))
		require.NoError(t, body.Close())
		_, err = body.Read(make([]byte, 1))
		require.Error(t, err)
		require.Equal(t, 1, w.count(gets))
		require.Equal(t, "identity", w.last(t, gets).Header.Get("Accept-Encoding"))
	}
}

func TestADownloadGoesOnAfterABreak(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		defer settle()
		w := newWorld(t)
		client := w.all(t)
		content := random(100_000)
		w.container.SetBlob("b", content)
		for _, nth := range []int{1, 2, 3} {
			w.Fail(azuretest.Fault{Operation: gets, Nth: nth, CutAfter: 20_000})
		}
		body, properties, err := client.Download(t.Context(), "b")
		require.NoError(t, err)
		data, err := io.ReadAll(body)
		require.NoError(t, err)
		require.Equal(t, content, data)
		require.NoError(t, body.Close())
		var lines []string
		for _, r := range w.Requests() {
			if r.Operation == gets {
				lines = append(lines, r.Header.Get("Range")+" "+r.Header.Get("If-Match"))
			}
		}
		require.Len(t, lines, 4)
		require.Equal(t, " ", lines[0])
		for _, line := range lines[1:] {
			require.Regexp(t, `^bytes=\d+-99999 `+properties.ETag+`$`, line)
		}
	})
}

func TestADownloadThatCannotGoOn(t *testing.T) {
	t.Parallel()
	const operation = `storage: download blob "mycontainer/b" in mystorageacct.blob.core.windows.net: `
	for name, test := range map[string]struct {
		arrange func(*world)
		is      error
		want    string
	}{
		"it breaks again and again": {func(w *world) { w.Fail(azuretest.Fault{Operation: gets, Times: -1, CutAfter: 100}) }, io.ErrUnexpectedEOF, `(after 500 of 10000 bytes)`},
		"it breaks at once":         {func(w *world) { w.Fail(azuretest.Fault{Operation: gets, Times: -1, CutAfter: -1}) }, io.ErrUnexpectedEOF, `(after 0 of 10000 bytes)`},
		"the blob has changed": {func(w *world) {
			w.Fail(azuretest.Fault{Operation: gets, CutAfter: 100})
			w.Fail(azuretest.Fault{Operation: gets, Nth: 2, Status: 412, Code: "ConditionNotMet"})
		}, storage.ErrConflict, operation + `412 ConditionNotMet`},
		"it is gone": {func(w *world) {
			w.Fail(azuretest.Fault{Operation: gets, CutAfter: 100})
			w.Fail(azuretest.Fault{Operation: gets, Nth: 2, Status: 404, Code: "BlobNotFound"})
		}, storage.ErrNotFound, `(after 100 of 10000 bytes)`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				defer settle()
				w := newWorld(t)
				client := w.all(t)
				content := random(10_000)
				w.container.SetBlob("b", content)
				test.arrange(w)
				body, _, err := client.Download(t.Context(), "b")
				require.NoError(t, err)
				data, err := io.ReadAll(body)
				require.ErrorIs(t, err, test.is)
				require.ErrorContains(t, err, test.want)
				require.ErrorContains(t, err, operation)
				require.Equal(t, content[:len(data)], data)
				_, again := body.Read(make([]byte, 1))
				require.Equal(t, err, again, "it stays")
				require.NoError(t, body.Close())
			})
		})
	}
}

// A version that has been replaced meanwhile is not mixed with the new one.
func TestTheETagIsThatOfTheService(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	client := w.all(t)
	w.container.SetBlob("b", random(8<<20))
	w.Fail(azuretest.Fault{Operation: gets, CutAfter: 1000})
	body, _, err := client.Download(t.Context(), "b")
	require.NoError(t, err)
	w.container.SetBlob("b", random(8<<20))
	_, err = io.Copy(io.Discard, body)
	require.ErrorIs(t, err, storage.ErrConflict)
	require.NoError(t, body.Close())
}

func TestManyBreaksAreBornByALargeBlob(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		defer settle()
		w := newWorld(t)
		client := w.all(t)
		content := random(12 << 20)
		w.container.SetBlob("b", content)
		w.Fail(azuretest.Fault{Operation: gets, Times: -1, CutAfter: 1100 << 10})
		body, _, err := client.Download(t.Context(), "b")
		require.NoError(t, err)
		data, err := io.ReadAll(body)
		require.NoError(t, err)
		require.True(t, bytes.Equal(content, data))
		require.NoError(t, body.Close())
	})
}

func TestTheEndOfTheContextEndsADownload(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	client := w.all(t)
	w.container.SetBlob("b", random(8<<20))
	ctx, cancel := context.WithCancel(t.Context())
	body, _, err := client.Download(ctx, "b")
	require.NoError(t, err)
	_, err = io.CopyN(io.Discard, body, 1000)
	require.NoError(t, err)
	cancel()
	_, err = io.Copy(io.Discard, body)
	require.ErrorIs(t, err, context.Canceled)
	require.NoError(t, body.Close())

	body, _, err = client.Download(t.Context(), "b")
	require.NoError(t, err)
	require.NoError(t, body.Close())
	_, err = body.Read(make([]byte, 1))
	require.ErrorIs(t, err, fs.ErrClosed)
}

// What a service must not answer: data would be missing, twice there, or another's.
func TestAnswersThatAreNoneOfTheBlob(t *testing.T) {
	t.Parallel()
	const etag = `"0x1"`
	for name, test := range map[string]struct {
		answers []*http.Response
		is      error
		want    string
	}{
		"no length":           {[]*http.Response{answer(200, "123")}, storage.ErrUnexpectedResponse, "unexpected response: it has no length"},
		"a part unasked":      {[]*http.Response{answer(206, "123", "Content-Range", "bytes 5-7/10")}, storage.ErrUnexpectedResponse, "another part of the blob"},
		"only a part":         {[]*http.Response{answer(206, "123", "Content-Range", "bytes 0-2/10")}, storage.ErrUnexpectedResponse, "another part of the blob"},
		"less than the part":  {[]*http.Response{answer(200, "123", "Content-Length", "10", "Etag", etag), answer(206, "123", "Content-Range", "bytes 3-5/10")}, storage.ErrUnexpectedResponse, "another part of the blob"},
		"a part of what":      {[]*http.Response{answer(206, "123")}, storage.ErrUnexpectedResponse, "it does not say which bytes it has"},
		"a part upside down":  {[]*http.Response{answer(206, "123", "Content-Range", "bytes 0--1/10")}, storage.ErrUnexpectedResponse, "it does not say which bytes it has"},
		"a part of too much":  {[]*http.Response{answer(206, "123", "Content-Range", "bytes 0-2/2")}, storage.ErrUnexpectedResponse, "it does not say which bytes it has"},
		"all of it again":     {[]*http.Response{answer(200, "123", "Content-Length", "10", "Etag", etag), answer(200, "123", "Content-Length", "10")}, storage.ErrUnexpectedResponse, "200 OK"},
		"the wrong part":      {[]*http.Response{answer(200, "123", "Content-Length", "10", "Etag", etag), answer(206, "123", "Content-Range", "bytes 4-9/10")}, storage.ErrUnexpectedResponse, "another part of the blob (after 3 of 10 bytes)"},
		"more than the part":  {[]*http.Response{answer(200, "123", "Content-Length", "10", "Etag", etag), answer(206, "123", "Content-Range", "bytes 3-19/20")}, storage.ErrUnexpectedResponse, "another part of the blob"},
		"nothing to go on by": {[]*http.Response{answer(200, "123", "Content-Length", "10")}, storage.ErrUnexpectedResponse, "it had no ETag to go on by"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var n atomic.Int32
			s := service(func(*http.Request) (*http.Response, error) { return test.answers[n.Add(1)-1], nil })
			client, err := storage.NewContainerClientWithCredential(containerURL, fixed{}, &storage.ClientOptions{HTTPClient: s.client()})
			require.NoError(t, err)
			body, _, err := client.Download(t.Context(), "b")
			if err == nil {
				_, err = io.ReadAll(body)
				require.NoError(t, body.Close())
			}
			require.ErrorIs(t, err, test.is)
			require.ErrorContains(t, err, test.want)
		})
	}
}

// There is an error, or all of what the answer is said to be of.
func FuzzContentRange(f *testing.F) {
	for _, seed := range []string{"bytes 0-9/10", "bytes 0-2/10", "bytes 1-9/10", "bytes 0-9/*", "bytes */10", "bytes 0-9/5", "bytes 0--1/0", "bytes 0-9/10x", "bytes +0-0x9/10", "items 0-9/10", ""} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, contentRange string) {
		s := service(func(*http.Request) (*http.Response, error) {
			return answer(206, "0123456789", "Content-Range", contentRange), nil
		})
		client, err := storage.NewContainerClientWithCredential(containerURL, fixed{}, &storage.ClientOptions{HTTPClient: s.client(), ClientOptions: policyOptions()})
		require.NoError(t, err)
		body, properties, err := client.Download(t.Context(), "b")
		if err != nil {
			require.ErrorIs(t, err, storage.ErrUnexpectedResponse)
			return
		}
		data, err := io.ReadAll(body)
		require.NoError(t, body.Close())
		if err == nil {
			require.Len(t, data, int(properties.Size))
		}
	})
}

func TestDownloadTo(t *testing.T) {
	t.Parallel()
	const block = 1000
	for _, size := range []int{0, 1, block - 1, block, block + 1, 10*block + 1, 300_000} {
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
