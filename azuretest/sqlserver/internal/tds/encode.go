package tds

import (
	"fmt"
	"math"
	"math/big"
	"slices"
	"strings"
	"time"
)

// appendValue writes a value of a type; nil is NULL. An *Error says that the value
// does not fit into the type.
func appendValue(b []byte, t Type, v any) ([]byte, error) {
	if v == nil {
		return appendNull(b, t), nil
	}
	switch {
	case t.Text():
		return appendText(b, t, v)
	case t.Bytes():
		return appendBytes(b, t, v)
	}
	data, err := fixedValue(t, v)
	if err != nil {
		return b, err
	}
	return append(put8(b, len(data)), data...), nil
}

func appendNull(b []byte, t Type) []byte {
	switch {
	case t.Kind == XML || t.Sized() && t.Size == Max:
		return put64(b, uint64(plpNull))
	case t.Sized():
		return put16(b, math.MaxUint16)
	}
	return append(b, 0)
}

func mismatch(t Type, v any) error {
	return fmt.Errorf("tds: a value of Go type %T is no %s", v, t)
}

func appendText(b []byte, t Type, v any) ([]byte, error) {
	text, ok := v.(string)
	if !ok {
		return b, mismatch(t, v)
	}
	if t.Kind == Char || t.Kind == NChar {
		text += strings.Repeat(" ", max(t.Size-utf16Len(text), 0))
	}
	if !t.Unicode() {
		return appendSized(b, t, EncodeLatin(text))
	}
	size := 2 * utf16Len(text)
	if t.Kind == XML || t.Size == Max {
		return appendPLP(b, size, func(b []byte) []byte { return AppendUTF16(b, text) }), nil
	}
	if size > 2*t.Size {
		return b, truncated(t)
	}
	return AppendUTF16(put16(b, size), text), nil
}

func appendBytes(b []byte, t Type, v any) ([]byte, error) {
	data, ok := v.([]byte)
	if !ok {
		return b, mismatch(t, v)
	}
	if missing := t.Size - len(data); t.Kind == Binary && missing > 0 {
		data = append(slices.Clip(data), make([]byte, missing)...)
	}
	return appendSized(b, t, data)
}

func appendSized(b []byte, t Type, data []byte) ([]byte, error) {
	if t.Size == Max {
		return appendPLP(b, len(data), func(b []byte) []byte { return append(b, data...) }), nil
	}
	if len(data) > t.Size {
		return b, truncated(t)
	}
	return append(put16(b, len(data)), data...), nil
}

func truncated(t Type) error {
	return &Error{Number: 8152, Class: 16, State: 30, Message: "String or binary data would be truncated to " + t.String() + "."}
}

// appendPLP writes a value in one chunk.
func appendPLP(b []byte, size int, data func([]byte) []byte) []byte {
	b = put64(slices.Grow(b, size+16), size)
	if size > 0 {
		b = data(put32(b, size))
	}
	return put32(b, 0)
}

// fixedValue returns the bytes of the types that have a byte for their length.
func fixedValue(t Type, v any) ([]byte, error) {
	switch v := v.(type) {
	case bool:
		if t.Kind == Bit {
			return []byte{boolByte(v)}, nil
		}
	case int64:
		return integerBytes(t, v)
	case float64:
		switch t.Kind {
		case Real:
			return put32(nil, math.Float32bits(float32(v))), nil
		case Float:
			return put64(nil, math.Float64bits(v)), nil
		}
	case string:
		switch {
		case t.Kind == GUID:
			return GUIDBytes(v)
		case t.Exact():
			return exactBytes(t, v)
		}
	case time.Time:
		if t.Temporal() {
			return timeBytes(t, v)
		}
	}
	return nil, mismatch(t, v)
}

func boolByte(v bool) byte {
	if v {
		return 1
	}
	return 0
}

func overflow(t Type) error {
	return &Error{Number: 8115, Class: 16, State: 2, Message: "Arithmetic overflow error converting expression to data type " + t.Kind.Name() + "."}
}

func integerBytes(t Type, v int64) ([]byte, error) {
	switch {
	case t.Kind == Bit:
		return []byte{boolByte(v != 0)}, nil
	case t.Kind == TinyInt && v >= 0 && v <= math.MaxUint8:
		return []byte{byte(v)}, nil
	case t.Kind == SmallInt && fits16(v):
		return put16(nil, v), nil
	case (t.Kind == Int || t.Kind == Untyped) && fits32(v):
		return put32(nil, v), nil
	case t.Kind == BigInt:
		return put64(nil, v), nil
	case t.Integer():
		return nil, overflow(t)
	}
	return nil, mismatch(t, v)
}

