package storage_test

import (
	"bytes"
	"context"
	"crypto/md5"
	"crypto/rand"
	"encoding/base64"
	"errors"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
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

func random(n int) []byte {
	content := make([]byte, n)
	_, _ = rand.Read(content)
	return content
}

// onlyReader hides all but Read.
type onlyReader struct{ io.Reader }

func TestUploadChoosesItsWay(t *testing.T) {
	t.Parallel()
	const block = 1000
	for name, test := range map[string]struct {
		size, blocks int
		reader       func([]byte) io.Reader
	}{
		"empty, known":       {0, 0, func(b []byte) io.Reader { return bytes.NewReader(b) }},
		"empty, unknown":     {0, 0, func(b []byte) io.Reader { return onlyReader{bytes.NewReader(b)} }},
		"small":              {56, 0, func(b []byte) io.Reader { return bytes.NewBuffer(b) }},
		"small, unknown":     {56, 0, func(b []byte) io.Reader { return onlyReader{bytes.NewReader(b)} }},
		"one block":          {block, 0, func(b []byte) io.Reader { return strings.NewReader(string(b)) }},
		"one block, unknown": {block, 0, func(b []byte) io.Reader { return onlyReader{bytes.NewReader(b)} }},
		"a byte more":        {block + 1, 2, func(b []byte) io.Reader { return bytes.NewReader(b) }},
		"more, unknown":      {block + 1, 2, func(b []byte) io.Reader { return onlyReader{bytes.NewReader(b)} }},
		"whole blocks":       {10 * block, 10, func(b []byte) io.Reader { return bytes.NewReader(b) }},
		"byte by byte":       {2*block + 7, 3, func(b []byte) io.Reader { return iotest.OneByteReader(bytes.NewReader(b)) }},
		"the end with data":  {block, 0, func(b []byte) io.Reader { return iotest.DataErrReader(bytes.NewReader(b)) }},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			client := w.all(t)
			content := random(test.size)
			var reported []int64
			options := &storage.UploadOptions{BlockSize: block, Checksum: true, Progress: func(n int64) { reported = append(reported, n) }}
			require.NoError(t, client.Upload(t.Context(), "b", test.reader(content), options))
			data, there := w.container.Blob("b")
			require.True(t, there)
			require.Equal(t, string(content), string(data))
			require.Equal(t, test.blocks, w.count("storage.putblock"))
			require.Equal(t, min(test.blocks, 1), w.count("storage.putblocklist"))
			require.Equal(t, 1-min(test.blocks, 1), w.count("storage.putblob"))
			requireGrowing(t, reported, int64(test.size))

			properties, err := client.Properties(t.Context(), "b")
			require.NoError(t, err)
			sum := md5.Sum(content)
			require.Equal(t, sum[:], properties.MD5)
			require.Equal(t, "application/octet-stream", properties.ContentType)
		})
	}
}

func requireGrowing(t *testing.T, reported []int64, end int64) {
	t.Helper()
	require.NotEmpty(t, reported)
	for i := 1; i < len(reported); i++ {
		require.Greater(t, reported[i], reported[i-1])
	}
	require.Equal(t, end, reported[len(reported)-1])
}

// What is sent, to the letter.
func TestTheRequestsOfAnUpload(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	client := w.all(t)
	options := &storage.UploadOptions{BlockSize: 4, Concurrency: 1, ContentType: "text/plain", Metadata: map[string]string{"aB": "x"}, Checksum: true}
	require.NoError(t, client.Upload(t.Context(), "dir/b", strings.NewReader("123456"), options))

	block := w.last(t, "storage.putblock")
	require.Equal(t, http.MethodPut, block.Method)
	require.Regexp(t, `^https://mystorageacct\.blob\.core\.windows\.net/mycontainer/dir%2Fb\?blockid=[^&]+&comp=block&sv=2015-04-05&`, block.URL)
	sum := md5.Sum([]byte("56"))
	require.Equal(t, base64.StdEncoding.EncodeToString(sum[:]), block.Header.Get("Content-Md5"))
	require.Equal(t, "2021-12-02", block.Header.Get("X-Ms-Version"))
	require.Empty(t, block.Header.Get("X-Ms-Blob-Content-Type"))

	list := w.last(t, "storage.putblocklist")
	require.Regexp(t, regexp.MustCompile(`^<\?xml version="1.0" encoding="utf-8"\?><BlockList><Latest>[A-Za-z0-9+/]{24}</Latest><Latest>[A-Za-z0-9+/]{24}</Latest></BlockList>$`), string(list.Body))
	sum = md5.Sum([]byte("123456"))
	require.Equal(t, base64.StdEncoding.EncodeToString(sum[:]), list.Header.Get("X-Ms-Blob-Content-Md5"))
	require.Equal(t, "text/plain", list.Header.Get("X-Ms-Blob-Content-Type"))
	require.Equal(t, "x", list.Header.Get("X-Ms-Meta-Ab"))
	require.Equal(t, "application/xml", list.Header.Get("Content-Type"))

	options.BlockSize = 0
	require.NoError(t, client.Upload(t.Context(), "dir/b", strings.NewReader("123456"), options))
	blob := w.last(t, "storage.putblob")
	require.Equal(t, "BlockBlob", blob.Header.Get("X-Ms-Blob-Type"))
	require.Equal(t, base64.StdEncoding.EncodeToString(sum[:]), blob.Header.Get("Content-Md5"))
	require.Equal(t, "text/plain", blob.Header.Get("X-Ms-Blob-Content-Type"))
	require.Equal(t, "x", blob.Header.Get("X-Ms-Meta-Ab"))
	require.Equal(t, "123456", string(blob.Body))
}

