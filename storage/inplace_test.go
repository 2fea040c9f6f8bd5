package storage_test

import (
	"bytes"
	"errors"
	"io"
	"net/http"
	"os"
	"runtime"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/keyless-go/azure/storage"
)

// inPlace are the readers whose blocks are sent from where they are.
func inPlace() map[string]func(*testing.T, []byte) io.ReadSeeker {
	return map[string]func(*testing.T, []byte) io.ReadSeeker{
		"bytes":   func(_ *testing.T, b []byte) io.ReadSeeker { return bytes.NewReader(b) },
		"strings": func(_ *testing.T, b []byte) io.ReadSeeker { return strings.NewReader(string(b)) },
		"file":    func(t *testing.T, b []byte) io.ReadSeeker { t.Helper(); return openFile(t, b) },
	}
}

func openFile(t *testing.T, content []byte) *os.File {
	t.Helper()
	file, err := os.OpenFile(tempFile(t, "f", content), os.O_RDWR, 0)
	require.NoError(t, err)
	t.Cleanup(func() { _ = file.Close() })
	return file
}

func TestAReaderIsReadFromWhereItIsToItsEnd(t *testing.T) {
	t.Parallel()
	for name, open := range inPlace() {
		for _, checksum := range []bool{false, true} {
			t.Run(name, func(t *testing.T) {
				t.Parallel()
				w := newWorld(t)
				client := w.all(t)
				content := random(10_500)
				reader := open(t, content)
				_, err := reader.Seek(100, io.SeekStart)
				require.NoError(t, err)
				var reported []int64
				options := &storage.UploadOptions{BlockSize: 1000, Checksum: checksum, Progress: func(n int64) { reported = append(reported, n) }}
				require.NoError(t, client.Upload(t.Context(), "b", reader, options))
				data, _ := w.container.Blob("b")
				require.Equal(t, content[100:], data)
				require.Equal(t, 11, w.count("storage.putblock"))
				requireGrowing(t, reported, 10_400)
				at, err := reader.Seek(0, io.SeekCurrent)
				require.NoError(t, err)
				require.Equal(t, int64(10_500), at)
			})
		}
	}
}

// A block is sent again from its beginning, whatever has become of its first try.
func TestABlockThatIsSentFromWhereItIsIsTriedAgain(t *testing.T) {
	t.Parallel()
	for name, open := range inPlace() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h := &hasty{blocks: map[string][]byte{}}
			client := h.start(t)
			content := random(3 << 20)
			require.NoError(t, client.Upload(t.Context(), "b", open(t, content), &storage.UploadOptions{BlockSize: 256 << 10}))
			require.True(t, bytes.Equal(content, h.blob))
		})
	}
}

// A large content that takes no memory goes out in fewer requests.
func TestTheDefaultBlockSize(t *testing.T) {
	t.Parallel()
	const mib = 1 << 20
	content := make([]byte, 160*mib)
	for name, test := range map[string]struct {
		reader   io.Reader
		options  *storage.UploadOptions
		requests int32
	}{
		"one block":      {bytes.NewReader(content[:2*mib]), nil, 1},
		"a byte more":    {bytes.NewReader(content[:2*mib+1]), nil, 2 + 1},
		"not yet large":  {bytes.NewReader(content[:32*mib]), nil, 16 + 1},
		"larger":         {bytes.NewReader(content[:64*mib]), nil, 16 + 1},
		"large":          {bytes.NewReader(content), nil, 20 + 1},
		"with buffers":   {onlyReader{bytes.NewReader(content[:40*mib])}, nil, 20 + 1},
		"with checksums": {bytes.NewReader(content[:40*mib]), &storage.UploadOptions{Checksum: true}, 20 + 1},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var requests atomic.Int32
			counts := service(func(req *http.Request) (*http.Response, error) {
				requests.Add(1)
				return answer(http.StatusCreated, ""), req.Body.Close()
			})
			client, err := storage.NewContainerClientWithCredential(containerURL, fixed{}, &storage.ClientOptions{HTTPClient: counts.client()})
			require.NoError(t, err)
			require.NoError(t, client.Upload(t.Context(), "b", test.reader, test.options))
			require.Equal(t, test.requests, requests.Load())
		})
	}
}

