package datalake_test

import (
	"errors"
	"io/fs"
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/keyless-go/azure/azuretest"
	"github.com/keyless-go/azure/datalake"
)

func (s *site) status(t *testing.T, name string) *datalake.FileStatus {
	t.Helper()
	info, err := s.Stat(t.Context(), name)
	require.NoError(t, err)
	status, ok := info.Sys().(*datalake.FileStatus)
	require.True(t, ok)
	return status
}

func TestConformanceChmod(t *testing.T) {
	t.Parallel()
	conform(t, func(t *testing.T, s *site) {
		t.Helper()
		file := s.write(t, "file", "x")
		for _, mode := range []fs.FileMode{0o600, 0o644, 0o777, 0o400} {
			require.NoError(t, s.Chmod(t.Context(), file, mode))
			require.Equal(t, mode, s.status(t, file).Mode)
		}
		require.NoError(t, s.Mkdir(t.Context(), s.at("dir"), 0o755))
		require.NoError(t, s.Chmod(t.Context(), s.at("dir"), 0o770|fs.ModeSticky))
		require.Equal(t, fs.ModeDir|fs.ModeSticky|0o770, s.status(t, s.at("dir")).Mode)
		require.ErrorIs(t, s.Chmod(t.Context(), s.at("none"), 0o600), fs.ErrNotExist)
	})
}

func TestConformanceChtimes(t *testing.T) {
	t.Parallel()
	conform(t, func(t *testing.T, s *site) {
		t.Helper()
		file := s.write(t, "file", "x")
		access := time.Date(2021, 2, 3, 4, 5, 6, 789_000_000, time.UTC)
		modification := access.Add(time.Hour)
		err := s.Chtimes(t.Context(), file, access, modification)
		if s.profile == azuretest.Gen2 {
			require.ErrorIs(t, err, errors.ErrUnsupported)
			return
		}
		require.NoError(t, err)
		require.Equal(t, modification, s.status(t, file).ModTime)
		require.Equal(t, access, s.status(t, file).AccessTime)
		require.NoError(t, s.Chtimes(t.Context(), file, time.Time{}, access))
		require.Equal(t, access, s.status(t, file).ModTime)
		require.Equal(t, access, s.status(t, file).AccessTime, "a zero time changes nothing")
		require.ErrorIs(t, s.Chtimes(t.Context(), s.at("none"), access, access), fs.ErrNotExist)
	})
}

func TestChown(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, l *lake) {
		t.Helper()
		const owner, group = "6c3f6a1e-8f62-4c0b-9f4c-3d2b6a1c7e11", "b7f6a0f4-2d0e-4a52-8a7c-90a2c1d3e4f5"
		require.NoError(t, l.Upload(t.Context(), "/file", stream("x"), nil))
		for _, user := range []string{"alice", "DevTestVM"} {
			l.data.AddToGroup(user, "supergroup") // whom Hadoop lets do it
		}
		if err := l.Chown(t.Context(), "/file", owner, ""); err != nil {
			// On Azure only a superuser gives a file away.
			require.ErrorIs(t, err, fs.ErrPermission)
			l.data.Chown("/file", owner, "")
			return
		}
		before := &datalake.FileStatus{}
		info, err := l.Stat(t.Context(), "/file")
		require.NoError(t, err)
		*before = *info.Sys().(*datalake.FileStatus)
		require.Equal(t, owner, before.Owner)
		require.NoError(t, l.Chown(t.Context(), "/file", "", group))
		info, err = l.Stat(t.Context(), "/file")
		require.NoError(t, err)
		after := info.Sys().(*datalake.FileStatus)
		require.Equal(t, owner, after.Owner)
		require.Equal(t, group, after.Group)
		require.ErrorIs(t, l.Chown(t.Context(), "/file", "", ""), fs.ErrInvalid)
	})
}

func TestConformanceContentSummary(t *testing.T) {
	t.Parallel()
	conform(t, func(t *testing.T, s *site) {
		t.Helper()
		ctx := t.Context()
		require.NoError(t, s.MkdirAll(ctx, s.at("a/b"), 0o755))
		s.write(t, "a/one", "12345")
		s.write(t, "a/b/two", "1234567")
		sum, err := s.ContentSummary(ctx, s.dir)
		require.NoError(t, err)
		require.Equal(t, int64(3), sum.Directories, "the directory itself, a and b")
		require.Equal(t, int64(2), sum.Files)
		require.Equal(t, int64(12), sum.Length)
		file, err := s.ContentSummary(ctx, s.at("a/one"))
		require.NoError(t, err)
		require.Equal(t, int64(1), file.Files)
		require.Equal(t, int64(5), file.Length)
		_, err = s.ContentSummary(ctx, s.at("none"))
		require.ErrorIs(t, err, fs.ErrNotExist)
	})
}

func TestConformanceChecksum(t *testing.T) {
	t.Parallel()
	conform(t, func(t *testing.T, s *site) {
		t.Helper()
		a, b, c := s.write(t, "a", "same"), s.write(t, "b", "same"), s.write(t, "c", "other")
		sum, err := s.Checksum(t.Context(), a)
		if !s.isHadoop() {
			require.ErrorIs(t, err, errors.ErrUnsupported)
			return
		}
		require.NoError(t, err)
		require.Equal(t, "MD5-of-0MD5-of-512CRC32C", sum.Algorithm)
		require.Len(t, sum.Bytes, 28)
		same, err := s.Checksum(t.Context(), b)
		require.NoError(t, err)
		require.Equal(t, sum, same)
		other, err := s.Checksum(t.Context(), c)
		require.NoError(t, err)
		require.NotEqual(t, sum.Bytes, other.Bytes)
		_, err = s.Checksum(t.Context(), s.at("none"))
		require.ErrorIs(t, err, fs.ErrNotExist)
	})
}

