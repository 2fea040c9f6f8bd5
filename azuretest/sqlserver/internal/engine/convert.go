package engine

import (
	"math"
	"math/big"
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
		if v >= math.MinInt32 && v <= math.MaxInt32 {
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

// bigEndianBytes writes a number as a conversion of int or bigint to binary does.
func bigEndianBytes(n int64, kind tds.Kind) []byte {
	size := 4
	if kind == tds.BigInt {
		size = 8
	}
	out := make([]byte, size)
	for i := range out {
		out[i] = byte(n >> (8 * (size - 1 - i)) & 0xff)
	}
	return out
}

// bigEndian reads bytes as a number, as a conversion of binary to int does.
func bigEndian(b []byte) int64 {
	var n int64
	for _, one := range b {
		n = n<<8 | int64(one)
	}
	return n
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
