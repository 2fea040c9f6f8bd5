package datalake_test

import (
	"errors"
	"io/fs"
	"net/http"
	"net/http/httptest"
	"testing"
	"testing/fstest"

	"github.com/stretchr/testify/require"
)

func TestConformanceFS(t *testing.T) {
	t.Parallel()
	conform(t, func(t *testing.T, s *site) {
		t.Helper()
		require.NoError(t, s.MkdirAll(t.Context(), s.at("dir/empty"), 0o755))
		s.write(t, "file", "content")
		s.write(t, "dir/a b%c", "x")
		s.write(t, "dir/täxt", "")
		sub, err := fs.Sub(s.FS(t.Context()), s.dir[1:])
		require.NoError(t, err)
		require.NoError(t, fstest.TestFS(sub, "file", "dir/a b%c", "dir/täxt", "dir/empty"))
		var seen []string
		require.NoError(t, fs.WalkDir(sub, ".", func(path string, _ fs.DirEntry, err error) error {
			seen = append(seen, path)
			return err
		}))
		require.Equal(t, []string{".", "dir", "dir/a b%c", "dir/empty", "dir/täxt", "file"}, seen)
		found, err := fs.Glob(sub, "d*/*x*")
		require.NoError(t, err)
		require.Equal(t, []string{"dir/täxt"}, found)
		data, err := fs.ReadFile(sub, "file")
		require.NoError(t, err)
		require.Equal(t, "content", string(data))
	})
}

func TestConformanceFSErrors(t *testing.T) {
	t.Parallel()
	conform(t, func(t *testing.T, s *site) {
		t.Helper()
		fsys := s.FS(t.Context())
		for _, name := range []string{"/x", "../x", "x/", "", "a//b"} {
			_, err := fsys.Open(name)
			require.ErrorIs(t, err, fs.ErrInvalid, name)
			_, err = fs.Stat(fsys, name)
			require.ErrorIs(t, err, fs.ErrInvalid, name)
			_, err = fs.ReadDir(fsys, name)
			require.ErrorIs(t, err, fs.ErrInvalid, name)
			_, err = fs.ReadFile(fsys, name)
			require.ErrorIs(t, err, fs.ErrInvalid, name)
		}
		missing := s.dir[1:] + "/none"
		_, err := fsys.Open(missing)
		path, ok := errors.AsType[*fs.PathError](err)
		require.True(t, ok)
		require.Equal(t, missing, path.Path, "by the name that was asked for")
		require.ErrorIs(t, err, fs.ErrNotExist)
		info, err := fs.Stat(fsys, ".")
		require.NoError(t, err)
		require.Equal(t, ".", info.Name())
		_, err = fs.ReadFile(fsys, ".")
		require.Error(t, err)
	})
}

// What is made for package fs works: here ranges, by seeking.
func TestFSServesHTTP(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, l *lake) {
		t.Helper()
		require.NoError(t, l.Upload(t.Context(), "/page.html", stream("0123456789"), nil))
		recorder := httptest.NewRecorder()
		req := httptest.NewRequest(http.MethodGet, "/page.html", http.NoBody)
		req.Header.Set("Range", "bytes=3-5")
		http.FileServerFS(l.FS(t.Context())).ServeHTTP(recorder, req)
		require.Equal(t, http.StatusPartialContent, recorder.Code)
		require.Equal(t, "345", recorder.Body.String())
	})
}
