//go:build unix

package credential

import (
	"errors"
	"os"
	"runtime"
	"syscall"
)

func agentFile() string { return "/opt/azcmagent/bin/himds" }

func arcKeyDirectory() (string, error) {
	if runtime.GOOS != "linux" {
		return "", errors.New("Azure Arc has no agent for " + runtime.GOOS) //nolint:staticcheck,revive // a product's name
	}
	return "/var/opt/azcmagent/tokens", nil
}

func samePath(a, b string) bool { return a == b }

func arcPermissionAdvice() string { return "add the program's user to the group himds" }

// openNoFollow does not wait for the other end of a pipe either.
func openNoFollow(file string) (*os.File, error) {
	return os.OpenFile(file, os.O_RDONLY|syscall.O_NOFOLLOW|syscall.O_NONBLOCK, 0) //nolint:gosec // checked by checkArcKeyFile
}