// What happens to a file during its upload.
func TestAFileChangesDuringItsUpload(t *testing.T) {
	t.Parallel()
	content := random(10_000)
	for name, test := range map[string]struct {
		change func(*os.File) error
		is     error
		want   []byte // the blob, nil if there is none
	}{
		"it becomes shorter": {func(f *os.File) error { return f.Truncate(5500) }, io.ErrUnexpectedEOF, nil},
		"it becomes empty":   {func(f *os.File) error { return f.Truncate(0) }, io.ErrUnexpectedEOF, nil},
		"it is closed":       {(*os.File).Close, os.ErrClosed, nil},
		"it becomes longer": {func(f *os.File) error {
			_, err := f.WriteAt([]byte("more"), 10_000)
			return err
		}, nil, append(content[:10_000:10_000], "more"...)},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			client := w.all(t)
			file := openFile(t, content)
			changed := false
			options := &storage.UploadOptions{BlockSize: 1000, Concurrency: 1, Progress: func(int64) {
				if !changed {
					changed = true
					require.NoError(t, test.change(file))
				}
			}}
			err := client.Upload(t.Context(), "b", file, options)
			data, there := w.container.Blob("b")
			require.Equal(t, string(test.want), string(data))
			require.Equal(t, test.want != nil, there)
			if test.is == nil {
				require.NoError(t, err)
				return
			}
			require.ErrorIs(t, err, test.is)
			require.Regexp(t, `^storage: upload blob "mycontainer/b" in mystorageacct\.blob\.core\.windows\.net: read the content: .*`+
				`\(the service has confirmed [1-5]000 bytes, nothing is committed\)$`, err.Error())
			require.LessOrEqual(t, w.count("storage.putblock"), 6, "no other try mends it")
		})
	}
}

// A device says that it is empty, whatever it gives.
func TestAnEmptyLengthIsNotBelieved(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	client := w.all(t)
	content := random(2500)
	require.NoError(t, client.Upload(t.Context(), "b", device{bytes.NewReader(content)}, &storage.UploadOptions{BlockSize: 1000}))
	data, _ := w.container.Blob("b")
	require.Equal(t, content, data)
	require.Equal(t, 3, w.count("storage.putblock"))
}

type device struct{ io.Reader }

func (device) Seek(int64, int) (int64, error) { return 0, nil }

// Only what is known to do no more than to read is read in another way than by
// Read: this file counts.
func TestAReaderOfOnesOwnIsReadByRead(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	client := w.all(t)
	content := random(5000)
	reader := &counting{Reader: bytes.NewReader(content)}
	require.NoError(t, client.Upload(t.Context(), "b", reader, &storage.UploadOptions{BlockSize: 1000}))
	require.Equal(t, 5000, reader.n)
	data, _ := w.container.Blob("b")
	require.Equal(t, content, data)
}

type counting struct {
	*bytes.Reader
	n int
}

func (c *counting) Read(p []byte) (int, error) {
	n, err := c.Reader.Read(p)
	c.n += n
	return n, err
}

// After Upload the content is the caller's again, though a transport may not have
// done with it.
func TestNothingIsReadAfterAnUpload(t *testing.T) {
	t.Parallel()
	for name, open := range inPlace() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			bodies := make(chan io.ReadCloser, 4)
			hasty := service(func(req *http.Request) (*http.Response, error) {
				_, err := req.Body.Read(make([]byte, 10))
				bodies <- req.Body
				return answer(http.StatusConflict, ""), err
			})
			client, err := storage.NewContainerClientWithCredential(containerURL, fixed{}, &storage.ClientOptions{HTTPClient: hasty.client()})
			require.NoError(t, err)
			err = client.Upload(t.Context(), "b", open(t, random(1000)), &storage.UploadOptions{BlockSize: 100})
			require.ErrorIs(t, err, storage.ErrConflict)
			close(bodies)
			for body := range bodies {
				rest, err := io.ReadAll(body)
				require.Empty(t, rest)
				require.Error(t, err)
			}
		})
	}
}

// Memory is what the options say, whatever the size of the content.
func TestTheMemoryOfAnUpload(t *testing.T) { //nolint:paralleltest // others would allocate, too
	const size, blockSize = 32 << 20, 512 << 10
	nothing := service(func(req *http.Request) (*http.Response, error) {
		_, err := io.CopyBuffer(struct{ io.Writer }{io.Discard}, struct{ io.Reader }{req.Body}, make([]byte, 1<<10))
		return answer(http.StatusCreated, ""), errors.Join(err, req.Body.Close())
	})
	options := &storage.ClientOptions{HTTPClient: nothing.client()}
	client, err := storage.NewContainerClientWithCredential(containerURL, fixed{}, options)
	require.NoError(t, err)
	content := make([]byte, size)
	for name, test := range map[string]struct {
		reader io.Reader
		most   uint64
	}{
		"in place":  {bytes.NewReader(content), blockSize},
		"by Read":   {onlyReader{bytes.NewReader(content)}, (4 + 1 + 2) * blockSize}, // and what else a try needs
		"in a file": {openFile(t, content), blockSize},
	} {
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		require.NoError(t, client.Upload(t.Context(), "b", test.reader, &storage.UploadOptions{BlockSize: blockSize}), name)
		runtime.ReadMemStats(&after)
		require.Less(t, after.TotalAlloc-before.TotalAlloc, test.most, name)
	}
}
