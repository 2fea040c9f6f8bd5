package engine

import (
	"math/big"
	"strings"

	"github.com/keyless-go/azure/azuretest/sqlserver/internal/tds"
)

// Decimals are text in SQLite: digits with as many places as the type has. The
// collation AZ_NUMBER compares them as numbers.

// scaleOf returns the places behind the point of an exact type.
func scaleOf(t tds.Type) int {
	if t.Kind == tds.Decimal {
		return t.Scale
	}
	return 4 // money
}

// precisionOf returns how many digits an exact type has.
func precisionOf(t tds.Type) int {
	switch t.Kind {
	case tds.Decimal:
		return t.Precision
	case tds.SmallMoney:
		return 10
	}
	return 19
}

// truncate cuts what is behind so many places, as a division does.
func truncate(v *big.Rat, places int) *big.Rat {
	power := new(big.Int).Exp(big.NewInt(10), big.NewInt(int64(places)), nil)
	whole := new(big.Int).Mul(v.Num(), power)
	return new(big.Rat).SetFrac(whole.Quo(whole, v.Denom()), power)
}

// fitNumber returns a number in the form of the type.
func fitNumber(v *big.Rat, t tds.Type) (string, error) {
	text := v.FloatString(scaleOf(t)) // rounds half away from zero
	digits := strings.NewReplacer("-", "", ".", "").Replace(text)
	if len(strings.TrimLeft(digits, "0")) > precisionOf(t) {
		return "", failure(8115, 16, "Arithmetic overflow error converting numeric to data type %s.", name(t))
	}
	return text, nil
}

// name is what messages call a type: a decimal is a numeric there.
func name(t tds.Type) string {
	if t.Kind == tds.Decimal {
		return "numeric"
	}
	return t.Kind.Name()
}

// maxNumber is how many characters of a number are read: big.Rat takes exponents.
const maxNumber = 64

// readNumber reads digits with sign and point, and an exponent if it may have one.
func readNumber(s string, exponent bool) (*big.Rat, bool) {
	s = strings.TrimSpace(s)
	if s == "" || len(s) > maxNumber || strings.ContainsAny(s, "/xXoObBpP_") || !exponent && strings.ContainsAny(s, "eE") {
		return nil, false
	}
	return new(big.Rat).SetString(s)
}

// compareNumbers is the collation AZ_NUMBER.
func compareNumbers(a, b string) int {
	x, ok := readNumber(a, false)
	y, ok2 := readNumber(b, false)
	if !ok || !ok2 {
		return strings.Compare(a, b)
	}
	return x.Cmp(y)
}

// arithmetic returns the type of a calculation with exact numbers.
// https://learn.microsoft.com/sql/t-sql/data-types/precision-scale-and-length-transact-sql
func arithmetic(op string, a, b tds.Type) tds.Type {
	if a.Kind != tds.Decimal && b.Kind != tds.Decimal { // one is money, the other perhaps a whole number
		return tds.Type{Kind: tds.Money}
	}
	p1, s1 := exactSize(a)
	p2, s2 := exactSize(b)
	var p, s int
	switch op {
	case "*":
		p, s = p1+p2+1, s1+s2
	case "/":
		s = max(6, s1+p2+1)
		p = p1 - s1 + s2 + s
	case "%":
		s = max(s1, s2)
		p = min(p1-s1, p2-s2) + s
	default:
		s = max(s1, s2)
		p = max(p1-s1, p2-s2) + s + 1
	}
	if p > maxPrecision {
		s = max(min(s, 6), s-(p-maxPrecision))
		p = maxPrecision
	}
	return tds.Type{Kind: tds.Decimal, Precision: p, Scale: s}
}

func exactSize(t tds.Type) (precision, scale int) {
	if t.Integer() {
		return digits(t.Kind), 0
	}
	return precisionOf(t), scaleOf(t)
}

// calculate does one step with exact numbers.
func calculate(op string, a, b *big.Rat) (*big.Rat, error) {
	out := new(big.Rat)
	switch op {
	case "+":
		return out.Add(a, b), nil
	case "-":
		return out.Sub(a, b), nil
	case "*":
		return out.Mul(a, b), nil
	}
	if b.Sign() == 0 {
		return nil, failure(8134, 16, "Divide by zero error encountered.")
	}
	out.Quo(a, b)
	if op == "%" {
		whole := new(big.Int).Quo(out.Num(), out.Denom())
		out.Sub(a, new(big.Rat).Mul(new(big.Rat).SetInt(whole), b))
	}
	return out, nil
}
