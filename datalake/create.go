package datalake

import (
	"context"
	"errors"
	"io"
	"io/fs"
	"sync"
)

// Create opens a file for writing. What it replaces is a file, or nothing; its
// directory must exist.
//
// The file appears under its name when Close answers nil, complete. Before, and
// after any error, what was there is still there. The context is that of all
// the writer does: when it ends before Close, everything is taken back, and
// Close says why. A writer that is neither closed nor canceled keeps its
// connection. A writer is for one goroutine.
func (c *Client) Create(ctx context.Context, name string) (io.WriteCloser, error) {
	clean, err := c.cleanFile(name)
	if err != nil {
		return nil, pathError("create", name, err)
	}
	existing, err := c.place(ctx, clean)
	if err != nil {
		return nil, pathError("create", name, err)
	}
	r, w := io.Pipe()
	f := &fileWriter{ctx: ctx, name: name, pipe: w, done: make(chan struct{})}
	// A pipe that nobody writes to would hold up its end.
	release := context.AfterFunc(ctx, func() { _ = w.CloseWithError(ctx.Err()) })
	go func() {
		defer close(f.done)
		defer release()
		f.err = c.write(ctx, clean, &source{r: r, size: -1}, putOptions{mode: modeFor(existing)})
		_ = r.CloseWithError(firstError(f.err, io.ErrClosedPipe))
	}()
	return f, nil
}

// modeFor keeps the permissions of a file that is replaced.
func modeFor(existing *FileStatus) *uint32 {
	if existing == nil {
		return nil
	}
	bits := modeBits(existing.Mode)
	return &bits
}

type fileWriter struct {
	ctx  context.Context
	name string
	pipe *io.PipeWriter
	done chan struct{}
	err  error // after done

	mu     sync.Mutex // guards closed
	closed bool
}

// Write hands on to the upload. After a failure it answers what has failed.
func (f *fileWriter) Write(p []byte) (int, error) {
	n, err := f.pipe.Write(p)
	if errors.Is(err, io.ErrClosedPipe) {
		err = f.ended()
	}
	return n, pathError("write", f.name, err)
}

// ended is why the pipe is closed: by Close, or at the end of the context.
func (f *fileWriter) ended() error {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.closed {
		return fs.ErrClosed
	}
	return firstError(f.ctx.Err(), fs.ErrClosed)
}

// Close ends the upload, and gives the file its name.
func (f *fileWriter) Close() error {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.closed {
		return pathError("close", f.name, fs.ErrClosed)
	}
	f.closed = true
	_ = f.pipe.Close()
	<-f.done
	return pathError("close", f.name, f.err)
}
