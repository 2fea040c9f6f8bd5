package tds

import (
	"encoding/binary"
	"math"
)

// integer is what lengths, counts and values are before they are written.
type integer interface {
	~int | ~int32 | ~int64 | ~uint8 | ~uint16 | ~uint32 | ~uint64
}

// put8, put16, put32 and put64 write the low bytes of a number, little-endian. That it
// fits is the business of who writes it.
func put8[N integer](b []byte, n N) []byte { return append(b, byte(n)) }

func put16[N integer](b []byte, n N) []byte {
	return binary.LittleEndian.AppendUint16(b, uint16(n))
}

func put32[N integer](b []byte, n N) []byte {
	return binary.LittleEndian.AppendUint32(b, uint32(n))
}

func put64[N integer](b []byte, n N) []byte {
	return binary.LittleEndian.AppendUint64(b, uint64(n))
}

// putBig16 is put16, big-endian.
func putBig16[N integer](b []byte, n N) []byte {
	return binary.BigEndian.AppendUint16(b, uint16(n))
}

// within reports whether a number is in a range.
func within(n, low, high int64) bool { return n >= low && n <= high }

func fits16(n int64) bool { return within(n, math.MinInt16, math.MaxInt16) }

func fits32(n int64) bool { return within(n, math.MinInt32, math.MaxInt32) }

// signed16 and signed32 read a number with a sign.
func signed16(b []byte) int64 {
	n := int64(binary.LittleEndian.Uint16(b))
	if n > math.MaxInt16 {
		n -= 1 << 16
	}
	return n
}

func signed32(b []byte) int64 {
	n := int64(binary.LittleEndian.Uint32(b))
	if n > math.MaxInt32 {
		n -= 1 << 32
	}
	return n
}
