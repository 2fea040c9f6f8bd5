package storage

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"reflect"
	"strings"

	"github.com/keyless-go/azure/internal/azrest"
)

const octets = "application/octet-stream"

// source cuts what a reader gives into blocks. There is a buffer for each request
// and one to read into, none for a block that is sent from where it is.
type source struct {
	reader      io.Reader
	at          inPlace // the same, until all that it was known to hold is cut
	offset, end int64   // of what is left of that
	size        int64   // of a block
	free        chan []byte
	ahead       []byte // read already, at most one byte
	ended       bool
}

// inPlace is a reader of which several can read, each at a place of its own.
type inPlace interface {
	io.ReadSeeker
	io.ReaderAt
}

// block is a part of the content.
type block struct {
	*azrest.Content
	data []byte // the same in a buffer; nil if it is where it was
}

// placed is r if its blocks can be sent from where they are, else nil. A reader
// of any other kind may do more in Read than to read; and with a Checksum what is
// sent must be what was summed up.
func placed(r io.Reader, options *UploadOptions) inPlace {
	switch r.(type) {
	case *os.File, *bytes.Reader, *strings.Reader:
		if at, ok := r.(inPlace); ok && !options.Checksum {
			return at
		}
	}
	return nil
}

// newSource has a buffer for the content of a small length, -1 if that is not
// known. The others are made when there is a use for them.
func newSource(r io.Reader, length int64, options *UploadOptions) source {
	s := source{reader: r, size: options.BlockSize, free: make(chan []byte, options.Concurrency+1)}
	var first []byte
	switch {
	case length <= 0: // a device says that it is empty, too
	case length <= s.size:
		first = make([]byte, length)
	default:
		s.place(placed(r, options), length)
	}
	s.free <- first
	for range options.Concurrency {
		s.free <- nil
	}
	return s
}

func (s *source) place(at inPlace, length int64) {
	if at == nil {
		return
	}
	if start, err := at.Seek(0, io.SeekCurrent); err == nil {
		s.at, s.offset, s.end = at, start, start+length
	}
}

// next is the next block, once there is a buffer for it. At the end it is empty.
func (s *source) next(ctx context.Context) (block, error) {
	end, err := s.atEnd(ctx)
	switch {
	case end || err != nil:
		return inMemory(nil), err
	case s.at != nil:
		offset := s.offset
		s.offset = min(offset+s.size, s.end)
		return block{azrest.NewSection(octets, s.at, offset, s.offset-offset), nil}, nil
	}
	select {
	case <-ctx.Done():
		return block{}, ctx.Err()
	case buffer := <-s.free:
		if buffer == nil {
			buffer = make([]byte, s.size)
		}
		n, err := s.fill(ctx, buffer)
		return inMemory(buffer[:n]), err
	}
}

func inMemory(data []byte) block { return block{azrest.NewContent(octets, data), data} }

// release takes the buffer of a block back.
func (s *source) release(b block) {
	if b.data != nil {
		s.free <- b.data[:cap(b.data)]
	}
}

// atEnd says whether there is nothing left, for which it may have to read.
func (s *source) atEnd(ctx context.Context) (bool, error) {
	if s.offset < s.end || len(s.ahead) > 0 {
		return false, nil
	}
	if s.at != nil { // what has come since then is read in order
		if _, err := s.at.Seek(s.end, io.SeekStart); err != nil {
			return false, &azrest.SourceError{Err: err}
		}
		s.at = nil
	}
	ahead := make([]byte, 1)
	n, err := s.fill(ctx, ahead)
	s.ahead = ahead[:n]
	return n == 0, err
}

// fill reads until the buffer is full or the reader ends.
func (s *source) fill(ctx context.Context, buffer []byte) (int, error) {
	total := copy(buffer, s.ahead)
	s.ahead = s.ahead[total:]
	for total < len(buffer) && !s.ended {
		if err := ctx.Err(); err != nil {
			return total, err
		}
		n, err := s.reader.Read(buffer[total:])
		if n < 0 || n > len(buffer)-total {
			return total, &azrest.SourceError{Err: fmt.Errorf("its Read returned %d for a buffer of %d bytes", n, len(buffer)-total)}
		}
		total += n
		switch {
		case errors.Is(err, io.EOF):
			s.ended = true
		case err != nil:
			return total, &azrest.SourceError{Err: err}
		}
	}
	return total, nil
}

// isNil also sees what os.Open returns beside an error that nobody has looked
// at: a nil pointer, which in an interface is not nil.
func isNil(given any) bool {
	v := reflect.ValueOf(given)
	return !v.IsValid() || v.Kind() == reflect.Pointer && v.IsNil()
}

// lengthOf is how much is left to read, -1 if that is not known.
func lengthOf(r io.Reader) (int64, error) {
	if isDirectory(r) {
		return -1, nil // a huge one, by its Seek
	}
	if l, ok := r.(interface{ Len() int }); ok {
		return int64(l.Len()), nil
	}
	s, ok := r.(io.Seeker)
	if !ok {
		return -1, nil
	}
	at, err := s.Seek(0, io.SeekCurrent)
	if err != nil {
		return -1, nil //nolint:nilerr // a pipe, for example
	}
	end, err := s.Seek(0, io.SeekEnd)
	if err != nil {
		return -1, nil //nolint:nilerr // it has not moved
	}
	if _, err := s.Seek(at, io.SeekStart); err != nil {
		return 0, &azrest.SourceError{Err: err}
	}
	return max(end-at, 0), nil
}

// isDirectory finds what can be opened and sought, and not read.
func isDirectory(r io.Reader) bool {
	file, ok := r.(fs.File)
	if !ok {
		return false
	}
	info, err := file.Stat()
	return err == nil && info.IsDir()
}
