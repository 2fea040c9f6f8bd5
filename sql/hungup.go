package azuresql

import (
	"net"
	"syscall"
	"time"
)

// listening is how long a connection is listened to that cannot be looked at: not
// for long, since it is before each statement.
const listening = 100 * time.Microsecond

// hungUp says whether a connection that was idle is of no use: its other end
// has closed it, or has sent what nobody asked for. The driver would find out
// when the statement is lost: it can still write.
func hungUp(raw net.Conn) bool {
	if socket, ok := raw.(syscall.Conn); ok {
		if dead, known := peek(socket); known {
			return dead
		}
	}
	return speaks(raw) // a connection of the user's own making, with no socket to look at
}

// speaks says whether reading gives anything but silence.
func speaks(raw net.Conn) bool {
	for {
		start := time.Now()
		if raw.SetReadDeadline(start.Add(listening)) != nil {
			return true
		}
		prepared := time.Now()
		if _, err := raw.Read(make([]byte, 1)); !isTimeout(err) {
			return true
		}
		if prepared.Sub(start) < listening/2 { // else the time may have been over before the reading began
			return raw.SetReadDeadline(time.Time{}) != nil
		}
	}
}

func isTimeout(err error) bool {
	timeout, ok := err.(net.Error) //nolint:errorlint // a wrapped one is none of the connection's own
	return ok && timeout.Timeout()
}
