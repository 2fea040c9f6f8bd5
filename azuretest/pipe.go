package azuretest

import (
	"io"
	"net"
	"os"
	"sync"
	"time"
)

// pipeBuffer is how much a writer may be ahead of its reader. net.Pipe has no
// buffer at all: a server that answers before it has read the request, and a
// client that reads the answer after it has written it, would wait for each
// other.
const pipeBuffer = 64 << 10

// newPipe returns the two ends of a connection in memory. They block on
// sync.Cond only, so a testing/synctest bubble sees an idle pipe as idle.
func newPipe(client, server pipeAddr) (clientEnd, serverEnd *pipeConn) {
	up, down := newStream(), newStream()
	clientEnd = &pipeConn{in: down, out: up, local: client, remote: server}
	serverEnd = &pipeConn{in: up, out: down, local: server, remote: client}
	return clientEnd, serverEnd
}

type pipeAddr string

// Network says tcp, which is what the pipe stands for.
func (a pipeAddr) Network() string { return "tcp" }

// String returns the host and port that were dialled.
func (a pipeAddr) String() string { return string(a) }

// pipeConn is one end of a pipe.
type pipeConn struct {
	in, out       *stream
	local, remote pipeAddr
}

var _ net.Conn = (*pipeConn)(nil)

// Read waits until there is something to read.
func (c *pipeConn) Read(p []byte) (int, error) { return c.in.read(p) }

// Write waits until there is room for all of p.
func (c *pipeConn) Write(p []byte) (int, error) { return c.out.write(p) }

// LocalAddr returns the address of this end.
func (c *pipeConn) LocalAddr() net.Addr { return c.local }

// RemoteAddr returns the address of the other end.
func (c *pipeConn) RemoteAddr() net.Addr { return c.remote }

// Close ends both directions. The peer can still read what was written before.
func (c *pipeConn) Close() error {
	c.in.closeRead()
	c.out.closeWrite()
	return nil
}

// SetDeadline sets the moment after which reads and writes fail; zero is never.
func (c *pipeConn) SetDeadline(t time.Time) error {
	c.in.arm(&c.in.readBy, t)
	c.out.arm(&c.out.writeBy, t)
	return nil
}

// SetReadDeadline is SetDeadline for reads.
func (c *pipeConn) SetReadDeadline(t time.Time) error {
	c.in.arm(&c.in.readBy, t)
	return nil
}

// SetWriteDeadline is SetDeadline for writes.
func (c *pipeConn) SetWriteDeadline(t time.Time) error {
	c.out.arm(&c.out.writeBy, t)
	return nil
}

// stream is one direction of a pipe.
type stream struct {
	mu      sync.Mutex // guards what follows
	changed *sync.Cond // anything below
	data    []byte
	room    []byte // where data began, to be written to again
	noRead  bool   // the reading end is closed
	noWrite bool   // the writing end is closed
	readBy  deadline
	writeBy deadline
}

// deadline is a moment after which a read or a write gives up.
type deadline struct {
	timer  *time.Timer
	passed bool
}

func newStream() *stream {
	s := &stream{}
	s.changed = sync.NewCond(&s.mu)
	return s
}

func (s *stream) read(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for {
		switch {
		case s.noRead:
			return 0, net.ErrClosed
		case s.readBy.passed:
			return 0, os.ErrDeadlineExceeded
		case len(p) == 0:
			return 0, nil
		case len(s.data) > 0:
			n := copy(p, s.data)
			if s.data = s.data[n:]; len(s.data) == 0 {
				s.data = s.room
			}
			s.changed.Broadcast()
			return n, nil
		case s.noWrite:
			return 0, io.EOF
		}
		s.changed.Wait()
	}
}

func (s *stream) write(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	written := 0
	for {
		switch {
		case s.noWrite:
			return written, net.ErrClosed
		case s.noRead:
			return written, io.ErrClosedPipe
		case s.writeBy.passed:
			return written, os.ErrDeadlineExceeded
		case written == len(p):
			return written, nil
		}
		if n := min(len(p)-written, pipeBuffer-len(s.data)); n > 0 {
			fresh := len(s.data) == 0
			if s.data = append(s.data, p[written:written+n]...); fresh {
				s.room = s.data[:0]
			}
			written += n
			s.changed.Broadcast()
			continue
		}
		s.changed.Wait()
	}
}

func (s *stream) closeRead() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.noRead, s.data, s.room = true, nil, nil
	s.readBy.stop()
	s.changed.Broadcast()
}

func (s *stream) closeWrite() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.noWrite = true
	s.writeBy.stop()
	s.changed.Broadcast()
}

// arm sets d, one of the stream's own deadlines, to t; zero is never.
func (s *stream) arm(d *deadline, t time.Time) {
	s.mu.Lock()
	defer s.mu.Unlock()
	d.stop()
	d.passed = false
	if t.IsZero() {
		return
	}
	wait := time.Until(t)
	if wait <= 0 {
		d.passed = true
		s.changed.Broadcast()
		return
	}
	var timer *time.Timer
	timer = time.AfterFunc(wait, func() { s.expire(d, &timer) })
	d.timer = timer
}

// expire ends the wait for d, unless another timer has taken its place. The
// timer comes by reference: only under the lock is the variable surely set.
func (s *stream) expire(d *deadline, timer **time.Timer) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if d.timer == *timer {
		d.passed = true
		s.changed.Broadcast()
	}
}

func (d *deadline) stop() {
	if d.timer != nil {
		d.timer.Stop()
		d.timer = nil
	}
}
