package storage

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"

	"github.com/keyless-go/azure/internal/azrest"
)

// Download reads a blob as a stream, which the caller must close. A SAS needs r.
//
// If the connection breaks, the stream goes on where it was, on a new one, as
// long as the blob is still the same. It ends with io.EOF only when all of the
// blob has been read; any other error says how far it got. The end of ctx ends
// the stream. It must not be read by several goroutines at once.
func (c *ContainerClient) Download(ctx context.Context, blob string) (io.ReadCloser, BlobProperties, error) {
	d := c.download(blob)
	part, err := d.open(ctx, span{0, -1}, "")
	if err != nil {
		return nil, BlobProperties{}, err
	}
	return d.stream(ctx, part), part.properties, nil
}

// download is what the requests for the parts of a blob have in common.
type download struct {
	client *ContainerClient
	call   azrest.Call
	blob   string
}

// span is the bytes from start up to end, not included. A negative end is that
// of the blob, whatever it is.
type span struct{ start, end int64 }

// part is an answer with a span of a blob.
type part struct {
	span
	body       io.ReadCloser
	properties BlobProperties
}

func (c *ContainerClient) download(blob string) *download {
	call := c.call("Download", "download blob", http.MethodGet, blob)
	call.Stream = true
	// Else net/http would unpack what the service stores packed.
	call.Header.Set("Accept-Encoding", "identity")
	return &download{client: c, call: call, blob: blob}
}

// open asks for a span. With an etag it must be of that version of the blob.
func (d *download) open(ctx context.Context, s span, etag string) (part, error) {
	resp, err := d.send(ctx, s, etag)
	if err != nil {
		return part{}, err
	}
	got, size, err := spanOf(resp)
	if err == nil && resp.StatusCode != http.StatusOK && got != s.within(size) {
		err = fmt.Errorf("%w: it is another part of the blob", ErrUnexpectedResponse)
	}
	if err != nil {
		_ = resp.Body.Close()
		return part{}, d.client.rest.Fail(d.call, err)
	}
	properties := propertiesOf(d.blob, resp.Header)
	properties.Size = size
	return part{span: got, body: resp.Body, properties: properties}, nil
}

// more asks for a further span of the version of the blob that etag names. Not
// all that stands between here and the service knows If-Match.
func (d *download) more(ctx context.Context, s span, etag string) (part, error) {
	if etag == "" {
		return part{}, d.client.rest.Fail(d.call, fmt.Errorf("%w: it had no ETag to go on by", ErrUnexpectedResponse))
	}
	p, err := d.open(ctx, s, etag)
	if err == nil && p.properties.ETag != "" && p.properties.ETag != etag {
		_ = p.body.Close()
		return part{}, d.client.rest.Fail(d.call, errChanged())
	}
	return p, err
}

func errChanged() error { return fmt.Errorf("%w: the blob has changed", ErrConflict) }

func (d *download) send(ctx context.Context, s span, etag string) (*http.Response, error) {
	call := d.call
	if s.start > 0 || s.end >= 0 {
		call.Header = call.Header.Clone()
		call.Header.Set("Range", s.header())
		call.Accept = []int{http.StatusPartialContent}
		if etag != "" {
			call.Header.Set("If-Match", etag)
		}
	}
	if etag == "" { // a service may answer with all there is
		call.Accept = []int{http.StatusOK, http.StatusPartialContent}
	}
	return d.client.send(ctx, call, d.blob)
}

// within is what there is of s in a blob of the size.
func (s span) within(size int64) span {
	if s.end < 0 || s.end > size {
		s.end = size
	}
	return s
}

func (s span) header() string {
	if s.end < 0 {
		return fmt.Sprintf("bytes=%d-", s.start)
	}
	return fmt.Sprintf("bytes=%d-%d", s.start, s.end-1)
}

// spanOf reads which bytes an answer has, and the size of the whole blob. Without
// a length a cut answer could not be told from a whole one.
func spanOf(resp *http.Response) (span, int64, error) {
	if resp.StatusCode == http.StatusOK {
		length, err := strconv.ParseInt(resp.Header.Get("Content-Length"), 10, 64)
		if err != nil || length < 0 || resp.Uncompressed {
			return span{}, 0, fmt.Errorf("%w: it has no length", ErrUnexpectedResponse)
		}
		return span{0, length}, length, nil
	}
	var s span
	var last, size int64
	text, found := strings.CutPrefix(resp.Header.Get("Content-Range"), "bytes ")
	n, err := fmt.Sscanf(text, "%d-%d/%d", &s.start, &last, &size)
	s.end = last + 1
	if !found || n != 3 || err != nil || s.start < 0 || s.end <= s.start || s.end > size || size > maxRange {
		return span{}, 0, fmt.Errorf("%w: it does not say which bytes it has", ErrUnexpectedResponse)
	}
	return s, size, nil
}
