package datalake

import (
	"context"
	"errors"
	"net/http"
	"strconv"

	"github.com/keyless-go/azure/internal/azrest"
)

// appendChunks is Gen1's: each chunk names the offset that it is for.
func (w *webhdfs) appendChunks(ctx context.Context, name string, s *source) error {
	lease := newUUID()
	// Another client's last bytes count only after this.
	if err := w.appendAt(ctx, name, lease, -1, azrest.NewContent(octets, nil), "METADATA"); err != nil {
		return err
	}
	now, err := w.stat(ctx, name)
	if err != nil {
		return err
	}
	r, _ := s.from(0)
	end, err := pump(ctx, r, putOptions{from: now.Size, chunk: w.chunk, concurrency: 1},
		func(ctx context.Context, offset int64, chunk *azrest.Content) error {
			return w.appendAt(ctx, name, lease, offset, chunk, "DATA")
		})
	if err != nil {
		return err
	}
	return w.appendAt(ctx, name, lease, end, azrest.NewContent(octets, nil), "CLOSE")
}

// appendAt appends a chunk once. When an answer is lost, and then the offset is
// wrong, the lost request may have done it: then the chunk's end is the offset.
func (w *webhdfs) appendAt(ctx context.Context, name, lease string, offset int64, chunk *azrest.Content, sync string) error {
	for tries := 1; ; tries++ {
		err := w.appendOnce(ctx, name, lease, offset, chunk, sync)
		if err == nil {
			return nil
		}
		if tries > 1 && chunk.Size() > 0 && errors.Is(err, ErrChanged) {
			end := offset + chunk.Size()
			return w.appendAt(ctx, name, lease, end, azrest.NewContent(octets, nil), "METADATA")
		}
		if !w.retry.again(ctx, tries, err) {
			return gaveUp(ctx, err)
		}
	}
}

// appendOnce: a negative offset is wherever the file ends.
func (w *webhdfs) appendOnce(ctx context.Context, name, lease string, offset int64, chunk *azrest.Content, sync string) error {
	query := leased(lease, sync)
	query.Set("append", "true")
	if offset >= 0 {
		query.Set("offset", strconv.FormatInt(offset, 10))
	}
	return w.tell(ctx, request{
		method: http.MethodPost, op: "APPEND", name: name, query: query, body: chunk, header: dataHeader(http.MethodPost), once: true,
	})
}
