package engine

import (
	"fmt"
	"strings"

	"github.com/keyless-go/azure/azuretest/sqlserver/internal/tds"
)

// arithmetic writes a calculation.
func (e *emitter) arithmetic(op string, left, right typed) typed {
	a, b := left.typ, right.typ
	switch {
	case a.Temporal() && b.Integer() && a.Kind != tds.DateTime && a.Kind != tds.SmallDateTime:
		return e.fail(failure(206, 16, "Operand type clash: %s is incompatible with %s", name(a), name(b)))
	case a.Temporal() && b.Integer() && (op == "+" || op == "-"):
		return typed{fmt.Sprintf("az_dateadd('day', %s(%s), %s, %s)", op, right.sql, left.sql, declaration(a)), a}
	case op == "+" && (a.Text() || b.Text()) && !a.Number() && !b.Number():
		return e.concat(left, right)
	case op == "+" && a.Bytes() && b.Bytes():
		return typed{fmt.Sprintf("CAST(%s || %s AS BLOB)", left.sql, right.sql), varbinary(sumSize(a, b, maxBytes))}
	case a.Kind == tds.Untyped || b.Kind == tds.Untyped:
		return typed{fmt.Sprintf("az_math('%s', %s, %s)", op, left.sql, right.sql), common(a, b)}
	}
	if a.Text() || b.Text() {
		to := common(a, b)
		left, right = e.cast(left, to), e.cast(right, to)
		a, b = to, to
	}
	switch {
	case a.Integer() && b.Integer():
		return integerArithmetic(op, left, right)
	case !a.Number() || !b.Number() || strings.ContainsAny(op, "&|^"):
		return e.fail(failure(402, 16, "The data types %s and %s are incompatible in the '%s' operator.", name(a), name(b), op))
	case a.Kind == tds.Float || b.Kind == tds.Float || a.Kind == tds.Real || b.Kind == tds.Real:
		if op == "/" || op == "%" {
			return typed{fmt.Sprintf("az_math('%s', %s, %s)", op, e.float(left), e.float(right)), floatType()}
		}
		return typed{fmt.Sprintf("(%s %s %s)", e.float(left), op, e.float(right)), floatType()}
	}
	if a.Kind == tds.Decimal {
		b = constantType(right)
	} else if b.Kind == tds.Decimal {
		a = constantType(left)
	}
	t := arithmetic(op, a, b)
	return typed{fmt.Sprintf("az_number('%s', %s, %s, %s)", op, left.sql, right.sql, declaration(t)), t}
}

// constantType is the type of an operand beside a decimal; that of a whole number which is written out is
// a decimal of as many digits.
func constantType(x typed) tds.Type {
	if x.typ.Kind == tds.Int && strings.Trim(x.sql, "0123456789") == "" {
		return tds.Type{Kind: tds.Decimal, Precision: len(x.sql)}
	}
	return x.typ
}

func integerArithmetic(op string, left, right typed) typed {
	to := common(left.typ, right.typ)
	if to.Kind == tds.Bit && op != "&" && op != "|" && op != "^" {
		to = intType()
	}
	switch op {
	case "/", "%", "^":
		return typed{fmt.Sprintf("az_math('%s', %s, %s)", op, left.sql, right.sql), to}
	}
	return typed{fmt.Sprintf("(%s %s %s)", left.sql, op, right.sql), to}
}

// concat is + of texts.
func (e *emitter) concat(left, right typed) typed {
	return fitted(fmt.Sprintf("(%s || %s)", e.characters(left), e.characters(right)), joinedText(left.typ, right.typ))
}

// joinedText is the type of two texts, one behind the other.
func joinedText(a, b tds.Type) tds.Type {
	if a.Unicode() || b.Unicode() {
		return nvarchar(sumSize(a, b, maxChars))
	}
	return tds.Type{Kind: tds.VarChar, Size: sumSize(a, b, maxBytes)}
}

// fitted cuts a text that may be longer than the longest of its type.
func fitted(sql string, t tds.Type) typed {
	if longText(t).Size == t.Size && t.Size != tds.Max {
		sql = fmt.Sprintf("substr(%s, 1, %d)", sql, t.Size)
	}
	return typed{sql, t}
}

func sumSize(a, b tds.Type, most int) int {
	size := func(t tds.Type) int {
		if t.Sized() {
			return t.Size
		}
		return castLength
	}
	if size(a) == tds.Max || size(b) == tds.Max {
		return tds.Max
	}
	return min(size(a)+size(b), most)
}