func TestAFileIsUploaded(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	client := w.all(t)
	content := random(5 << 20)
	name := filepath.Join(t.TempDir(), "f")
	require.NoError(t, os.WriteFile(name, content, 0o600))
	file, err := os.Open(name)
	require.NoError(t, err)
	defer file.Close()
	_, err = file.Seek(100, io.SeekStart)
	require.NoError(t, err)
	require.NoError(t, client.Upload(t.Context(), "b", file, nil))
	data, _ := w.container.Blob("b")
	require.Equal(t, content[100:], data, "from where it was")
	require.Equal(t, 3, w.count("storage.putblock"))
}

func TestUploadRefuses(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	client := w.all(t)
	for want, options := range map[string]*storage.UploadOptions{
		"options BlockSize and Concurrency must not be negative":             {BlockSize: -1},
		"options BlockSize and Concurrency must not be negative ":            {Concurrency: -1},
		"option BlockSize is more than the service's 4194304000 bytes":       {BlockSize: 4000<<20 + 1},
		"the name \"a-b\" of Metadata is not made of letters, digits and _":  {Metadata: map[string]string{"a-b": "x"}},
		"the name \"1b\" of Metadata is not made of letters, digits and _":   {Metadata: map[string]string{"1b": "x"}},
		"a name of Metadata is empty":                                        {Metadata: map[string]string{"": "x"}},
		"the Metadata a: a header holds no characters but printable ASCII":   {Metadata: map[string]string{"a": "x\r\ny: z"}},
		"the Metadata a: a header holds no characters but printable ASCII, ": {Metadata: map[string]string{"a": "ä"}},
		"the Metadata a: a header holds no characters but printable ASCII,":  {Metadata: map[string]string{"a": " x"}},
		"a header holds no characters but printable ASCII":                   {ContentType: "a\nb"},
	} {
		err := client.Upload(t.Context(), "b", strings.NewReader("x"), options)
		require.ErrorContains(t, err, strings.TrimRight(want, " "))
		require.ErrorContains(t, err, `storage: upload blob "mycontainer/b" in mystorageacct.blob.core.windows.net: `)
	}
	require.ErrorContains(t, client.Upload(t.Context(), "b", nil, nil), "there is nothing to read from")
	require.Empty(t, w.Requests())
}

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
	s := service(func(req *http.Request) (*http.Response, error) {
		_, err := io.Copy(io.Discard, req.Body)
		return answer(http.StatusCreated, ""), errors.Join(err, req.Body.Close())
	})
	client, err := storage.NewContainerClientWithCredential(containerURL, fixed{}, &storage.ClientOptions{HTTPClient: s.client()})
	require.NoError(t, err)
	endless := onlyReader{io.LimitReader(zeros{}, 50_001)}
	err = client.Upload(t.Context(), "b", endless, &storage.UploadOptions{BlockSize: 1})
	require.ErrorContains(t, err, "a blob has 50000 blocks at most: choose a larger BlockSize (the service has confirmed ")

	err = client.Upload(t.Context(), "b", io.NewSectionReader(nil, 0, 50_001), &storage.UploadOptions{BlockSize: 1})
	require.EqualError(t, err, `storage: upload blob "mycontainer/b" in mystorageacct.blob.core.windows.net: a blob has 50000 blocks at most: choose a larger BlockSize`)
}

type zeros struct{}

func (zeros) Read(p []byte) (int, error) { return len(p), nil }

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

func BenchmarkUpload(b *testing.B) {
	w := newWorld(b)
	client := w.all(b)
	content := random(16 << 20)
	b.SetBytes(int64(len(content)))
	for b.Loop() {
		if err := client.Upload(b.Context(), "b", bytes.NewReader(content), nil); err != nil {
			b.Fatal(err)
		}
	}
}
