package redact

import (
	"encoding/json"
	"strings"
)

// fields redacts what fields of JSON hold, whole or cut.
func fields(text string) string {
	var out strings.Builder
	done := 0 // up to here the text is in out
	for at := strings.IndexByte(text, ':'); at >= 0; {
		next := at + 1
		if opens(nameIn(text[done:at])) {
			next += len(text[next:]) - len(strings.TrimLeft(text[next:], " \t\r\n"))
			out.WriteString(text[done:next] + `"` + mark + `"`)
			next += valueEnd(text[next:])
			done = next
		}
		if at = strings.IndexByte(text[next:], ':'); at >= 0 {
			at += next
		}
	}
	return out.String() + text[done:]
}

// nameIn returns the name at the end of a text, where a field's is.
func nameIn(before string) string {
	before = strings.TrimRight(before[max(len(before)-longest, 0):], " \t\r\n")
	quoted, ok := strings.CutSuffix(before, `"`)
	start := strings.LastIndexByte(quoted, '"')
	if !ok || start < 0 {
		return ""
	}
	name := quoted[start+1:]
	if strings.Contains(name, `\`) && json.Unmarshal([]byte(before[start:]), &name) != nil {
		return ""
	}
	return name
}

// valueEnd returns where the JSON value ends with which a text begins.
func valueEnd(text string) int {
	depth := 0
	for i := 0; i < len(text); i++ {
		switch text[i] {
		case '"':
			i += stringEnd(text[i:]) - 1
			if depth == 0 {
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

// stringEnd returns where a JSON string ends.
func stringEnd(text string) int {
	for i := 1; i < len(text); i++ {
		switch text[i] {
		case '\\':
			i++
		case '"':
			return i + 1
		}
	}
	return len(text)
}
