package azuresql

import (
	"net"
	"syscall"
	"time"
)

// listen is how long hungUp listens on a connection that cannot be looked at.
const listen = time.Millisecond

// hungUp says whether an idle connection is of no use: its other end has closed
// it, or has sent what nobody asked for. The driver would find out when the
// statement is lost: it can still write.
func hungUp(raw net.Conn) bool {
	if socket, ok := raw.(syscall.Conn); ok {
		if dead, known := peek(socket); known {
			return dead
		}
	}
	// A connection of the user's own making, with no socket to look at.
	if raw.SetReadDeadline(time.Now().Add(listen)) != nil {
		return true
	}
	_, err := raw.Read(make([]byte, 1))
	silent := isTimeout(err)
	return raw.SetReadDeadline(time.Time{}) != nil || !silent
}

func isTimeout(err error) bool {
	timeout, ok := err.(net.Error) //nolint:errorlint // a wrapped one is none of the connection's own
	return ok && timeout.Timeout()
}
