package storage_test

import (
	"bytes"
	"encoding/xml"
	"io"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/keyless-go/azure/storage"
)

// hasty is a blob service on a socket that refuses every third block before it
// has read it: the transport then still reads a buffer that is to be used again.
type hasty struct {
	mu     sync.Mutex
	n      int
	blocks map[string][]byte
	blob   []byte
}

func (h *hasty) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	id := r.URL.Query().Get("blockid")
	h.mu.Lock()
	h.n++
	refuse := h.n%3 == 0 && id != ""
	h.mu.Unlock()
	if refuse {
		w.Header().Set("Retry-After-Ms", "1")
		w.WriteHeader(http.StatusServiceUnavailable)
		return
	}
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	if id != "" {
		h.blocks[id] = body
	} else {
		var list struct{ Latest []string }
		if xml.Unmarshal(body, &list) == nil {
			for _, id := range list.Latest {
				h.blob = append(h.blob, h.blocks[id]...)
			}
		}
	}
	w.WriteHeader(http.StatusCreated)
}

// start makes a client for the service on a socket.
func (h *hasty) start(t *testing.T) *storage.ContainerClient {
	t.Helper()
	server := httptest.NewServer(h)
	t.Cleanup(server.Close)
	options := &storage.ClientOptions{HTTPClient: server.Client()}
	options.InsecureAllowCredentialWithHTTP = true
	options.Retry.MaxRetries = 20
	options.Retry.RetryDelay = time.Millisecond
	client, err := storage.NewContainerClientWithCredential(server.URL+"/con", fixed{}, options)
	require.NoError(t, err)
	return client
}

func TestBuffersAreNotUsedTwiceAtATime(t *testing.T) {
	t.Parallel()
	h := &hasty{blocks: map[string][]byte{}}
	client := h.start(t)
	content := random(8 << 20)
	require.NoError(t, client.Upload(t.Context(), "b", onlyReader{bytes.NewReader(content)}, &storage.UploadOptions{BlockSize: 256 << 10}))
	require.True(t, bytes.Equal(content, h.blob))
}
