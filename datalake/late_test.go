package datalake_test

import (
	"bytes"
	"context"
	"io"
	"net/http"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/keyless-go/azure/azuretest"
	"github.com/keyless-go/azure/datalake"
)

// tardy is a wire that breaks in the midst of an upload, to a server that makes the
// file of it only later: Hadoop's data node takes data before it looks at the file.
type tardy struct {
	next  http.RoundTripper
	after time.Duration
}

func (w *tardy) RoundTrip(req *http.Request) (*http.Response, error) {
	if req.Method != http.MethodPut || req.Body == nil || req.ContentLength == 0 {
		return w.next.RoundTrip(req)
	}
	arrived := make([]byte, 5)
	if _, err := io.ReadFull(req.Body, arrived); err != nil {
		return nil, err
	}
	late := req.Clone(context.WithoutCancel(req.Context()))
	late.Body, late.ContentLength = io.NopCloser(bytes.NewReader(arrived)), int64(len(arrived))
	time.AfterFunc(w.after, func() {
		if resp, err := w.next.RoundTrip(late); err == nil {
			_ = resp.Body.Close()
		}
	})
	return nil, io.ErrUnexpectedEOF
}

// What comes to be after an upload has failed is taken away as well.
func TestFilesThatComeLateAreRemoved(t *testing.T) {
	t.Parallel()
	for _, profile := range []azuretest.Profile{azuretest.Hadoop, azuretest.HttpFS, azuretest.Knox} {
		t.Run(profile.String(), func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				l := newLake(t, profile)
				client := l.on(t, &tardy{next: l.server.Client().Transport, after: 4 * time.Second})
				require.ErrorIs(t, client.Upload(t.Context(), "/f", stream("0123456789"), nil), io.ErrUnexpectedEOF)
				time.Sleep(time.Minute)
				require.Empty(t, l.data.Names("/"))
			})
		})
	}
}

// Gen2's conditions fail when the lost request has done it.
func TestLostAnswersToConditions(t *testing.T) {
	t.Parallel()
	entry := datalake.ACLEntry{Kind: "user", Name: "bob", Permissions: 4}
	for name, do := range map[string]func(l *lake) error{
		"Truncate":    func(l *lake) error { return l.Truncate(t.Context(), "/f", 0) },
		"ModifyACL":   func(l *lake) error { return l.ModifyACL(t.Context(), "/f", entry) },
		"SetXAttr":    func(l *lake) error { return l.SetXAttr(t.Context(), "/f", "b", []byte("2")) },
		"RemoveXAttr": func(l *lake) error { return l.RemoveXAttr(t.Context(), "/f", "a") },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			l := newLake(t, azuretest.Gen2)
			put1(t, l, "/f", "x")
			require.NoError(t, l.SetXAttr(t.Context(), "/f", "a", []byte("1")))
			wire := &lossy{lose: func(req *http.Request) bool { return req.Header.Get("If-Match") != "" }}
			require.NoError(t, do(l.through(t, wire)))
			require.True(t, wire.lost.Load())
		})
	}
}
