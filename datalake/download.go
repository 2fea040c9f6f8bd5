package datalake

import (
	"context"
	"fmt"
	"io"
	"syscall"
	"time"
)

// DownloadOptions tune [Client.Download]. The zero value and nil are ready to
// use; negative numbers are [fs.ErrInvalid].
type DownloadOptions struct {
	// ChunkSize is how many bytes are asked for in one request. 0: 32 MiB.
	ChunkSize int64
	// Concurrency is how many requests are on their way at a time. 0: 4. More than
	// 1,000 are 1,000.
	Concurrency int
	// Checksum compares what came with the server's checksum of the file, which
	// only Hadoop has: Azure is [errors.ErrUnsupported]. The file then comes in
	// one stream.
	Checksum bool
	// Progress gets the number of bytes received so far, never two calls at a
	// time.
	Progress func(received int64)
	// Checkpoint gets how far the download has come without a gap, never two
	// calls at a time.
	Checkpoint func(Checkpoint)
	// Resume is the last that Checkpoint got from an earlier download. If the file
	// is another than then, that is [ErrChanged]. The zero value begins anew.
	Resume Checkpoint
}

func (o *DownloadOptions) chunkSize() int64 {
	if o.ChunkSize == 0 {
		return 32 << 20
	}
	return o.ChunkSize
}

func (o *DownloadOptions) concurrency() int {
	if o.Concurrency == 0 {
		return 4
	}
	return min(o.Concurrency, maxConcurrency)
}

// Download writes the content of a file to w, in pieces that may come in any
// order. Broken connections are taken up again. The file must stay as it is:
// otherwise that is [ErrChanged]. After an error what is in w is incomplete, but
// for what Checkpoint was told. Memory does not depend on the file or the
// options, but for 64 KiB of each request.
func (c *Client) Download(ctx context.Context, name string, w io.WriterAt, options *DownloadOptions) error {
	return pathError("download", name, c.download(ctx, name, w, options))
}

func (c *Client) download(ctx context.Context, name string, w io.WriterAt, options *DownloadOptions) error {
	if options == nil {
		options = &DownloadOptions{}
	}
	name, err := c.cleanFile(name)
	if err == nil && isNil(w) {
		err = invalid("there is nothing to write to")
	}
	if err == nil {
		err = c.checkDownload(name, options)
	}
	if err != nil {
		return err
	}
	d := &download{remote: remote{client: c, name: name}, w: w, options: options, done: map[int64]int64{}}
	switch err := d.begin(ctx); {
	case err != nil:
		return err
	case options.Checksum:
		return d.checked(ctx)
	default:
		return d.inRanges(ctx)
	}
}

// begin finds out what the file is, and where to go on.
func (d *download) begin(ctx context.Context) (err error) {
	if d.status, err = d.client.backend.stat(ctx, d.name); err != nil {
		return err
	}
	if d.status.Mode.IsDir() {
		return syscall.EISDIR
	}
	d.at = Checkpoint{Name: d.name, Version: version(&d.status)}
	if resume := d.options.Resume; resume.Offset > 0 {
		if resume.Version != d.at.Version || resume.Offset > d.status.Size {
			return ErrChanged
		}
		d.at = resume
	}
	d.received = d.at.Offset
	return nil
}

func (c *Client) checkDownload(name string, o *DownloadOptions) error {
	switch {
	case o.ChunkSize < 0 || o.Concurrency < 0:
		return invalid("ChunkSize and Concurrency are not negative")
	case o.Checksum && !hasChecksum(c.backend):
		return errUnsupported("checksums")
	case o.Checksum && !o.Resume.isNone():
		return invalid("a checksum takes the whole file: it does not go with Resume")
	case !o.Resume.isNone():
		return o.Resume.check(name, false)
	default:
		return nil
	}
}

func hasChecksum(b backend) bool {
	w, ok := b.(*webhdfs)
	return ok && w.hdfs
}

// version is what a file is recognised by.
func version(s *FileStatus) string {
	return fmt.Sprintf("%d %s %s", s.Size, s.ModTime.UTC().Format(time.RFC3339Nano), s.ETag)
}
