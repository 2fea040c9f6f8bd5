package datalake_test

import (
	"encoding/hex"
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/keyless-go/azure/datalake"
)

// pattern is data that anybody can make again.
func pattern(n int) []byte {
	data := make([]byte, n)
	x := uint32(1)
	for i := range data {
		x = (x*1103515245 + 12345) & 0x7fffffff
		data[i] = byte(x >> 16)
	}
	return data
}

// The sums are what Hadoop 3.5.0 answers for a file of the pattern.
func TestHDFSSum(t *testing.T) {
	t.Parallel()
	tests := []struct {
		size  int
		block int64
		want  string
	}{
		{0, 1 << 20, "70bc8f4b72a86921468bf8e8441dce51"},
		{1, 1 << 20, "425294a324d0d9ea73b1f96128598b27"},
		{511, 1 << 20, "25818d273edaa99868553e5b2e088e2e"},
		{512, 1 << 20, "4d50b46d73accb370abcac879373a2b0"},
		{513, 1 << 20, "fd554e2dbf71616990adf984e85e1149"},
		{100_000, 1 << 20, "9b908f00c01e3ea718bfea19f815ff1d"},
		{100_000, 8192, "52207a36321414c068c4e8953978c501"},
		{40_960, 8192, "36f6aad6eccb74f20e71d736cf8c25b6"},
	}
	for _, test := range tests {
		t.Run(fmt.Sprintf("%d bytes in blocks of %d", test.size, test.block), func(t *testing.T) {
			t.Parallel()
			sum := datalake.HDFSSum(pattern(test.size), func(int) int64 { return test.block })
			require.Equal(t, test.want, hex.EncodeToString(sum))
		})
	}
}
