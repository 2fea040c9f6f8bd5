package storage

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"sync/atomic"

	"github.com/keyless-go/azure/internal/azrest"
)

const (
	defaultDownloadBlock = 8 << 20
	defaultConcurrency   = 4
	copyBuffer           = 128 << 10
	smallBuffer          = 4 << 10
	maxWorkers           = 1000    // each has a buffer, and a connection if it can get one
	maxRange             = 1 << 50 // more than any blob, and small enough to add
)

// DownloadOptions tune [ContainerClient.DownloadTo]. The zero value and nil are
// ready to use.
type DownloadOptions struct {
	// BlockSize is how many bytes each request asks for. Zero: 8 MiB. Negative:
	// an error. They are not kept in memory: a request needs 128 KiB.
	BlockSize int64
	// Concurrency is how many requests are under way at a time. Zero: 4.
	// Negative: an error. More than 1,000 are 1,000.
	Concurrency int
	// Progress is told how many bytes have been written, each time some have,
	// by one goroutine at a time and with growing numbers. Nil: nobody is told.
	Progress func(received int64)
}

func (o *DownloadOptions) withDefaults() (DownloadOptions, error) {
	if o == nil {
		o = &DownloadOptions{}
	}
	own := *o
	if own.BlockSize < 0 || own.Concurrency < 0 {
		return own, errors.New("options BlockSize and Concurrency must not be negative")
	}
	if own.BlockSize == 0 {
		own.BlockSize = defaultDownloadBlock
	}
	own.BlockSize = min(own.BlockSize, maxRange)
	if own.Concurrency == 0 {
		own.Concurrency = defaultConcurrency
	}
	own.Concurrency = min(own.Concurrency, maxWorkers)
	return own, nil
}

// DownloadTo reads a blob in parallel and writes each byte to its place in w, for
// example a file, of which nothing else is touched. A SAS needs r. All bytes are
// of the same version of the blob: if it changes meanwhile, the error is
// [ErrConflict]. Broken connections are made good as by [ContainerClient.Download].
// When an error returns, some of the blob may have been written.
func (c *ContainerClient) DownloadTo(ctx context.Context, blob string, w io.WriterAt, options *DownloadOptions) (BlobProperties, error) {
	d := c.download(blob)
	d.call.Span = "ContainerClient.DownloadTo"
	own, err := options.withDefaults()
	if isNil(w) {
		err = errors.New("there is nothing to write to")
	}
	if err != nil {
		return BlobProperties{}, c.rest.Fail(d.call, err)
	}
	first, err := d.open(ctx, span{0, own.BlockSize}, "")
	if isEmptyBlob(err) {
		return d.empty(ctx, own)
	}
	if err != nil {
		return BlobProperties{}, err
	}
	t := &transfer{download: d, w: w, options: own, first: first, progress: progress{report: own.Progress}}
	t.next.Store(first.end)
	return first.properties, t.run(ctx)
}

// isEmptyBlob says whether an error can mean that a blob has no first byte.
func isEmptyBlob(err error) bool {
	refusal, ok := errors.AsType[*azrest.Error](err)
	return ok && refusal.HasCode("InvalidRange")
}

// empty asks what there is in place of content.
func (d *download) empty(ctx context.Context, options DownloadOptions) (BlobProperties, error) {
	properties, err := d.client.Properties(ctx, d.blob)
	switch {
	case err != nil:
		return BlobProperties{}, err
	case properties.Size > 0:
		return BlobProperties{}, d.client.rest.Fail(d.call, errChanged())
	}
	done := progress{report: options.Progress}
	done.add(0)
	return properties, nil
}

// transfer is one DownloadTo.
type transfer struct {
	*download
	w        io.WriterAt
	options  DownloadOptions
	first    part
	next     atomic.Int64 // where the next request begins
	progress progress
}

// run has a number of workers take one span after the other.
func (t *transfer) run(ctx context.Context) error {
	working, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	workers := crew{cancel: cancel}
	size := t.first.properties.Size
	blocks := (size - t.first.end + t.options.BlockSize - 1) / t.options.BlockSize
	for i := range min(int64(t.options.Concurrency), blocks+1) {
		workers.do(func() error { return t.work(working, i == 0) })
	}
	workers.wait()
	written := t.progress.sum()
	if written == size {
		return nil
	}
	return t.client.note(t.call, cmp.Or(ctx.Err(), context.Cause(working), ErrUnexpectedResponse), "%d of %d bytes are written", written, size)
}

// work begins with the answer there is already, if it is the first worker.
func (t *transfer) work(ctx context.Context, first bool) error {
	buffer := make([]byte, min(copyBuffer, max(t.options.BlockSize, smallBuffer)))
	if first {
		if err := t.copy(ctx, t.first, buffer); err != nil {
			return err
		}
	}
	size := t.first.properties.Size
	for {
		start := t.next.Add(t.options.BlockSize) - t.options.BlockSize
		if start >= size {
			return nil
		}
		p, err := t.more(ctx, span{start, min(start+t.options.BlockSize, size)}, t.first.properties.ETag)
		if err == nil {
			err = t.copy(ctx, p, buffer)
		}
		if err != nil {
			return err
		}
	}
}

func (t *transfer) copy(ctx context.Context, p part, buffer []byte) error {
	s := t.stream(ctx, p)
	defer func() { _ = s.Close() }()
	for {
		at := s.start
		n, err := s.Read(buffer)
		if n > 0 {
			if err := t.write(buffer[:n], at); err != nil {
				return fmt.Errorf("write at %d: %w", at, err)
			}
			t.progress.add(int64(n))
		}
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
	}
}

// write does not trust a writer that writes less and calls that no error.
func (t *transfer) write(data []byte, at int64) error {
	n, err := t.w.WriteAt(data, at)
	if err == nil && n < len(data) {
		err = io.ErrShortWrite
	}
	return err
}
