package datalake

import (
	"cmp"
	"context"
	"io"
	"sync"

	"github.com/keyless-go/azure/internal/azrest"
)

// pump cuts what r gives into chunks, and has them sent while it reads on. It
// answers where the last one ends. What can be read from anywhere is sent from
// where it is. Of anything else memory holds the chunks on their way, and the next
// if only one may be.
func pump(ctx context.Context, r io.Reader, o putOptions, send func(ctx context.Context, offset int64, chunk *azrest.Content) error) (int64, error) {
	working, stop := context.WithCancelCause(ctx)
	defer stop(nil)
	buffers := max(o.concurrency, 2)
	p := &pumping{
		ctx: working, stop: stop, options: o, send: send, done: o.from, reader: attentive{working, r}, at: inPlace(r, o),
		slots: make(chan []byte, buffers), room: make(chan struct{}, o.concurrency),
	}
	for range buffers {
		p.slots <- nil
	}
	size, err := p.run()
	p.wait.Wait()
	return size, cmp.Or(ctx.Err(), context.Cause(working), err)
}

// inPlace is r if its chunks can be sent from where they are, else nil. With a
// checksum what is sent must be what was summed up.
func inPlace(r io.Reader, o putOptions) *io.SectionReader {
	if at, ok := r.(*io.SectionReader); ok && !o.checksum {
		return at
	}
	return nil
}

type pumping struct {
	ctx     context.Context
	stop    context.CancelCauseFunc
	options putOptions
	send    func(ctx context.Context, offset int64, chunk *azrest.Content) error
	reader  io.Reader
	at      *io.SectionReader // the same, read from anywhere; nil: it cannot be
	slots   chan []byte       // buffers nobody uses; nil: yet to be made
	room    chan struct{}     // holds one for each chunk on its way
	wait    sync.WaitGroup

	mu   sync.Mutex // guards done
	done int64
}

func (p *pumping) run() (int64, error) {
	offset, last := p.options.from, false
	for !last {
		buffer, err := p.buffer()
		if err != nil {
			return offset, err
		}
		var chunk *azrest.Content
		if chunk, last, err = p.cut(&buffer, offset); err != nil {
			p.stop(&sourceError{err})
			return offset, err
		}
		if chunk.Size() > 0 {
			p.start(offset, chunk, buffer)
			offset += chunk.Size()
		}
		if o := p.options; o.safe != nil && !last && offset%o.every == 0 && !p.mark(offset) {
			break
		}
	}
	return offset, nil
}

// cut makes the chunk at an offset. The first may be shorter, so that all others
// begin at a multiple of their size.
func (p *pumping) cut(buffer *[]byte, offset int64) (chunk *azrest.Content, last bool, err error) {
	size := int64(p.options.chunk) - offset%int64(p.options.chunk)
	from := offset - p.options.from
	if p.at != nil {
		n := min(size, p.at.Size()-from)
		return azrest.NewSection(octets, p.at, from, n), from+n == p.at.Size(), p.ctx.Err()
	}
	if *buffer == nil && from > 0 {
		*buffer = make([]byte, 0, p.options.chunk) // it is no small file
	}
	*buffer, err = fill((*buffer)[:0], p.reader, int(size))
	return azrest.NewContent(octets, *buffer), err != nil, notEOF(err)
}

// fill reads so many bytes into an empty buffer, or all there are. It grows as
// they come: most files are small.
func fill(buffer []byte, r io.Reader, size int) ([]byte, error) {
	for {
		if len(buffer) == cap(buffer) {
			room := max(4*cap(buffer), 64<<10)
			if room > usualChunk {
				room = size
			}
			buffer = append(make([]byte, 0, min(room, size)), buffer...)
		}
		n, err := io.ReadFull(r, buffer[len(buffer):min(cap(buffer), size)])
		buffer = buffer[:len(buffer)+n]
		if err != nil || len(buffer) == size {
			return buffer, err
		}
	}
}

// buffer waits for one. Nil is the right to another.
func (p *pumping) buffer() ([]byte, error) {
	select {
	case buffer := <-p.slots:
		return buffer, nil
	case <-p.ctx.Done():
		return nil, context.Cause(p.ctx)
	}
}

// start sends a chunk, which may be in the buffer.
func (p *pumping) start(offset int64, chunk *azrest.Content, buffer []byte) {
	p.room <- struct{}{}
	p.wait.Go(func() {
		defer func() { <-p.room }()
		if err := p.send(p.ctx, offset, chunk); err != nil {
			p.stop(err)
			return
		}
		p.count(chunk.Size())
		p.slots <- buffer
	})
}

func (p *pumping) count(n int64) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.done += n
	p.options.tell(p.done)
}

// mark waits until all that was read is there, and says so.
func (p *pumping) mark(offset int64) bool {
	p.wait.Wait()
	if p.ctx.Err() != nil {
		return false
	}
	if err := p.options.safe(offset); err != nil {
		p.stop(err)
	}
	return p.ctx.Err() == nil
}
