package datalake

import (
	"context"
	"crypto/md5" //nolint:gosec // the service's choice, against broken wires
	"encoding/base64"
	"io"
	"net/http"
	"net/url"

	"github.com/keyless-go/azure/internal/azrest"
)

// put appends chunks at their positions, and lets them be seen at the end.
func (d *dfs) put(ctx context.Context, name string, r io.Reader, o putOptions) (int64, error) {
	if o.from == 0 {
		if err := d.create(ctx, name, o); err != nil {
			return 0, err
		}
	}
	o = d.chunks(r, o)
	if safe := o.safe; safe != nil {
		o.safe = func(total int64) error {
			return firstError(d.flush(ctx, name, total, "", false), safe(total))
		}
	}
	size, err := pump(ctx, r, o, d.appender(name, o.checksum))
	if err != nil || size == 0 {
		return size, err
	}
	return size, d.flush(ctx, name, size, "", true)
}

// chunks: four of 4 MiB keep a fast line busy, and no more in memory. What takes
// no memory has larger ones, and so fewer requests, if there are enough of them.
func (d *dfs) chunks(r io.Reader, o putOptions) putOptions {
	if at := inPlace(r, o); at != nil && o.chunk == 0 {
		o.chunk = int(min(max(at.Size()/enoughChunks, usualChunk), largeChunk))
	}
	o.chunk = d.chunkSize(o.chunk)
	if o.concurrency == 0 {
		o.concurrency = 4
	}
	return o
}

func (d *dfs) grows() bool    { return true }
func (d *dfs) verifies() bool { return true }

func (d *dfs) chunkSize(wish int) int {
	if wish == 0 {
		return usualChunk
	}
	return min(wish, maxAppend)
}

const (
	usualChunk   = 4 << 20
	largeChunk   = 16 << 20
	enoughChunks = 16
	maxAppend    = 100 << 20 // the largest body of one request
)

func (d *dfs) create(ctx context.Context, name string, o putOptions) error {
	header := http.Header{}
	if o.mode != nil {
		header["X-Ms-Permissions"] = []string{octal4(*o.mode)}
		header["X-Ms-Umask"] = []string{"0000"}
	}
	err := d.tell(ctx, call{
		method: http.MethodPut, name: name, query: url.Values{"resource": {"file"}}, header: header, accept: []int{http.StatusCreated},
	})
	return err
}

// chunkSum lets the service compare what arrives.
func chunkSum(chunk *azrest.Content) []string {
	digest := md5.New() //nolint:gosec // see the import
	_, _ = io.Copy(digest, io.NewSectionReader(chunk, 0, chunk.Size()))
	return []string{base64.StdEncoding.EncodeToString(digest.Sum(nil))}
}