func exactBytes(t Type, v string) ([]byte, error) {
	scale := t.Scale
	if t.Kind != Decimal {
		scale = moneyScale
	}
	n, ok := ParseDecimal(v, scale)
	if !ok {
		return nil, fmt.Errorf("tds: %q is no %s", v, t)
	}
	if t.Kind != Decimal {
		return moneyBytes(t, n)
	}
	size := int(decimalSize(t.Precision))
	if len(new(big.Int).Abs(n).String()) > t.Precision {
		return nil, overflow(t)
	}
	data := make([]byte, size)
	data[0] = boolByte(n.Sign() >= 0)
	for i, digit := range n.Bytes() {
		data[len(n.Bytes())-i] = digit
	}
	return data, nil
}

func moneyBytes(t Type, n *big.Int) ([]byte, error) {
	v := n.Int64()
	switch {
	case !n.IsInt64() || t.Kind == SmallMoney && !fits32(v):
		return nil, overflow(t)
	case t.Kind == SmallMoney:
		return put32(nil, v), nil
	}
	return put32(put32(nil, v>>32), v), nil
}

// ParseDecimal reads a decimal number as a whole number of its last places. It
// rounds half away from zero.
func ParseDecimal(v string, scale int) (*big.Int, bool) {
	whole, fraction, _ := strings.Cut(v, ".")
	round := len(fraction) > scale && fraction[scale] >= '5'
	if len(fraction) > scale {
		fraction = fraction[:scale]
	}
	n, ok := new(big.Int).SetString(whole+fraction+strings.Repeat("0", scale-len(fraction)), 10)
	if ok && round {
		step := int64(1)
		if strings.HasPrefix(v, "-") {
			step = -1
		}
		n.Add(n, big.NewInt(step))
	}
	return n, ok
}

// GUIDBytes returns the bytes of a uniqueidentifier: the first three groups are
// little-endian.
func GUIDBytes(v string) ([]byte, error) {
	var a uint32
	var b, c uint16
	var d, e []byte
	if n, err := fmt.Sscanf(v, "%08x-%04x-%04x-%04x-%012x", &a, &b, &c, &d, &e); n != 5 || err != nil || len(d) != 2 || len(e) != 6 {
		return nil, fmt.Errorf("tds: %q is no uniqueidentifier", v)
	}
	out := put32(nil, a)
	out = put16(out, b)
	out = put16(out, c)
	return append(append(out, d...), e...), nil
}

// timeBytes takes what the clock says, but for datetimeoffset, which is a moment.
func timeBytes(t Type, v time.Time) ([]byte, error) {
	_, offset := v.Zone()
	if t.Kind == DateTimeOffset {
		v = v.UTC()
	}
	days := int(time.Date(v.Year(), v.Month(), v.Day(), 0, 0, 0, 0, time.UTC).Unix()/86400) - int(date(0).Unix()/86400)
	clock := time.Duration(v.Hour())*time.Hour + time.Duration(v.Minute())*time.Minute +
		time.Duration(v.Second())*time.Second + time.Duration(v.Nanosecond())
	if t.Kind == Time {
		days = 0
	}
	if t.Kind == DateTime || t.Kind == SmallDateTime {
		return oldTimeBytes(t, days-daysBefore, clock)
	}
	clock = clock.Round(unit(t.Scale))
	if t.Kind != Date && clock >= day {
		clock -= day
		days++
	}
	if t.Kind == Time {
		days = 0
	}
	if days < 0 || days > maxDays {
		return nil, overflow(t)
	}
	var out []byte
	if t.Kind != Date {
		out = put64(nil, clock/unit(t.Scale))[:timeSize(t.Scale)]
	}
	if t.Kind != Time {
		out = append(out, byte(days), byte(days>>8), byte(days>>16))
	}
	if t.Kind == DateTimeOffset {
		out = put16(out, offset/60)
	}
	return out, nil
}

// oldTimeBytes writes datetime and smalldatetime, whose days count from 1900.
func oldTimeBytes(t Type, days int, clock time.Duration) ([]byte, error) {
	if t.Kind == SmallDateTime {
		minutes := int(clock.Round(time.Minute) / time.Minute)
		days, minutes = days+minutes/minutesOfADay, minutes%minutesOfADay
		if days < 0 || days > math.MaxUint16 {
			return nil, overflow(t)
		}
		return put16(put16(nil, days), minutes), nil
	}
	ticks := int((clock*300 + time.Second/2) / time.Second)
	days, ticks = days+ticks/ticksOfDay, ticks%ticksOfDay
	if days < -53690 || days > maxDays-daysBefore { // 1753-01-01
		return nil, overflow(t)
	}
	return put32(put32(nil, days), ticks), nil
}
