package datalake

import (
	"errors"
	"fmt"
	"io/fs"
	"path"
	"strings"
	"unicode"
	"unicode/utf8"
)

// clean checks a name and takes off the slash at the end of a directory's. It
// moves nothing: a name that could lead elsewhere is an error.
func clean(name string) (string, error) {
	if !strings.HasPrefix(name, "/") {
		return "", invalid("the name must begin with a slash")
	}
	if name == "/" {
		return name, nil
	}
	name = strings.TrimSuffix(name, "/")
	for part := range strings.SplitSeq(name[1:], "/") {
		if err := checkPart(part); err != nil {
			return "", invalid(err.Error())
		}
	}
	return name, nil
}

// saysDir: a file that is there under such a name is none.
func saysDir(name string) bool { return len(name) > 1 && strings.HasSuffix(name, "/") }

func errDirName() error { return invalid("the name of a file ends in no slash") }

func checkPart(part string) error {
	switch {
	case part == "":
		return errors.New("a part of the name is empty")
	case part == "." || part == "..":
		return errors.New("a part of the name is made of dots")
	case strings.Contains(part, "\x00"):
		return errors.New("the name has a NUL")
	case !utf8.ValidString(part):
		return errors.New("the name is not UTF-8")
	default:
		return nil
	}
}

// isPrintable: no header holds anything else.
func isPrintable(text string) bool {
	return utf8.ValidString(text) && !strings.ContainsFunc(text, unicode.IsControl)
}

func invalid(why string) error { return fmt.Errorf("%w: %s", fs.ErrInvalid, why) }

// escapeName makes the path of a request from a clean name, or from none.
func escapeName(name string) string {
	if name == "/" || name == "" {
		return name
	}
	var escaped strings.Builder
	for part := range strings.SplitSeq(name[1:], "/") {
		escaped.WriteByte('/')
		escaped.WriteString(escapePart(part))
	}
	return escaped.String()
}

// escapePart leaves only what no server takes for anything else. An equals sign
// stays too: some versions of Hadoop do not read %3D back.
func escapePart(part string) string {
	const hex = "0123456789ABCDEF"
	var escaped strings.Builder
	for _, b := range []byte(part) {
		if isPlain(b) {
			escaped.WriteByte(b)
		} else {
			escaped.Write([]byte{'%', hex[b>>4], hex[b&15]})
		}
	}
	return escaped.String()
}

func isPlain(b byte) bool {
	return 'a' <= b && b <= 'z' || 'A' <= b && b <= 'Z' || '0' <= b && b <= '9' || strings.IndexByte("-._~=", b) >= 0
}

// join is path.Join for a clean directory's name and one part.
func join(dir, part string) string { return strings.TrimSuffix(dir, "/") + "/" + part }

// within says whether a clean name is below another.
func within(name, dir string) bool { return strings.HasPrefix(name, strings.TrimSuffix(dir, "/")+"/") }

func parent(name string) string { return path.Dir(name) }