func TestConformanceXAttr(t *testing.T) {
	t.Parallel()
	conform(t, func(t *testing.T, s *site) {
		t.Helper()
		ctx := t.Context()
		file := s.write(t, "file", "x")
		first, second := "user.first", "user.second"
		if s.profile == azuretest.Gen2 {
			first, second = "first", "second"
		}
		err := s.SetXAttr(ctx, file, first, []byte("\x00binary\xff,="))
		if s.profile == azuretest.Gen1 {
			require.ErrorIs(t, err, errors.ErrUnsupported)
			return
		}
		require.NoError(t, err)
		value, err := s.XAttr(ctx, file, first)
		require.NoError(t, err)
		require.Equal(t, "\x00binary\xff,=", string(value))
		require.NoError(t, s.SetXAttr(ctx, file, first, []byte("again")), "it may be there")
		require.NoError(t, s.SetXAttr(ctx, file, second, nil))
		names, err := s.XAttrs(ctx, file)
		require.NoError(t, err)
		require.Equal(t, []string{first, second}, names)
		value, err = s.XAttr(ctx, file, first)
		require.NoError(t, err)
		require.Equal(t, "again", string(value))
		value, err = s.XAttr(ctx, file, second)
		require.NoError(t, err)
		require.Empty(t, value)
		require.NoError(t, s.RemoveXAttr(ctx, file, first))
		require.ErrorIs(t, s.RemoveXAttr(ctx, file, first), fs.ErrNotExist)
		_, err = s.XAttr(ctx, file, first)
		require.ErrorIs(t, err, fs.ErrNotExist)
		for _, name := range []string{"", "a,b", "a=b", "a\nb", "a\x00b"} {
			require.ErrorIs(t, s.SetXAttr(ctx, file, name, nil), fs.ErrInvalid)
		}
		require.Equal(t, "x", s.read(t, "file"))
	})
}

func TestConformanceSetExpiry(t *testing.T) {
	t.Parallel()
	conform(t, func(t *testing.T, s *site) {
		t.Helper()
		file := s.write(t, "file", "x")
		at := time.Now().Add(time.Hour).Truncate(time.Second).UTC()
		err := s.SetExpiry(t.Context(), file, at)
		if s.isHadoop() {
			require.ErrorIs(t, err, errors.ErrUnsupported)
			return
		}
		require.NoError(t, err)
		require.Equal(t, at, s.status(t, file).Expires)
		require.NoError(t, s.SetExpiry(t.Context(), file, time.Time{}))
		require.True(t, s.status(t, file).Expires.IsZero())
	})
}

// It is an operation of the account's other host.
// https://learn.microsoft.com/rest/api/storageservices/set-blob-expiry
func TestSetExpiryOfGen2(t *testing.T) {
	t.Parallel()
	client, s := newScripted(t, gen2Endpoint)
	s.answer(http.StatusOK, "")
	s.answer(http.StatusOK, "")
	require.NoError(t, client.SetExpiry(t.Context(), "/dir/a b", time.Date(2030, 1, 2, 3, 4, 5, 0, time.UTC)))
	require.NoError(t, client.SetExpiry(t.Context(), "/dir/a b", time.Time{}))
	require.Equal(t, "PUT https://contoso.blob.core.windows.net/logs/dir/a%20b?comp=expiry", s.seen[0].line)
	require.Equal(t, "Absolute", s.seen[0].header.Get("X-Ms-Expiry-Option"))
	require.Equal(t, "Wed, 02 Jan 2030 03:04:05 GMT", s.seen[0].header.Get("X-Ms-Expiry-Time"))
	require.Equal(t, "NeverExpire", s.seen[1].header.Get("X-Ms-Expiry-Option"))
	require.Empty(t, s.seen[1].header.Get("X-Ms-Expiry-Time"))
}

// Names that no header holds are refused before any request.
func TestUnprintableNames(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, l *lake) {
		t.Helper()
		ctx := t.Context()
		for _, name := range []string{"a\x01b", "a\tb", "a\r\nX-Other: b", "a\x7f", "\xff"} {
			entry := datalake.ACLEntry{Kind: "user", Name: name}
			errs := map[string]error{
				"Chown": l.Chown(ctx, "/f", name, ""), "Chown to a group": l.Chown(ctx, "/f", "", name), "SetACL": l.SetACL(ctx, "/f", entry),
				"ModifyACL": l.ModifyACL(ctx, "/f", entry), "RemoveACLEntries": l.RemoveACLEntries(ctx, "/f", entry),
				"SetXAttr": l.SetXAttr(ctx, "/f", "user."+name, nil), "RemoveXAttr": l.RemoveXAttr(ctx, "/f", "user."+name),
			}
			_, errs["XAttr"] = l.XAttr(ctx, "/f", "user."+name)
			for operation, err := range errs {
				require.ErrorIs(t, err, fs.ErrInvalid, "%s of %q", operation, name)
				require.NotContains(t, err.Error(), "\n")
			}
		}
		require.Empty(t, l.server.Requests())
	})
}
