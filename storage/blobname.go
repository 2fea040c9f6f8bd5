package storage

import (
	"errors"
	"strings"
	"unicode/utf8"
)

// checkBlob keeps a name from leading to another resource. All else that the
// service takes is legal: any characters, also slashes at either end.
// https://learn.microsoft.com/rest/api/storageservices/naming-and-referencing-containers--blobs--and-metadata
func checkBlob(name string) error {
	switch {
	case name == "":
		return errors.New("a blob's name must not be empty")
	case utf8.RuneCountInString(name) > 1024:
		return errors.New("a blob's name has 1024 characters at most")
	case !utf8.ValidString(name):
		return errors.New("a blob's name must be UTF-8")
	}
	for part := range strings.FieldsFuncSeq(name, func(r rune) bool { return r == '/' || r == '\\' }) {
		if part == "." || part == ".." {
			return errors.New("a blob's name must not have . or .. between its slashes")
		}
	}
	return nil
}
