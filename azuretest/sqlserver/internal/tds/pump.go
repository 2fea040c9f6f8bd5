package tds

import (
	"context"
	"errors"
)

// serveRequests reads and serves requests one after the other. A goroutine of its
// own reads, so that a cancellation is seen while a request runs.
func (c *Conn) serveRequests(ctx context.Context) {
	ctx, cancel := context.WithCancel(ctx)
	packets, gone := make(chan packet), make(chan struct{})
	go func() {
		defer close(gone)
		defer cancel()
		c.pump(ctx, packets)
	}()
	defer func() {
		cancel()
		_ = c.raw.Close()
		<-gone
	}()
	for {
		c.idle.Store(true)
		m, err := assemble(packets, gone)
		c.idle.Store(false)
		if err != nil || c.closing.Load() || c.serve(ctx, m) != nil {
			return
		}
	}
}

// pump hands on what it reads, until the client leaves. Two buffers are enough: whoever
// takes a packet has copied the one before.
func (c *Conn) pump(ctx context.Context, packets chan<- packet) {
	buffers := [2][]byte{make([]byte, maxPacket), make([]byte, maxPacket)}
	for i := 0; ; i = 1 - i {
		p, err := readPacket(c.wire, buffers[i])
		if err != nil {
			return
		}
		if p.kind == kindAttention && c.interrupt() {
			continue
		}
		select {
		case packets <- p:
		case <-ctx.Done():
			return
		}
	}
}

// interrupt cancels the request that is running; it is false if there is none, and
// the cancellation is a request itself.
func (c *Conn) interrupt() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.running == nil {
		return false
	}
	c.attention = true
	c.running()
	return true
}

// start notes that a request is running.
func (c *Conn) start(cancel context.CancelFunc) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.running, c.attention = cancel, false
}

// stop notes that the request is over, and reports whether it was cancelled.
func (c *Conn) stop() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.running = nil
	return c.attention
}

// assemble puts the packets of one request together.
func assemble(packets <-chan packet, gone <-chan struct{}) (*message, error) {
	m := &message{}
	for {
		select {
		case p := <-packets:
			if complete, err := m.add(p, maxRequest); err != nil || complete {
				return m, err
			}
		case <-gone:
			return nil, ErrHangUp
		}
	}
}

// serve answers one request. An error ends the connection.
func (c *Conn) serve(ctx context.Context, m *message) error {
	a := &Answer{w: c.wire, size: c.size, spid: c.spid, tran: &c.tran, cutAt: -1}
	switch {
	case m.kind == kindAttention:
		return c.acknowledge(a)
	case m.ignore:
		a.writeDone(tokenDone, done{}, doneError)
		return a.send(true)
	}
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	c.start(cancel)
	err := c.reset(ctx, m.status, a)
	if err == nil {
		err = c.dispatch(ctx, m, a)
	}
	return c.conclude(a, err)
}

// acknowledge answers a cancellation: always by a message of its own, after the
// answer to what was cancelled.
func (c *Conn) acknowledge(a *Answer) error {
	a.writeDone(tokenDone, done{}, doneAttention)
	return a.send(true)
}

// conclude ends an answer in which there may have been an error.
func (c *Conn) conclude(a *Answer, err error) error {
	cancelled := c.stop()
	if g, ok := errors.AsType[GarbageError](err); ok {
		a.buf = append(a.buf, g...)
		return errors.Join(a.send(true), ErrHangUp)
	}
	if errors.Is(err, ErrHangUp) || errors.Is(err, errBadPacket) {
		return err
	}
	if cancelled {
		a.params = nil
		return errors.Join(a.finish(doneError), c.acknowledge(a))
	}
	if err != nil {
		e := asError(err)
		a.Message(e)
		if e.Fatal() {
			return errors.Join(a.finish(doneServerError), ErrHangUp)
		}
	}
	return a.finish(0)
}

// reset does what the first packet's status asks for.
func (c *Conn) reset(ctx context.Context, status byte, a *Answer) error {
	if status&(statusReset|statusResetKeep) == 0 {
		return nil
	}
	keep := status&statusResetKeep != 0
	if err := c.session.Reset(ctx, keep); err != nil {
		return err
	}
	c.prepared.clear()
	if !keep && c.tran.open {
		a.RolledBack()
	}
	a.buf = appendEnvBytes(a.buf, envReset, nil, nil)
	return nil
}
