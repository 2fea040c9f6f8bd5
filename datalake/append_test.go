package datalake_test

import (
	"bytes"
	"io/fs"
	"net/http"
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

// Gen1 may say in the message alone that somebody else writes the file.
func TestGen1SaysInTextThatAFileIsInUse(t *testing.T) {
	t.Parallel()
	client, s := newScripted(t, gen1Endpoint, noRetries)
	s.answer(http.StatusOK, `{"FileStatus":{"type":"FILE","length":4}}`)
	s.answer(http.StatusBadRequest, `{"RemoteException":{"exception":"RuntimeException","message":"APPEND failed with error 0x83090a16 (in use)"}}`)
	require.ErrorIs(t, client.Append(t.Context(), "/f", stream("x")), datalake.ErrBusy)
}
