package datalake_test

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"testing"
	"testing/fstest"

	"github.com/stretchr/testify/require"
)

func TestSmoke(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, l *lake) {
		defer func() {
			if t.Failed() {
				for _, r := range l.server.Requests() {
					fmt.Println(r.Method, r.URL, r.Status, r.Reason)
				}
			}
		}()
		ctx := t.Context()
		require.NoError(t, l.Mkdir(ctx, "/d", 0o755))
		require.ErrorIs(t, l.Mkdir(ctx, "/d", 0o755), fs.ErrExist)
		require.ErrorIs(t, l.Mkdir(ctx, "/x/y", 0o755), fs.ErrNotExist)
		w, err := l.Create(ctx, "/d/f")
		require.NoError(t, err)
		_, err = io.WriteString(w, "hello")
		require.NoError(t, err)
		require.NoError(t, w.Close())
		f, err := l.Open(ctx, "/d/f")
		require.NoError(t, err)
		b, err := io.ReadAll(f)
		require.NoError(t, err)
		require.Equal(t, "hello", string(b))
		require.NoError(t, l.Rename(ctx, "/d/f", "/d/g"))
		var names []string
		for e, err := range l.ReadDir(ctx, "/d") {
			require.NoError(t, err)
			names = append(names, e.Name())
		}
		require.Equal(t, []string{"g"}, names)
		require.NoError(t, fstest.TestFS(l.FS(ctx), "d/g"))
		err = l.Remove(ctx, "/d")
		require.Error(t, err)
		t.Log(err)
		require.NoError(t, l.RemoveAll(ctx, "/d"))
		_, err = l.Stat(ctx, "/d")
		require.True(t, errors.Is(err, fs.ErrNotExist))
		t.Log(err)
	})
}
