package storage

import (
	"fmt"
	"strings"
	"unicode/utf8"
)

func checkBlob(name string) error { return checkPath("blob", name) }

// checkPath keeps a name from leading to another resource. All else that the
// service takes is legal: any characters, also slashes at either end.
// https://learn.microsoft.com/rest/api/storageservices/naming-and-referencing-containers--blobs--and-metadata
func checkPath(kind, name string) error {
	switch {
	case name == "":
		return fmt.Errorf("a %s's name must not be empty", kind)
	case utf8.RuneCountInString(name) > 1024:
		return fmt.Errorf("a %s's name has 1024 characters at most", kind)
	case !utf8.ValidString(name):
		return fmt.Errorf("a %s's name must be UTF-8", kind)
	}
	for part := range strings.FieldsFuncSeq(name, func(r rune) bool { return r == '/' || r == '\\' }) {
		if part == "." || part == ".." {
			return fmt.Errorf("a %s's name must not have . or .. between its slashes", kind)
		}
	}
	return nil
}
