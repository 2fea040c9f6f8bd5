package credential

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
)

func agentFile() string {
	return filepath.Join(env("ProgramFiles"), "AzureConnectedMachineAgent", "himds.exe")
}

func arcKeyDirectory() (string, error) {
	data := env("ProgramData")
	if data == "" {
		return "", errors.New("ProgramData is not set, so the agent's directory is not known")
	}
	return filepath.Join(data, "AzureConnectedMachineAgent", "Tokens"), nil
}

func samePath(a, b string) bool { return strings.EqualFold(filepath.Clean(a), filepath.Clean(b)) }

func arcPermissionAdvice() string {
	return `add the program's user to the group "Hybrid Agent Extension Applications" or to Administrators`
}

// openNoFollow refuses links by what the name itself is.
func openNoFollow(file string) (*os.File, error) {
	info, err := os.Lstat(file)
	if err != nil {
		return nil, err
	}
	if !info.Mode().IsRegular() {
		return nil, errors.New("not a regular file")
	}
	return os.Open(file) //nolint:gosec // checked by checkArcKeyFile
}
