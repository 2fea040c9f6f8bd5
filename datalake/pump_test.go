package datalake_test

import (
	"bytes"
	"context"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/keyless-go/azure/azuretest"
	"github.com/keyless-go/azure/datalake"
)

// slowAppends holds up the first chunk until the source has been asked for more.
type slowAppends struct {
	next http.RoundTripper
	more chan struct{}
}

func (s *slowAppends) RoundTrip(req *http.Request) (*http.Response, error) {
	if strings.Contains(strings.ToLower(req.URL.RawQuery), "append") {
		select {
		case <-s.more:
		case <-req.Context().Done():
			return nil, context.Cause(req.Context())
		}
	}
	return s.next.RoundTrip(req)
}

// While one chunk is on its way the next one is read, be it that only one may be
// on its way.
func TestUploadReadsWhileItSends(t *testing.T) {
	t.Parallel()
	for _, profile := range []azuretest.Profile{azuretest.Gen1, azuretest.Gen2} {
		t.Run(profile.String(), func(t *testing.T) {
			t.Parallel()
			l := newLake(t, profile)
			slow := &slowAppends{next: l.options.HTTPClient.Transport, more: make(chan struct{})}
			options := *l.options
			options.HTTPClient = &http.Client{Transport: slow}
			client, err := datalake.NewClient(l.data.URL(), l.cred, &options)
			require.NoError(t, err)
			ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
			defer cancel()
			first := content(5 << 20) // more than Gen1 takes in one request
			second := readerFunc(func([]byte) (int, error) {
				close(slow.more)
				return 0, io.EOF
			})
			source := io.MultiReader(bytes.NewReader(first), second)
			require.NoError(t, client.Upload(ctx, "/f", source, &datalake.UploadOptions{ChunkSize: 3 << 20, Concurrency: 1}))
			got, _ := l.data.ReadFile("/f")
			require.True(t, bytes.Equal(first, got))
		})
	}
}
