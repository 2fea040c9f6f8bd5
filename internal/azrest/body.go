package azrest

import (
	"errors"
	"fmt"
	"io"
	"net/http"
)

const (
	defaultLimit = 4 << 20
	errorLimit   = 1 << 20
)

// ErrTooLarge is in the chain of the error for an answer over its limit.
var ErrTooLarge = errors.New("the answer is too large")

// bound limits what can be read of an answer. Too much of a good one is an
// error. Of an error's body the beginning is enough, whatever happens to the
// rest: the status is known, and must not be lost.
func bound(resp *http.Response, limit int64) io.ReadCloser {
	switch {
	case resp.StatusCode >= http.StatusBadRequest:
		return &lenientBody{Reader: io.LimitReader(resp.Body, errorLimit), Closer: resp.Body}
	case limit < 0:
		return resp.Body
	default:
		return &strictBody{ReadCloser: resp.Body, limit: limit, left: limit}
	}
}

// lenientBody ends where reading fails.
type lenientBody struct {
	io.Reader
	io.Closer
}

func (b *lenientBody) Read(p []byte) (int, error) {
	n, err := b.Reader.Read(p)
	if err != nil {
		err = io.EOF
	}
	return n, err
}

type strictBody struct {
	io.ReadCloser
	limit, left int64
}

func (b *strictBody) Read(p []byte) (int, error) {
	if b.left < 0 {
		return 0, &sizeError{b.limit}
	}
	// One byte more than is left tells an answer of just the limit from a larger one.
	p = p[:min(int64(len(p)), b.left+1)]
	n, err := b.ReadCloser.Read(p)
	b.left -= int64(n)
	if b.left < 0 {
		return n - 1, &sizeError{b.limit}
	}
	return n, err
}

type sizeError struct{ limit int64 }

func (e *sizeError) Error() string {
	return fmt.Sprintf("the answer is larger than %d bytes", e.limit)
}

func (e *sizeError) Unwrap() []error { return []error{ErrTooLarge, ErrUnexpectedResponse} }

// NonRetriable tells azcore's retry that the next answer would be no smaller.
func (e *sizeError) NonRetriable() {}
