package datalake

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"github.com/keyless-go/azure/internal/azrest"
)

// blockLengths answers how many bytes each block of a file has, of which sum is
// the checksum: one that was concatenated has shorter ones in its midst.
func (w *webhdfs) blockLengths(ctx context.Context, name string, status *FileStatus, sum Checksum) (func(block int) int64, error) {
	regular := func(int) int64 { return max(status.BlockSize, chunkBytes) }
	if strings.HasPrefix(sum.Algorithm, "MD5-of-0MD5-") {
		return func(int) int64 { return max(status.Size, 1) }, nil
	}
	call := w.call(request{
		method: http.MethodGet, op: "GETFILEBLOCKLOCATIONS", name: name,
		query: url.Values{"offset": {"0"}, "length": {strconv.FormatInt(status.Size, 10)}},
	})
	call.Limit = 64 << 20
	wire, err := azrest.Do[struct {
		BlockLocations struct {
			BlockLocation []struct{ Offset, Length int64 }
		}
	}](ctx, w.home, call)
	err = fault(w.origin.Host, err)
	switch {
	case isUnknownOperation(err):
		return regular, nil
	case err != nil:
		return nil, err
	}
	lengths := map[int]int64{}
	end := int64(0)
	for i, block := range wire.BlockLocations.BlockLocation {
		if block.Offset != end || block.Length <= 0 {
			return nil, fmt.Errorf("%w: it holds no blocks of a file", ErrUnexpectedResponse)
		}
		lengths[i], end = block.Length, end+block.Length
	}
	return func(block int) int64 {
		if n, ok := lengths[block]; ok {
			return n
		}
		return regular(block)
	}, nil
}
