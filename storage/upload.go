package storage

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"

	"github.com/keyless-go/azure/internal/azrest"
)

const (
	defaultUploadBlock = 2 << 20
	// A content that needs no memory has larger blocks, and so fewer requests, if
	// there are still enough to send several at a time.
	largeUploadBlock = 8 << 20
	enoughBlocks     = 16
	// The service's limits.
	// https://learn.microsoft.com/azure/storage/blobs/scalability-targets
	maxBlock  = 4000 << 20
	maxBlocks = 50_000
)

// UploadOptions tune [ContainerClient.Upload]. The zero value and nil are ready to
// use; negative numbers are errors.
type UploadOptions struct {
	// BlockSize is how many bytes each request sends, at most 4000 MiB. Zero: 2 MiB,
	// up to 8 MiB for a large content that takes no memory, or more for one that is
	// known to need more than the 50,000 blocks a blob can have.
	BlockSize int64
	// Concurrency is how many requests are under way at a time. Zero: 4. The
	// memory in use is a block for each of them, and one that is being read; none
	// of these for an *os.File, a *bytes.Reader or a *strings.Reader, which are
	// sent from where they are, unless a Checksum is asked for.
	Concurrency int
	// ContentType is what a download will answer. Empty: application/octet-stream.
	ContentType string
	// Metadata are further words on the blob. Names are letters, digits and _,
	// values are ASCII.
	Metadata map[string]string
	// Checksum sends the MD5 of each block, which the service verifies, and keeps
	// that of the whole with the blob.
	Checksum bool
	// Progress is told how many bytes the service has, each time some have
	// arrived, by one goroutine at a time and with growing numbers. Nil: nobody
	// is told.
	Progress func(sent int64)
}

// Upload writes all of r to a blob, in place of the one there may be. A SAS needs
// w; c is enough for a blob of one block that does not exist yet.
//
// A content of up to one block goes out in one request, any other in blocks that
// are made a blob in the end: until then there is none, or the old one. The
// length need not be known. r is read by one goroutine until its end; a Read that
// hangs is not ended by ctx.
//
// After an error nothing of r is in the blob, unless the text says that this is
// not known. It tells how many bytes the service had received.
func (c *ContainerClient) Upload(ctx context.Context, blob string, r io.Reader, options *UploadOptions) error {
	u, err := c.newUpload(blob, r, options)
	if err != nil {
		return err
	}
	return u.run(ctx)
}

func (c *ContainerClient) newUpload(blob string, r io.Reader, options *UploadOptions) (*upload, error) {
	call := c.call("Upload", "upload blob", http.MethodPut, blob)
	call.Accept = []int{http.StatusCreated}
	own, err := options.withDefaults()
	if isNil(r) {
		err = errors.New("there is nothing to read from")
	}
	if err = first(checkBlob(blob), err); err != nil {
		return nil, c.rest.Fail(call, err)
	}
	length, err := lengthOf(r)
	if err != nil {
		return nil, c.rest.Fail(call, err)
	}
	if own.BlockSize == 0 {
		own.BlockSize = blockSize(length, placed(r, &own) != nil)
	}
	if length > own.BlockSize*maxBlocks {
		return nil, c.rest.Fail(call, errTooManyBlocks())
	}
	u := &upload{client: c, call: call, options: own, maxBlocks: maxBlocks, source: newSource(r, length, &own)}
	u.progress.report = own.Progress
	return u, nil
}

func blockSize(length int64, inPlace bool) int64 {
	size := int64(defaultUploadBlock)
	if inPlace {
		size = min(max(size, length/enoughBlocks), largeUploadBlock)
	}
	return min(max(size, (length+maxBlocks-1)/maxBlocks), maxBlock)
}

func errTooManyBlocks() error {
	return fmt.Errorf("a blob has %d blocks at most: choose a larger BlockSize", maxBlocks)
}

func (o *UploadOptions) withDefaults() (UploadOptions, error) {
	if o == nil {
		o = &UploadOptions{}
	}
	own := *o
	switch {
	case own.BlockSize < 0 || own.Concurrency < 0:
		return own, errors.New("options BlockSize and Concurrency must not be negative")
	case own.BlockSize > maxBlock:
		return own, fmt.Errorf("option BlockSize is more than the service's %d bytes", int64(maxBlock))
	}
	if own.Concurrency == 0 {
		own.Concurrency = defaultConcurrency
	}
	own.Concurrency = min(own.Concurrency, maxBlocks)
	if own.ContentType == "" {
		own.ContentType = "application/octet-stream"
	}
	return own, first(checkMetadata(own.Metadata), checkHeader(own.ContentType))
}

// headers are those that make the blob, from one request or in the end.
func (o *UploadOptions) headers(call *azrest.Call) {
	call.Header = call.Header.Clone()
	call.Header.Set("X-Ms-Blob-Content-Type", o.ContentType)
	for name, value := range o.Metadata {
		call.Header["x-ms-meta-"+name] = []string{value} // in its own case
	}
}
