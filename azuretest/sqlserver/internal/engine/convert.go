package engine

import (
	"encoding/binary"
	"encoding/hex"
	"math"
	"math/big"
	"strconv"
	"strings"

	"github.com/keyless-go/azure/azuretest/sqlserver/internal/tds"
)

// conversion is CAST or CONVERT of a value that SQLite holds. What comes out is what
// SQLite holds for the new type.
type conversion struct {
	from, to tds.Type
	style    int
}

// convert returns the value in the other type; NULL stays NULL.
func (c conversion) convert(v any) (any, error) {
	if v == nil || c.from == c.to && !c.to.Sized() {
		return v, nil
	}
	switch {
	case c.to.Integer():
		return c.integer(v)
	case c.to.Exact():
		return c.exact(v)
	case c.to.Number():
		return c.float(v)
	case c.to.Text():
		return c.text(v)
	case c.to.Bytes():
		return c.bytes(v)
	case c.to.Kind == tds.GUID:
		return c.guid(v)
	case c.to.Temporal():
		return c.temporal(v)
	}
	return v, nil
}

// failed says that a value is not what it should become.
func (c conversion) failed(v any) error {
	switch {
	case c.to.Temporal():
		return failure(241, 16, "Conversion failed when converting date and/or time from character string.")
	case c.to.Kind == tds.GUID:
		return failure(8169, 16, "Conversion failed when converting from a character string to uniqueidentifier.")
	case c.to.Integer():
		return failure(245, 16, "Conversion failed when converting the %s value '%v' to data type %s.", name(c.source(v)), v, name(c.to))
	}
	return failure(8114, 16, "Error converting data type %s to %s.", name(c.source(v)), name(c.to))
}

// source returns the type of a value, which SQLite knows better if the translation
// does not.
func (c conversion) source(v any) tds.Type {
	if c.from.Kind != tds.Untyped {
		return c.from
	}
	return naturalType(v)
}

// naturalType returns the type of a value that says nothing but what it is.
func naturalType(v any) tds.Type {
	switch v := v.(type) {
	case int64:
		if v == int64(int32(v)) {
			return intType()
		}
		return bigintType()
	case float64:
		return floatType()
	case []byte:
		return varbinary(tds.Max)
	case string:
		if len(v) > maxChars {
			return nvarchar(tds.Max)
		}
		return nvarchar(maxChars)
	}
	return tds.Type{}
}

func (c conversion) impossible() error {
	return failure(529, 16, "Explicit conversion from data type %s to %s is not allowed.", name(c.from), name(c.to))
}

// rational returns a value as a number, if it is one or the text of one.
func (c conversion) rational(v any, exponent bool) (*big.Rat, error) {
	switch v := v.(type) {
	case int64:
		return new(big.Rat).SetInt64(v), nil
	case float64:
		if r := new(big.Rat).SetFloat64(v); r != nil {
			return r, nil
		}
	case string:
		if c.from.Temporal() || c.from.Kind == tds.GUID {
			return nil, c.impossible()
		}
		if r, ok := readNumber(v, exponent); ok {
			return r, nil
		}
	case []byte:
		if len(v) <= 8 {
			return new(big.Rat).SetInt64(bigEndian(v)), nil
		}
	}
	return nil, c.failed(v)
}

// bigEndian reads bytes as a number, as a conversion of binary to int does.
func bigEndian(b []byte) int64 {
	var n uint64
	for _, one := range b {
		n = n<<8 | uint64(one)
	}
	return int64(n)
}

func (c conversion) integer(v any) (any, error) {
	if s, ok := v.(string); ok && !c.from.Exact() {
		switch strings.ToLower(strings.TrimSpace(s)) {
		case "":
			return int64(0), nil
		case "true":
			v = int64(1)
		case "false":
			v = int64(0)
		default:
			if strings.Contains(s, ".") {
				return nil, c.failed(v)
			}
		}
	}
	r, err := c.rational(v, false)
	if err != nil {
		return nil, err
	}
	if c.to.Kind == tds.Bit {
		return int64(min(r.Num().CmpAbs(new(big.Int)), 1)), nil
	}
	whole := new(big.Int).Quo(r.Num(), r.Denom())
	low, high := bounds(c.to.Kind)
	if !whole.IsInt64() || whole.Int64() < low || whole.Int64() > high {
		if rank(c.to.Kind) < rank(tds.Int) {
			return nil, failure(220, 16, "Arithmetic overflow error for data type %s, value = %s.", name(c.to), whole)
		}
		return nil, failure(8115, 16, "Arithmetic overflow error converting expression to data type %s.", name(c.to))
	}
	return whole.Int64(), nil
}

func bounds(k tds.Kind) (low, high int64) {
	switch k {
	case tds.TinyInt:
		return 0, math.MaxUint8
	case tds.SmallInt:
		return math.MinInt16, math.MaxInt16
	case tds.Int:
		return math.MinInt32, math.MaxInt32
	}
	return math.MinInt64, math.MaxInt64
}

