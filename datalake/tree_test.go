package datalake_test

import (
	"errors"
	"io/fs"
	"os"
	"syscall"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/keyless-go/azure/azuretest"
)

func TestConformanceMkdir(t *testing.T) {
	t.Parallel()
	conform(t, func(t *testing.T, s *site) {
		t.Helper()
		ctx := t.Context()
		require.NoError(t, s.Mkdir(ctx, s.at("dir"), 0o750))
		info, err := s.Stat(ctx, s.at("dir"))
		require.NoError(t, err)
		require.Equal(t, fs.ModeDir|0o750, info.Mode())
		file := s.write(t, "file", "x")
		for _, name := range []string{s.at("dir"), file, "/"} {
			require.ErrorIs(t, s.Mkdir(ctx, name, 0o755), fs.ErrExist, name)
		}
		require.ErrorIs(t, s.Mkdir(ctx, s.at("none/dir"), 0o755), fs.ErrNotExist)
		err = s.Mkdir(ctx, s.at("file/dir"), 0o755)
		require.True(t, isAny(err, syscall.ENOTDIR, fs.ErrNotExist), err)
	})
}

func TestConformanceMkdirAll(t *testing.T) {
	t.Parallel()
	conform(t, func(t *testing.T, s *site) {
		t.Helper()
		ctx := t.Context()
		require.NoError(t, s.MkdirAll(ctx, s.at("a/b/c"), 0o755))
		require.NoError(t, s.MkdirAll(ctx, s.at("a/b/c"), 0o700), "it may exist")
		require.NoError(t, s.MkdirAll(ctx, "/", 0o755))
		info, err := s.Stat(ctx, s.at("a/b/c"))
		require.NoError(t, err)
		require.Equal(t, fs.ModeDir|0o755, info.Mode(), "then it stays as it is")
		file := s.write(t, "file", "x")
		require.ErrorIs(t, s.MkdirAll(ctx, file, 0o755), syscall.ENOTDIR)
		require.ErrorIs(t, s.MkdirAll(ctx, file+"/dir", 0o755), syscall.ENOTDIR)
		require.Equal(t, "x", s.read(t, "file"))
	})
}

func TestConformanceRename(t *testing.T) {
	t.Parallel()
	conform(t, func(t *testing.T, s *site) {
		t.Helper()
		ctx := t.Context()
		s.write(t, "a", "content of a")
		require.NoError(t, s.Rename(ctx, s.at("a"), s.at("b")))
		require.Equal(t, "content of a", s.read(t, "b"))
		s.write(t, "c", "content of c")
		require.NoError(t, s.Rename(ctx, s.at("c"), s.at("b")), "a file is replaced")
		require.Equal(t, "content of c", s.read(t, "b"))
		require.NoError(t, s.Rename(ctx, s.at("b"), s.at("b")), "onto itself nothing happens")
		require.NoError(t, s.MkdirAll(ctx, s.at("dir/sub"), 0o755))
		require.NoError(t, s.Rename(ctx, s.at("b"), s.at("dir/sub/b")))
		require.NoError(t, s.Rename(ctx, s.at("dir"), s.at("other")), "a directory goes with all that is in it")
		require.Equal(t, "content of c", s.read(t, "other/sub/b"))
		require.Equal(t, []string{"other"}, s.names(t, s.dir))
	})
}

func TestConformanceRenameErrors(t *testing.T) {
	t.Parallel()
	conform(t, func(t *testing.T, s *site) {
		t.Helper()
		ctx := t.Context()
		s.write(t, "file", "x")
		require.NoError(t, s.MkdirAll(ctx, s.at("dir/sub"), 0o755))
		require.NoError(t, s.Mkdir(ctx, s.at("empty"), 0o755))
		tests := []struct {
			name, from, to string
			want           error
		}{
			{"missing source", "none", "new", fs.ErrNotExist},
			{"missing source, existing target", "none", "file", fs.ErrNotExist},
			{"missing parent", "file", "none/new", fs.ErrNotExist},
			{"file onto directory", "file", "dir", fs.ErrExist},
			{"file onto empty directory", "file", "empty", fs.ErrExist},
			{"directory onto directory", "dir", "empty", fs.ErrExist},
			{"directory onto itself", "dir", "dir", fs.ErrExist},
			{"directory onto file", "dir", "file", syscall.ENOTDIR},
			{"directory below itself", "dir", "dir/sub/dir", fs.ErrInvalid},
		}
		for _, test := range tests {
			err := s.Rename(ctx, s.at(test.from), s.at(test.to))
			require.ErrorIs(t, err, test.want, test.name)
			link, ok := errors.AsType[*os.LinkError](err)
			require.True(t, ok)
			require.Equal(t, os.LinkError{Op: "rename", Old: s.at(test.from), New: s.at(test.to), Err: link.Err}, *link)
		}
		require.ElementsMatch(t, []string{"file", "dir", "empty"}, s.names(t, s.dir))
		require.Equal(t, "x", s.read(t, "file"))
	})
}

