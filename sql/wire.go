package azuresql

import (
	"errors"
	"math"
	"net"
	"sync/atomic"
)

// maxLogin bounds what a server may send until it has let the client in. The
// driver takes any amount, and whoever answers is not known yet.
const maxLogin = 1 << 20

// wire is a connection that remembers what broke it: the driver's errors in the
// TLS handshake have lost the cause, and only a broken wire is worth a retry.
type wire struct {
	net.Conn
	left    atomic.Int64 // bytes that may still come
	failure atomic.Pointer[error]
}

func newWire(raw net.Conn) *wire {
	w := &wire{Conn: raw}
	w.left.Store(maxLogin)
	return w
}

// loggedIn lifts the limit.
func (w *wire) loggedIn() { w.left.Store(math.MaxInt64) }

// Read keeps the first error.
func (w *wire) Read(p []byte) (int, error) {
	n, err := w.Conn.Read(p)
	if w.left.Add(int64(-n)) < 0 {
		return 0, errors.New("the server sends too much before the login is done")
	}
	return n, w.note(err)
}

// Write keeps the first error.
func (w *wire) Write(p []byte) (int, error) {
	n, err := w.Conn.Write(p)
	return n, w.note(err)
}

func (w *wire) note(err error) error {
	if err != nil {
		w.failure.CompareAndSwap(nil, &err)
	}
	return err
}

// broken is why the wire failed, or nil.
func (w *wire) broken() error {
	if err := w.failure.Load(); err != nil {
		return *err
	}
	return nil
}
