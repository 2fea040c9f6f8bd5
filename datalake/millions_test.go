package datalake_test

import (
	"os"
	"runtime"
	"strconv"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/keyless-go/azure/azuretest"
)

// entries is how large a directory the test lists: 50,000, or what the
// environment variable DATALAKE_ENTRIES says. The gate says ten million.
func entries(t *testing.T) int {
	t.Helper()
	text := os.Getenv("DATALAKE_ENTRIES")
	if text == "" {
		return 50_000
	}
	n, err := strconv.Atoi(text)
	require.NoError(t, err)
	return n
}

// A directory of any size is listed in the memory of a few pages. What is
// measured here is the client and the emulator together.
func TestReadDirTakesConstantMemory(t *testing.T) { //nolint:paralleltest // others' memory would be counted
	for _, profile := range []azuretest.Profile{azuretest.Hadoop, azuretest.Gen2} {
		t.Run(profile.String(), func(t *testing.T) { //nolint:paralleltest // see above
			l := newLake(t, profile)
			want := entries(t)
			l.data.Generate("/many", want)
			seen, least, most := 0, uint64(1<<62), uint64(0)
			for _, err := range l.ReadDir(t.Context(), "/many") {
				require.NoError(t, err)
				if seen++; seen%max(want/10, 1) == 0 {
					used := heap()
					least, most = min(least, used), max(most, used)
				}
			}
			require.Equal(t, want, seen)
			require.Less(t, most-least, uint64(16<<20), "the heap does not grow with the directory")
			if want >= 1_000_000 {
				t.Logf("%d entries, heap %d to %d KiB", seen, least>>10, most>>10)
			}
		})
	}
}

func heap() uint64 {
	runtime.GC()
	var stats runtime.MemStats
	runtime.ReadMemStats(&stats)
	return stats.HeapAlloc
}
