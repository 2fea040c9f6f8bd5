package azuretest_test

import (
	"os"
	"runtime"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/keyless-go/azure/azuretest"
)

// What is appended piece by piece is in one temporary file, and hardly in memory,
// however small the pieces.
func TestLakeAppendsShareAFile(t *testing.T) {
	const piece, count = 256 << 10, 40
	data := strings.Repeat("x", piece)
	for _, profile := range []azuretest.Profile{azuretest.Gen1, azuretest.Hadoop, azuretest.Gen2} {
		t.Run(profile.String(), func(t *testing.T) {
			dir := tempDir(t)
			t.Setenv("TMPDIR", dir)
			t.Setenv("TMP", dir)
			s := newLake(t, profile)
			s.lake.WriteFile("/f", nil)
			before := heap()
			for i := range count {
				s.appendPiece(t, i*piece, data)
			}
			require.Less(t, heap()-before, int64(count*piece/2))
			left, err := os.ReadDir(dir)
			require.NoError(t, err)
			require.Len(t, left, 1)
			if profile == azuretest.Gen2 {
				s.gen2(t, "PATCH /f?action=flush&position="+strconv.Itoa(count*piece), "")
			}
			got, _ := s.lake.ReadFile("/f")
			require.Equal(t, strings.Repeat(data, count), string(got))
			runtime.KeepAlive(s)
		})
	}
}

func (s lakeSide) appendPiece(t *testing.T, offset int, data string) {
	t.Helper()
	if s.profile == azuretest.Gen2 {
		got := s.gen2(t, "PATCH /f?action=append&position="+strconv.Itoa(offset), data)
		require.Equal(t, 202, got.Status)
		return
	}
	got := s.do(t, "POST", "/f?op=APPEND", data)
	require.Equal(t, 200, got.Status)
}
