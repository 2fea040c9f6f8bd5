package datalake

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"syscall"
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
	name, err := c.cleanFile(name)
	if err == nil && isNil(r) {
		err = invalid("there is nothing to read from")
	}
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
			return gaveUp(ctx, err)
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
