package datalake_test

import (
	"fmt"
	"io/fs"
	"slices"
	"syscall"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/keyless-go/azure/azuretest"
	"github.com/keyless-go/azure/datalake"
)

func TestConformanceReadDir(t *testing.T) {
	t.Parallel()
	conform(t, func(t *testing.T, s *site) {
		t.Helper()
		require.Empty(t, s.names(t, s.dir))
		want := []string{}
		for i := range 12 { // the page of a server under test may be as small as 5
			want = append(want, fmt.Sprintf("file-%02d", i))
			s.write(t, want[i], "x")
		}
		require.NoError(t, s.Mkdir(t.Context(), s.at("dir"), 0o755))
		require.Equal(t, append([]string{"dir"}, want...), s.names(t, s.dir))
		require.Equal(t, append([]string{"dir"}, want...), s.names(t, s.dir+"/"))
		for entry, err := range s.ReadDir(t.Context(), s.dir) {
			require.NoError(t, err)
			require.Equal(t, entry.Name() == "dir", entry.IsDir())
			require.Equal(t, entry.IsDir(), entry.Type() == fs.ModeDir)
			info, err := entry.Info()
			require.NoError(t, err)
			if !entry.IsDir() {
				require.Equal(t, int64(1), info.Size())
			}
		}
	})
}

func TestConformanceReadDirEnds(t *testing.T) {
	t.Parallel()
	conform(t, func(t *testing.T, s *site) {
		t.Helper()
		for i := range 7 {
			s.write(t, fmt.Sprint(i), "")
		}
		seen := 0
		for _, err := range s.ReadDir(t.Context(), s.dir) {
			require.NoError(t, err)
			if seen++; seen == 3 {
				break
			}
		}
		require.Equal(t, 3, seen)
	})
}

func TestConformanceReadDirErrors(t *testing.T) {
	t.Parallel()
	conform(t, func(t *testing.T, s *site) {
		t.Helper()
		file := s.write(t, "file", "x")
		for name, want := range map[string]error{s.at("none"): fs.ErrNotExist, file: syscall.ENOTDIR} {
			errs := 0
			for entry, err := range s.ReadDir(t.Context(), name) {
				require.Nil(t, entry)
				require.ErrorIs(t, err, want)
				errs++
			}
			require.Equal(t, 1, errs, "one error ends the list")
		}
	})
}

// Each profile has pages of another size.
func TestReadDirGoesFromPageToPage(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, l *lake) {
		t.Helper()
		l.data.Generate("/many", 4_321)
		names := []string{}
		for entry, err := range l.ReadDir(t.Context(), "/many") {
			require.NoError(t, err)
			names = append(names, entry.Name())
		}
		require.Len(t, names, 4_321)
		require.True(t, slices.IsSorted(names))
		require.Len(t, slices.Compact(names), 4_321)
	})
}

// A page with nothing on it is not the last while the server says how to go on.
func TestReadDirGoesOnAfterAnEmptyPage(t *testing.T) {
	t.Parallel()
	client, s := newScripted(t, gen1Endpoint)
	s.answer(200, `{"FileStatuses":{"FileStatus":[],"continuationToken":"next"}}`)
	s.answer(200, `{"FileStatuses":{"FileStatus":[{"pathSuffix":"a","type":"FILE"}],"continuationToken":""}}`)
	names := []string{}
	for entry, err := range client.ReadDir(t.Context(), "/dir") {
		require.NoError(t, err)
		names = append(names, entry.Name())
	}
	require.Equal(t, []string{"a"}, names)
	require.Contains(t, s.seen[1].line, "listAfter=next")
}

// A list that is known to be short is no list.
func TestReadDirMissesWhatRemains(t *testing.T) {
	t.Parallel()
	client, s := newScripted(t, nameNode, noRetries)
	s.answer(200, `{"DirectoryListing":{"partialListing":{"FileStatuses":{"FileStatus":[]}},"remainingEntries":5}}`)
	errs := []error{}
	for _, err := range client.ReadDir(t.Context(), "/dir") {
		errs = append(errs, err)
	}
	require.Len(t, errs, 1)
	require.ErrorIs(t, errs[0], datalake.ErrUnexpectedResponse)
}

// HttpFS has one page, however large the directory is.
func TestReadDirOfOneLargePage(t *testing.T) {
	t.Parallel()
	l := newLake(t, azuretest.HttpFS)
	l.data.Generate("/many", 30_000)
	for range 2 {
		seen := 0
		for _, err := range l.ReadDir(t.Context(), "/many") {
			require.NoError(t, err)
			seen++
		}
		require.Equal(t, 30_000, seen)
	}
	require.Equal(t, 1, count(l, "datalake.liststatus_batch"), "it is asked once")
}

// Servers before LISTSTATUS_BATCH refuse it, and give a directory in one answer.
func TestReadDirOfAnOldServer(t *testing.T) {
	t.Parallel()
	for _, fault := range []azuretest.Fault{
		{Operation: "datalake.liststatus_batch", Times: -1, Status: 400, Code: "UnsupportedOperationException"},
		{Operation: "datalake.liststatus_batch", Times: -1, Status: 400, Code: "IllegalArgumentException"},
	} {
		t.Run(fault.Code, func(t *testing.T) {
			t.Parallel()
			l := newLake(t, azuretest.Hadoop)
			l.server.Fail(fault)
			l.data.Generate("/many", 1500)
			for range 2 {
				seen := 0
				for _, err := range l.ReadDir(t.Context(), "/many") {
					require.NoError(t, err)
					seen++
				}
				require.Equal(t, 1500, seen)
			}
			require.Equal(t, 1, count(l, "datalake.liststatus_batch"), "it is asked once")
			require.Equal(t, 2, count(l, "datalake.liststatus"))
			for _, err := range l.ReadDir(t.Context(), "/none") {
				require.ErrorIs(t, err, fs.ErrNotExist)
			}
		})
	}
}

// count is how many requests there were for an operation.
func count(l *lake, operation string) int {
	n := 0
	for _, r := range l.server.Requests() {
		if r.Operation == operation {
			n++
		}
	}
	return n
}
