package credential

import (
	"errors"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"

	"github.com/keyless-go/azure/internal/azrest"
)

// maxArcKey is the size of the agent's key files at most.
const maxArcKey = 4096

// arcKeyFile reads the name of the key file out of the challenge and refuses
// every name that the agent does not give. Whoever else listens on the port
// would have this program read him a file of his choice.
func arcKeyFile(header http.Header) (string, error) {
	challenges := azrest.ParseChallenges(header)
	if len(challenges) != 1 || !strings.EqualFold(challenges[0].Scheme, "Basic") || len(challenges[0].Params) != 1 {
		return "", errors.New("the challenge is not the agent's one Basic challenge")
	}
	return checkArcKeyFile(challenges[0].Params["realm"])
}

func checkArcKeyFile(file string) (string, error) {
	directory, err := arcKeyDirectory()
	if err != nil {
		return "", err
	}
	switch {
	case file == "" || strings.ContainsFunc(file, func(r rune) bool { return r < ' ' || r == 0x7f }):
		return "", errors.New("the challenge names no key file")
	case !filepath.IsAbs(file) || filepath.Clean(file) != file:
		return "", errors.New("the challenge names a key file by a path that is not absolute and clean")
	case !samePath(filepath.Dir(file), directory):
		return "", fmt.Errorf("the challenge names a key file outside %s", directory)
	case filepath.Ext(file) != ".key":
		return "", errors.New("the challenge names a file that is no .key file")
	}
	return file, nil
}

// readArcKey opens the file without following a link and checks what it has
// opened, so that nothing can be put in its place between check and use.
func readArcKey(file string) (string, error) {
	f, err := openNoFollow(file)
	if errors.Is(err, os.ErrPermission) {
		return "", errors.New("no permission to read the agent's key file: " + arcPermissionAdvice())
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
	if strings.ContainsFunc(text, func(r rune) bool { return r < ' ' || r >= 0x7f }) {
		return "", errors.New("the agent's key file holds characters that no header can carry")
	}
	return text, nil
}
