package datalake

import (
	"context"
	"errors"
	"fmt"
	"io"
)

// UploadOptions tune [Client.Upload]. The zero value and nil are ready to use;
// negative numbers are [fs.ErrInvalid].
type UploadOptions struct {
	// ChunkSize is how many bytes are sent in one request. 0: 4 MiB on Azure,
	// where Gen1 takes no more, and Gen2 100 MiB at most; up to 16 MiB on Gen2 for
	// a large source that takes no memory. Hadoop takes a file in one request,
	// unless it is sent in parts: these then have 128 MiB.
	ChunkSize int64
	// Concurrency is how many chunks or parts are on their way at a time. 0: 4 on
	// Gen2, else 1. For more on Hadoop and Gen1 the source must be an io.ReaderAt
	// and io.Seeker: it is sent in parts, which the server then concatenates, or
	// in one stream if the server does not. More than 1,000 are 1,000.
	Concurrency int
	// Checksum lets the server compare what it holds with what was sent, by
	// Hadoop's checksum of the file or Gen2's of each chunk. Gen1 has neither:
	// [errors.ErrUnsupported].
	Checksum bool
	// Progress gets the number of bytes sent so far, never two calls at a time.
	// It may go back when something is sent again.
	Progress func(sent int64)
	// Checkpoint gets how far the upload has come, each time that more of it would
	// survive the end of the program, never two calls at a time. If it is set, an
	// upload that fails leaves behind what it has sent. Hadoop cannot do that in a
	// directory with a comma in its name: [errors.ErrUnsupported].
	Checkpoint func(Checkpoint)
	// Resume is the last that Checkpoint got from an earlier upload of the same
	// source, which is read from its beginning: if it is another, that is
	// [ErrChanged]. The zero value begins anew.
	Resume Checkpoint
}

// Upload writes what r gives to a file, and replaces it if it exists. The file
// appears under its name with all its content; whatever goes wrong, what was
// there is still there.
//
// If r is an io.ReaderAt and io.Seeker too, as files are, what fails is sent
// again from there, and no memory is needed, but on Azure with Checksum or a
// Checkpoint. Of any other r a chunk is sent again on Azure, on Hadoop nothing.
// Then, and in these cases, Azure needs the memory of Concurrency chunks, and of
// two at least.
func (c *Client) Upload(ctx context.Context, name string, r io.Reader, options *UploadOptions) error {
	return pathError("upload", name, c.upload(ctx, name, r, options))
}

func (c *Client) upload(ctx context.Context, name string, r io.Reader, options *UploadOptions) error {
	if options == nil {
		options = &UploadOptions{}
	}
	name, err := c.cleanFile(name)
	if err == nil && isNil(r) {
		err = invalid("there is nothing to read from")
	}
	if err == nil {
		err = c.checkUpload(name, options)
	}
	if err != nil {
		return err
	}
	existing, err := c.place(ctx, name)
	if err != nil {
		return err
	}
	u := &upload{client: c, name: name, source: newSource(r), options: options, mode: modeFor(existing)}
	switch {
	case options.resumable():
		return u.resumable(ctx)
	case c.takesParts(name) && options.Concurrency > 1 && u.source.size > u.partSize():
		return u.inParts(ctx)
	default:
		return c.write(ctx, name, u.source, u.put())
	}
}

func (c *Client) checkUpload(name string, o *UploadOptions) error {
	switch {
	case o.ChunkSize < 0 || o.Concurrency < 0:
		return invalid("ChunkSize and Concurrency are not negative")
	case o.Checksum && !c.backend.verifies():
		return errUnsupported("checksums")
	case o.resumable() && !c.backend.grows() && !c.takesParts(name):
		return fmt.Errorf("%w: Hadoop concatenates no parts in a directory with a comma in its name", errors.ErrUnsupported)
	case !o.Resume.isNone():
		return c.checkResume(name, o.Resume)
	default:
		return nil
	}
}

// checkResume refuses what no upload to this kind of server has given.
func (c *Client) checkResume(name string, at Checkpoint) error {
	if err := at.check(name, true); err != nil || !c.backend.grows() {
		return err
	}
	if unit := at.Unit / chunksPerUnit; unit < 1 || unit > maxAppend || c.backend.chunkSize(int(unit)) != int(unit) {
		return invalid("the checkpoint is for another kind of server")
	}
	return nil
}

func (o *UploadOptions) resumable() bool { return o.Checkpoint != nil || o.Resume.Offset > 0 }

// takesParts says whether the server can join the parts of a file.
func (c *Client) takesParts(name string) bool {
	b, ok := c.backend.(concatenator)
	return ok && b.joins(parent(name))
}

// maxConcurrency: even for a far server with small chunks it is enough.
const maxConcurrency = 1000

// upload is one call of Upload.
type upload struct {
	client  *Client
	name    string
	source  *source
	options *UploadOptions
	mode    *uint32
}

func (u *upload) put() putOptions {
	return putOptions{
		mode: u.mode, chunk: int(min(u.options.ChunkSize, maxAppend)), concurrency: min(u.options.Concurrency, maxConcurrency),
		checksum: u.options.Checksum, progress: u.options.Progress,
	}
}

// resumable: Azure's files grow where they are, Hadoop's come in parts.
func (u *upload) resumable(ctx context.Context) error {
	if !u.client.backend.grows() {
		return u.inParts(ctx)
	}
	return u.growing(ctx)
}

// chunksPerUnit: a checkpoint is due every so many chunks.
const chunksPerUnit = 16

// growing writes on from where an earlier upload has stopped.
func (u *upload) growing(ctx context.Context) error {
	o := u.put()
	at := u.options.Resume
	if at.isNone() {
		chunk := u.client.backend.chunkSize(o.chunk)
		at = Checkpoint{Name: u.name, Temp: tempName(u.name), Unit: int64(chunk) * chunksPerUnit, Lease: newUUID()}
	}
	r, _ := u.source.from(0)
	seen, err := at.skipTo(r)
	if err != nil {
		return err
	}
	o.chunk, o.lease, o.every = int(at.Unit/chunksPerUnit), at.Lease, at.Unit
	r = io.TeeReader(r, seen)
	if o.from, err = u.catchUp(ctx, at, r); err != nil {
		return err
	}
	o.safe = func(total int64) error {
		at.Offset, at.Hash = total, seen.sum
		if u.options.Checkpoint != nil {
			u.options.Checkpoint(at)
		}
		return nil
	}
	size, err := u.client.backend.put(ctx, at.Temp, r, o)
	if err == nil {
		err = u.client.publish(ctx, at.Temp, u.name, size)
	}
	return err
}

// catchUp is how far the server is ahead of a checkpoint: more may have arrived
// than was written down. What has is compared with the source.
func (u *upload) catchUp(ctx context.Context, at Checkpoint, r io.Reader) (int64, error) {
	if at.Offset == 0 {
		return 0, nil
	}
	now, err := u.client.backend.stat(ctx, at.Temp)
	switch {
	case err != nil:
		return 0, err
	case now.Size < at.Offset:
		return 0, ErrChanged
	case now.Size == at.Offset:
		return at.Offset, nil
	}
	file := &remote{client: u.client, name: at.Temp, status: now}
	s := file.segment(ctx, at.Offset, now.Size)
	defer func() { _ = s.Close() }()
	equal, err := sameContent(s, io.LimitReader(r, now.Size-at.Offset))
	if err == nil && !equal {
		err = ErrChanged
	}
	return now.Size, err
}
