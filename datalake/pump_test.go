package datalake_test

import (
	"bytes"
	"context"
	"io"
	"net/http"
	"strings"
	"testing"
	"testing/iotest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/keyless-go/azure/azuretest"
	"github.com/keyless-go/azure/datalake"
)

// slowAppends holds up the first chunk until the source has been asked for more.
type slowAppends struct {
	next http.RoundTripper
	more chan struct{}
}

func (s *slowAppends) RoundTrip(req *http.Request) (*http.Response, error) {
	if strings.Contains(strings.ToLower(req.URL.RawQuery), "append") {
		select {
		case <-s.more:
		case <-req.Context().Done():
			return nil, context.Cause(req.Context())
		}
	}
	return s.next.RoundTrip(req)
}

// While one chunk is on its way the next one is read, be it that only one may be
// on its way.
func TestUploadReadsWhileItSends(t *testing.T) {
	t.Parallel()
	for _, profile := range []azuretest.Profile{azuretest.Gen1, azuretest.Gen2} {
		t.Run(profile.String(), func(t *testing.T) {
			t.Parallel()
			l := newLake(t, profile)
			slow := &slowAppends{next: l.options.HTTPClient.Transport, more: make(chan struct{})}
			options := *l.options
			options.HTTPClient = &http.Client{Transport: slow}
			client, err := datalake.NewClient(l.data.URL(), l.cred, &options)
			require.NoError(t, err)
			ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
			defer cancel()
			first := content(5 << 20) // more than Gen1 takes in one request
			second := readerFunc(func([]byte) (int, error) {
				close(slow.more)
				return 0, io.EOF
			})
			source := io.MultiReader(bytes.NewReader(first), second)
			require.NoError(t, client.Upload(ctx, "/f", source, &datalake.UploadOptions{ChunkSize: 3 << 20, Concurrency: 1}))
			got, _ := l.data.ReadFile("/f")
			require.True(t, bytes.Equal(first, got))
		})
	}
}

// modest gives what it has, and remembers the largest buffer it was given.
type modest struct {
	next    io.Reader
	largest int
}

func (m *modest) Read(p []byte) (int, error) {
	m.largest = max(m.largest, len(p))
	return m.next.Read(p)
}

// A file takes the memory that it needs, however large the chunks may be.
func TestUploadOfASmallFileTakesLittleMemory(t *testing.T) {
	t.Parallel()
	tests := map[string]datalake.UploadOptions{
		"usual": {}, "large chunks": {ChunkSize: 100 << 20}, "to go on": {Checkpoint: func(datalake.Checkpoint) {}},
	}
	for _, profile := range []azuretest.Profile{azuretest.Gen1, azuretest.Gen2} {
		for name, options := range tests {
			t.Run(profile.String()+" "+name, func(t *testing.T) {
				t.Parallel()
				l := newLake(t, profile)
				source := &modest{next: stream("small")}
				require.NoError(t, l.Upload(t.Context(), "/f", source, &options))
				require.LessOrEqual(t, source.largest, 64<<10)
				source = &modest{next: stream("er")}
				require.NoError(t, l.Append(t.Context(), "/f", source))
				require.LessOrEqual(t, source.largest, 64<<10)
				got, _ := l.data.ReadFile("/f")
				require.Equal(t, "smaller", string(got))
			})
		}
	}
}

// Sources of any length and manner arrive whole.
func TestUploadOfAnyLength(t *testing.T) {
	t.Parallel()
	l := newLake(t, azuretest.Gen2)
	const chunk = 1<<20 + 7
	data := content(3*chunk + 1)
	for _, size := range []int{0, 1, 64<<10 - 1, 64 << 10, 64<<10 + 1, 256 << 10, chunk - 1, chunk, chunk + 1, 2 * chunk, len(data)} {
		for name, manner := range map[string]func(io.Reader) io.Reader{
			"plain": func(r io.Reader) io.Reader { return struct{ io.Reader }{r} }, "by halves": iotest.HalfReader, "with the end": iotest.DataErrReader,
		} {
			options := &datalake.UploadOptions{ChunkSize: chunk, Concurrency: 2}
			require.NoError(t, l.Upload(t.Context(), "/f", manner(bytes.NewReader(data[:size])), options))
			got, _ := l.data.ReadFile("/f")
			require.True(t, bytes.Equal(data[:size], got), "%s, %d bytes", name, size)
		}
	}
}
