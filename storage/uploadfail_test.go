package storage_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net/http"
	"strings"
	"sync"
	"testing"
	"testing/iotest"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/keyless-go/azure/azuretest"
	"github.com/keyless-go/azure/storage"
)

// Nothing is committed when anything goes wrong, and the old blob stays.
func TestAFailedUploadLeavesTheOldBlob(t *testing.T) {
	t.Parallel()
	errDisk := errors.New("the disk is gone")
	for name, test := range map[string]struct {
		fault  *azuretest.Fault
		reader func([]byte) io.Reader
		is     error
		want   string
	}{
		"a refused block":  {&azuretest.Fault{Operation: "storage.putblock", Nth: 3, Times: -1, Status: 409, Code: "LeaseIdMissing"}, nil, storage.ErrConflict, `409 LeaseIdMissing`},
		"a cut block":      {&azuretest.Fault{Operation: "storage.putblock", Nth: 3, Times: -1, Status: -1}, nil, nil, `(the service has confirmed 2000 bytes, nothing is committed)`},
		"a refused commit": {&azuretest.Fault{Operation: "storage.putblocklist", Times: -1, Status: 400, Code: "InvalidBlockList"}, nil, nil, `(the service has confirmed 5000 bytes, nothing is committed)`},
		"a cut commit":     {&azuretest.Fault{Operation: "storage.putblocklist", Times: -1, Status: -1}, nil, nil, `(the service has confirmed 5000 bytes, it is not known whether they are committed)`},
		"a busy commit":    {&azuretest.Fault{Operation: "storage.putblocklist", Times: -1, Status: 503}, nil, nil, `(the service has confirmed 5000 bytes, it is not known whether they are committed)`},
		"a broken reader": {nil, func(b []byte) io.Reader {
			return io.MultiReader(bytes.NewReader(b[:2500]), iotest.ErrReader(errDisk))
		}, errDisk, `storage: upload blob "mycontainer/b" in mystorageacct.blob.core.windows.net: read the content: the disk is gone (the service has confirmed`},
		"a reader broken at once": {nil, func([]byte) io.Reader { return iotest.ErrReader(errDisk) }, errDisk, `read the content: the disk is gone (the service has confirmed 0 bytes, nothing is committed)`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			w.container.SetBlob("b", []byte("old"))
			client := w.all(t, noRetries)
			if test.fault != nil {
				w.Fail(*test.fault)
			}
			content := random(5000)
			reader := io.Reader(bytes.NewReader(content))
			if test.reader != nil {
				reader = test.reader(content)
			}
			err := client.Upload(t.Context(), "b", reader, &storage.UploadOptions{BlockSize: 1000, Concurrency: 1})
			require.ErrorContains(t, err, test.want)
			if test.is != nil {
				require.ErrorIs(t, err, test.is)
			}
			require.NotContains(t, err.Error(), "sig=")
			data, _ := w.container.Blob("b")
			require.Equal(t, "old", string(data))
		})
	}
}

// A try whose answer is lost may have made the blob, whatever the next one is told.
func TestAnUploadTellsWhetherItMayBeThere(t *testing.T) {
	t.Parallel()
	const known, unknown = "nothing is committed)", "it is not known whether they are committed)"
	lost := func() (*http.Response, error) { return nil, io.ErrUnexpectedEOF }
	status := func(status int) func() (*http.Response, error) {
		return func() (*http.Response, error) { return answer(status, ""), nil }
	}
	for name, test := range map[string]struct {
		answers []func() (*http.Response, error)
		want    string
	}{
		"refused":               {[]func() (*http.Response, error){status(412)}, known},
		"refused twice":         {[]func() (*http.Response, error){status(429), status(412)}, known},
		"lost, then refused":    {[]func() (*http.Response, error){lost, status(412)}, unknown},
		"failed, then refused":  {[]func() (*http.Response, error){status(503), status(409)}, unknown},
		"a success of the kind": {[]func() (*http.Response, error){status(204)}, unknown},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			for _, content := range []string{"a", "aa"} {
				tries := 0
				s := service(func(r *http.Request) (*http.Response, error) {
					if _, err := io.Copy(io.Discard, r.Body); err != nil || r.URL.Query().Get("comp") == "block" {
						return answer(http.StatusCreated, ""), err
					}
					tries++
					return test.answers[tries-1]()
				})
				options := &storage.ClientOptions{HTTPClient: s.client()}
				options.Retry.RetryDelay = time.Nanosecond
				client, err := storage.NewContainerClientWithCredential(containerURL, fixed{}, options)
				require.NoError(t, err)
				err = client.Upload(t.Context(), "b", strings.NewReader(content), &storage.UploadOptions{BlockSize: 1, Concurrency: 1})
				require.ErrorContains(t, err, test.want)
				require.Len(t, test.answers, tries)
			}
		})
	}
}

func TestAnUploadThatIsNotSentIsNotThere(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.Fail(azuretest.Fault{Operation: "storage.listservicesas", Times: -1, Status: http.StatusForbidden})
	err := w.all(t).Upload(t.Context(), "b", strings.NewReader("a"), nil)
	require.ErrorIs(t, err, storage.ErrForbidden)
	require.ErrorContains(t, err, "(the service has confirmed 0 bytes, nothing is committed)")
}

