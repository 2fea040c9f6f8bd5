package datalake

import (
	"errors"
	"io"

	"github.com/keyless-go/azure/internal/azrest"
)

const octets = "application/octet-stream"

// payload is what an exchange sends: a reader, read once and to its end. A nil
// payload sends nothing.
type payload struct {
	reader   io.Reader
	length   int64       // -1: unknown
	progress func(int64) // gets every number of bytes read so far; may be nil
	read     int64
	sent     bool  // a request with it has been made
	failed   error // the reader's own
}

// Read counts.
func (p *payload) Read(b []byte) (int, error) {
	n, err := p.reader.Read(b)
	p.read += int64(n)
	if p.progress != nil && n > 0 {
		p.progress(p.read)
	}
	if err != nil && !errors.Is(err, io.EOF) {
		p.failed = err
	}
	return n, err
}

// touched says whether it can no longer be sent from its beginning.
func (p *payload) touched() bool { return p != nil && p.read > 0 }

// attach makes it the body of a call. The server is asked first whether it
// wants to have it, while there is still time to go elsewhere.
func (p *payload) attach(call *azrest.Call) {
	if p == nil {
		return
	}
	call.Body = azrest.NewStream(octets, p, p.length)
	if p.length != 0 {
		call.Header["Expect"] = []string{"100-continue"}
	}
	p.sent = true
}

// why a request with it failed: its own reason comes first.
func (p *payload) why(err error) error {
	if err != nil && p.failed != nil {
		return &sourceError{p.failed}
	}
	return err
}
