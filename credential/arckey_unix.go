//go:build unix

package credential

import (
	"os"
	"runtime"
	"syscall"
)

func arcAgentFile() string { return "/opt/azcmagent/bin/himds" }

// arcKeyDirectory: of these systems the agent runs on Linux alone.
func arcKeyDirectory() string {
	if runtime.GOOS != "linux" {
		return ""
	}
	return "/var/opt/azcmagent/tokens"
}

func samePath(a, b string) bool { return a == b }

func arcPermissionAdvice() string { return "add the program's user to the group himds" }

// openNoFollow does not wait for the other end of a pipe either.
func openNoFollow(file string) (*os.File, error) {
	return os.OpenFile(file, os.O_RDONLY|syscall.O_NOFOLLOW|syscall.O_NONBLOCK, 0) //nolint:gosec // checkArcKeyFile has checked the name
}
