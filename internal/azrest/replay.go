package azrest

import (
	"bytes"
	"io"
	"net/http"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore/policy"
)

// memoryBody is a request body that every try reads from a reader of its own.
// A service may answer before it has read the body; the transport then still
// reads, while the next try starts, and the two must not share a position.
type memoryBody struct {
	bytes.Reader
	data []byte
}

func newMemoryBody(data []byte) *memoryBody {
	b := &memoryBody{data: data}
	b.Reset(data)
	return b
}

// Close does nothing: the body is sent again when a try fails.
func (b *memoryBody) Close() error { return nil }

func (b *memoryBody) open() (io.ReadCloser, error) {
	return io.NopCloser(bytes.NewReader(b.data)), nil
}

func (b *memoryBody) attach(raw *http.Request) {
	raw.Body = io.NopCloser(bytes.NewReader(b.data))
	raw.GetBody = b.open
}

// replay prepares the request's body for one more try.
func replay(req *policy.Request) error {
	if body, ok := req.Body().(*memoryBody); ok {
		body.attach(req.Raw())
		return nil
	}
	if err := req.RewindBody(); err != nil {
		return err
	}
	if body := req.Body(); body != nil {
		req.Raw().Body = io.NopCloser(body)
	}
	return nil
}

// replayPolicy runs in every try, before all others. azcore's retry has wound
// back every other kind of body.
type replayPolicy struct{}

// Do gives the try a body of its own.
func (replayPolicy) Do(req *policy.Request) (*http.Response, error) {
	if body, ok := req.Body().(*memoryBody); ok {
		body.attach(req.Raw())
	}
	return req.Next()
}
