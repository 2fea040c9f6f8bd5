package datalake_test

import (
	"context"
	"errors"
	"io/fs"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/keyless-go/azure/datalake"
)

// What is for files takes no name that says it is a directory's.
func TestSlashAfterAFile(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, l *lake) {
		t.Helper()
		ctx := t.Context()
		_, created := l.Create(ctx, "/f/")
		_, summed := l.Checksum(ctx, "/f/")
		errs := map[string]error{
			"Create": created, "Checksum": summed, "Upload": l.Upload(ctx, "/f/", stream("x"), nil), "Append": l.Append(ctx, "/f/", stream("x")),
			"Download": l.Download(ctx, "/f/", &memory{}, nil), "Truncate": l.Truncate(ctx, "/f/", 0), "SetExpiry": l.SetExpiry(ctx, "/f/", time.Time{}),
			"Concat": l.Concat(ctx, "/f/", "/g"), "Concat of": l.Concat(ctx, "/f", "/g/"),
		}
		for operation, err := range errs {
			require.True(t, isAny(err, fs.ErrInvalid, errors.ErrUnsupported), "%s: %v", operation, err)
		}
		for _, operation := range []string{"Create", "Upload", "Append", "Download"} {
			require.EqualError(t, errors.Unwrap(errs[operation]), "invalid argument: the name of a file ends in no slash")
		}
		require.Empty(t, l.server.Requests())
	})
}

// What is for both takes it if there is a directory.
func TestSlashAfterADirectory(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, l *lake) {
		t.Helper()
		ctx := t.Context()
		for _, dir := range []string{"/dir/", "/dir/below/"} {
			require.NoError(t, l.Mkdir(ctx, dir, 0o700))
			require.NoError(t, l.MkdirAll(ctx, dir, 0o700))
			require.ErrorIs(t, l.Mkdir(ctx, dir, 0o700), fs.ErrExist)
			for operation, err := range onBoth(ctx, l, dir) {
				require.True(t, err == nil || errors.Is(err, errors.ErrUnsupported), "%s: %v", operation, err)
			}
		}
		info, err := l.Stat(ctx, "/dir/below/")
		require.NoError(t, err)
		require.Equal(t, "below", info.Name())
		require.NoError(t, l.Rename(ctx, "/dir/below/", "/dir/other/"))
		require.NoError(t, l.Remove(ctx, "/dir/other/"))
		require.NoError(t, l.RemoveAll(ctx, "/dir/"))
		require.NoError(t, l.RemoveAll(ctx, "/dir/"))
		require.ErrorIs(t, l.Remove(ctx, "/dir/"), fs.ErrNotExist)
	})
}

// No file answers to the name of a directory.
func TestSlashAfterWhatIsAFile(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, l *lake) {
		t.Helper()
		ctx := t.Context()
		require.NoError(t, l.Upload(ctx, "/f", stream("x"), nil))
		errs := onBoth(ctx, l, "/f/")
		errs["Rename"], errs["Rename to"] = l.Rename(ctx, "/f/", "/g"), l.Rename(ctx, "/f", "/g/")
		errs["Rename to itself"] = l.Rename(ctx, "/f", "/f/")
		errs["Remove"], errs["RemoveAll"] = l.Remove(ctx, "/f/"), l.RemoveAll(ctx, "/f/")
		for operation, err := range errs {
			require.True(t, isAny(err, syscall.ENOTDIR, errors.ErrUnsupported), "%s: %v", operation, err)
		}
		require.Equal(t, []string{"f"}, l.data.Names("/"))
	})
}

// onBoth is what can be done to files and directories, and leaves them there.
func onBoth(ctx context.Context, l *lake, name string) map[string]error {
	group := datalake.ACLEntry{Kind: "group", Permissions: 5}
	errs := map[string]error{
		"Chmod": l.Chmod(ctx, name, 0o700), "Chtimes": l.Chtimes(ctx, name, time.Time{}, time.Unix(1, 0)),
		"ModifyACL": l.ModifyACL(ctx, name, group), "RemoveACL": l.RemoveACL(ctx, name), "SetXAttr": l.SetXAttr(ctx, name, "user.a", nil),
		"RemoveXAttr": l.RemoveXAttr(ctx, name, "user.a"),
	}
	_, errs["Stat"] = l.Stat(ctx, name)
	_, errs["Open"] = l.Open(ctx, name)
	_, errs["ACL"] = l.ACL(ctx, name)
	_, errs["XAttrs"] = l.XAttrs(ctx, name)
	_, errs["ContentSummary"] = l.ContentSummary(ctx, name)
	for _, err := range l.ReadDir(ctx, name) {
		errs["ReadDir"] = err
	}
	return errs
}
