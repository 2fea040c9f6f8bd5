// Package redact takes what opens something from requests that are shown: by the control
// API, on the status page. The emulator has taken tokens and signatures already.
package redact

import (
	"net/http"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/keyless-go/azure/azuretest"
)

// mark stands where a secret was.
const mark = "REDACTED"

// longest is how much is looked at of a name, in bytes: its end.
const longest = 200

// Request returns a request without secrets, which are known by their names. The value
// that sets a secret of a vault stays: it is what the request is about. So does a body
// that is no text.
func Request(r azuretest.Request) azuretest.Request {
	r.URL, r.Reason = Text(r.URL), Text(r.Reason)
	r.Header = header(r.Header)
	if isText(r.Body) {
		r.Body = []byte(Text(string(r.Body)))
	}
	return r
}

// isText reports whether a body is text, which may have been cut in a character.
func isText(data []byte) bool {
	for len(data) > 0 {
		r, size := utf8.DecodeRune(data)
		if r == utf8.RuneError && size == 1 && len(data) >= utf8.UTFMax {
			return false
		}
		data = data[size:]
	}
	return true
}

// Text returns a text without secrets: an address, a form, JSON, T-SQL, or a sentence
// that quotes one of them.
func Text(text string) string { return assigned(fields(text)) }

// header leaves Authorization as the emulator has left it, with its scheme.
func header(h http.Header) http.Header {
	out := h.Clone()
	for name, values := range out {
		for i, value := range values {
			if opens(name) || name == "Cookie" {
				values[i] = mark
			} else if name != "Authorization" && name != "Proxy-Authorization" {
				values[i] = Text(value)
			}
		}
	}
	return out
}

// opens reports whether what has a name opens something.
func opens(name string) bool {
	if name == "" {
		return false
	}
	name = strings.Map(letter, name)
	if strings.HasSuffix(name, "skiptoken") || strings.HasSuffix(name, "continuationtoken") { // they only go on with a list
		return false
	}
	for _, ending := range []string{
		"secret", "password", "passwd", "pwd", "passphrase", "token", "assertion", "delegation", "credential", "connectionstring",
		"accountkey", "accesskey", "sharedkey", "storagekey", "apikey", "subscriptionkey", "functionskey", "encryptionkey", "privatekey",
		"primarykey", "secondarykey",
	} {
		if strings.HasSuffix(name, ending) {
			return true
		}
	}
	return false
}

// letter is what counts of a name.
func letter(r rune) rune {
	if strings.ContainsRune("_-. ", r) {
		return -1
	}
	return unicode.ToLower(r)
}
