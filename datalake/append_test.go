package datalake_test

import (
	"bytes"
	"io/fs"
	"strings"
	"syscall"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/keyless-go/azure/datalake"
)

func TestConformanceAppend(t *testing.T) {
	t.Parallel()
	conform(t, func(t *testing.T, s *site) {
		t.Helper()
		ctx := t.Context()
		want := "begin,"
		name := s.write(t, "file", want)
		require.NoError(t, s.Append(ctx, name, strings.NewReader("one,")))
		require.NoError(t, s.Append(ctx, name, stream("two,")))
		require.NoError(t, s.Append(ctx, name, stream("")))
		want += "one,two,"
		require.Equal(t, want, s.read(t, "file"))
		long := string(content(5<<20 + 5))
		require.NoError(t, s.Append(ctx, name, stream(long)))
		require.NoError(t, s.Append(ctx, name, bytes.NewReader([]byte(long))))
		require.True(t, want+long+long == s.read(t, "file"))
		require.Equal(t, []string{"file"}, s.names(t, s.dir))
	})
}

func TestConformanceAppendErrors(t *testing.T) {
	t.Parallel()
	conform(t, func(t *testing.T, s *site) {
		t.Helper()
		require.ErrorIs(t, s.Append(t.Context(), s.at("none"), stream("x")), fs.ErrNotExist)
		require.ErrorIs(t, s.Append(t.Context(), s.dir, stream("x")), syscall.EISDIR)
		require.Empty(t, s.names(t, s.dir))
	})
}

// Somebody else writes the file.
func TestAppendIsRefusedWhileAnotherWrites(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, l *lake) {
		t.Helper()
		require.NoError(t, l.Upload(t.Context(), "/file", stream("x"), nil))
		release := l.data.HoldLease("/file")
		err := l.Append(t.Context(), "/file", stream("y"))
		require.Error(t, err)
		if exceptionOf(err) != "RemoteException" { // HttpFS does not say
			require.ErrorIs(t, err, datalake.ErrBusy)
		}
		release()
		require.NoError(t, l.Append(t.Context(), "/file", stream("y")))
		got, _ := l.data.ReadFile("/file")
		require.Equal(t, "xy", string(got))
	})
}
