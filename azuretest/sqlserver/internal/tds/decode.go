package tds

import (
	"encoding/binary"
	"fmt"
	"math"
	"math/big"
	"strings"
	"time"
)

// read reads one value; nil is NULL.
func (t wireType) read(c *cursor) any {
	data, ok := t.raw(c)
	if !ok || c.err != nil {
		return nil
	}
	v, err := t.value(data)
	if err != nil {
		c.fail("%w", err)
	}
	return v
}

// raw returns the bytes of the next value; it is false for NULL.
func (t wireType) raw(c *cursor) ([]byte, bool) {
	switch t.form {
	case formFixed:
		return c.bytes(t.fixed), true
	case formByte:
		n := c.u8()
		return c.bytes(int(n)), n != 0
	case formShort:
		n := c.u16()
		if n == math.MaxUint16 {
			return nil, false
		}
		return c.bytes(int(n)), true
	case formLong:
		n := c.u32()
		if n == math.MaxUint32 {
			return nil, false
		}
		return c.bytes(int(n)), true
	case formPLP:
		return readPLP(c)
	default:
		return nil, false
	}
}

const (
	plpNull    = math.MaxUint64
	plpUnknown = math.MaxUint64 - 1
)

// readPLP reads a value in chunks. What it says to be its length is a promise that
// nothing is allocated for.
func readPLP(c *cursor) ([]byte, bool) {
	total := c.u64()
	if total == plpNull {
		return nil, false
	}
	var whole []byte
	for c.err == nil {
		n := c.u32()
		if n == 0 {
			break
		}
		chunk := c.bytes(int(n))
		if whole == nil {
			whole = chunk // of one chunk there is no copy
		} else {
			whole = appendDoubling(whole, chunk, maxRequest)
		}
	}
	if total != plpUnknown && total != uint64(len(whole)) {
		c.fail("a value of %d bytes was announced with %d", len(whole), total)
	}
	return whole, true
}

// value turns the bytes of a value that is not NULL into what stands for it in Go.
func (t wireType) value(data []byte) (any, error) {
	if size, ok := t.exactSize(); ok && len(data) != size {
		return nil, fmt.Errorf("a %s does not have %d bytes", t.Kind.Name(), len(data))
	}
	switch t.Kind {
	case Bit:
		return data[0] != 0, nil
	case TinyInt, SmallInt, Int, BigInt:
		return intValue(data), nil
	case Real:
		return float64(math.Float32frombits(binary.LittleEndian.Uint32(data))), nil
	case Float:
		return math.Float64frombits(binary.LittleEndian.Uint64(data)), nil
	case Decimal:
		return decimalValue(data, t.Scale)
	case Money, SmallMoney:
		return moneyValue(data), nil
	case Char, VarChar:
		if t.utf8 {
			return strings.ToValidUTF8(string(data), "\uFFFD"), nil
		}
		return DecodeLatin(data), nil
	case NChar, NVarChar, XML:
		if len(data)%2 != 0 {
			return nil, fmt.Errorf("half a character in a value of type %s", t.Kind.Name())
		}
		return strings.TrimPrefix(DecodeUTF16(data), t.byteOrderMark()), nil
	case Binary, VarBinary:
		return data, nil
	case GUID:
		return GUIDText(data), nil
	default:
		return t.timeValue(data)
	}
}

// byteOrderMark is what XML may begin with.
func (t wireType) byteOrderMark() string {
	if t.Kind == XML {
		return "\uFEFF"
	}
	return ""
}

// exactSize returns how many bytes values have, if all have equally many.
func (t wireType) exactSize() (int, bool) {
	switch t.Kind {
	case Bit, TinyInt:
		return 1, true
	case SmallInt:
		return 2, true
	case Int, Real, SmallMoney, SmallDateTime:
		return 4, true
	case BigInt, Float, Money, DateTime:
		return 8, true
	case GUID:
		return 16, true
	case Date:
		return 3, true
	case Time:
		return timeSize(t.Scale), true
	case DateTime2:
		return timeSize(t.Scale) + 3, true
	case DateTimeOffset:
		return timeSize(t.Scale) + 5, true
	default:
		return 0, false
	}
}

// intValue: a byte has no sign, longer ones have.
func intValue(data []byte) int64 {
	switch len(data) {
	case 1:
		return int64(data[0])
	case 2:
		return signed16(data)
	case 4:
		return signed32(data)
	}
	return signed32(data[4:])<<32 | int64(binary.LittleEndian.Uint32(data))
}

