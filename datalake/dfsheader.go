package datalake

import (
	"fmt"
	"io/fs"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// headerStatus reads a file's properties.
// https://learn.microsoft.com/rest/api/storageservices/datalakestoragegen2/path/get-properties
func headerStatus(header http.Header) (FileStatus, error) {
	mode, acl, err := parseModeText(header.Get("X-Ms-Permissions"))
	size, _ := strconv.ParseInt(header.Get("Content-Length"), 10, 64) // a directory has none
	if strings.EqualFold(header.Get("X-Ms-Resource-Type"), "directory") {
		mode |= fs.ModeDir
	}
	return FileStatus{
		Size: max(size, 0), Mode: mode, HasACL: acl, ETag: header.Get("ETag"),
		Owner: header.Get("X-Ms-Owner"), Group: header.Get("X-Ms-Group"),
		ModTime: httpTime(header.Get("Last-Modified")), Created: httpTime(header.Get("X-Ms-Creation-Time")),
		Expires: httpTime(header.Get("X-Ms-Expiry-Time")),
	}, err
}

func httpTime(text string) time.Time {
	t, err := http.ParseTime(text)
	if err != nil {
		return time.Time{}
	}
	return t.UTC()
}

// parseModeText reads rwxr-x--t, and whether a plus says that there is more. An
// account without hierarchy has none.
func parseModeText(text string) (mode fs.FileMode, acl bool, err error) {
	text, acl = strings.CutSuffix(text, "+")
	if text == "" {
		return 0, acl, nil
	}
	const letters = "rwxrwxrwx"
	if len(text) != len(letters) {
		return 0, false, errMode()
	}
	for i := range len(letters) {
		bit := fs.FileMode(1) << (len(letters) - 1 - i)
		switch b := text[i]; {
		case b == letters[i]:
			mode |= bit
		case b == '-':
		case i == len(letters)-1 && b == 't':
			mode |= bit | fs.ModeSticky
		case i == len(letters)-1 && b == 'T':
			mode |= fs.ModeSticky
		default:
			return 0, false, errMode()
		}
	}
	return mode, acl, nil
}

func errMode() error {
	return fmt.Errorf("%w: a file's permissions do not look like rwxr-x---", ErrUnexpectedResponse)
}
