package tds

import (
	"context"
	"errors"
	"net"
	"os"
	"time"
)

// attentive is a connection on which one can wait for the client to leave while
// nobody reads. A byte that comes meanwhile is kept for the next read.
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
		one := make([]byte, 1)
		if _, err := c.Conn.Read(one); err != nil {
			return 0, err
		}
		c.early = one
	}
	return c.early[0], nil
}

// during runs f with a context that ends when the client leaves. Nobody else may
// read until it returns.
func (c *attentive) during(ctx context.Context, f func(context.Context) error) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	_ = c.SetReadDeadline(time.Time{}) // what cannot be set will not be read either
	watching := make(chan struct{})
	go func() {
		defer close(watching)
		if _, err := c.peek(); err != nil && !errors.Is(err, os.ErrDeadlineExceeded) {
			cancel()
		}
	}()
	err := f(ctx)
	_ = c.SetReadDeadline(time.Unix(1, 0))
	<-watching
	_ = c.SetReadDeadline(time.Now().Add(patience))
	return err
}
