package redact

import (
	"net/url"
	"strings"
)

// assigned redacts the values of name=value: in forms and in the queries of addresses, in
// connection strings, also when they are a value in a query, and in T-SQL.
func assigned(text string) string {
	var out strings.Builder
	done := 0 // up to here the text is in out
	for at := strings.IndexAny(text, "=%"); at >= 0; {
		sign := 1
		if text[at] == '%' {
			sign = len("%3D")
		}
		next := at + sign
		if sign == 1 || strings.EqualFold(text[at:min(next, len(text))], "%3D") {
			before := text[done:at]
			if end := next + valueOf(before, text[next:]); end > next {
				out.WriteString(text[done:next] + mark)
				done, next = end, end
			}
		}
		next = min(next, len(text))
		if at = strings.IndexAny(text[next:], "=%"); at >= 0 {
			at += next
		}
	}
	return out.String() + text[done:]
}

// valueOf returns the length of the value after a name, or 0 if that opens nothing.
func valueOf(before, after string) int {
	before = strings.TrimRight(before[max(len(before)-longest, 0):], " \t")
	start := strings.LastIndexFunc(before, func(r rune) bool { return !isOfName(r) }) + 1
	name, ends := before[start:], ";& \t\r\n\"'"
	isPair := start == 0 && len(before) < longest || start > 0 && strings.IndexByte("?&", before[start-1]) >= 0
	if isPair { // nothing but & divides those
		ends = "&\r\n\""
	}
	if plain, err := url.QueryUnescape(name); err == nil && plain != "" {
		name = plain
	}
	if !opens(name) && (!isPair || !strings.EqualFold(name, "code")) {
		return 0
	}
	blank := len(after) - len(strings.TrimLeft(after, " \t"))
	end := blank + literalEnd(after[blank:])
	if end > blank && !isPair {
		return end
	}
	if more := strings.IndexAny(after[end:], ends); more >= 0 {
		return end + more
	}
	return len(after)
}

func isOfName(r rune) bool {
	return 'a' <= r && r <= 'z' || 'A' <= r && r <= 'Z' || '0' <= r && r <= '9' || strings.ContainsRune("_-.$%+", r)
}

// literalEnd returns where the literal ends that a text begins with, 0 if it is none: in
// quotes, which may be escaped in JSON, or in braces.
func literalEnd(text string) int {
	literal := strings.TrimPrefix(text, "N")
	for _, ends := range [][2]string{{"'", "'"}, {`"`, `"`}, {`\"`, `\"`}, {"{", "}"}} {
		if inside, ok := strings.CutPrefix(literal, ends[0]); ok {
			return len(text) - len(inside) + quotedEnd(inside, ends[1])
		}
	}
	return 0
}

// quotedEnd returns where a literal ends. Two quotes in a row are one in it.
func quotedEnd(text, quote string) int {
	end := 0
	for {
		at := strings.Index(text[end:], quote)
		if at < 0 {
			return len(text)
		}
		end += at + len(quote)
		if !strings.HasPrefix(text[end:], quote) {
			return end
		}
		end += len(quote)
	}
}