func (c conversion) exact(v any) (any, error) {
	if s, ok := v.(string); ok && c.to.Kind != tds.Decimal {
		v = strings.NewReplacer("$", "", ",", "").Replace(s)
	}
	r, err := c.rational(v, false)
	if err != nil {
		return nil, err
	}
	return fitNumber(r, c.to)
}

func (c conversion) float(v any) (any, error) {
	r, err := c.rational(v, true)
	if err != nil {
		return nil, err
	}
	f, _ := r.Float64()
	if c.to.Kind == tds.Real {
		f = float64(float32(f))
	}
	if math.IsInf(f, 0) {
		return nil, failure(8115, 16, "Arithmetic overflow error converting expression to data type %s.", name(c.to))
	}
	return f, nil
}

func (c conversion) guid(v any) (any, error) {
	switch v := v.(type) {
	case string:
		s := strings.ToUpper(strings.TrimSpace(v))
		if strings.HasPrefix(s, "{") && strings.HasSuffix(s, "}") {
			s = s[1 : len(s)-1]
		}
		if _, err := tds.GUIDBytes(s); err == nil {
			return s, nil
		}
	case []byte:
		if len(v) <= 16 {
			return tds.GUIDText(append(v[:len(v):len(v)], make([]byte, 16-len(v))...)), nil
		}
	}
	return nil, c.failed(v)
}

func (c conversion) bytes(v any) (any, error) {
	var out []byte
	switch v := v.(type) {
	case []byte:
		out = v
	case int64:
		out = binary.BigEndian.AppendUint64(nil, uint64(v))
		if c.from.Kind != tds.BigInt {
			out = out[4:]
		}
	case string:
		var err error
		if out, err = c.textBytes(v); err != nil {
			return nil, err
		}
	default:
		return nil, c.impossible()
	}
	if c.to.Size != tds.Max {
		out = out[:min(len(out), c.to.Size)]
		if c.to.Kind == tds.Binary {
			out = append(out[:len(out):len(out)], make([]byte, c.to.Size-len(out))...)
		}
	}
	return out, nil
}

// textBytes returns the bytes of text: its characters, or what its digits mean.
func (c conversion) textBytes(v string) ([]byte, error) {
	switch {
	case c.from.Kind == tds.GUID:
		return tds.GUIDBytes(v)
	case c.style == 1 || c.style == 2:
		if c.style == 1 {
			var ok bool
			if v, ok = strings.CutPrefix(strings.ToLower(v), "0x"); !ok {
				return nil, c.failed(v)
			}
		}
		out, err := hex.DecodeString(v)
		if err != nil {
			return nil, c.failed(v)
		}
		return out, nil
	case c.from.Kind == tds.VarChar || c.from.Kind == tds.Char:
		return tds.EncodeLatin(v), nil
	}
	return tds.AppendUTF16(nil, v), nil
}

func (c conversion) text(v any) (any, error) {
	var out string
	switch v := v.(type) {
	case string:
		out = v
		if c.from.Temporal() {
			t, err := loadTime(v, c.from)
			if err != nil {
				return nil, err
			}
			out = showTime(t, c.from, c.style)
		}
	case int64:
		out = strconv.FormatInt(v, 10)
	case float64:
		out = strconv.FormatFloat(v, 'g', floatDigits(c.style), 64)
	case []byte:
		out = c.bytesText(v)
	}
	return c.fitText(out), nil
}

func floatDigits(style int) int {
	if style == 0 {
		return 6
	}
	return 16
}

func (c conversion) bytesText(v []byte) string {
	switch {
	case c.style == 1:
		return "0x" + strings.ToUpper(hex.EncodeToString(v))
	case c.style == 2:
		return strings.ToUpper(hex.EncodeToString(v))
	case c.to.Unicode():
		return tds.DecodeUTF16(v)
	}
	return tds.DecodeLatin(v)
}

// fitText cuts text to the length of the type, and fills up types of fixed length.
func (c conversion) fitText(s string) string {
	if c.to.Size == tds.Max || c.to.Kind == tds.XML {
		return s
	}
	n := 0
	for i := range s {
		if n == c.to.Size {
			return s[:i]
		}
		n++
	}
	if c.to.Kind == tds.Char || c.to.Kind == tds.NChar {
		s += strings.Repeat(" ", c.to.Size-n)
	}
	return s
}

func (c conversion) temporal(v any) (any, error) {
	switch v := v.(type) {
	case string:
		if c.from.Temporal() {
			t, err := loadTime(v, c.from)
			if err != nil {
				return nil, err
			}
			if c.from.Kind == tds.Time {
				t = t.AddDate(1900, 0, 0)
			}
			return storeTime(t, c.to)
		}
		if t, ok := readTime(v); ok {
			return storeTime(t, c.to)
		}
	case int64:
		if c.to.Kind == tds.DateTime || c.to.Kind == tds.SmallDateTime {
			epoch, _ := readTime("")
			return storeTime(epoch.AddDate(0, 0, int(v)), c.to)
		}
		return nil, c.impossible()
	}
	return nil, c.failed(v)
}
