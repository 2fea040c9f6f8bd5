package azrest

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"sync"
)

var errContentOver = errors.New("the call that sends this body has ended")

// Content is a request body that can be read from anywhere. Every try reads it
// from a reader of its own: a service may answer before it has read the body; the
// transport then still reads, while the next try starts, and the two must not
// share a position.
type Content struct {
	io.SectionReader // what azcore measures and winds back
	mediaType        string

	mu    sync.RWMutex // held while the source is read
	calls int          // that have ended; guarded by mu
}

// NewContent makes a body from data, which must not change during a call.
func NewContent(mediaType string, data []byte) *Content {
	return NewSection(mediaType, bytes.NewReader(data), 0, int64(len(data)))
}

// NewSection makes a body from the size bytes that source has at offset. A source
// that has fewer breaks the call off. It is not read after the call has ended,
// although a transport may go on for a moment.
func NewSection(mediaType string, source io.ReaderAt, offset, size int64) *Content {
	return &Content{SectionReader: *io.NewSectionReader(source, offset, size), mediaType: mediaType}
}

// Close does nothing: the body is sent again when a try fails.
func (c *Content) Close() error { return nil }

func (c *Content) end() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.calls++
}

// attach gives a try its reader, and the transport the means to get another.
func (c *Content) attach(raw *http.Request) {
	c.mu.RLock()
	defer c.mu.RUnlock()
	calls := c.calls
	raw.GetBody = func() (io.ReadCloser, error) { return &contentReader{content: c, calls: calls}, nil }
	raw.Body = &contentReader{content: c, calls: calls}
}

// contentReader is what one try reads.
type contentReader struct {
	content *Content
	calls   int // that had ended when this one began
	offset  int64
}

// Read may drop an error, which the next one finds again. The end is found at any
// time: a transport looks for it when the answer may be there already.
func (r *contentReader) Read(p []byte) (int, error) {
	if r.offset == r.content.Size() {
		return 0, io.EOF
	}
	r.content.mu.RLock()
	defer r.content.mu.RUnlock()
	if r.content.calls != r.calls {
		return 0, errContentOver
	}
	n, err := r.content.ReadAt(p, r.offset)
	r.offset += int64(n)
	switch {
	case n > 0 || err == nil:
		return n, nil
	case errors.Is(err, io.EOF):
		err = io.ErrUnexpectedEOF
	}
	return 0, &SourceError{err}
}

// Close does nothing.
func (r *contentReader) Close() error { return nil }

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
	return NewContent("application/json", body), nil
}

// encode writes JSON as the services show it, without the escapes for HTML.
func encode(body any) ([]byte, error) {
	var buffer bytes.Buffer
	encoder := json.NewEncoder(&buffer)
	encoder.SetEscapeHTML(false)
	err := encoder.Encode(body)
	return bytes.TrimSuffix(buffer.Bytes(), []byte("\n")), err
}
