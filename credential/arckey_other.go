//go:build !unix && !windows

package credential

import (
	"errors"
	"os"
)

func agentFile() string { return "" }

func arcKeyDirectory() (string, error) {
	return "", errors.New("Azure Arc has no agent for this system") //nolint:staticcheck,revive // a product's name
}

func samePath(a, b string) bool { return a == b }

func arcPermissionAdvice() string { return "" }

func openNoFollow(file string) (*os.File, error) { return os.Open(file) }
