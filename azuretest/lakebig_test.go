package azuretest_test

import (
	"bytes"
	"fmt"
	"io"
	"net/http"
	"os"
	"runtime"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/keyless-go/azure/azuretest"
)

// letters reads as many letters of the alphabet as it is told.
type letters struct{ left, at int }

func (l *letters) Read(p []byte) (int, error) {
	if l.left == 0 {
		return 0, io.EOF
	}
	n := min(len(p), l.left)
	for i := range p[:n] {
		p[i] = 'a' + byte((l.at+i)%26)
	}
	l.at, l.left = l.at+n, l.left-n
	return n, nil
}

// A large file is not in memory, comes back as it was, and leaves nothing on disk.
func TestLakeLargeFiles(t *testing.T) {
	dir := tempDir(t)
	t.Setenv("TMPDIR", dir)
	t.Setenv("TMP", dir)
	const size = 48 << 20
	srv, err := azuretest.Start()
	require.NoError(t, err)
	defer srv.Close()
	lake := srv.DataLake("contoso", azuretest.HttpFS)
	before := heap()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodPut, lake.URL()+"/f?op=CREATE&data=true&user.name=alice", &letters{left: size})
	require.NoError(t, err)
	req.Header.Set("Content-Type", "application/octet-stream")
	resp, err := srv.Client().Do(req)
	require.NoError(t, err)
	require.NoError(t, resp.Body.Close())
	require.Equal(t, http.StatusCreated, resp.StatusCode)
	require.Less(t, heap()-before, int64(16<<20))

	info, ok := lake.Stat("/f")
	require.True(t, ok)
	require.Equal(t, int64(size), info.Size())
	req, err = http.NewRequestWithContext(t.Context(), http.MethodGet, lake.URL()+"/f?op=OPEN&user.name=alice&offset=1", http.NoBody)
	require.NoError(t, err)
	resp, err = srv.Client().Do(req)
	require.NoError(t, err)
	requireSame(t, &letters{left: size - 1, at: 1}, resp.Body)
	require.NoError(t, resp.Body.Close())

	require.NoError(t, srv.Close())
	left, err := os.ReadDir(dir)
	require.NoError(t, err)
	require.Empty(t, left, "temporary files")
}

func heap() int64 {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return int64(m.HeapAlloc)
}

func requireSame(t *testing.T, want, got io.Reader) {
	t.Helper()
	a, b := make([]byte, 1<<20), make([]byte, 1<<20)
	for at := 0; ; at += len(a) {
		n, errA := io.ReadFull(want, a)
		m, errB := io.ReadFull(got, b)
		require.Equal(t, n, m, "length after %d", at)
		require.True(t, bytes.Equal(a[:n], b[:m]), "bytes after %d", at)
		if errA != nil || errB != nil {
			require.Equal(t, errA, errB)
			return
		}
	}
}

// A temporary file goes when nothing refers to it any more.
func TestLakeSpillsAreCollected(t *testing.T) {
	dir := tempDir(t)
	t.Setenv("TMPDIR", dir)
	t.Setenv("TMP", dir)
	s := newLake(t, azuretest.HttpFS)
	s.put(t, "/f", strings.Repeat("x", 1<<20))
	left, err := os.ReadDir(dir)
	require.NoError(t, err)
	require.Len(t, left, 1)
	s.put(t, "/f", "small")
	require.Eventually(t, func() bool {
		runtime.GC()
		left, err := os.ReadDir(dir)
		return err == nil && len(left) == 0
	}, 10e9, 1e7)
}

