package datalake

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"strconv"

	"github.com/keyless-go/azure/internal/azrest"
)

// append adds at the end, and lets it be seen when all is there.
func (d *dfs) append(ctx context.Context, name string, s *source, before FileStatus) error {
	r, _ := s.from(0)
	o := d.chunks(r, putOptions{from: before.Size})
	end, err := pump(ctx, r, o, d.appender(name, false))
	if err != nil || end == before.Size {
		return err
	}
	return d.flush(ctx, name, end, before.ETag, true)
}

func (d *dfs) appender(name string, sum bool) func(context.Context, int64, *azrest.Content) error {
	return func(ctx context.Context, offset int64, chunk *azrest.Content) error {
		header := http.Header{}
		if sum {
			header["Content-Md5"] = chunkSum(chunk)
		}
		return d.tell(ctx, call{
			method: http.MethodPatch, name: name, body: chunk, header: header, accept: []int{http.StatusAccepted},
			query: url.Values{"action": {"append"}, "position": {strconv.FormatInt(offset, 10)}},
		})
	}
}

// flush makes what was appended to be seen. A condition that fails after a lost
// answer, or a position, may be the work of the lost request.
func (d *dfs) flush(ctx context.Context, name string, size int64, etag string, end bool) error {
	query := url.Values{"action": {"flush"}, "position": {strconv.FormatInt(size, 10)}, "close": {strconv.FormatBool(end)}}
	header := http.Header{}
	if etag != "" {
		header["If-Match"] = []string{etag}
	}
	for tries := 1; ; tries++ {
		err := d.tell(ctx, call{method: http.MethodPatch, name: name, query: query, header: header, once: true})
		if err == nil {
			return nil
		}
		if tries > 1 && errors.Is(err, ErrChanged) {
			if now, e := d.stat(ctx, name); e == nil && now.Size == size {
				return nil
			}
		}
		if !d.retry.again(ctx, tries, err) {
			return gaveUp(ctx, err)
		}
	}
}
