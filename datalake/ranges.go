package datalake

import (
	"cmp"
	"context"
	"errors"
	"io"
	"sync"
)

// download is one call of Download.
type download struct {
	remote
	w       io.WriterAt
	options *DownloadOptions

	mu       sync.Mutex // guards what follows
	at       Checkpoint
	done     map[int64]int64 // :: start → end, of ranges that wait for an earlier one
	received int64
}

func (d *download) inRanges(ctx context.Context) error {
	working, stop := context.WithCancelCause(ctx)
	defer stop(nil)
	var wait sync.WaitGroup
	room := make(chan struct{}, d.options.concurrency())
	for from, end := d.at.Offset, int64(0); from < d.status.Size && working.Err() == nil; from = end {
		room <- struct{}{}
		end = from + min(d.options.chunkSize(), d.status.Size-from)
		wait.Go(func() {
			defer func() { <-room }()
			if err := d.fetch(working, from, end, nil); err != nil {
				stop(err)
				return
			}
			d.note(from, end)
		})
	}
	wait.Wait()
	if err := cmp.Or(ctx.Err(), context.Cause(working)); err != nil {
		return err
	}
	return d.unchanged(ctx)
}

// unchanged: WebHDFS pins no version. Each range is of the file as it was then.
func (d *download) unchanged(ctx context.Context) error {
	if d.status.ETag != "" {
		return nil
	}
	now, err := d.client.backend.stat(ctx, d.name)
	if err == nil && !d.status.same(&now) {
		err = ErrChanged
	}
	return err
}

// fetch copies one range. The sum may be nil.
func (d *download) fetch(ctx context.Context, from, end int64, sum io.Writer) error {
	s := d.segment(ctx, from, end)
	defer func() { _ = s.Close() }()
	var w io.Writer = &counted{d, io.NewOffsetWriter(d.w, from)}
	if sum != nil {
		w = io.MultiWriter(w, sum)
	}
	buffer := make([]byte, 64<<10)
	n, err := io.CopyBuffer(struct{ io.Writer }{w}, struct{ io.Reader }{s}, buffer)
	if err == nil && n < end-from {
		err = io.ErrUnexpectedEOF
	}
	return err
}

// counted reports what passes.
type counted struct {
	d *download
	w io.Writer
}

func (c *counted) Write(p []byte) (int, error) {
	n, err := c.w.Write(p)
	c.d.mu.Lock()
	defer c.d.mu.Unlock()
	c.d.received += int64(n)
	if progress := c.d.options.Progress; progress != nil && n > 0 {
		progress(c.d.received)
	}
	return n, err
}

// note takes down a range that has come, and how far all has without a gap.
func (d *download) note(from, end int64) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.done[from] = end
	before := d.at.Offset
	for end, ok := d.done[d.at.Offset]; ok; end, ok = d.done[d.at.Offset] {
		delete(d.done, d.at.Offset)
		d.at.Offset = end
	}
	if d.at.Offset > before && d.options.Checkpoint != nil {
		d.options.Checkpoint(d.at)
	}
}

// checked reads the file in one stream, and counts its checksum.
func (d *download) checked(ctx context.Context) error {
	w, ok := d.client.backend.(*webhdfs)
	if !ok {
		return errors.ErrUnsupported
	}
	server, err := w.checksumOf(ctx, d.name)
	if err != nil {
		return err
	}
	length, err := w.blockLengths(ctx, d.name, &d.status, server)
	if err != nil {
		return err
	}
	sum := newHDFSSum(length)
	if d.status.Size > 0 {
		if err := d.fetch(ctx, 0, d.status.Size, sum); err != nil {
			return err
		}
		d.note(0, d.status.Size)
	}
	return sum.compare(server)
}
