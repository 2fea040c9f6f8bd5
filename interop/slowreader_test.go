package interop_test

import (
	"bufio"
	"bytes"
	"errors"
	"io"
	"math/rand/v2"
	"testing"
	"time"
)

// newPattern reads as the bytes of an upload, the same each time.
func newPattern() io.Reader {
	return io.LimitReader(rand.NewChaCha8([32]byte{}), uploaded)
}

// slowReader reads another reader in steps, each of which has to wait for a tick.
type slowReader struct {
	io.Reader

	tick <-chan time.Time
	left int // of the step
}

const step = 1 << 20

// newSlowReader is the pattern in about 5 seconds.
func newSlowReader(tb testing.TB) io.Reader {
	tb.Helper()
	ticker := time.NewTicker(80 * time.Millisecond)
	tb.Cleanup(ticker.Stop)
	return &slowReader{Reader: newPattern(), tick: ticker.C}
}

// Read reads what is left of a step, or waits for the next.
func (r *slowReader) Read(p []byte) (int, error) {
	if r.left == 0 {
		<-r.tick
		r.left = step
	}
	n, err := r.Reader.Read(p[:min(len(p), r.left)])
	r.left -= n
	return n, err
}

// sameBytes compares two streams without keeping them.
func sameBytes(a, b io.Reader) (bool, error) {
	x, y := bufio.NewReaderSize(a, step), bufio.NewReaderSize(b, step)
	for {
		left, err := x.Peek(step)
		right, err2 := y.Peek(step)
		if !bytes.Equal(left, right) {
			return false, nil
		}
		_, _ = x.Discard(len(left)) // what was peeked at is there
		_, _ = y.Discard(len(right))
		switch {
		case errors.Is(err, io.EOF) && errors.Is(err2, io.EOF):
			return true, nil
		case err != nil && !errors.Is(err, io.EOF):
			return false, err
		}
	}
}
