package datalake_test

import (
	"bytes"
	"context"
	"io"
	"io/fs"
	"path"
	"syscall"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestConformanceCreate(t *testing.T) {
	t.Parallel()
	conform(t, func(t *testing.T, s *site) {
		t.Helper()
		for _, size := range []int{0, 1, 4 << 20, 4<<20 + 1, 5<<20 + 7} {
			data := content(size)
			w, err := s.Create(t.Context(), s.at("file"))
			require.NoError(t, err)
			for rest := data; len(rest) > 0; {
				n, err := w.Write(rest[:min(len(rest), 1<<20+3)])
				require.NoError(t, err)
				rest = rest[n:]
			}
			require.NoError(t, w.Close())
			require.True(t, string(data) == s.read(t, "file"), "%d bytes survive", size)
			require.Equal(t, []string{"file"}, s.names(t, s.dir), "nothing temporary is left")
		}
	})
}

// A file that is replaced stays until the new one is complete.
func TestConformanceCreateIsAtomic(t *testing.T) {
	t.Parallel()
	conform(t, func(t *testing.T, s *site) {
		t.Helper()
		s.write(t, "file", "old")
		w, err := s.Create(t.Context(), s.at("file"))
		require.NoError(t, err)
		_, err = w.Write(content(5 << 20))
		require.NoError(t, err)
		require.Equal(t, "old", s.read(t, "file"))
		require.NoError(t, w.Close())
		info, err := s.Stat(t.Context(), s.at("file"))
		require.NoError(t, err)
		require.Equal(t, int64(5<<20), info.Size())
	})
}

func TestConformanceCreateIsAbandoned(t *testing.T) {
	t.Parallel()
	conform(t, func(t *testing.T, s *site) {
		t.Helper()
		for _, size := range []int{0, 10, 5 << 20} {
			s.write(t, "file", "old")
			ctx, cancel := context.WithCancel(t.Context())
			w, err := s.Create(ctx, s.at("file"))
			require.NoError(t, err)
			_, err = w.Write(content(size))
			require.NoError(t, err)
			cancel()
			require.ErrorIs(t, w.Close(), context.Canceled)
			_, err = w.Write([]byte("x"))
			require.Error(t, err)
			require.Equal(t, "old", s.read(t, "file"))
			require.Equal(t, []string{"file"}, s.names(t, s.dir), "nothing temporary is left")
		}
	})
}

// Whoever writes on learns why that is in vain.
func TestConformanceCreateWriteIsForItsContext(t *testing.T) {
	t.Parallel()
	conform(t, func(t *testing.T, s *site) {
		t.Helper()
		ctx, cancel := context.WithCancel(t.Context())
		w, err := s.Create(ctx, s.at("file"))
		require.NoError(t, err)
		cancel()
		for err == nil {
			_, err = w.Write([]byte("x"))
		}
		require.ErrorIs(t, err, context.Canceled)
		require.ErrorIs(t, w.Close(), context.Canceled)
		require.Empty(t, s.names(t, s.dir))
	})
}

func TestConformanceCreateErrors(t *testing.T) {
	t.Parallel()
	conform(t, func(t *testing.T, s *site) {
		t.Helper()
		s.write(t, "file", "x")
		require.NoError(t, s.Mkdir(t.Context(), s.at("dir"), 0o755))
		tests := []struct {
			name string
			want error
		}{
			{"none/file", fs.ErrNotExist},
			{"file/file", syscall.ENOTDIR},
			{"dir", syscall.EISDIR},
		}
		for _, test := range tests {
			_, err := s.Create(t.Context(), s.at(test.name))
			require.Error(t, err, test.name)
			if test.name == "file/file" { // a file's child is missing, or its parent no directory
				require.True(t, isAny(err, syscall.ENOTDIR, fs.ErrNotExist), err)
				continue
			}
			require.ErrorIs(t, err, test.want, test.name)
		}
		require.ElementsMatch(t, []string{"dir", "file"}, s.names(t, s.dir))
	})
}

func TestConformanceCreateCloses(t *testing.T) {
	t.Parallel()
	conform(t, func(t *testing.T, s *site) {
		t.Helper()
		w, err := s.Create(t.Context(), s.at("file"))
		require.NoError(t, err)
		require.NoError(t, w.Close())
		require.ErrorIs(t, w.Close(), fs.ErrClosed)
		_, err = w.Write([]byte("late"))
		require.ErrorIs(t, err, fs.ErrClosed)
		require.Empty(t, s.read(t, "file"))
	})
}

// The permissions of a file outlive its content.
func TestConformanceCreateKeepsPermissions(t *testing.T) {
	t.Parallel()
	conform(t, func(t *testing.T, s *site) {
		t.Helper()
		name := s.write(t, "file", "old")
		require.NoError(t, s.Chmod(t.Context(), name, 0o604))
		s.write(t, "file", "new")
		info, err := s.Stat(t.Context(), name)
		require.NoError(t, err)
		require.Equal(t, fs.FileMode(0o604), info.Mode())
	})
}

func TestConformanceCreateTakesAStream(t *testing.T) {
	t.Parallel()
	conform(t, func(t *testing.T, s *site) {
		t.Helper()
		data := content(6 << 20)
		w, err := s.Create(t.Context(), s.at("copy"))
		require.NoError(t, err)
		n, err := io.Copy(w, bytes.NewReader(data))
		require.NoError(t, err)
		require.Equal(t, int64(len(data)), n)
		require.NoError(t, w.Close())
		require.True(t, string(data) == s.read(t, "copy"))
		require.Equal(t, "copy", path.Base(s.at("copy")))
	})
}
