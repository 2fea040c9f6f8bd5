package main_test

import (
	"flag"
	"io"
	"net/http"
	"runtime"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

var soak = flag.Duration("soak", 300*time.Millisecond, "how long TestSoak runs; from 10s on it wants flat memory")

const (
	soakConnections = 64
	logged          = 10_000 // requests that the log keeps
)

// TestSoak reads a secret over TLS as often as it can, and says how often that is. Memory
// grows until the log of requests is full; from then on it must stay as it is.
func TestSoak(t *testing.T) {
	p := start(t, "-sql=off")
	client := p.client(t)
	transport := client.Transport.(*http.Transport)
	transport.ForceAttemptHTTP2 = false
	transport.TLSClientConfig.NextProtos = []string{"http/1.1"}
	transport.MaxIdleConnsPerHost = soakConnections
	token := "Bearer " + p.token(t, client, "https://vault.azure.net")
	long := *soak >= 10*time.Second
	if long {
		read(t, client, token, func(n int64) bool { return n < 2*logged })
	}
	const parts = 6
	var all int64
	var heap [parts]float64
	for i := range parts {
		end := time.Now().Add(*soak / parts)
		all += read(t, client, token, func(int64) bool { return time.Now().Before(end) })
		heap[i] = memory()
	}
	rate := float64(all) / soak.Seconds()
	t.Logf("%d reads in %s on %d connections: %.0f per second; MiB in use after each part: %.1f", all, *soak, soakConnections, rate, heap)
	if long {
		require.InDelta(t, heap[0], slices.Max(heap[:]), 2)
	}
}

// read reads the secret on all connections as long as it is told to, and returns how
// often.
func read(t *testing.T, client *http.Client, token string, more func(n int64) bool) int64 {
	t.Helper()
	var done, failed atomic.Int64
	var all sync.WaitGroup
	for range soakConnections {
		all.Go(func() {
			for more(done.Load()) && failed.Load() == 0 {
				if readOnce(t, client, token) {
					done.Add(1)
				} else {
					failed.Add(1)
				}
			}
		})
	}
	all.Wait()
	require.Zero(t, failed.Load())
	return done.Load()
}

func readOnce(t *testing.T, client *http.Client, token string) bool {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, secretURL, nil)
	if err != nil {
		return false
	}
	r.Header.Set("Authorization", token)
	resp, err := client.Do(r)
	if err != nil {
		return false
	}
	defer func() { _ = resp.Body.Close() }()
	_, err = io.Copy(io.Discard, resp.Body)
	return err == nil && resp.StatusCode == http.StatusOK
}

// memory returns what is in use, in MiB.
func memory() float64 {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return float64(m.HeapAlloc) / (1 << 20)
}
