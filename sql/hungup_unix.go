//go:build unix

package azuresql

import (
	"errors"
	"syscall"
)

// peek looks at what a socket has to read, without waiting and without taking
// it: Go's sockets do not block.
func peek(socket syscall.Conn) (dead, known bool) {
	raw, err := socket.SyscallConn()
	if err != nil {
		return false, false
	}
	err = raw.Read(func(fd uintptr) bool {
		_, _, err := syscall.Recvfrom(int(fd), make([]byte, 1), syscall.MSG_PEEK)
		for errors.Is(err, syscall.EINTR) {
			_, _, err = syscall.Recvfrom(int(fd), make([]byte, 1), syscall.MSG_PEEK)
		}
		dead = !errors.Is(err, syscall.EAGAIN) && !errors.Is(err, syscall.EWOULDBLOCK)
		return true
	})
	return dead || err != nil, true
}
