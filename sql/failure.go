package azuresql

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	mssql "github.com/microsoft/go-mssqldb"
)

// redacted stands where a secret was.
const redacted = "REDACTED"

// maxText bounds what others may add to a message.
const maxText = 2 << 10

// failure is one line about an operation, and what it came from.
type failure struct {
	text   string
	causes []error
}

// fail makes a failure of a text and of its causes that are not nil.
func fail(text string, causes ...error) error {
	f := &failure{text: text}
	for _, cause := range causes {
		if cause != nil {
			f.causes = append(f.causes, cause)
		}
	}
	return f
}

// Error is one line without secrets.
func (e *failure) Error() string { return e.text }

// Unwrap gives the driver's, the network's or the credential's error.
func (e *failure) Unwrap() []error { return e.causes }

// GoString keeps %#v from what is below.
func (e *failure) GoString() string { return strconv.Quote(e.text) }

// within is the text of an error in a message that names the package already.
func within(err error) string { return strings.TrimPrefix(oneLine(err), "azuresql: ") }

// oneLine is the text of an error from elsewhere, fit for a message: one line
// of bounded length, without anything that looks like a token.
func oneLine(err error) string {
	text := err.Error()
	if fatal, ok := errors.AsType[mssql.ServerError](err); ok && numberOf(err) != 0 {
		text += ": " + fatal.Unwrap().Error() // the driver keeps to itself what the server has said last
	}
	if len(text) > 8*maxText {
		text = text[:8*maxText]
	}
	words := strings.FieldsFunc(strings.ReplaceAll(strings.TrimSpace(text), "\n", "; "), isBlank)
	for i, word := range words {
		if at := strings.Index(word, "eyJ"); at >= 0 && len(word)-at >= 20 { // how JWTs begin
			words[i] = word[:at] + redacted
		}
	}
	text = strings.ToValidUTF8(strings.Join(words, " "), "")
	if len(text) <= maxText {
		return text
	}
	end := maxText
	for !utf8.RuneStart(text[end]) {
		end--
	}
	return text[:end] + "…"
}

func isBlank(r rune) bool { return unicode.IsSpace(r) || unicode.IsControl(r) }

// withoutToken takes the token out of what a server says, should it quote it.
func withoutToken(err error, token string) error {
	if token == "" || !strings.Contains(fmt.Sprint(err), token) {
		return err
	}
	clean := func(text string) string { return strings.ReplaceAll(text, token, redacted) }
	e, ok := err.(mssql.Error) //nolint:errorlint // only the driver's own error can be taken apart
	if !ok {
		return fail(clean(err.Error()))
	}
	all := make([]mssql.Error, len(e.All))
	for i, one := range e.All {
		one.Message, one.ServerName, one.ProcName = clean(one.Message), clean(one.ServerName), clean(one.ProcName)
		all[i] = one
	}
	e.Message, e.ServerName, e.ProcName, e.All = clean(e.Message), clean(e.ServerName), clean(e.ProcName), all
	return e
}
