package engine

import (
	"encoding/hex"
	"slices"
	"strconv"
	"strings"

	"github.com/keyless-go/azure/azuretest/sqlserver/internal/tds"
)

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
			return tds.GUIDText(append(slices.Clip(v), make([]byte, 16-len(v))...)), nil
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
		out = bigEndianBytes(v, c.from.Kind)
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
			out = append(slices.Clip(out), make([]byte, c.to.Size-len(out))...)
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
		if c.from.Kind == tds.Money || c.from.Kind == tds.SmallMoney {
			out = c.moneyText(v)
		}
	case int64:
		out = strconv.FormatInt(v, 10)
	case float64:
		out = floatText(v, c.style)
	case []byte:
		out = c.bytesText(v)
	}
	if c.to.Size != tds.Max && len(out) > c.to.Size && c.from.Number() {
		return c.tooNarrow()
	}
	return c.fitText(out), nil
}

// tooNarrow is a number for which there is no room: it is not cut as text is.
// https://learn.microsoft.com/sql/t-sql/functions/cast-and-convert-transact-sql#truncate-and-round-results
func (c conversion) tooNarrow() (any, error) {
	switch {
	case c.from.Integer() && c.from.Kind != tds.BigInt && !c.to.Unicode():
		return c.fitText("*"), nil
	case c.from.Integer():
		return nil, failure(8115, 16, "Arithmetic overflow error converting expression to data type %s.", name(c.to))
	case c.from.Kind == tds.Money, c.from.Kind == tds.SmallMoney:
		return nil, failure(234, 16, "There is insufficient result space to convert a money value to %s.", name(c.to))
	}
	return nil, failure(8115, 16, "Arithmetic overflow error converting %s to data type %s.", name(c.from), name(c.to))
}

// moneyText writes money with two decimals, in style 1 with commas too, or with four.
func (c conversion) moneyText(v string) string {
	r, ok := readNumber(v, false)
	if !ok || c.style > 1 {
		return v
	}
	whole, cents, _ := strings.Cut(r.FloatString(2), ".")
	if c.style == 1 {
		for at := len(whole) - 3; at > 0 && whole[at-1] != '-'; at -= 3 {
			whole = whole[:at] + "," + whole[at:]
		}
	}
	return whole + "." + cents
}

// floatText writes a number with an exponent of three digits, if it has one.
func floatText(v float64, style int) string {
	digits := 16
	if style == 0 {
		digits = 6
	}
	mantissa, exponent, ok := strings.Cut(strconv.FormatFloat(v, 'g', digits, 64), "e")
	if !ok {
		return mantissa
	}
	return mantissa + "e" + exponent[:1] + strings.Repeat("0", max(0, 4-len(exponent))) + exponent[1:]
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
