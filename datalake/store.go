package datalake

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/hex"
	"fmt"
	"io"
	"path"
	"strings"
	"syscall"
	"time"
	"unicode/utf8"
)

// place checks that a file may come to be at a name, before anything is sent.
// The answer is what it replaces, nil for nothing.
func (c *Client) place(ctx context.Context, name string) (*FileStatus, error) {
	existing, err := c.lookup(ctx, name)
	if err == nil && existing != nil && existing.Mode.IsDir() {
		err = syscall.EISDIR
	}
	return existing, err
}

// write makes a file of s. It is there with all its content, or not at all.
func (c *Client) write(ctx context.Context, name string, s *source, o putOptions) error {
	b, ok := c.backend.(interface {
		whole() int
		putWhole(ctx context.Context, name string, data []byte, mode *uint32) error
	})
	if ok && b.whole() > 0 && s.size <= int64(b.whole()) {
		r, _ := s.from(0)
		head, err := readUpTo(r, b.whole())
		switch {
		case err != nil:
			return err
		case len(head) <= b.whole():
			err := b.putWhole(ctx, name, head, o.mode)
			if err == nil {
				o.tell(int64(len(head)))
			}
			return err
		}
		s = &source{r: io.MultiReader(bytes.NewReader(head), s.r), size: -1}
	}
	return c.store(ctx, name, s, o)
}

// store sends all of s to a name that nobody knows, from its beginning again if
// that fails and can be, and gives it its own when it is complete. Each try has a
// name of its own: what is left of the one before may still be on its way.
// Whatever goes wrong, nothing stays, unless the server cannot be reached any more,
// or is very late.
func (c *Client) store(ctx context.Context, name string, s *source, o putOptions) error {
	for tries := 1; ; tries++ {
		r, length := s.from(0)
		o.size = max(length, 0)
		temp := tempName(name)
		size, err := c.backend.put(ctx, temp, r, o)
		sent := err == nil
		if sent {
			err = c.publish(ctx, temp, name, size)
		}
		if err != nil {
			c.discard(ctx, err, size, temp)
		}
		if sent || s.at == nil || !c.retry.again(ctx, tries, err) {
			return gaveUp(ctx, err)
		}
	}
}

// publish: a server may take what is broken off for complete.
func (c *Client) publish(ctx context.Context, temp, name string, size int64) error {
	status, err := c.backend.stat(ctx, temp)
	if err != nil {
		return err
	}
	if status.Size != size {
		return fmt.Errorf("%w: the server holds %d of %d bytes", io.ErrUnexpectedEOF, status.Size, size)
	}
	return c.move(ctx, temp, name, &status)
}

// discard has its own time, since the caller's may be over. After a failure that
// the server has not answered, its request may still be on its way: then what is
// not there yet may come. It will if some of its data have been sent, however
// slow the server is: Hadoop takes data before it makes the file.
func (c *Client) discard(ctx context.Context, failure error, sent int64, temps ...string) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), 15*time.Second)
	defer cancel()
	_, answered := asRemote(failure)
	late := patience{retries: 4, first: 50 * time.Millisecond, most: time.Second}
	if sent > 0 {
		late.retries = 12
	}
	for _, temp := range temps {
		for tries := 1; ; tries++ {
			err := c.backend.remove(ctx, temp, false)
			if err == nil || answered || tries > late.retries || !late.pause(ctx, tries, nil) {
				break
			}
		}
	}
}

// tempName is in the same directory, and hidden from what reads data there: the
// programs around Hadoop pass over names that begin with a dot. Hadoop joins no
// parts with a comma in their names.
func tempName(name string) string {
	base := strings.ReplaceAll(path.Base(name), ",", "_")
	for len(base) > 200 || !utf8.ValidString(base) {
		base = base[:min(len(base), 201)-1]
	}
	return join(parent(name), "."+base+"."+randomHex(8)+".part")
}

func randomHex(n int) string {
	raw := make([]byte, n)
	_, _ = rand.Read(raw) // it never fails
	return hex.EncodeToString(raw)
}

func newUUID() string {
	raw := make([]byte, 16)
	_, _ = rand.Read(raw) // it never fails
	raw[6], raw[8] = raw[6]&0x0f|0x40, raw[8]&0x3f|0x80
	return fmt.Sprintf("%x-%x-%x-%x-%x", raw[:4], raw[4:6], raw[6:8], raw[8:10], raw[10:])
}
