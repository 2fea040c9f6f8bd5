package tds

import (
	"slices"
	"strings"
	"unicode/utf8"
)

// latinHigh are the characters of bytes 0x80 to 0x9F in code page 1252. The other
// bytes are Unicode's own.
func latinHigh() []rune {
	return []rune("€\u0081‚ƒ„…†‡ˆ‰Š‹Œ\u008dŽ\u008f\u0090‘’“”•–—˜™š›œ\u009džŸ")
}

// DecodeLatin decodes code page 1252.
func DecodeLatin(b []byte) string {
	high := latinHigh()
	size := 0
	for _, c := range b {
		size += utf8.RuneLen(latinRune(c, high))
	}
	if size == len(b) {
		return string(b)
	}
	var out strings.Builder
	out.Grow(size)
	for _, c := range b {
		out.WriteRune(latinRune(c, high))
	}
	return out.String()
}

func latinRune(c byte, high []rune) rune {
	if c >= 0x80 && c < 0xa0 {
		return high[c-0x80]
	}
	return rune(c)
}

// EncodeLatin encodes code page 1252; what it does not have becomes a question mark.
func EncodeLatin(s string) []byte {
	out := make([]byte, 0, len(s))
	high := latinHigh()
	for _, r := range s {
		switch {
		case r < 0x80 || r >= 0xa0 && r <= 0xff:
			out = put8(out, r)
		case slices.Contains(high, r):
			out = put8(out, 0x80+slices.Index(high, r))
		default:
			out = append(out, '?')
		}
	}
	return out
}
