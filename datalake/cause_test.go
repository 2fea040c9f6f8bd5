package datalake_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/keyless-go/azure/datalake"
)

// giveUp cancels a context once something is read from it.
type giveUp struct {
	io.Reader

	cancel context.CancelCauseFunc
}

// Read cancels after the first bytes.
func (g giveUp) Read(p []byte) (int, error) {
	n, err := g.Reader.Read(p[:min(len(p), 64<<10)])
	g.cancel(errors.New("the user has left"))
	return n, err
}

// writeUp is the same for what is written to it.
type writeUp struct{ cancel context.CancelCauseFunc }

// WriteAt cancels.
func (w writeUp) WriteAt(p []byte, _ int64) (int, error) {
	w.cancel(errors.New("the user has left"))
	return len(p), nil
}

// A transfer that its context ends says so, whatever cause the context was given.
func TestTransferEndsWithItsContext(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, l *lake) {
		t.Helper()
		content := bytes.Repeat([]byte("keyless "), 1<<20)
		ctx, cancel := context.WithCancelCause(t.Context())
		err := l.Upload(ctx, "/left", giveUp{bytes.NewReader(content), cancel}, nil)
		require.ErrorIs(t, err, context.Canceled)
		require.NoError(t, l.Upload(t.Context(), "/there", bytes.NewReader(content), nil))
		ctx, cancel = context.WithCancelCause(t.Context())
		err = l.Download(ctx, "/there", writeUp{cancel}, &datalake.DownloadOptions{ChunkSize: 1 << 20, Concurrency: 3})
		require.ErrorIs(t, err, context.Canceled)
	})
}
