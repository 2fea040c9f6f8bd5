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
	lengths, err := w.knownBlocks(ctx, name, status.Size)
	switch {
	case isUnknownOperation(err):
		return regular, nil
	case err != nil:
		return nil, err
	}
	return func(block int) int64 {
		if block < len(lengths) {
			return lengths[block]
		}
		return regular(block)
	}, nil
}

// knownBlocks asks for the lengths of all blocks, from the first on.
func (w *webhdfs) knownBlocks(ctx context.Context, name string, size int64) ([]int64, error) {
	call := w.call(request{
		method: http.MethodGet, op: "GETFILEBLOCKLOCATIONS", name: name,
		query: url.Values{"offset": {"0"}, "length": {strconv.FormatInt(size, 10)}},
	})
	call.Limit = 64 << 20
	wire, err := azrest.Do[struct {
		BlockLocations struct {
			BlockLocation []struct{ Offset, Length int64 }
		}
	}](ctx, w.home, call)
	if err != nil {
		return nil, fault(w.origin.Host, err)
	}
	blocks := wire.BlockLocations.BlockLocation
	lengths := make([]int64, 0, len(blocks))
	end := int64(0)
	for _, block := range blocks {
		if block.Offset != end || block.Length <= 0 {
			return nil, fmt.Errorf("%w: it holds no blocks of a file", ErrUnexpectedResponse)
		}
		lengths, end = append(lengths, block.Length), end+block.Length
	}
	return lengths, nil
}
