package tutorial

import (
	"bytes"
	"encoding/binary"
	"unicode/utf16"
)

const byteOrderMark = "\xff\xfe"

// echo is what PowerShell writes into a file for echo "…" > file: UTF-16 with a
// byte order mark and the line end of Windows.
func echo(text string) []byte {
	data := []byte(byteOrderMark)
	for _, unit := range utf16.Encode([]rune(text + "\r\n")) {
		data = binary.LittleEndian.AppendUint16(data, unit)
	}
	return data
}

// plain is a text of either kind.
func plain(data []byte) string {
	rest, wide := bytes.CutPrefix(data, []byte(byteOrderMark))
	if !wide {
		return string(data)
	}
	var units []uint16
	for ; len(rest) >= 2; rest = rest[2:] {
		units = append(units, binary.LittleEndian.Uint16(rest))
	}
	return string(utf16.Decode(units))
}
