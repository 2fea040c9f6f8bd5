package storage

import (
	"context"
	"errors"
	"io"
)

// source reads blocks from a reader.
type source struct {
	reader io.Reader
	ahead  []byte // read already, at most one byte
	ended  bool
}

// atEnd says whether there is nothing left, for which it may have to read.
func (s *source) atEnd(ctx context.Context) (bool, error) {
	if len(s.ahead) > 0 {
		return false, nil
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
		total += n
		switch {
		case errors.Is(err, io.EOF):
			s.ended = true
		case err != nil:
			return total, &readError{err}
		}
	}
	return total, nil
}

// readError is an error of the reader the user gave.
type readError struct{ err error }

func (e *readError) Error() string { return "read the content: " + e.err.Error() }

func (e *readError) Unwrap() error { return e.err }

// lengthOf is how much is left to read, -1 if that is not known.
func lengthOf(r io.Reader) (int64, error) {
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
		return 0, &readError{err}
	}
	return max(end-at, 0), nil
}
