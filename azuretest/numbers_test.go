package azuretest_test

import (
	"io"
	"net/http"
	"os"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/keyless-go/azure/azuretest"
)

// firstToken starts a Server and gets the machine's token from it.
func firstToken(tb testing.TB) *azuretest.Server {
	tb.Helper()
	srv, err := azuretest.Start()
	require.NoError(tb, err)
	req, err := http.NewRequestWithContext(tb.Context(), http.MethodGet, imdsToken+"?api-version=2018-02-01&resource="+vaultAud, nil)
	require.NoError(tb, err)
	req.Header.Set("Metadata", "true")
	resp, err := srv.Client().Do(req)
	require.NoError(tb, err)
	_, err = io.Copy(io.Discard, resp.Body)
	require.NoError(tb, err)
	require.NoError(tb, resp.Body.Close())
	require.Equal(tb, http.StatusOK, resp.StatusCode)
	return srv
}

func BenchmarkNewToFirstToken(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		require.NoError(b, firstToken(b).Close())
	}
}

// From New to the first token it takes at most 1 MiB. The least of many counts: other
// goroutines of the process allocate, too. For the time see BenchmarkNewToFirstToken.
func TestFirstTokenIsSmall(t *testing.T) {
	var before, after runtime.MemStats
	least := uint64(1 << 62)
	for range 20 {
		runtime.ReadMemStats(&before)
		srv := firstToken(t)
		runtime.ReadMemStats(&after)
		least = min(least, after.TotalAlloc-before.TotalAlloc)
		require.NoError(t, srv.Close())
	}
	require.LessOrEqual(t, least, uint64(1<<20))
}

// A thousand Servers at once, some of which have written files, leave nothing behind.
func TestThousandServersLeaveNothing(t *testing.T) {
	dir := tempDir(t)
	for _, name := range []string{"TMPDIR", "TMP", "TEMP"} {
		t.Setenv(name, dir)
	}
	const servers = 1000
	before := runtime.NumGoroutine()
	var all []*azuretest.Server
	for i := range servers {
		srv := firstToken(t)
		all = append(all, srv)
		if i%100 == 0 {
			require.NotEmpty(t, srv.Environment("WorkloadIdentity"))
			srv.Watch(t.Context()) // nobody ranges over it
			lakeOf(srv, "contoso", azuretest.Gen1).put(t, "/large", strings.Repeat("x", 300_000))
		}
	}
	files, err := os.ReadDir(dir)
	require.NoError(t, err)
	require.Len(t, files, 2*servers/100)
	for _, srv := range all {
		require.NoError(t, srv.Close())
	}
	require.EventuallyWithT(t, func(t *assert.CollectT) { // connections end in the background
		assert.LessOrEqual(t, runtime.NumGoroutine(), before+2) // of which two are this one's
	}, 10*time.Second, 10*time.Millisecond)
	files, err = os.ReadDir(dir)
	require.NoError(t, err)
	require.Empty(t, files)
}
