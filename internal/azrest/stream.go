package azrest

import (
	"errors"
	"io"
	"net/http"
	"sync"
)

var errStreamOver = errors.New("the call that reads this body has ended")

// Stream is a request body that can be read once. Its call is sent once, or
// again with a new token while nothing of it has been read.
type Stream struct {
	source    io.Reader
	length    int64
	mediaType string

	mu    sync.Mutex // held while the source is read
	begun bool
	over  bool
}

// NewStream makes the body of one call from what source gives: length bytes, or
// all there are if that is negative. The source is not read after the call has
// ended, although a transport may go on for a moment.
func NewStream(mediaType string, source io.Reader, length int64) *Stream {
	return &Stream{source: source, length: length, mediaType: mediaType}
}

// Read is for the transport.
func (s *Stream) Read(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.over {
		return 0, errStreamOver
	}
	s.begun = true
	return s.source.Read(p)
}

// Close does nothing: the transport closes the body of each try.
func (s *Stream) Close() error { return nil }

func (s *Stream) end() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.over = true
}

func (s *Stream) attach(raw *http.Request) {
	raw.Body, raw.ContentLength = s, max(s.length, -1)
	if s.length == 0 {
		raw.Body = http.NoBody
	}
	raw.Header.Set("Content-Type", s.mediaType)
}

// gone says whether a part of the call's body has been read and cannot be again.
func (call *Call) gone() bool {
	s, ok := call.Body.(*Stream)
	if !ok {
		return false
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.begun
}
