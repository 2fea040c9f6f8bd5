package azuresql

import (
	"errors"
	"strings"
	"unicode"

	mssql "github.com/microsoft/go-mssqldb"
)

// unreadable notes that an answer to a query, which begins with an error, may go on.
// The driver reads no further, and waits for ever, whatever the context, for somebody
// to do so before it asks anything again: the connection leaves the pool.
func (c *conn) unreadable(err error, query string) {
	if _, said := errors.AsType[mssql.Error](err); said && several(query) {
		c.unread, c.over = true, true
	}
}

// several says that a text may be more than one statement: what follows its first word
// or a semicolon could begin another, be it in a string. It is better to leave a
// good connection than to keep a bad one.
func several(query string) bool {
	query = strings.TrimRightFunc(query, func(r rune) bool { return r == ';' || unicode.IsSpace(r) })
	if strings.Contains(query, ";") {
		return true
	}
	begun := 0
	for i, word := range words(query) {
		switch word {
		case "SELECT", "INSERT", "UPDATE", "DELETE", "MERGE":
			begun++
		case "EXEC", "EXECUTE", "IF", "WHILE", "BEGIN", "DECLARE":
			return true
		default:
			if i == 0 && word != "WITH" {
				return true
			}
		}
	}
	return begun > 1
}
