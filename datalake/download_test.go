package datalake_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"io/fs"
	"math"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/keyless-go/azure/datalake"
)

// memory is a file of a fixed size.
type memory struct {
	mu   sync.Mutex
	data []byte
	fail error
}

// WriteAt fails if it is to.
func (m *memory) WriteAt(p []byte, off int64) (int, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.fail != nil {
		return 0, m.fail
	}
	return copy(m.data[off:], p), nil
}

func TestConformanceDownload(t *testing.T) {
	t.Parallel()
	conform(t, func(t *testing.T, s *site) {
		t.Helper()
		for _, size := range []int{0, 1, 100_000} {
			data := content(size)
			name := s.write(t, "file", string(data))
			for _, options := range []*datalake.DownloadOptions{nil, {ChunkSize: 30_000, Concurrency: 4}, {Concurrency: 1}} {
				into := &memory{data: make([]byte, size)}
				var received []int64
				if options != nil {
					options.Progress = func(n int64) { received = append(received, n) }
				}
				require.NoError(t, s.Download(t.Context(), name, into, options))
				require.True(t, bytes.Equal(data, into.data))
				if options != nil && size > 0 {
					require.Equal(t, int64(size), received[len(received)-1])
					require.IsIncreasing(t, append([]int64{0}, received...))
				}
			}
		}
	})
}

func TestConformanceDownloadChecksum(t *testing.T) {
	t.Parallel()
	conform(t, func(t *testing.T, s *site) {
		t.Helper()
		ctx := t.Context()
		data := content(3 << 20)
		options := &datalake.DownloadOptions{Checksum: true}
		into := &memory{data: make([]byte, len(data))}
		if !s.isHadoop() {
			require.ErrorIs(t, s.Download(ctx, s.write(t, "file", "x"), into, options), errors.ErrUnsupported)
			return
		}
		// Blocks of one size, and of sizes as they come.
		require.NoError(t, s.Download(ctx, s.write(t, "file", string(data)), into, options))
		require.True(t, bytes.Equal(data, into.data))
		require.NoError(t, s.Upload(ctx, s.at("parts"), bytes.NewReader(data), &datalake.UploadOptions{ChunkSize: 1<<20 - 77, Concurrency: 2}))
		clear(into.data)
		require.NoError(t, s.Download(ctx, s.at("parts"), into, options))
		require.True(t, bytes.Equal(data, into.data))
		require.NoError(t, s.Download(ctx, s.write(t, "empty", ""), into, options))
	})
}

func TestConformanceDownloadResumes(t *testing.T) {
	t.Parallel()
	conform(t, func(t *testing.T, s *site) {
		t.Helper()
		data := content(100_000)
		name := s.write(t, "file", string(data))
		into := &memory{data: make([]byte, len(data))}
		var stored []byte
		options := &datalake.DownloadOptions{ChunkSize: 30_000, Concurrency: 1, Checkpoint: func(c datalake.Checkpoint) {
			if stored = store(t, c); c.Offset >= 60_000 {
				into.fail = errEnd
			}
		}}
		require.ErrorIs(t, s.Download(t.Context(), name, into, options), errEnd)
		into.fail, options.Checkpoint = nil, nil
		require.NoError(t, json.Unmarshal(stored, &options.Resume))
		require.Equal(t, int64(60_000), options.Resume.Offset)
		clear(into.data[:60_000])
		require.NoError(t, s.Download(t.Context(), name, into, options))
		require.True(t, bytes.Equal(make([]byte, 60_000), into.data[:60_000]), "nothing comes twice")
		require.True(t, bytes.Equal(data[60_000:], into.data[60_000:]))
		s.write(t, "file", "another")
		require.ErrorIs(t, s.Download(t.Context(), name, into, options), datalake.ErrChanged)
		require.ErrorIs(t, s.Download(t.Context(), s.write(t, "other", "x"), into, options), fs.ErrInvalid)
	})
}

// A chunk may be larger than any file, and what is left then ends with the file.
func TestConformanceDownloadResumesInOneChunk(t *testing.T) {
	t.Parallel()
	conform(t, func(t *testing.T, s *site) {
		t.Helper()
		data := content(1000)
		name := s.write(t, "file", string(data))
		into := &memory{data: make([]byte, len(data))}
		var offsets []int64
		options := &datalake.DownloadOptions{ChunkSize: 300, Concurrency: 1}
		options.Checkpoint = func(c datalake.Checkpoint) { options.Resume, into.fail = c, errEnd }
		require.ErrorIs(t, s.Download(t.Context(), name, into, options), errEnd)
		into.fail, options.ChunkSize = nil, math.MaxInt64
		options.Checkpoint = func(c datalake.Checkpoint) { offsets = append(offsets, c.Offset) }
		require.NoError(t, s.Download(t.Context(), name, into, options))
		require.True(t, bytes.Equal(data, into.data))
		require.Equal(t, []int64{1000}, offsets)
	})
}

// Parts of two files are never taken for one, even if both have the same length.
func TestDownloadNoticesChange(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, l *lake) {
		t.Helper()
		upload := func(data []byte) {
			require.NoError(t, l.Upload(t.Context(), "/f", bytes.NewReader(data), nil))
		}
		upload(content(1000))
		into := &memory{data: make([]byte, 1000)}
		options := &datalake.DownloadOptions{ChunkSize: 300, Concurrency: 1}
		options.Checkpoint = func(c datalake.Checkpoint) {
			if c.Offset == 300 {
				l.server.Advance(2 * time.Second)
				upload(make([]byte, 1000))
			}
		}
		require.ErrorIs(t, l.Download(t.Context(), "/f", into, options), datalake.ErrChanged)
	})
}

func TestConformanceDownloadErrors(t *testing.T) {
	t.Parallel()
	conform(t, func(t *testing.T, s *site) {
		t.Helper()
		into := &memory{}
		require.ErrorIs(t, s.Download(t.Context(), s.at("none"), into, nil), fs.ErrNotExist)
		require.ErrorIs(t, s.Download(t.Context(), s.dir, into, nil), syscall.EISDIR)
		require.ErrorIs(t, s.Download(t.Context(), s.at("x"), into, &datalake.DownloadOptions{ChunkSize: -1}), fs.ErrInvalid)
	})
}
