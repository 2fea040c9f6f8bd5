package datalake_test

import (
	"errors"
	"io/fs"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore"
	"github.com/stretchr/testify/require"

	"github.com/keyless-go/azure/azuretest"
	"github.com/keyless-go/azure/datalake"
)

func TestConformanceStat(t *testing.T) {
	t.Parallel()
	conform(t, func(t *testing.T, s *site) {
		t.Helper()
		before := time.Now().Add(-time.Minute)
		name := s.write(t, "file.txt", "hello")
		info, err := s.Stat(t.Context(), name)
		require.NoError(t, err)
		require.Equal(t, "file.txt", info.Name())
		require.Equal(t, int64(5), info.Size())
		require.False(t, info.IsDir())
		require.True(t, info.Mode().IsRegular())
		require.NotZero(t, info.Mode().Perm())
		require.WithinRange(t, info.ModTime(), before, time.Now().Add(time.Minute))
		status, ok := info.Sys().(*datalake.FileStatus)
		require.True(t, ok)
		require.NotEmpty(t, status.Owner)
		require.NotEmpty(t, status.Group)
		if s.isHadoop() {
			require.NotZero(t, status.BlockSize)
			require.NotZero(t, status.Replication)
		}
		status.Size = 0
		require.Equal(t, int64(5), info.Size(), "Sys is a copy")
	})
}

func TestConformanceStatDirectory(t *testing.T) {
	t.Parallel()
	conform(t, func(t *testing.T, s *site) {
		t.Helper()
		for _, name := range []string{s.dir, s.dir + "/", "/"} {
			info, err := s.Stat(t.Context(), name)
			require.NoError(t, err)
			require.True(t, info.IsDir())
			require.True(t, info.Mode().IsDir())
			require.Zero(t, info.Size())
		}
		root, err := s.Stat(t.Context(), "/")
		require.NoError(t, err)
		require.Equal(t, "/", root.Name())
	})
}

func TestConformanceStatMissing(t *testing.T) {
	t.Parallel()
	conform(t, func(t *testing.T, s *site) {
		t.Helper()
		s.write(t, "file", "x")
		for _, name := range []string{s.at("none"), s.at("none/none"), s.at("file/none")} {
			_, err := s.Stat(t.Context(), name)
			if name == s.at("file/none") {
				require.True(t, isAny(err, fs.ErrNotExist, syscall.ENOTDIR), err)
			} else {
				require.ErrorIs(t, err, fs.ErrNotExist, name)
			}
			path, ok := errors.AsType[*fs.PathError](err)
			require.True(t, ok)
			require.Equal(t, "stat", path.Op)
			require.Equal(t, name, path.Path)
		}
		_, err := s.Stat(t.Context(), s.at("none"))
		remote, ok := errors.AsType[*datalake.RemoteError](err)
		require.True(t, ok)
		require.Equal(t, 404, remote.Status)
		require.Contains(t, []string{"FileNotFoundException", "PathNotFound"}, remote.Exception)
		response, ok := errors.AsType[*azcore.ResponseError](err)
		require.True(t, ok)
		require.Equal(t, 404, response.StatusCode)
		require.Equal(t, remote.Exception, response.ErrorCode)
	})
}

func TestStatNeedsPermission(t *testing.T) {
	t.Parallel()
	for _, profile := range []azuretest.Profile{azuretest.Gen1, azuretest.Knox, azuretest.Gen2} {
		t.Run(profile.String(), func(t *testing.T) {
			t.Parallel()
			l := newLake(t, profile)
			require.NoError(t, l.Mkdir(t.Context(), "/closed", 0o755))
			require.NoError(t, l.Upload(t.Context(), "/closed/file", strings.NewReader("x"), nil))
			l.data.Chown("/closed", "somebody", "nobody")
			l.data.Chmod("/closed", 0o700)
			_, err := l.Stat(t.Context(), "/closed/file")
			require.ErrorIs(t, err, fs.ErrPermission)
			require.NotErrorIs(t, err, fs.ErrNotExist)
		})
	}
}
