package azuresql

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf16"
	"unicode/utf8"
)

// maxName is the length of a sysname, in UTF-16 units.
const maxName = 128

// checkName refuses what is no name of anything in SQL Server.
func checkName(what, name string) error {
	switch {
	case name == "":
		return fmt.Errorf("the %s is empty", what)
	case !utf8.ValidString(name):
		return fmt.Errorf("the %s is not UTF-8", what)
	case strings.ContainsFunc(name, unicode.IsControl):
		return fmt.Errorf("the %s holds a control character", what)
	case len(utf16.Encode([]rune(name))) > maxName:
		return fmt.Errorf("the %s is longer than %d characters", what, maxName)
	default:
		return nil
	}
}

// quoteName makes an identifier of any name. Statements that define users and
// roles take no parameters.
func quoteName(name string) string { return "[" + strings.ReplaceAll(name, "]", "]]") + "]" }
