package azuretest_test

import (
	"bytes"
	"io"
	"net/http"
	"runtime"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/keyless-go/azure/azuretest"
)

// heapMeter is a writer that notes how large the heap gets.
type heapMeter struct {
	writes int
	most   uint64
}

func (m *heapMeter) Write(p []byte) (int, error) {
	if m.writes++; m.writes%64 == 0 {
		m.most = max(m.most, liveHeap())
	}
	return len(p), nil
}

// liveHeap is how many bytes are in use.
func liveHeap() uint64 {
	runtime.GC()
	var stats runtime.MemStats
	runtime.ReadMemStats(&stats)
	return stats.HeapAlloc
}

// Saving takes no memory for contents.
func TestStateIsStreamed(t *testing.T) {
	const size = 48 << 20
	srv := azuretest.New(t)
	srv.StorageAccount("mystorageacct").Container("mycontainer").SetBlob("large", bytes.Repeat([]byte("x"), size))
	before := liveHeap()
	require.Greater(t, before, uint64(size))
	var meter heapMeter
	require.NoError(t, srv.Save(&meter))
	require.Greater(t, meter.writes, 100)
	require.Less(t, meter.most, before+8<<20)
}

// Loading holds each content once: what is large in a lake is in a file.
func TestLoadHoldsContentsOnce(t *testing.T) {
	const size = 24 << 20
	srv := azuretest.New(t)
	lake := lakeOf(srv, "lake", azuretest.Gen1)
	first := lake.once(t, http.MethodPut, lake.url("/large?op=CREATE"), "")
	req, err := http.NewRequestWithContext(t.Context(), http.MethodPut, first.Header.Get("Location"), io.LimitReader(zeros{}, size))
	require.NoError(t, err)
	req.Header.Set("Authorization", "Bearer "+srv.SystemIdentity().Token(gen1Audience, time.Hour))
	resp, err := srv.Client().Do(req)
	require.NoError(t, err)
	require.NoError(t, resp.Body.Close())
	require.Equal(t, http.StatusCreated, resp.StatusCode)

	before := liveHeap()
	again := azuretest.New(t)
	r, w := io.Pipe()
	go func() { _ = w.CloseWithError(srv.Save(w)) }()
	require.NoError(t, again.Load(r))
	require.Less(t, liveHeap(), before+8<<20)
	info, ok := again.DataLake("lake", azuretest.Gen1).Stat("/large")
	require.True(t, ok)
	require.Equal(t, int64(size), info.Size())
}