func TestConformanceRemove(t *testing.T) {
	t.Parallel()
	conform(t, func(t *testing.T, s *site) {
		t.Helper()
		ctx := t.Context()
		file := s.write(t, "file", "x")
		require.NoError(t, s.MkdirAll(ctx, s.at("dir/sub"), 0o755))
		require.ErrorIs(t, s.Remove(ctx, s.at("dir")), syscall.ENOTEMPTY)
		require.NoError(t, s.Remove(ctx, s.at("dir/sub")))
		require.NoError(t, s.Remove(ctx, s.at("dir")))
		require.NoError(t, s.Remove(ctx, file))
		require.ErrorIs(t, s.Remove(ctx, file), fs.ErrNotExist)
		require.Empty(t, s.names(t, s.dir))
	})
}

func TestConformanceRemoveAll(t *testing.T) {
	t.Parallel()
	conform(t, func(t *testing.T, s *site) {
		t.Helper()
		ctx := t.Context()
		require.NoError(t, s.MkdirAll(ctx, s.at("dir/sub/sub"), 0o755))
		s.write(t, "dir/sub/file", "x")
		require.NoError(t, s.RemoveAll(ctx, s.at("dir")))
		require.NoError(t, s.RemoveAll(ctx, s.at("dir")), "nothing is there, and that is fine")
		require.NoError(t, s.RemoveAll(ctx, s.at("none/none")))
		require.NoError(t, s.RemoveAll(ctx, s.write(t, "file", "x")))
		require.Empty(t, s.names(t, s.dir))
		require.ErrorIs(t, s.RemoveAll(ctx, "/"), fs.ErrInvalid)
		require.ErrorIs(t, s.Remove(ctx, "/"), fs.ErrInvalid)
	})
}

func TestConformanceTruncate(t *testing.T) {
	t.Parallel()
	conform(t, func(t *testing.T, s *site) {
		t.Helper()
		ctx := t.Context()
		name := s.write(t, "file", "0123456789")
		if s.profile == azuretest.Gen1 {
			require.ErrorIs(t, s.Truncate(ctx, name, 4), errors.ErrUnsupported)
			return
		}
		require.Equal(t, !s.isHadoop(), errors.Is(s.Truncate(ctx, name, 10), errors.ErrUnsupported), "that is its size")
		require.ErrorIs(t, s.Truncate(ctx, name, 11), errors.ErrUnsupported)
		require.ErrorIs(t, s.Truncate(ctx, name, -1), fs.ErrInvalid)
		require.ErrorIs(t, s.Truncate(ctx, s.at("none"), 0), fs.ErrNotExist)
		require.ErrorIs(t, s.Truncate(ctx, s.dir, 0), syscall.EISDIR)
		if !s.isHadoop() {
			require.ErrorIs(t, s.Truncate(ctx, name, 4), errors.ErrUnsupported)
			require.Equal(t, "0123456789", s.read(t, "file"))
		} else {
			require.NoError(t, s.Truncate(ctx, name, 4))
			require.Equal(t, "0123", s.read(t, "file"))
			require.NoError(t, s.Append(ctx, name, stream("x")), "it can be written again")
		}
		require.NoError(t, s.Chmod(ctx, name, 0o604))
		require.NoError(t, s.Truncate(ctx, name, 0))
		info, err := s.Stat(ctx, name)
		require.NoError(t, err)
		require.Zero(t, info.Size())
		require.Equal(t, fs.FileMode(0o604), info.Mode())
	})
}

func TestConformanceConcat(t *testing.T) {
	t.Parallel()
	conform(t, func(t *testing.T, s *site) {
		t.Helper()
		ctx := t.Context()
		a, b, c := s.write(t, "a", "one,"), s.write(t, "b", "two,"), s.write(t, "c", "three")
		if s.profile == azuretest.Gen2 {
			require.ErrorIs(t, s.Concat(ctx, a, b, c), errors.ErrUnsupported)
			return
		}
		require.NoError(t, s.Concat(ctx, a, b, c))
		require.Equal(t, "one,two,three", s.read(t, "a"))
		require.Equal(t, []string{"a"}, s.names(t, s.dir), "the sources are gone")
		require.NoError(t, s.Mkdir(ctx, s.at("dir"), 0o755))
		tests := []struct {
			name    string
			sources []string
			want    error
		}{
			{"nothing", nil, fs.ErrInvalid},
			{"itself", []string{a}, fs.ErrInvalid},
			{"missing", []string{s.at("none")}, fs.ErrNotExist},
			{"empty", []string{s.write(t, "empty", "")}, fs.ErrInvalid},
			{"twice", []string{s.write(t, "d", "x"), s.at("d")}, fs.ErrInvalid},
			{"another directory", []string{s.write(t, "dir/e", "x")}, fs.ErrInvalid},
			{"directory", []string{s.at("dir")}, syscall.EISDIR},
			{"relative", []string{"d"}, fs.ErrInvalid},
		}
		for _, test := range tests {
			require.ErrorIs(t, s.Concat(ctx, a, test.sources...), test.want, test.name)
		}
		require.ErrorContains(t, s.Concat(ctx, a, "d"), `source "d"`)
		require.ErrorIs(t, s.Concat(ctx, s.at("none"), a), fs.ErrNotExist)
		require.Equal(t, "one,two,three", s.read(t, "a"))
	})
}
