package datalake

import (
	"context"
	"io"
	"sync"

	"github.com/keyless-go/azure/internal/azrest"
)

// pump cuts what r gives into chunks, and has them sent while it reads on. It
// answers where the last one ends. Memory is bounded by the chunks on their way,
// but for a chunk alone on its way and the next.
func pump(ctx context.Context, r io.Reader, o putOptions, send func(ctx context.Context, offset int64, chunk *azrest.Content) error) (int64, error) {
	ctx, stop := context.WithCancelCause(ctx)
	defer stop(nil)
	buffers := max(o.concurrency, 2)
	p := &pumping{
		ctx: ctx, stop: stop, options: o, send: send, done: o.from,
		slots: make(chan []byte, buffers), room: make(chan struct{}, o.concurrency),
	}
	for range buffers {
		p.slots <- nil
	}
	size, err := p.run(attentive{ctx, r})
	p.wait.Wait()
	if cause := context.Cause(ctx); cause != nil {
		err = cause
	}
	return size, err
}

type pumping struct {
	ctx     context.Context
	stop    context.CancelCauseFunc
	options putOptions
	send    func(ctx context.Context, offset int64, chunk *azrest.Content) error
	slots   chan []byte   // buffers nobody uses; nil: yet to be made
	room    chan struct{} // holds one for each chunk on its way
	wait    sync.WaitGroup

	mu   sync.Mutex // guards done
	done int64
}

func (p *pumping) run(r io.Reader) (int64, error) {
	offset, last := p.options.from, false
	for !last {
		buffer, err := p.buffer()
		if err != nil {
			return offset, err
		}
		var chunk []byte
		if chunk, last, err = cut(r, buffer, offset); err != nil {
			p.stop(&sourceError{err})
			return offset, err
		}
		if len(chunk) > 0 {
			p.start(offset, chunk, buffer)
			offset += int64(len(chunk))
		}
		if o := p.options; o.safe != nil && !last && offset%o.every == 0 && !p.mark(offset) {
			break
		}
	}
	return offset, nil
}

// cut reads a chunk. The first may be shorter, so that all others begin at a
// multiple of their size.
func cut(r io.Reader, buffer []byte, offset int64) (chunk []byte, last bool, err error) {
	buffer = buffer[offset%int64(len(buffer)):]
	n, err := io.ReadFull(r, buffer)
	return buffer[:n], err != nil, notEOF(err)
}

func (p *pumping) buffer() ([]byte, error) {
	select {
	case buffer := <-p.slots:
		if buffer == nil {
			buffer = make([]byte, p.options.chunk)
		}
		return buffer, nil
	case <-p.ctx.Done():
		return nil, context.Cause(p.ctx)
	}
}

// start sends a chunk, which is in the buffer.
func (p *pumping) start(offset int64, chunk, buffer []byte) {
	p.room <- struct{}{}
	p.wait.Go(func() {
		defer func() { <-p.room }()
		content := azrest.NewContent(octets, chunk)
		if err := p.send(p.ctx, offset, content); err != nil {
			p.stop(err)
			return
		}
		p.count(len(chunk))
		p.slots <- buffer
	})
}

func (p *pumping) count(n int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.done += int64(n)
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