// Appends, joins and cuts keep the bytes in order, in memory and on disk.
func TestLakePieces(t *testing.T) {
	t.Parallel()
	s := newLake(t, azuretest.Hadoop)
	piece := func(n, at int) string {
		var b strings.Builder
		_, _ = io.Copy(&b, &letters{left: n, at: at})
		return b.String()
	}
	s.put(t, "/f", piece(700_000, 0))
	s.play(t, []lakeStep{
		{"POST /f?op=APPEND", piece(3, 700_000), 200, ""},
		{"POST /f?op=APPEND", piece(600_000, 700_003), 200, ""},
		{"POST /f?op=TRUNCATE&newlength=1000000", "", 200, ""},
		{"POST /f?op=APPEND", piece(5, 1_000_000), 200, ""},
		{"PUT /g?op=CREATE", piece(400_000, 1_000_005), 201, ""},
		{"POST /f?op=CONCAT&sources=/g", "", 200, ""},
		{"POST /f?op=APPEND", piece(300_000, 1_400_005), 200, ""},
	})
	data, ok := s.lake.ReadFile("/f")
	require.True(t, ok)
	require.Equal(t, 1_700_005, len(data))
	require.True(t, piece(1_700_005, 0) == string(data))
	for _, span := range [][2]int{{0, 1}, {699_999, 5}, {999_990, 500}, {262_140, 10}, {1_000_004, 400_002}} {
		got := s.do(t, http.MethodGet, fmt.Sprintf("/f?op=OPEN&offset=%d&length=%d", span[0], span[1]), "")
		require.True(t, piece(span[1], span[0]) == got.Body, "%v", span)
	}
}

// A directory of many takes no memory, and a list of it neither.
func TestLakeGenerated(t *testing.T) {
	const count = 200_000
	s := newLake(t, azuretest.Hadoop)
	before := heap()
	s.lake.Generate("/many", count)
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, s.url("/many?op=LISTSTATUS"), http.NoBody)
	require.NoError(t, err)
	resp, err := s.client.Do(req)
	require.NoError(t, err)
	defer resp.Body.Close()
	entries := 0
	buf := make([]byte, 1<<20)
	for {
		n, err := io.ReadFull(resp.Body, buf)
		entries += bytes.Count(buf[:n], []byte(`,"type":"FILE"}`)) // some are cut in two
		if err != nil {
			break
		}
	}
	require.InDelta(t, count, entries, 1000)
	require.Less(t, heap()-before, int64(16<<20))
}

func TestLakeGeneratedFiles(t *testing.T) {
	t.Parallel()
	onProfiles(t, webProfiles(), func(t *testing.T, s lakeSide) {
		t.Helper()
		s.lake.Generate("/many", 1000)
		s.lake.WriteFile("/many/file-0000000001.5", nil)
		s.lake.WriteFile("/many/a", nil)
		s.lake.WriteFile("/many/z", nil)
		names := s.suffixes(t, "/many")
		require.Len(t, names, 1003)
		require.Equal(t, []string{"a", "file-0000000000", "file-0000000001", "file-0000000001.5", "file-0000000002"}, names[:5])
		require.Equal(t, "z", names[1002])
		require.Equal(t, names, s.lake.Names("/many"))

		require.Equal(t, 200, s.do(t, http.MethodGet, "/many/file-0000000999?op=GETFILESTATUS", "").Status)
		require.Equal(t, 404, s.do(t, http.MethodGet, "/many/file-0000001000?op=GETFILESTATUS", "").Status)
		s.play(t, []lakeStep{
			{"DELETE /many/file-0000000000?op=DELETE", "", 200, "true"},
			{"DELETE /many/file-0000000000?op=DELETE", "", 200, "false"},
			{"POST /many/file-0000000001?op=APPEND", "hello", 200, ""},
			{"GET /many/file-0000000001?op=OPEN", "", 200, "hello"},
			{"PUT /many/file-0000000002?op=RENAME&destination=/renamed", "", 200, "true"},
			{"GET /many?op=GETCONTENTSUMMARY", "", 200, `"fileCount":1001,"length":5`},
		})
		require.Len(t, s.lake.Names("/many"), 1001)
		require.Equal(t, "file-0000000003", s.lake.Names("/many")[3])
		s.lake.Remove("/many")
		require.Equal(t, []string{"renamed"}, s.lake.Names("/"))
	})
}

func TestLakeGeneratedPages(t *testing.T) {
	t.Parallel()
	s := newLake(t, azuretest.Hadoop)
	s.lake.Generate("/many", 2500)
	s.lake.WriteFile("/many/zzz", nil)
	after, left := "", []any{}
	for {
		got := s.do(t, http.MethodGet, "/many?op=LISTSTATUS_BATCH&startafter="+after, "")
		remaining := got.At(t, "DirectoryListing", "remainingEntries")
		left = append(left, remaining)
		if remaining == 0.0 {
			break
		}
		names := strings.Split(got.Body, `"pathSuffix":"`)
		after, _, _ = strings.Cut(names[len(names)-1], `"`)
	}
	require.Equal(t, []any{1501.0, 501.0, 0.0}, left)
}
