package datalake_test

import (
	"bytes"
	"io"
	"math/rand/v2"
	"net"
	"net/http"
	"net/http/httptrace"
	"slices"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/keyless-go/azure/datalake"
)

// cutter is a wire that breaks: it closes a connection when so much of a file has
// passed, once.
type cutter struct {
	next     http.RoundTripper
	up, down atomic.Int64 // bytes until then; 0: it holds
}

// RoundTrip takes the next body with data in it for the one to be cut.
func (c *cutter) RoundTrip(req *http.Request) (*http.Response, error) {
	var conn net.Conn
	trace := &httptrace.ClientTrace{GotConn: func(info httptrace.GotConnInfo) { conn = info.Conn }}
	req = req.Clone(httptrace.WithClientTrace(req.Context(), trace))
	if req.Body != nil && req.Body != http.NoBody && req.ContentLength != 0 {
		if left := c.up.Swap(0); left > 0 {
			req.Body = &cutBody{ReadCloser: req.Body, left: left, cut: func() { _ = conn.Close() }}
		}
	}
	resp, err := c.next.RoundTrip(req)
	if err == nil && req.Method == http.MethodGet && resp.Header.Get("Content-Type") == "application/octet-stream" {
		if left := c.down.Swap(0); left > 0 {
			resp.Body = &cutBody{ReadCloser: resp.Body, left: left, cut: func() { _ = conn.Close() }}
		}
	}
	return resp, err
}

// cutBody cuts the connection that it passes through.
type cutBody struct {
	io.ReadCloser
	left int64
	cut  func()
}

// Read says nothing of the cut: who reads on will notice.
func (b *cutBody) Read(p []byte) (int, error) {
	if b.left == 0 {
		b.cut()
		return b.ReadCloser.Read(p)
	}
	n, err := b.ReadCloser.Read(p[:min(int64(len(p)), b.left)])
	b.left -= int64(n)
	return n, err
}

// cuts are places in a file of a size.
func cuts(n, size int) []int64 {
	random := rand.New(rand.NewPCG(1, 2)) // the same ones in every run
	places := make([]int64, 0, n)
	for range n {
		places = append(places, 1+random.Int64N(int64(size-1)))
	}
	return places
}

// However an upload is cut, its name holds what it held, or all of the new.
func TestConformanceUploadIsCut(t *testing.T) {
	t.Parallel()
	conform(t, func(t *testing.T, s *site) {
		t.Helper()
		const size = 30_000
		wire := &cutter{next: s.wire}
		s = s.through(t, wire)
		old, data := "old", string(content(size))
		s.write(t, "file", old)
		for _, at := range cuts(100, size) {
			wire.up.Store(at)
			err := s.Upload(t.Context(), s.at("file"), stream(data), &datalake.UploadOptions{ChunkSize: size})
			require.Zero(t, wire.up.Load(), "the connection is cut")
			require.Equal(t, err != nil, s.isHadoop(), "elsewhere a chunk is sent again: %v", err)
			if err != nil {
				require.Equal(t, old, s.read(t, "file"), "after %d bytes", at)
			} else {
				require.True(t, data == s.read(t, "file"), "after %d bytes", at)
				s.write(t, "file", old)
			}
		}
		left := slices.DeleteFunc(s.names(t, s.dir), func(name string) bool { return name == "file" })
		require.LessOrEqual(t, len(left), s.late, "nothing temporary is left: %q", left)
		for _, name := range left {
			require.Regexp(t, `^\.file\.[0-9a-f]{16}\.part$`, name)
		}
	})
}

// However a download is cut, it goes on where it was.
func TestConformanceReadsGoThroughCuts(t *testing.T) {
	t.Parallel()
	conform(t, func(t *testing.T, s *site) {
		t.Helper()
		data := content(30_000)
		name := s.write(t, "file", string(data))
		wire := &cutter{next: s.wire}
		s = s.through(t, wire)
		into := &memory{data: make([]byte, len(data))}
		for i, at := range cuts(100, len(data)) {
			if i%2 == 0 {
				wire.down.Store(at)
				require.True(t, string(data) == s.read(t, "file"))
			} else {
				wire.down.Store(1 + at%6_000)
				clear(into.data)
				require.NoError(t, s.Download(t.Context(), name, into, &datalake.DownloadOptions{ChunkSize: 8_000}))
				require.True(t, bytes.Equal(data, into.data))
			}
			require.Zero(t, wire.down.Load(), "the connection is cut")
		}
	})
}
