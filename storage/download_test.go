package storage_test

import (
	"bytes"
	"context"
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

func TestManyBreaksAreBorneByALargeBlob(t *testing.T) {
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
		"more than there is":  {[]*http.Response{answer(206, "123", "Content-Range", "bytes 0-2/9223372036854775807")}, storage.ErrUnexpectedResponse, "it does not say which bytes it has"},
		"a part of too much":  {[]*http.Response{answer(206, "123", "Content-Range", "bytes 0-2/2")}, storage.ErrUnexpectedResponse, "it does not say which bytes it has"},
		"all of it again":     {[]*http.Response{answer(200, "123", "Content-Length", "10", "Etag", etag), answer(200, "123", "Content-Length", "10")}, storage.ErrUnexpectedResponse, "200 OK"},
		"the wrong part":      {[]*http.Response{answer(200, "123", "Content-Length", "10", "Etag", etag), answer(206, "123", "Content-Range", "bytes 4-9/10")}, storage.ErrUnexpectedResponse, "another part of the blob (after 3 of 10 bytes)"},
		"more than the part":  {[]*http.Response{answer(200, "123", "Content-Length", "10", "Etag", etag), answer(206, "123", "Content-Range", "bytes 3-19/20")}, storage.ErrUnexpectedResponse, "another part of the blob"},
		"another version":     {[]*http.Response{answer(200, "123", "Content-Length", "10", "Etag", etag), answer(206, "4567890", "Content-Range", "bytes 3-9/10", "Etag", `"0x2"`)}, storage.ErrConflict, "conflict: the blob has changed (after 3 of 10 bytes)"},
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
