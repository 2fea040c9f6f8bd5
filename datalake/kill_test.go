package datalake_test

import (
	"bytes"
	"io"
	"net/http"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/keyless-go/azure/azuretest"
	"github.com/keyless-go/azure/datalake"
)

// uploads is the operation whose request carries the data of an upload.
func (l *lake) uploads() string {
	if l.profile == azuretest.Gen2 {
		return "datalake.append"
	}
	return "datalake.create"
}

// The same as TestConformanceUploadIsCut, cut at the other end.
func TestUploadIsCutAnywhere(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, l *lake) {
		t.Helper()
		const size = 30_000
		old, data := []byte("old"), content(size)
		options := &datalake.UploadOptions{ChunkSize: size} // for what takes chunks, one buffer of that size
		for _, at := range cuts(30, size) {
			if got, _ := l.data.ReadFile("/f"); !bytes.Equal(old, got) {
				require.NoError(t, l.Upload(t.Context(), "/f", bytes.NewReader(old), options))
			}
			l.server.Fail(azuretest.Fault{Operation: l.uploads(), CutAfter: at})
			err := l.Upload(t.Context(), "/f", struct{ io.Reader }{bytes.NewReader(data)}, options)
			got, ok := l.data.ReadFile("/f")
			require.True(t, ok)
			if err != nil {
				require.Equal(t, old, got, "after %d bytes", at)
			} else {
				require.True(t, bytes.Equal(data, got), "after %d bytes", at)
			}
			require.Equal(t, err != nil, isHadoop(l.profile), "elsewhere a chunk is sent again")
			require.Equal(t, []string{"f"}, l.data.Names("/"), "nothing temporary is left")
		}
	})
}

// What can be read again is sent again.
func TestUploadGoesThroughCuts(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, l *lake) {
		t.Helper()
		data := content(30_000)
		for _, at := range cuts(10, len(data)) {
			l.server.Fail(azuretest.Fault{Operation: l.uploads(), CutAfter: at})
			require.NoError(t, l.Upload(t.Context(), "/f", bytes.NewReader(data), nil))
			l.server.Fail(azuretest.Fault{Operation: l.uploads(), Nth: 2, CutAfter: at % 1000})
			require.NoError(t, l.Upload(t.Context(), "/p", bytes.NewReader(data), &datalake.UploadOptions{ChunkSize: 10_000, Concurrency: 2}))
			for _, name := range []string{"/f", "/p"} {
				got, _ := l.data.ReadFile(name)
				require.True(t, bytes.Equal(data, got))
			}
		}
	})
}

// The same as TestConformanceReadsGoThroughCuts, cut at the other end.
func TestReadsGoThroughCuts(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, l *lake) {
		t.Helper()
		data := content(30_000)
		require.NoError(t, l.Upload(t.Context(), "/f", bytes.NewReader(data), nil))
		for _, at := range cuts(30, len(data)) {
			l.server.Fail(azuretest.Fault{Operation: "datalake.open", CutAfter: at})
			into := &memory{data: make([]byte, len(data))}
			require.NoError(t, l.Download(t.Context(), "/f", into, &datalake.DownloadOptions{ChunkSize: 12_000}))
			require.True(t, bytes.Equal(data, into.data))
			l.server.Fail(azuretest.Fault{Operation: "datalake.open", CutAfter: at})
			f, err := l.Open(t.Context(), "/f")
			require.NoError(t, err)
			got, err := io.ReadAll(f)
			require.NoError(t, err)
			require.True(t, bytes.Equal(data, got))
			require.NoError(t, f.Close())
		}
	})
}

// A read never ends early without saying so.
func TestReadsGiveUp(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, l *lake) {
		t.Helper()
		data := content(100_000)
		require.NoError(t, l.Upload(t.Context(), "/f", bytes.NewReader(data), nil))
		l.server.Fail(azuretest.Fault{Operation: "datalake.open*", Times: -1, CutAfter: -1})
		f, err := l.Open(t.Context(), "/f")
		require.NoError(t, err)
		got, err := io.ReadAll(f)
		require.Error(t, err)
		require.Empty(t, got)
		n, err := f.ReadAt(make([]byte, 10), 0)
		require.Error(t, err)
		require.Zero(t, n)
		require.Error(t, l.Download(t.Context(), "/f", &memory{data: make([]byte, len(data))}, nil))
	})
}

