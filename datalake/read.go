package datalake

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"
)

func (w *webhdfs) read(ctx context.Context, name string, _ *FileStatus, offset, length int64) (io.ReadCloser, error) {
	query := url.Values{"offset": {strconv.FormatInt(offset, 10)}, "length": {strconv.FormatInt(length, 10)}}
	if w.direct {
		query.Set("read", "true")
	}
	resp, err := w.exchange(ctx, request{method: http.MethodGet, op: "OPEN", name: name, query: query, once: true}, nil)
	if err != nil {
		return nil, err
	}
	if kind := resp.Header.Get("Content-Type"); strings.HasPrefix(strings.ToLower(kind), "text/html") {
		_ = resp.Body.Close()
		return nil, fmt.Errorf("%w: the server sends a page and no data", ErrUnexpectedResponse)
	}
	return measured(resp, length)
}

// read pins the version of the file that is meant.
func (d *dfs) read(ctx context.Context, name string, of *FileStatus, offset, length int64) (io.ReadCloser, error) {
	header := http.Header{
		"Accept": {"*/*"},
		"Range":  {fmt.Sprintf("bytes=%d-%d", offset, offset+length-1)},
	}
	if of.ETag != "" {
		header["If-Match"] = []string{of.ETag}
	}
	resp, err := d.open(ctx, call{
		method: http.MethodGet, name: name, header: header, stream: true, once: true,
		accept: []int{http.StatusOK, http.StatusPartialContent},
	})
	if err != nil {
		return nil, err
	}
	whole := resp.StatusCode == http.StatusOK && offset == 0 && (of.ETag == "" || resp.Header.Get("ETag") == of.ETag)
	if !whole && !strings.HasPrefix(resp.Header.Get("Content-Range"), fmt.Sprintf("bytes %d-", offset)) {
		_ = resp.Body.Close()
		return nil, fmt.Errorf("%w: the server sends something else than was asked for", ErrUnexpectedResponse)
	}
	return measured(resp, length)
}

// measured refuses an answer that says beforehand that it is not as long as it
// should be.
func measured(resp *http.Response, length int64) (io.ReadCloser, error) {
	switch said := resp.ContentLength; {
	case said > length:
		_ = resp.Body.Close()
		return nil, fmt.Errorf("%w: the server sends more than was asked for", ErrUnexpectedResponse)
	case said >= 0 && said < length:
		_ = resp.Body.Close()
		return nil, fmt.Errorf("%w: the server sends less than was asked for", io.ErrUnexpectedEOF)
	default:
		return resp.Body, nil
	}
}
