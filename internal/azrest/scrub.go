package azrest

import (
	"net/url"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Redacted stands where a secret was.
const Redacted = "REDACTED"

// maxText bounds what a service or a foreign error may add to a message.
const maxText = 2 << 10

// Scrub makes text from elsewhere fit for an error message: one line of at most
// 2 KiB, in which whatever looks like a token or a signature is REDACTED.
func Scrub(text string) string {
	text = cut(text, 8*maxText)
	words := strings.FieldsFunc(text, func(r rune) bool { return unicode.IsSpace(r) || unicode.IsControl(r) })
	for i, word := range words {
		bearer := i > 0 && strings.EqualFold(strings.Trim(words[i-1], `"':`), "bearer")
		words[i] = scrubWord(strings.ToValidUTF8(word, "\uFFFD"), bearer)
	}
	return cut(strings.Join(words, " "), maxText)
}

func cut(text string, limit int) string {
	if len(text) <= limit {
		return text
	}
	for limit > 0 && !utf8.RuneStart(text[limit]) {
		limit--
	}
	return text[:limit] + "…"
}

// scrubWord replaces a secret in a word and all that follows it there. A JWT
// begins with {" in base64; the shortest tokens in use are longer than 20.
func scrubWord(word string, bearer bool) string {
	if bearer && len(word) >= 20 {
		return Redacted
	}
	end := len(word)
	if i := strings.Index(word, "eyJ"); i >= 0 && len(word)-i >= 20 {
		end = i
	}
	lower := strings.ToLower(word)
	for _, key := range []string{"sig", "signature", "token", "secret", "assertion", "password", "delegation"} {
		for _, sign := range []string{"=", "%3d", `":"`} {
			if i := strings.Index(lower, key+sign); i >= 0 {
				end = min(end, i+len(key+sign))
			}
		}
	}
	if end >= len(word) {
		return word
	}
	return word[:end] + Redacted
}

// scrubURL keeps scheme, host and path.
func scrubURL(raw string) string {
	u, err := url.Parse(raw)
	if err != nil {
		return Redacted
	}
	return (&url.URL{Scheme: u.Scheme, Host: u.Host, Path: u.Path, RawPath: u.RawPath}).String()
}
