package storage

import (
	"context"
	"io"
)

// ParseSAS is fuzzed by itself: through a client each run would be a request.
var ParseSAS = parseSAS

// UploadUpTo is Upload to a service that takes fewer blocks.
func (c *ContainerClient) UploadUpTo(ctx context.Context, maxBlocks int, blob string, r io.Reader, options *UploadOptions) error {
	u, err := c.newUpload(blob, r, options)
	if err != nil {
		return err
	}
	u.maxBlocks = maxBlocks
	return u.run(ctx)
}
