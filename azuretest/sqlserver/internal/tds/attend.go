package tds

import (
	"context"
	"errors"
	"net"
	"os"
	"time"
)

// attentive is a connection on which one can wait for the client to leave while
// nobody reads. What comes meanwhile is kept for the next read.
type attentive struct {
	net.Conn

	early []byte
}

// Read returns what has come early, then reads.
func (c *attentive) Read(p []byte) (int, error) {
	if len(c.early) > 0 && len(p) > 0 {
		n := copy(p, c.early)
		c.early = c.early[n:]
		return n, nil
	}
	return c.Conn.Read(p)
}

// peek returns the next byte and leaves it there.
func (c *attentive) peek() (byte, error) {
	if len(c.early) == 0 {
		if err := c.fill(); err != nil {
			return 0, err
		}
	}
	return c.early[0], nil
}

// fill reads something and keeps it.
func (c *attentive) fill() error {
	buf := make([]byte, defaultPacket)
	n, err := c.Conn.Read(buf)
	c.early = append(c.early, buf[:n]...)
	if n > 0 {
		return nil
	}
	return err
}

// during runs f with a context that ends when the client leaves. Nobody else may
// read until it returns.
func (c *attentive) during(ctx context.Context, f func(context.Context) error) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	_ = c.SetDeadline(time.Time{}) // what cannot be set will not be read either
	watching := make(chan struct{})
	go func() {
		defer close(watching)
		for len(c.early) < maxEarly {
			if err := c.fill(); err != nil {
				if !errors.Is(err, os.ErrDeadlineExceeded) {
					cancel()
				}
				return
			}
		}
	}()
	err := f(ctx)
	_ = c.SetReadDeadline(time.Unix(1, 0))
	<-watching
	_ = c.SetDeadline(time.Now().Add(patience))
	return err
}
