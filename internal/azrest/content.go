package azrest

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"sync/atomic"
)

// Content is a request body in memory. Every try reads it from a reader of its
// own: a service may answer before it has read the body; the transport then
// still reads, while the next try starts, and the two must not share a position.
type Content struct {
	bytes.Reader // what azcore measures and winds back
	data         []byte
	mediaType    string
	readers      *atomic.Int32 // those not closed yet; nil: not counted
}

// NewContent makes the body of one call from data, which must not change while
// it is in use.
func NewContent(mediaType string, data []byte) *Content {
	c := &Content{data: data, mediaType: mediaType, readers: new(atomic.Int32)}
	c.Reset(data)
	return c
}

// InUse says whether a transport may still read the data, as it may for a
// moment after the call has ended.
func (c *Content) InUse() bool { return c.readers.Load() > 0 }

// Close does nothing: the body is sent again when a try fails.
func (c *Content) Close() error { return nil }

func (c *Content) open() (io.ReadCloser, error) {
	if c.readers == nil {
		return io.NopCloser(bytes.NewReader(c.data)), nil
	}
	r := &contentReader{readers: c.readers}
	r.Reset(c.data)
	c.readers.Add(1)
	return r, nil
}

func (c *Content) attach(raw *http.Request) error {
	body, err := c.open()
	raw.Body, raw.GetBody = body, c.open
	return err
}

// contentReader counts itself out when it is closed.
type contentReader struct {
	bytes.Reader
	readers *atomic.Int32
	closed  atomic.Bool
}

// Close counts once.
func (r *contentReader) Close() error {
	if r.closed.CompareAndSwap(false, true) {
		r.readers.Add(-1)
	}
	return nil
}

// content is the call's body, nil if it has none.
func (call *Call) content() (*Content, error) {
	if call.Body == nil {
		return nil, nil //nolint:nilnil // no body is no error
	}
	if content, ok := call.Body.(*Content); ok {
		return content, nil
	}
	body, err := encode(call.Body)
	if err != nil {
		return nil, err
	}
	content := &Content{data: body, mediaType: "application/json"}
	content.Reset(body)
	return content, nil
}

// encode writes JSON as the services show it, without the escapes for HTML.
func encode(body any) ([]byte, error) {
	var buffer bytes.Buffer
	encoder := json.NewEncoder(&buffer)
	encoder.SetEscapeHTML(false)
	err := encoder.Encode(body)
	return bytes.TrimSuffix(buffer.Bytes(), []byte("\n")), err
}
