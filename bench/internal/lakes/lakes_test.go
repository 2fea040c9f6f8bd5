package lakes_test

import (
	"bytes"
	"context"
	"io"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/keyless-go/azure/bench/internal/lakes"
)

func TestContendersMoveAllOfAFile(t *testing.T) {
	t.Parallel()
	const size = 9<<20 + 1 // of several chunks
	handler, azure, err := lakes.Handler()
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, azure.Close()) })
	server := httptest.NewServer(handler)
	t.Cleanup(server.Close)
	for _, name := range []string{lakes.Hadoop, lakes.Gen2} {
		lake, err := lakes.NewLake(name, strings.TrimPrefix(server.URL, "http://"))
		require.NoError(t, err)
		contenders, err := lake.Contenders()
		require.NoError(t, err)
		for _, contender := range contenders {
			requireMoves(t, lake, contender, size)
		}
	}
}

// requireMoves also says that what is not as long as it should be is an error.
func requireMoves(t *testing.T, lake *lakes.Lake, c lakes.Contender, size int64) {
	t.Helper()
	for _, o := range lakes.Operations() {
		if o.Up {
			require.NoError(t, lake.Remove(t.Context()))
		}
		require.NoError(t, o.Run(t.Context(), c, size), "%s: %s", c.Name, o.Name)
		if !o.Up {
			require.Error(t, o.Run(t.Context(), c, size+1), "%s: %s", c.Name, o.Name)
		}
	}
}

// What goes up in one way comes down in all.
func TestContendersMoveTheSame(t *testing.T) {
	t.Parallel()
	handler, azure, err := lakes.Handler()
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, azure.Close()) })
	server := httptest.NewServer(handler)
	t.Cleanup(server.Close)
	want := []byte(strings.Repeat("All of it. ", 500_000))
	for _, name := range []string{lakes.Hadoop, lakes.Gen2} {
		lake, err := lakes.NewLake(name, strings.TrimPrefix(server.URL, "http://"))
		require.NoError(t, err)
		contenders, err := lake.Contenders()
		require.NoError(t, err)
		for _, up := range contenders {
			require.NoError(t, up.Upload(t.Context(), io.NewSectionReader(bytes.NewReader(want), 0, int64(len(want)))), up.Name)
			for _, down := range contenders {
				requireContent(t, down, want)
			}
		}
	}
}

func requireContent(t *testing.T, c lakes.Contender, want []byte) {
	t.Helper()
	body, err := c.Stream(t.Context())
	require.NoError(t, err)
	got, err := io.ReadAll(body)
	require.NoError(t, err)
	require.NoError(t, body.Close())
	require.True(t, bytes.Equal(want, got), c.Name)
	saved := buffer(make([]byte, len(want)))
	require.NoError(t, c.Save(t.Context(), saved))
	require.True(t, bytes.Equal(want, saved), c.Name)
}

// buffer takes what is written to any part of it.
type buffer []byte

func (b buffer) WriteAt(p []byte, at int64) (int, error) {
	return copy(b[at:], p), nil
}

func TestUnknownWorkIsRefused(t *testing.T) {
	t.Parallel()
	require.Error(t, lakes.Work(context.Background(), "127.0.0.1:1", "none", "", "", io.Discard))
	require.Error(t, lakes.Work(context.Background(), "127.0.0.1:1", lakes.Hadoop, "none", "none", io.Discard))
}
