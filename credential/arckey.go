package credential

import (
	"errors"
	"fmt"
	"io/fs"
	"net/http"
	"path/filepath"
	"strings"

	"github.com/keyless-go/azure/internal/azrest"
)

// maxArcKey is the size of the agent's key files at most.
const maxArcKey = 4096

// arcKeyFile reads the name of the key file out of the challenge and refuses
// every name that the agent does not give. Whoever else listens on the port
// would have this program read him a file of his choice.
func arcKeyFile(header http.Header, directory string) (string, error) {
	challenges := header.Values("WWW-Authenticate")
	if len(challenges) != 1 {
		return "", fmt.Errorf("the agent's challenge is one, not %d", len(challenges))
	}
	file, ok := arcRealm(challenges[0])
	if !ok {
		return "", errors.New("the challenge is not of the agent's form, Basic realm=file")
	}
	return file, checkArcKeyFile(file, directory)
}

// arcRealm takes the challenge apart. It does so by hand because the agent on
// Windows writes backslashes as they are, which in a header's quoted string
// would be escapes.
func arcRealm(challenge string) (string, bool) {
	scheme, parameter, _ := strings.Cut(strings.TrimSpace(challenge), " ")
	name, file, found := strings.Cut(strings.TrimSpace(parameter), "=")
	if !found || !strings.EqualFold(scheme, "Basic") || !strings.EqualFold(strings.TrimSpace(name), "realm") {
		return "", false
	}
	file = strings.TrimSpace(file)
	if inner, quoted := strings.CutPrefix(file, `"`); quoted {
		file, found = strings.CutSuffix(inner, `"`)
	} else {
		found = !strings.ContainsAny(file, ", ") // or something else begins
	}
	return file, found && !strings.ContainsFunc(file, func(r rune) bool { return r < ' ' || r == 0x7f || r == '"' })
}

func checkArcKeyFile(file, directory string) error {
	name := filepath.Base(file)
	switch {
	case directory == "":
		return errors.New("the agent's key directory is not known: ProgramData is not set, or this system is neither Linux nor Windows")
	case !filepath.IsAbs(file) || filepath.Clean(file) != file:
		return errors.New("the challenge names a key file by a path that is not absolute and clean")
	case !samePath(filepath.Dir(file), directory):
		return fmt.Errorf("the challenge names a key file outside %s", directory)
	case filepath.Ext(name) != ".key" || !filepath.IsLocal(name):
		return errors.New("the challenge names a file that is no .key file")
	}
	return nil
}

// readArcKey opens the file without following a link and checks what it has
// opened, so that nothing can be put in its place between check and use.
func readArcKey(file string) (string, error) {
	f, err := openNoFollow(file)
	if errors.Is(err, fs.ErrPermission) {
		return "", fmt.Errorf("the agent's key file: %w: %s", fs.ErrPermission, arcPermissionAdvice())
	}
	if err != nil {
		return "", fmt.Errorf("the agent's key file: %w", err)
	}
	defer func() { _ = f.Close() }()
	info, err := f.Stat()
	if err != nil || !info.Mode().IsRegular() || info.Size() == 0 || info.Size() > maxArcKey {
		return "", fmt.Errorf("the agent's key file is not a file of 1 to %d bytes", maxArcKey)
	}
	key, err := azrest.ReadAll(f, maxArcKey)
	if err != nil {
		return "", errors.New("the agent's key file could not be read whole")
	}
	text := strings.TrimSuffix(strings.TrimSuffix(string(key), "\n"), "\r")
	if text == "" || strings.ContainsFunc(text, func(r rune) bool { return r < ' ' || r >= 0x7f }) {
		return "", errors.New("the agent's key file does not hold what a header can carry")
	}
	return text, nil
}
