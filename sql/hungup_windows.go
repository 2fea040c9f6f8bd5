package azuresql

import (
	"syscall"
	"unsafe"
)

// peek asks Windows what has happened on a socket, without waiting: Go's are
// blocking there, so that reading ahead is no way.
// https://learn.microsoft.com/windows/win32/api/winsock2/nf-winsock2-wsapoll
func peek(socket syscall.Conn) (dead, known bool) {
	const readable = 0x0100 // POLLRDNORM; hang-ups and errors are always told
	raw, err := socket.SyscallConn()
	if err != nil {
		return false, false
	}
	err = raw.Control(func(fd uintptr) {
		look := struct {
			fd              uintptr
			events, revents int16
		}{fd: fd, events: readable}
		poll := syscall.NewLazyDLL("ws2_32.dll").NewProc("WSAPoll")
		n, _, _ := poll.Call(uintptr(unsafe.Pointer(&look)), 1, 0) //nolint:gosec // the call's own argument
		dead, known = n != 0, int32(n) >= 0                        //nolint:gosec // an int of C
	})
	return dead || err != nil, known || err != nil
}
