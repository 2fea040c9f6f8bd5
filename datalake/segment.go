package datalake

import (
	"context"
	"errors"
	"fmt"
	"io"
)

// remote is a file as it was when it was opened.
type remote struct {
	client *Client
	name   string
	status FileStatus
}

// segment reads a part of a file, over as many connections as it takes. It is
// for one goroutine.
type segment struct {
	ctx      context.Context
	file     *remote
	pos, end int64
	body     io.ReadCloser // nil: none is open
	tries    int           // without a byte since
}

func (f *remote) segment(ctx context.Context, from, end int64) *segment {
	return &segment{ctx: ctx, file: f, pos: from, end: end}
}

// Read gives what was asked for, or says why not: a connection that breaks, or
// ends early, is taken up again where it broke.
func (s *segment) Read(p []byte) (int, error) {
	if s.pos >= s.end {
		return 0, io.EOF
	}
	if len(p) == 0 {
		return 0, nil
	}
	for {
		n, err := s.try(p[:min(int64(len(p)), s.end-s.pos)])
		if n > 0 {
			s.pos += int64(n)
			s.tries = 0
			return n, nil
		}
		if err == nil {
			continue
		}
		_ = s.Close()
		s.tries++
		if !s.file.client.retry.again(s.ctx, s.tries, err) {
			return 0, s.why(err)
		}
	}
}

// why a reader gives up: its caller's own reason comes first.
func (s *segment) why(err error) error {
	if ended := s.ctx.Err(); ended != nil {
		return ended
	}
	return err
}

func (s *segment) try(p []byte) (int, error) {
	if s.body == nil {
		if err := s.open(); err != nil {
			return 0, err
		}
	}
	n, err := s.body.Read(p)
	switch {
	case n > 0 && s.pos+int64(n) == s.end:
		return s.finish(n, err)
	case n > 0:
		return n, nil
	case errors.Is(err, io.EOF):
		return 0, io.ErrUnexpectedEOF
	default:
		return 0, err
	}
}

// finish looks behind the last n bytes. Without a length of the answer nothing
// else tells that it is not the one that was asked for; and only after its end
// can the connection be used again.
func (s *segment) finish(n int, err error) (int, error) {
	if err == nil {
		if more, _ := s.body.Read(make([]byte, 1)); more > 0 {
			return 0, fmt.Errorf("%w: the server sends more than was asked for", ErrUnexpectedResponse)
		}
	}
	return n, nil
}

// open goes on where an earlier connection broke, if the file is still the same.
func (s *segment) open() error {
	if s.tries > 0 {
		now, err := s.file.client.backend.stat(s.ctx, s.file.name)
		if err != nil {
			return err
		}
		if !s.file.status.same(&now) {
			return ErrChanged
		}
	}
	body, err := s.file.client.backend.read(s.ctx, s.file.name, &s.file.status, s.pos, s.end-s.pos)
	s.body = body
	return err
}

// Close ends the use of the connection.
func (s *segment) Close() error {
	if s.body == nil {
		return nil
	}
	err := s.body.Close()
	s.body = nil
	return err
}
