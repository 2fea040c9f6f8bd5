package datalake

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"syscall"

	"github.com/keyless-go/azure/internal/azrest"
)

// Append adds what r gives to the end of a file, which must exist.
//
// On Azure each byte is there once, whatever gets lost on the way; on Gen2 all
// of them appear together. Hadoop can only be asked what has arrived: that is
// compared with what was sent before the rest follows, which takes an r that is
// an io.ReaderAt and io.Seeker as well, or of 8 MiB at most. From any other r
// nothing is sent twice, and an error may leave a part at the end of the file.
//
// Somebody else who writes the file is [ErrBusy] or [ErrChanged].
func (c *Client) Append(ctx context.Context, name string, r io.Reader) error {
	return pathError("append", name, c.append(ctx, name, r))
}

func (c *Client) append(ctx context.Context, name string, r io.Reader) error {
	name, err := c.clean(name)
	if err != nil {
		return err
	}
	before, err := c.backend.stat(ctx, name)
	switch {
	case err != nil:
		return err
	case before.Mode.IsDir():
		return syscall.EISDIR
	}
	return c.backend.append(ctx, name, newSource(r), before)
}

func (w *webhdfs) append(ctx context.Context, name string, s *source, before FileStatus) error {
	if w.offsets {
		return w.appendChunks(ctx, name, s)
	}
	if err := s.remember(8 << 20); err != nil {
		return err
	}
	arrived := int64(0)
	for tries := 1; ; tries++ {
		rest, length := s.from(arrived)
		data := &payload{reader: attentive{ctx, rest}, length: length}
		err := w.send(ctx, request{method: http.MethodPost, op: "APPEND", name: name, once: true}, data)
		switch {
		case err == nil:
			return nil
		case s.at == nil && data.touched():
			return fmt.Errorf("a part may have been appended: %w", err)
		case s.at == nil || !w.retry.again(ctx, tries, ownLease(err, tries)):
			return err
		}
		if arrived, err = w.arrived(ctx, name, s, before.Size, arrived); err != nil || arrived == s.size {
			return err
		}
	}
}

// ownLease is an error that passes if it says that somebody writes the file,
// and that is likely the try before.
func ownLease(err error, tries int) error {
	if tries > 1 && errors.Is(err, ErrBusy) {
		return io.ErrNoProgress
	}
	return err
}

// arrived is how much of s is at the end of the file. Anything else there is
// somebody else's.
func (w *webhdfs) arrived(ctx context.Context, name string, s *source, before, known int64) (int64, error) {
	now, err := w.stat(ctx, name)
	if err != nil {
		return known, err
	}
	n := now.Size - before
	if n < known || n > s.size {
		return known, ErrChanged
	}
	if n == known {
		return n, nil
	}
	body, err := w.read(ctx, name, &now, before+known, n-known)
	if err != nil {
		return known, err
	}
	defer func() { _ = body.Close() }()
	equal, err := sameContent(body, io.NewSectionReader(s.at, known, n-known))
	if err == nil && !equal {
		err = ErrChanged
	}
	return n, err
}

func sameContent(a, b io.Reader) (bool, error) {
	left, right := make([]byte, 64<<10), make([]byte, 64<<10)
	for {
		n, err := io.ReadFull(a, left)
		m, other := io.ReadFull(b, right)
		if !bytes.Equal(left[:n], right[:m]) {
			return false, firstError(notEOF(err), notEOF(other))
		}
		if err != nil || other != nil {
			return true, firstError(notEOF(err), notEOF(other))
		}
	}
}

func notEOF(err error) error {
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		return nil
	}
	return err
}

// appendChunks is Gen1's: each chunk names the offset that it is for.
func (w *webhdfs) appendChunks(ctx context.Context, name string, s *source) error {
	lease := newUUID()
	// Another client's last bytes count only after this.
	if err := w.appendAt(ctx, name, lease, -1, azrest.NewContent(octets, nil), "METADATA"); err != nil {
		return err
	}
	now, err := w.stat(ctx, name)
	if err != nil {
		return err
	}
	r, _ := s.from(0)
	end, err := pump(ctx, r, putOptions{from: now.Size, chunk: w.chunk, concurrency: 1},
		func(ctx context.Context, offset int64, chunk *azrest.Content) error {
			return w.appendAt(ctx, name, lease, offset, chunk, "DATA")
		})
	if err != nil {
		return err
	}
	return w.appendAt(ctx, name, lease, end, azrest.NewContent(octets, nil), "CLOSE")
}

// appendAt appends a chunk once. When an answer is lost, and then the offset is
// wrong, the lost request may have done it: then the chunk's end is the offset.
func (w *webhdfs) appendAt(ctx context.Context, name, lease string, offset int64, chunk *azrest.Content, sync string) error {
	for tries := 1; ; tries++ {
		err := w.appendOnce(ctx, name, lease, offset, chunk, sync)
		if err == nil {
			return nil
		}
		if tries > 1 && chunk.Size() > 0 && errors.Is(err, ErrChanged) {
			end := offset + chunk.Size()
			return w.appendAt(ctx, name, lease, end, azrest.NewContent(octets, nil), "METADATA")
		}
		if !w.retry.again(ctx, tries, err) {
			return err
		}
	}
}

// appendOnce: a negative offset is wherever the file ends.
func (w *webhdfs) appendOnce(ctx context.Context, name, lease string, offset int64, chunk *azrest.Content, sync string) error {
	query := leased(lease, sync)
	query.Set("append", "true")
	if offset >= 0 {
		query.Set("offset", strconv.FormatInt(offset, 10))
	}
	return w.tell(ctx, request{
		method: http.MethodPost, op: "APPEND", name: name, query: query, body: chunk, header: dataHeader(http.MethodPost), once: true,
	})
}

// append adds at the end, and lets it be seen when all is there.
func (d *dfs) append(ctx context.Context, name string, s *source, before FileStatus) error {
	r, _ := s.from(0)
	o := d.chunks(putOptions{from: before.Size})
	end, err := pump(ctx, r, o, d.appender(name, false))
	if err != nil || end == before.Size {
		return err
	}
	return d.flush(ctx, name, end, before.ETag, true)
}

func (d *dfs) appender(name string, sum bool) func(context.Context, int64, *azrest.Content) error {
	return func(ctx context.Context, offset int64, chunk *azrest.Content) error {
		header := http.Header{}
		if sum {
			header["Content-Md5"] = chunkSum(chunk)
		}
		return d.tell(ctx, call{
			method: http.MethodPatch, name: name, body: chunk, header: header, accept: []int{http.StatusAccepted},
			query: url.Values{"action": {"append"}, "position": {strconv.FormatInt(offset, 10)}},
		})
	}
}

// flush makes what was appended to be seen. A condition that fails after a lost
// answer, or a position, may be the work of the lost request.
func (d *dfs) flush(ctx context.Context, name string, size int64, etag string, end bool) error {
	query := url.Values{"action": {"flush"}, "position": {strconv.FormatInt(size, 10)}, "close": {strconv.FormatBool(end)}}
	header := http.Header{}
	if etag != "" {
		header["If-Match"] = []string{etag}
	}
	for tries := 1; ; tries++ {
		err := d.tell(ctx, call{method: http.MethodPatch, name: name, query: query, header: header, once: true})
		if err == nil {
			return nil
		}
		if tries > 1 && errors.Is(err, ErrChanged) {
			if now, e := d.stat(ctx, name); e == nil && now.Size == size {
				return nil
			}
		}
		if !d.retry.again(ctx, tries, err) {
			return err
		}
	}
}
