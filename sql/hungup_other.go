//go:build !unix && !windows

package azuresql

import "syscall"

// peek knows nothing here.
func peek(syscall.Conn) (dead, known bool) { return false, false }
