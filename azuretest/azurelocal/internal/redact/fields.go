package redact

import (
	"encoding/json"
	"strings"
)

// fields redacts what fields of JSON hold, whole or cut, also in JSON that is a string of
// another.
func fields(text string) string {
	var out strings.Builder
	done := 0 // up to here the text is in out
	for at := strings.IndexByte(text, ':'); at >= 0; {
		next := at + 1
		if name, quote := nameIn(text[done:at]); opens(name) {
			next += len(text[next:]) - len(strings.TrimLeft(text[next:], " \t\r\n"))
			out.WriteString(text[done:next] + quote + mark + quote)
			next += valueEnd(text[next:], quote)
			done = next
		}
		if at = strings.IndexByte(text[next:], ':'); at >= 0 {
			at += next
		}
	}
	return out.String() + text[done:]
}

// nameIn returns the name at the end of a text, where a field's is, and what the quotes
// around it are: in a string they are escaped, once for each level.
func nameIn(before string) (name, quote string) {
	before = strings.TrimRight(before[max(len(before)-longest, 0):], " \t\r\n")
	quoted, ok := strings.CutSuffix(before, `"`)
	inside := strings.TrimRight(quoted, `\`)
	if escapes := len(quoted) - len(inside); escapes%2 == 0 { // they are the name's
		inside, quote = quoted, `"`
	} else {
		quote = before[len(inside):]
	}
	start := strings.LastIndexByte(inside, '"')
	if !ok || start < 0 {
		return "", ""
	}
	name = inside[start+1:]
	if strings.Contains(name, `\`) && json.Unmarshal([]byte(`"`+name+`"`), &name) != nil {
		return "", ""
	}
	return name, quote
}

// valueEnd returns where the JSON value ends with which a text begins. Its strings are in
// these quotes.
func valueEnd(text, quote string) int {
	depth := 0
	for i := 0; i < len(text); i++ {
		switch text[i] {
		case '"':
			start := i + 1 - len(quote)
			if start < 0 || !strings.HasPrefix(text[start:], quote) {
				return i // what is around the value ends
			}
			if i = start + stringEnd(text[start:], quote) - 1; depth == 0 {
				return i + 1
			}
		case '{', '[':
			depth++
		case '}', ']':
			if depth--; depth <= 0 {
				return i + 1 + min(depth, 0) // it may be what is around the value that ends
			}
		case ',', ' ', '\t', '\r', '\n':
			if depth == 0 {
				return i
			}
		}
	}
	return len(text)
}

// stringEnd returns where a JSON string ends. A quote in it is escaped once more than
// those around it, and so is a backslash.
func stringEnd(text, quote string) int {
	escapes, run := len(quote)-1, 0
	for i := len(quote); i < len(text); i++ {
		switch {
		case text[i] == '\\':
			run++
			continue
		case text[i] == '"' && run < escapes:
			return i - run // what is around the string ends
		case text[i] == '"' && (run-escapes)%(2*len(quote)) == 0:
			return i + 1
		}
		run = 0
	}
	return len(text)
}
