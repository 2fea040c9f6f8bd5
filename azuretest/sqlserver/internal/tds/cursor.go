package tds

import (
	"encoding/binary"
	"errors"
	"fmt"
	"strings"
	"unicode/utf16"
	"unicode/utf8"
)

// errShort says that a message ends before what it announces.
var errShort = errors.New("tds: the message is too short")

// cursor reads little-endian values one after the other. After the first error,
// which it keeps, it returns zeros.
type cursor struct {
	data []byte
	err  error
}

func (c *cursor) fail(format string, args ...any) {
	if c.err == nil {
		c.err = fmt.Errorf("tds: "+format, args...)
		c.data = nil
	}
}

// bytes returns the next n bytes, which belong to the message.
func (c *cursor) bytes(n int) []byte {
	if n < 0 || n > len(c.data) {
		if c.err == nil {
			c.err, c.data = errShort, nil
		}
		return nil
	}
	head := c.data[:n:n]
	c.data = c.data[n:]
	return head
}

func (c *cursor) u8() byte {
	if b := c.bytes(1); b != nil {
		return b[0]
	}
	return 0
}

func (c *cursor) u16() uint16 {
	if b := c.bytes(2); b != nil {
		return binary.LittleEndian.Uint16(b)
	}
	return 0
}

func (c *cursor) u32() uint32 {
	if b := c.bytes(4); b != nil {
		return binary.LittleEndian.Uint32(b)
	}
	return 0
}

func (c *cursor) u64() uint64 {
	if b := c.bytes(8); b != nil {
		return binary.LittleEndian.Uint64(b)
	}
	return 0
}

// text reads n UTF-16 characters.
func (c *cursor) text(n int) string { return DecodeUTF16(c.bytes(2 * n)) }

// shortText reads B_VARCHAR: a byte with the number of characters, then these.
func (c *cursor) shortText() string { return c.text(int(c.u8())) }

// at returns a cursor on n bytes somewhere in the message.
func at(message []byte, offset, n int) *cursor {
	if offset < 0 || n < 0 || offset > len(message) || n > len(message)-offset {
		return &cursor{err: errShort}
	}
	return &cursor{data: message[offset : offset+n]}
}

// DecodeUTF16 decodes little-endian UTF-16. Half a surrogate pair becomes the
// replacement character.
func DecodeUTF16(b []byte) string {
	size := 0
	for rest := b; len(rest) >= 2; {
		var r rune
		r, rest = nextUTF16(rest)
		size += utf8.RuneLen(r)
	}
	var out strings.Builder
	out.Grow(size) // exactly, for what a client sends may be long
	for len(b) >= 2 {
		var r rune
		r, b = nextUTF16(b)
		out.WriteRune(r)
	}
	return out.String()
}

func nextUTF16(b []byte) (r rune, rest []byte) {
	r, rest = rune(binary.LittleEndian.Uint16(b)), b[2:]
	if !utf16.IsSurrogate(r) {
		return r, rest
	}
	if len(rest) >= 2 {
		if pair := utf16.DecodeRune(r, rune(binary.LittleEndian.Uint16(rest))); pair != utf8.RuneError {
			return pair, rest[2:]
		}
	}
	return utf8.RuneError, rest
}

// AppendUTF16 encodes s; what is no UTF-8 becomes the replacement character.
func AppendUTF16(b []byte, s string) []byte {
	for _, r := range s {
		if r < 0x10000 {
			b = put16(b, r)
			continue
		}
		high, low := utf16.EncodeRune(r)
		b = put16(b, high)
		b = put16(b, low)
	}
	return b
}

// utf16Len returns how many UTF-16 characters s takes.
func utf16Len(s string) int {
	n := 0
	for _, r := range s {
		n++
		if r >= 0x10000 {
			n++
		}
	}
	return n
}