// decimalValue: a sign, 1 for plus, then the digits as a little-endian number.
func decimalValue(data []byte, scale int) (any, error) {
	if len(data) < 2 || len(data) > 17 {
		return nil, fmt.Errorf("a decimal does not have %d bytes", len(data))
	}
	digits := make([]byte, len(data)-1)
	for i, b := range data[1:] {
		digits[len(digits)-1-i] = b
	}
	n := new(big.Int).SetBytes(digits)
	if data[0] == 0 {
		n.Neg(n)
	}
	return FormatDecimal(n, scale), nil
}

// moneyScale: money counts in ten thousandths.
const moneyScale = 4

// moneyValue: the upper half of eight bytes comes first.
func moneyValue(data []byte) string {
	n := signed32(data)
	if len(data) == 8 {
		n = n<<32 | int64(binary.LittleEndian.Uint32(data[4:]))
	}
	return FormatDecimal(big.NewInt(n), moneyScale)
}

// FormatDecimal writes n with the last scale digits behind a point.
func FormatDecimal(n *big.Int, scale int) string {
	text := new(big.Int).Abs(n).String()
	if scale > 0 {
		text = strings.Repeat("0", max(scale+1-len(text), 0)) + text
		text = text[:len(text)-scale] + "." + text[len(text)-scale:]
	}
	if n.Sign() < 0 {
		return "-" + text
	}
	return text
}

// GUIDText returns a uniqueidentifier of its bytes: the first three groups are
// little-endian.
func GUIDText(b []byte) string {
	return fmt.Sprintf("%08X-%04X-%04X-%X-%X", binary.LittleEndian.Uint32(b),
		binary.LittleEndian.Uint16(b[4:]), binary.LittleEndian.Uint16(b[6:]), b[8:10], b[10:16])
}

// timeSize returns the bytes of a time of day.
func timeSize(scale int) int {
	switch {
	case scale <= 2:
		return 3
	case scale <= 4:
		return 4
	}
	return 5
}

const (
	day           = 24 * time.Hour
	maxDays       = 3652058 // since the year 1: 9999-12-31
	daysBefore    = 693595  // from the year 1 to 1900, where the older types begin
	ticksOfDay    = 24 * 60 * 60 * 300
	maxMinutes    = 14 * 60 // that a zone may be from UTC
	minutesOfADay = 24 * 60
)

func date(days int) time.Time { return time.Date(1, 1, 1+days, 0, 0, 0, 0, time.UTC) }

func (t wireType) timeValue(data []byte) (any, error) {
	switch t.Kind {
	case DateTime:
		days := int(signed32(data)) + daysBefore
		return moment(days, tickDuration(binary.LittleEndian.Uint32(data[4:])), time.UTC)
	case SmallDateTime:
		days := int(binary.LittleEndian.Uint16(data)) + daysBefore
		return moment(days, time.Duration(binary.LittleEndian.Uint16(data[2:]))*time.Minute, time.UTC)
	}
	var clock time.Duration
	if t.Kind != Date {
		n := timeSize(t.Scale)
		clock, data = clockValue(data[:n], t.Scale), data[n:]
	}
	days := 0
	if t.Kind != Time {
		days = int(data[0]) | int(data[1])<<8 | int(data[2])<<16
		data = data[3:]
	}
	zone := time.UTC
	if t.Kind == DateTimeOffset {
		minutes := int(signed16(data))
		if minutes < -maxMinutes || minutes > maxMinutes {
			return nil, fmt.Errorf("a zone cannot be %d minutes from UTC", minutes)
		}
		zone = time.FixedZone("", minutes*60)
	}
	return moment(days, clock, zone)
}

// moment puts a date and a time of day in UTC together.
func moment(days int, clock time.Duration, zone *time.Location) (any, error) {
	if days < 0 || days > maxDays || clock < 0 || clock >= day {
		return nil, fmt.Errorf("day %d, time %s is no moment", days, clock)
	}
	return date(days).Add(clock).In(zone), nil
}

// clockValue reads a time of day in units of ten to the power of minus scale seconds.
func clockValue(data []byte, scale int) time.Duration {
	var n uint64
	for i, b := range data {
		n |= uint64(b) << (8 * i)
	}
	return time.Duration(n) * unit(scale) // five bytes of 100 ns are 30 hours at most
}

// unit is the smallest step of a time with the scale.
func unit(scale int) time.Duration {
	d := time.Second
	for range scale {
		d /= 10
	}
	return d
}

// tickDuration is exact to the 100 ns: datetime counts in 1/300 of a second.
func tickDuration(ticks uint32) time.Duration {
	return (time.Duration(ticks)*10*time.Millisecond/3 + 50) / 100 * 100
}