// lossy carries out requests, and loses the answer to one of them.
type lossy struct {
	next http.RoundTripper
	lose func(*http.Request) bool
	lost atomic.Bool
}

func (l *lossy) RoundTrip(req *http.Request) (*http.Response, error) {
	resp, err := l.next.RoundTrip(req)
	if err == nil && resp.StatusCode < 300 && l.lose(req) && l.lost.CompareAndSwap(false, true) {
		_, _ = io.Copy(io.Discard, resp.Body)
		_ = resp.Body.Close()
		return nil, io.ErrUnexpectedEOF
	}
	return resp, err
}

// What has been done although nobody was told is not done again.
func TestLostAnswers(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name string
		lose func(*http.Request) bool
		do   func(t *testing.T, l *lake) error
		want map[string]string // :: file → content
	}{
		{
			"rename", losing(http.MethodPut, "RENAME", "x-ms-rename-source"),
			func(t *testing.T, l *lake) error { t.Helper(); return l.Rename(t.Context(), "/a", "/c") },
			map[string]string{"b": "two", "c": "one"},
		},
		{
			"rename over a file", losing(http.MethodPut, "RENAME", "x-ms-rename-source"),
			func(t *testing.T, l *lake) error { t.Helper(); return l.Rename(t.Context(), "/a", "/b") },
			map[string]string{"b": "one"},
		},
		{
			"remove", losing(http.MethodDelete, "", ""),
			func(t *testing.T, l *lake) error { t.Helper(); return l.Remove(t.Context(), "/a") },
			map[string]string{"b": "two"},
		},
		{
			"append", losing(http.MethodPost, "APPEND", ""),
			func(t *testing.T, l *lake) error { t.Helper(); return l.Append(t.Context(), "/a", stream("+")) },
			map[string]string{"a": "one+", "b": "two"},
		},
		{
			"append, its end", losing(http.MethodPatch, "flush", ""),
			func(t *testing.T, l *lake) error { t.Helper(); return l.Append(t.Context(), "/a", stream("+")) },
			map[string]string{"a": "one+", "b": "two"},
		},
		{
			"append, its data", losing(http.MethodPatch, "append", ""),
			func(t *testing.T, l *lake) error { t.Helper(); return l.Append(t.Context(), "/a", stream("+")) },
			map[string]string{"a": "one+", "b": "two"},
		},
		{
			"upload", losing(http.MethodPut, "CREATE", "x-ms-rename-source"),
			func(t *testing.T, l *lake) error {
				t.Helper()
				return l.Upload(t.Context(), "/b", bytes.NewReader([]byte("new")), nil)
			},
			map[string]string{"a": "one", "b": "new"},
		},
		{
			"concat", losing(http.MethodPost, "CONCAT", ""),
			func(t *testing.T, l *lake) error {
				t.Helper()
				if l.profile == azuretest.Gen2 {
					return l.Append(t.Context(), "/a", stream("two"))
				}
				return l.Concat(t.Context(), "/a", "/b")
			},
			map[string]string{"a": "onetwo"},
		},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			each(t, func(t *testing.T, l *lake) {
				t.Helper()
				require.NoError(t, l.Upload(t.Context(), "/a", stream("one"), nil))
				require.NoError(t, l.Upload(t.Context(), "/b", stream("two"), nil))
				client := l.through(t, &lossy{lose: test.lose})
				require.NoError(t, test.do(t, client))
				for name, want := range test.want {
					got, ok := l.data.ReadFile(name)
					require.True(t, ok, name)
					require.Equal(t, want, string(got), name)
				}
			})
		})
	}
}

// losing chooses requests by their method, and an operation in the query or a header.
func losing(method, operation, header string) func(*http.Request) bool {
	return func(req *http.Request) bool {
		if req.Method != method {
			return false
		}
		return operation == "" || bytes.Contains([]byte(req.URL.RawQuery), []byte(operation)) ||
			header != "" && req.Header.Get(header) != ""
	}
}
