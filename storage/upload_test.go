package storage_test

import (
	"bytes"
	"crypto/md5"
	"crypto/rand"
	"encoding/base64"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/stretchr/testify/require"

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
	file, err := os.Open(tempFile(t, "f", content))
	require.NoError(t, err)
	defer file.Close()
	_, err = file.Seek(100, io.SeekStart)
	require.NoError(t, err)
	require.NoError(t, client.Upload(t.Context(), "b", file, nil))
	data, _ := w.container.Blob("b")
	require.Equal(t, content[100:], data, "from where it was")
	require.Equal(t, 3, w.count("storage.putblock"))
}

// A directory can be opened, and says of itself that it is very long.
func TestADirectoryIsNotUploaded(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	directory, err := os.Open(".")
	require.NoError(t, err)
	defer directory.Close()
	err = w.all(t).Upload(t.Context(), "b", directory, nil)
	var cause *fs.PathError
	require.ErrorAs(t, err, &cause)
	require.ErrorContains(t, err, "read the content: read .: ")
	require.Empty(t, w.Requests())
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
		"two names of Metadata differ by case only":                          {Metadata: map[string]string{"a": "x", "A": "x"}},
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
	for _, reader := range []io.Reader{nil, (*os.File)(nil), (*bytes.Reader)(nil), (*strings.Reader)(nil), (*bytes.Buffer)(nil)} {
		require.ErrorContains(t, client.Upload(t.Context(), "b", reader, nil), "there is nothing to read from")
	}
	require.Empty(t, w.Requests())
}

// lyingReader returns what no reader may.
type lyingReader struct {
	n   int
	err error
}

func (r lyingReader) Read([]byte) (int, error) { return r.n, r.err }

func TestAReaderThatLies(t *testing.T) {
	t.Parallel()
	client := newWorld(t).all(t)
	for _, reader := range []lyingReader{{-1, nil}, {-1, io.EOF}, {8 << 20, nil}, {8 << 20, io.EOF}} {
		err := client.Upload(t.Context(), "b", reader, nil)
		require.ErrorContains(t, err, fmt.Sprintf("read the content: its Read returned %d for a buffer of ", reader.n))
		require.ErrorContains(t, err, "nothing is committed")
	}
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

// tempFile writes a file for the test. It is not in t.TempDir, whose removal
// does not work under Wine, where the tests for Windows run.
func tempFile(t *testing.T, name string, content []byte) string {
	t.Helper()
	dir, err := os.MkdirTemp("", "keyless-") //nolint:usetesting // see above
	require.NoError(t, err)
	path := filepath.Join(dir, name)
	require.NoError(t, os.WriteFile(path, content, 0o600))
	t.Cleanup(func() {
		require.NoError(t, os.Remove(path))
		require.NoError(t, os.Remove(dir))
	})
	return path
}
