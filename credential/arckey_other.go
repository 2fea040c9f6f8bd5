//go:build !unix && !windows

package credential

import "os"

// Azure Arc has no agent for such a system.

func arcAgentFile() string { return "" }

func arcKeyDirectory() string { return "" }

func samePath(a, b string) bool { return a == b }

func arcPermissionAdvice() string { return "" }

func openNoFollow(file string) (*os.File, error) { return os.Open(file) }
