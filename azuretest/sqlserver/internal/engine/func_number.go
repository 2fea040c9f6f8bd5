package engine

import (
	"crypto/rand"
	"database/sql/driver"
	"math/big"

	"modernc.org/sqlite"

	"github.com/keyless-go/azure/azuretest/sqlserver/internal/tds"
)

func numberFunctions() map[string]function {
	return map[string]function{
		// az_number(op, a, b, type): exact numbers
		"az_number": strict(func(a []driver.Value) (driver.Value, error) {
			x, y := rational(a[1]), rational(a[2])
			if x == nil || y == nil {
				return nil, failure(8114, 16, "Error converting data type nvarchar to numeric.")
			}
			out, err := calculate(text(a[0]), x, y)
			if err != nil {
				return nil, err
			}
			t := parseDeclaration(text(a[3]))
			if text(a[0]) == "/" {
				out = truncate(out, scaleOf(t))
			}
			return fitNumber(out, t)
		}),
		// az_math(op, a, b): numbers that SQLite knows, and what only shows when it runs
		"az_math": strict(func(a []driver.Value) (driver.Value, error) { return calculateAny(text(a[0]), a[1], a[2]) }),
		// az_round(value, places, cut, type)
		"az_round": strict(func(a []driver.Value) (driver.Value, error) {
			return roundTo(a[0], number(a[1]), number(a[2]) != 0, parseDeclaration(text(a[3])))
		}),
		// az_whole(direction, value, type): CEILING and FLOOR of exact numbers
		"az_whole": strict(func(a []driver.Value) (driver.Value, error) {
			r := rational(a[1])
			if r == nil {
				return nil, nil
			}
			n := new(big.Int).Div(r.Num(), r.Denom()) // rounds down
			if text(a[0]) == "ceiling" && !r.IsInt() {
				n.Add(n, big.NewInt(1))
			}
			return fitNumber(new(big.Rat).SetInt(n), parseDeclaration(text(a[2])))
		}),
		"az_isnumeric": func(a []driver.Value) (driver.Value, error) {
			s, isText := a[0].(string)
			_, ok := readNumber(s, true)
			return truth(a[0] != nil && (!isText || ok)), nil
		},
	}
}

// rational returns an argument as an exact number, or nil.
func rational(v driver.Value) *big.Rat {
	r, err := conversion{from: naturalType(v), to: floatType()}.rational(v, true)
	if err != nil {
		return nil
	}
	return r
}

// calculateAny does one step with what the operands turn out to be.
func calculateAny(op string, a, b driver.Value) (driver.Value, error) {
	x, xInt := a.(int64)
	y, yInt := b.(int64)
	if xInt && yInt {
		return calculateInt(op, x, y)
	}
	s, sText := a.(string)
	t, tText := b.(string)
	if sText && tText && op == "+" {
		return boundedText(s + t)
	}
	p, q := rational(a), rational(b)
	if p == nil || q == nil {
		return nil, failure(245, 16, "Conversion failed when converting the nvarchar value '%s' to data type int.", text(a))
	}
	out, err := calculate(op, p, q)
	if err != nil {
		return nil, err
	}
	f, _ := out.Float64()
	return f, nil
}

func calculateInt(op string, x, y int64) (driver.Value, error) {
	switch op {
	case "+":
		return x + y, nil
	case "-":
		return x - y, nil
	case "*":
		return x * y, nil
	case "^":
		return x ^ y, nil
	}
	if y == 0 {
		return nil, failure(8134, 16, "Divide by zero error encountered.")
	}
	if y == -1 { // the smallest number has no opposite
		return map[string]int64{"/": -x, "%": 0}[op], nil
	}
	if op == "%" {
		return x % y, nil
	}
	return x / y, nil
}

const maxPlaces = 40

// roundTo rounds to places behind the point, or before it if there are fewer than
// none.
func roundTo(v driver.Value, places int, cut bool, t tds.Type) (driver.Value, error) {
	r := rational(v)
	if r == nil {
		return nil, failure(8114, 16, "Error converting data type nvarchar to float.")
	}
	places = min(max(places, -maxPlaces), maxPlaces)
	power := new(big.Rat).SetInt(new(big.Int).Exp(big.NewInt(10), big.NewInt(int64(max(places, -places))), nil))
	if places < 0 {
		power.Inv(power)
	}
	scaled := new(big.Rat).Mul(r, power)
	whole := new(big.Int).Quo(scaled.Num(), scaled.Denom())
	if !cut {
		whole.SetString(scaled.FloatString(0), 10) // rounds half away from zero
	}
	out := new(big.Rat).Quo(new(big.Rat).SetInt(whole), power)
	switch {
	case t.Exact():
		return fitNumber(out, t)
	case t.Integer():
		return new(big.Int).Quo(out.Num(), out.Denom()).Int64(), nil
	}
	f, _ := out.Float64()
	return f, nil
}

// sum is SUM of exact numbers.
type sum struct {
	total *big.Rat
	count int
}

func newSum(sqlite.FunctionContext) (sqlite.AggregateFunction, error) {
	return &sum{total: new(big.Rat)}, nil
}

// Step adds a value.
func (s *sum) Step(_ *sqlite.FunctionContext, args []driver.Value) error {
	if r := rational(args[0]); r != nil && args[0] != nil {
		s.total.Add(s.total, r)
		s.count++
	}
	return nil
}

// WindowInverse takes a value out again.
func (s *sum) WindowInverse(_ *sqlite.FunctionContext, args []driver.Value) error {
	if r := rational(args[0]); r != nil && args[0] != nil {
		s.total.Sub(s.total, r)
		s.count--
	}
	return nil
}

// WindowValue returns the sum as text, or NULL of nothing.
func (s *sum) WindowValue(*sqlite.FunctionContext) (driver.Value, error) {
	var none driver.Value
	if s.count == 0 {
		return none, nil
	}
	return s.total.FloatString(maxPrecision), nil
}

// Final does nothing.
func (s *sum) Final(*sqlite.FunctionContext) {}

func newGUID() string {
	b := make([]byte, 16)
	_, _ = rand.Read(b) // never fails
	b[7] = b[7]&0x0f | 0x40
	b[8] = b[8]&0x3f | 0x80
	return tds.GUIDText(b)
}

// storageBytes returns the bytes that values of a type take, if all take the same.
func storageBytes(t tds.Type) int {
	switch t.Kind {
	case tds.Bit, tds.TinyInt:
		return 1
	case tds.SmallInt:
		return 2
	case tds.Date:
		return 3
	case tds.Int, tds.Real, tds.SmallMoney, tds.SmallDateTime:
		return 4
	case tds.BigInt, tds.Float, tds.Money, tds.DateTime:
		return 8
	case tds.GUID:
		return 16
	case tds.Decimal:
		return 5 + 4*min((t.Precision-1)/9, 3)
	case tds.Time:
		return 3 + min(max(t.Scale-1, 0)/2, 2)
	case tds.DateTime2:
		return 6 + min(max(t.Scale-1, 0)/2, 2)
	case tds.DateTimeOffset:
		return 8 + min(max(t.Scale-1, 0)/2, 2)
	}
	if t.Unicode() && t.Size != tds.Max {
		return 2 * t.Size
	}
	return t.Size
}
