package datalake_test

import (
	"bytes"
	"context"
	"io"
	"io/fs"
	"syscall"
	"testing"
	"testing/iotest"

	"github.com/stretchr/testify/require"

	"github.com/keyless-go/azure/datalake"
)

func TestConformanceOpen(t *testing.T) {
	t.Parallel()
	conform(t, func(t *testing.T, s *site) {
		t.Helper()
		data := content(40)
		name := s.write(t, "file", string(data))
		f, err := s.Open(t.Context(), name)
		require.NoError(t, err)
		require.NoError(t, iotest.TestReader(f, data))
		require.NoError(t, f.Close())
		require.ErrorIs(t, f.Close(), fs.ErrClosed)
		_, err = f.Read(make([]byte, 1))
		require.ErrorIs(t, err, fs.ErrClosed)
		_, err = f.ReadAt(make([]byte, 1), 0)
		require.ErrorIs(t, err, fs.ErrClosed)
		_, err = f.Seek(0, io.SeekStart)
		require.ErrorIs(t, err, fs.ErrClosed)
		_, err = f.Stat()
		require.ErrorIs(t, err, fs.ErrClosed)
	})
}

func TestConformanceOpenEmpty(t *testing.T) {
	t.Parallel()
	conform(t, func(t *testing.T, s *site) {
		t.Helper()
		f, err := s.Open(t.Context(), s.write(t, "empty", ""))
		require.NoError(t, err)
		require.NoError(t, iotest.TestReader(f, nil))
	})
}

func TestConformanceSeek(t *testing.T) {
	t.Parallel()
	conform(t, func(t *testing.T, s *site) {
		t.Helper()
		data := content(300_000)
		f, err := s.Open(t.Context(), s.write(t, "file", string(data)))
		require.NoError(t, err)
		// Forward a little, forward far, back, from both ends, and on from there.
		for _, offset := range []int64{0, 10, 1000, 200_000, 5, 299_999, 100} {
			at, err := f.Seek(offset, io.SeekStart)
			require.NoError(t, err)
			require.Equal(t, offset, at)
			got := make([]byte, min(50, len(data)-int(offset)))
			_, err = io.ReadFull(f, got)
			require.NoError(t, err)
			require.Equal(t, data[offset:int(offset)+len(got)], got)
		}
		at, err := f.Seek(-10, io.SeekEnd)
		require.NoError(t, err)
		require.Equal(t, int64(len(data)-10), at)
		at, err = f.Seek(5, io.SeekCurrent)
		require.NoError(t, err)
		rest, err := io.ReadAll(f)
		require.NoError(t, err)
		require.Equal(t, data[at:], rest)
		_, err = f.Seek(1, io.SeekEnd)
		require.NoError(t, err)
		_, err = f.Read(make([]byte, 1))
		require.ErrorIs(t, err, io.EOF)
		_, err = f.Seek(-1, io.SeekStart)
		require.ErrorIs(t, err, fs.ErrInvalid)
		_, err = f.Seek(0, 9)
		require.ErrorIs(t, err, fs.ErrInvalid)
	})
}

func TestConformanceReadAt(t *testing.T) {
	t.Parallel()
	conform(t, func(t *testing.T, s *site) {
		t.Helper()
		data := content(10_000)
		f, err := s.Open(t.Context(), s.write(t, "file", string(data)))
		require.NoError(t, err)
		tests := []struct {
			offset     int64
			size, want int
			err        error
		}{
			{0, 100, 100, nil},
			{9_900, 100, 100, nil},
			{9_950, 100, 50, io.EOF},
			{10_000, 100, 0, io.EOF},
			{10_001, 1, 0, io.EOF},
			{0, 0, 0, nil},
			{-1, 1, 0, fs.ErrInvalid},
		}
		for _, test := range tests {
			got := make([]byte, test.size)
			n, err := f.ReadAt(got, test.offset)
			require.Equal(t, test.want, n)
			require.ErrorIs(t, err, test.err)
			if n > 0 {
				require.Equal(t, data[test.offset:][:n], got[:n])
			}
		}
	})
}

func TestConformanceWriteTo(t *testing.T) {
	t.Parallel()
	conform(t, func(t *testing.T, s *site) {
		t.Helper()
		data := content(1 << 20)
		f, err := s.Open(t.Context(), s.write(t, "file", string(data)))
		require.NoError(t, err)
		_, err = io.ReadFull(f, make([]byte, 10))
		require.NoError(t, err)
		var got bytes.Buffer
		n, err := io.Copy(&got, f)
		require.NoError(t, err)
		require.Equal(t, int64(len(data)-10), n)
		require.True(t, bytes.Equal(data[10:], got.Bytes()))
		_, err = f.Read(make([]byte, 1))
		require.ErrorIs(t, err, io.EOF)
	})
}

func TestConformanceOpenErrors(t *testing.T) {
	t.Parallel()
	conform(t, func(t *testing.T, s *site) {
		t.Helper()
		_, err := s.Open(t.Context(), s.at("none"))
		require.ErrorIs(t, err, fs.ErrNotExist)
		dir, err := s.Open(t.Context(), s.dir)
		require.NoError(t, err, "a directory opens, as in package os")
		_, err = dir.Read(make([]byte, 1))
		require.ErrorIs(t, err, syscall.EISDIR)
		_, err = dir.ReadAt(make([]byte, 1), 0)
		require.ErrorIs(t, err, syscall.EISDIR)
		file, err := s.Open(t.Context(), s.write(t, "file", "x"))
		require.NoError(t, err)
		_, err = file.ReadDir(-1)
		require.ErrorIs(t, err, syscall.ENOTDIR)
	})
}

func TestConformanceOpenReadDir(t *testing.T) {
	t.Parallel()
	conform(t, func(t *testing.T, s *site) {
		t.Helper()
		for _, name := range []string{"a", "b", "c"} {
			s.write(t, name, name)
		}
		dir, err := s.Open(t.Context(), s.dir)
		require.NoError(t, err)
		some, err := dir.ReadDir(2)
		require.NoError(t, err)
		require.Len(t, some, 2)
		rest, err := dir.ReadDir(2)
		require.NoError(t, err)
		require.Len(t, rest, 1)
		_, err = dir.ReadDir(2)
		require.ErrorIs(t, err, io.EOF)
		none, err := dir.ReadDir(-1)
		require.NoError(t, err)
		require.Empty(t, none)
		require.NoError(t, dir.Close())
		_, err = dir.ReadDir(1)
		require.ErrorIs(t, err, fs.ErrClosed)
	})
}

func TestConformanceOpenIsForItsContext(t *testing.T) {
	t.Parallel()
	conform(t, func(t *testing.T, s *site) {
		t.Helper()
		ctx, cancel := context.WithCancel(t.Context())
		f, err := s.Open(ctx, s.write(t, "file", "hello"))
		require.NoError(t, err)
		cancel()
		_, err = f.Read(make([]byte, 1))
		require.ErrorIs(t, err, context.Canceled)
	})
}

// What was opened is what is read, or nothing.
func TestConformanceOpenNoticesChange(t *testing.T) {
	t.Parallel()
	conform(t, func(t *testing.T, s *site) {
		t.Helper()
		f, err := s.Open(t.Context(), s.write(t, "file", string(content(1000))))
		require.NoError(t, err)
		s.write(t, "file", "short")
		_, err = io.ReadAll(f)
		require.ErrorIs(t, err, datalake.ErrChanged)
	})
}
