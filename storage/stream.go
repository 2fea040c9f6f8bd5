package storage

import (
	"context"
	"errors"
	"io"
	"io/fs"
	"time"
)

const (
	// maxBreaks is how many connections in a row may break before much has come.
	maxBreaks = 5
	// muchOfAStream makes up for the breaks before it.
	muchOfAStream = 1 << 20
)

// stream reads a span of a blob to its end, from one answer after the other.
type stream struct {
	reopen func(offset int64) (io.ReadCloser, error)
	fail   func(offset int64, err error) error
	body   io.ReadCloser // nil after a break
	span                 // what is left
	mark   int64         // where the breaks are counted from
	breaks int
	err    error // the last, which stays
}

// stream goes on with part.
func (d *download) stream(ctx context.Context, p part) *stream {
	s := &stream{body: p.body, span: p.span, mark: p.start}
	s.reopen = func(offset int64) (io.ReadCloser, error) {
		if err := pause(ctx, s.breaks); err != nil {
			return nil, err
		}
		next, err := d.more(ctx, span{offset, s.end}, p.properties.ETag)
		return next.body, err
	}
	s.fail = func(offset int64, err error) error {
		if ctx.Err() != nil {
			err = ctx.Err()
		}
		return d.client.note(d.call, err, "after %d of %d bytes", offset, p.properties.Size)
	}
	return s
}

// Read reads on, past broken connections.
func (s *stream) Read(p []byte) (int, error) {
	for s.err == nil && len(p) > 0 {
		if s.start == s.end {
			s.err = io.EOF
			break
		}
		if s.body == nil {
			if s.body, s.err = s.reopen(s.start); s.err != nil {
				s.err = s.fail(s.start, s.err)
				break
			}
		}
		n, err := s.body.Read(p[:min(int64(len(p)), s.end-s.start)])
		s.start += int64(n)
		if err != nil && s.start < s.end {
			s.broken(err)
		}
		if n > 0 {
			return n, nil
		}
	}
	return 0, s.err
}

// broken leaves the connection, for good if too many have broken.
func (s *stream) broken(err error) {
	_ = s.body.Close()
	s.body = nil
	if s.start-s.mark >= muchOfAStream {
		s.breaks = 0
	}
	s.mark = s.start
	if s.breaks++; s.breaks < maxBreaks {
		return
	}
	if errors.Is(err, io.EOF) {
		err = io.ErrUnexpectedEOF
	}
	s.err = s.fail(s.start, err)
}

// Close ends the stream, also before its end.
func (s *stream) Close() error {
	if s.err == nil {
		s.err = fs.ErrClosed
	}
	if s.body == nil {
		return nil
	}
	err := s.body.Close()
	s.body = nil
	return err
}

// pause waits before a try: not before the first, then ever longer.
func pause(ctx context.Context, breaks int) error {
	if breaks < 2 {
		return ctx.Err()
	}
	timer := time.NewTimer(time.Duration(1<<breaks) * 100 * time.Millisecond)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-timer.C:
		return nil
	}
}
