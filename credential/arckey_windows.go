package credential

import (
	"os"
	"path/filepath"
	"strings"
	"syscall"
)

// arcAgentFile is empty, and no file's name, if the variable is not set: a
// relative name could be a file of anybody's.
func arcAgentFile() string { return below("ProgramFiles", "himds.exe") }

func arcKeyDirectory() string { return below("ProgramData", "Tokens") }

func below(variable, name string) string {
	if !isSet(variable) {
		return ""
	}
	return filepath.Join(env(variable), "AzureConnectedMachineAgent", name)
}

func samePath(a, b string) bool { return strings.EqualFold(filepath.Clean(a), filepath.Clean(b)) }

func arcPermissionAdvice() string {
	return `add the program's user to the group "Hybrid Agent Extension Applications" or to Administrators`
}

// openNoFollow opens a link itself and not what it points to.
func openNoFollow(file string) (*os.File, error) {
	name, err := syscall.UTF16PtrFromString(file)
	if err != nil {
		return nil, err
	}
	const share = syscall.FILE_SHARE_READ | syscall.FILE_SHARE_WRITE | syscall.FILE_SHARE_DELETE
	handle, err := syscall.CreateFile(name, syscall.GENERIC_READ, share, nil, syscall.OPEN_EXISTING, syscall.FILE_FLAG_OPEN_REPARSE_POINT, 0)
	if err != nil {
		return nil, &os.PathError{Op: "open", Path: file, Err: err}
	}
	return os.NewFile(uintptr(handle), file), nil
}