func TestTheEndOfTheContextEndsAnUpload(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		defer settle()
		w := newWorld(t)
		client := w.all(t)
		w.Fail(azuretest.Fault{Operation: "storage.putblock", Times: -1, Delay: time.Second})
		ctx, cancel := context.WithTimeout(t.Context(), 2500*time.Millisecond)
		defer cancel()
		start := time.Now()
		err := client.Upload(ctx, "b", bytes.NewReader(random(100_000)), &storage.UploadOptions{BlockSize: 1000, Concurrency: 3})
		require.ErrorIs(t, err, context.DeadlineExceeded)
		require.EqualError(t, err, `storage: upload blob "mycontainer/b" in mystorageacct.blob.core.windows.net: context deadline exceeded (the service has confirmed 6000 bytes, nothing is committed)`)
		require.Equal(t, 2500*time.Millisecond, time.Since(start))
		require.Empty(t, w.container.Blobs())
		blocks, size := w.container.UncommittedBlocks("b")
		require.Equal(t, []any{6, int64(6000)}, []any{blocks, size})
	})
}

// gate counts the requests that are under way at a time.
type gate struct {
	next       http.RoundTripper
	mu         sync.Mutex
	inside     int
	mostInside int
}

func (g *gate) RoundTrip(req *http.Request) (*http.Response, error) {
	g.mu.Lock()
	g.inside++
	g.mostInside = max(g.mostInside, g.inside)
	g.mu.Unlock()
	defer func() {
		g.mu.Lock()
		g.inside--
		g.mu.Unlock()
	}()
	return g.next.RoundTrip(req)
}

func TestConcurrencyIsBounded(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		defer settle()
		w := newWorld(t)
		g := &gate{next: w.Client().Transport}
		client, _ := w.withLetters(t, "rcw", time.Hour, func(o *storage.ClientOptions) { o.HTTPClient = &http.Client{Transport: g} })
		w.Fail(azuretest.Fault{Operation: "storage.*block", Times: -1, Delay: time.Second})
		w.Fail(azuretest.Fault{Operation: "storage.getblob", Times: -1, Delay: time.Second})
		content := random(10_000)
		start := time.Now()
		require.NoError(t, client.Upload(t.Context(), "b", bytes.NewReader(content), &storage.UploadOptions{BlockSize: 1000, Concurrency: 5}))
		require.Equal(t, 5, g.mostInside)
		require.Equal(t, 2*time.Second, time.Since(start).Truncate(time.Second))
		g.mostInside = 0
		target := &memory{}
		_, err := client.DownloadTo(t.Context(), "b", target, &storage.DownloadOptions{BlockSize: 1000, Concurrency: 3})
		require.NoError(t, err)
		require.Equal(t, content, target.data)
		require.Equal(t, 3, g.mostInside)
	})
}

// An unknown length may turn out to be too much for a blob.
func TestTooManyBlocks(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	client := w.all(t)
	unknown := onlyReader{bytes.NewReader(random(5001))}
	err := client.UploadUpTo(t.Context(), 50, "b", unknown, &storage.UploadOptions{BlockSize: 100, Concurrency: 1})
	require.ErrorContains(t, err, `storage: upload blob "mycontainer/b" in mystorageacct.blob.core.windows.net: `+
		`a blob has 50000 blocks at most: choose a larger BlockSize (the service has confirmed `)
	require.LessOrEqual(t, w.count("storage.putblock"), 50)
	require.Empty(t, w.container.Blobs())

	known := io.NewSectionReader(nil, 0, 50_001)
	err = client.Upload(t.Context(), "b", known, &storage.UploadOptions{BlockSize: 1})
	require.EqualError(t, err, `storage: upload blob "mycontainer/b" in mystorageacct.blob.core.windows.net: a blob has 50000 blocks at most: choose a larger BlockSize`)
}

// Two uploads of one blob do not mix, whichever is last.
func TestUploadsOfOneBlobDoNotMix(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	client := w.all(t)
	var wg sync.WaitGroup
	for i := range 4 {
		wg.Go(func() {
			content := bytes.Repeat([]byte{byte('a' + i)}, 5000)
			// One whose blocks were discarded by the commit of another is told so.
			_ = client.Upload(t.Context(), "b", bytes.NewReader(content), &storage.UploadOptions{BlockSize: 100})
		})
	}
	wg.Wait()
	data, _ := w.container.Blob("b")
	require.Equal(t, strings.Repeat(string(data[:1]), 5000), string(data))
}

func TestABlockIsTriedAgain(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		defer settle()
		w := newWorld(t)
		client := w.all(t)
		w.Fail(azuretest.Fault{Operation: "storage.putblock", Nth: 2, Status: 503})
		w.Fail(azuretest.Fault{Operation: "storage.putblock", Nth: 4, Status: -1})
		w.Fail(azuretest.Fault{Operation: "storage.putblocklist", Status: 500})
		content := random(10_000)
		require.NoError(t, client.Upload(t.Context(), "b", bytes.NewReader(content), &storage.UploadOptions{BlockSize: 1000}))
		data, _ := w.container.Blob("b")
		require.Equal(t, content, data)
	})
}
