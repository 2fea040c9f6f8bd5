package engine

import (
	"database/sql/driver"
	"errors"
	"maps"
	"strings"
	"unicode"

	"modernc.org/sqlite"

	"github.com/keyless-go/azure/azuretest/sqlserver/internal/tds"
)

// function is one of T-SQL's functions for SQLite to call. It depends on nothing but
// its arguments.
type function func(args []driver.Value) (driver.Value, error)

// driver returns a driver for SQLite whose connection knows the functions and
// collations that translated statements use.
func (c *conn) driver() (*sqlite.Driver, error) {
	d := &sqlite.Driver{}
	functions := map[string]function{}
	for _, some := range []map[string]function{
		coreFunctions(), countFunctions(), textFunctions(), characterFunctions(), timeFunctions(), calendarFunctions(), numberFunctions(), catalogFunctions(),
	} {
		maps.Copy(functions, some)
	}
	for name, f := range functions {
		err := d.RegisterDeterministicScalarFunction(name, -1, func(_ *sqlite.FunctionContext, args []driver.Value) (driver.Value, error) {
			v, err := f(args)
			return v, smuggle(err)
		})
		if err != nil {
			return nil, err
		}
	}
	newID := func(*sqlite.FunctionContext, []driver.Value) (driver.Value, error) { return newGUID(), nil }
	return d, errors.Join(
		d.RegisterScalarFunction("az_newid", 0, newID),
		d.RegisterFunction("az_row", c.row()),
		d.RegisterFunction("az_sum", &sqlite.FunctionImpl{NArgs: 1, Deterministic: true, MakeAggregate: newSum}),
		d.RegisterCollationUtf8("AZ_TEXT", compareText),
		d.RegisterCollationUtf8("AZ_NUMBER", compareNumbers),
		d.RegisterCollationUtf8("AZ_MOMENT", compareMoments),
	)
}

// smuggle puts an error into the shape that survives SQLite.
func smuggle(err error) error {
	if e, ok := errors.AsType[*tds.Error](err); ok {
		return smuggled{e}
	}
	return err
}

// strict lets a function see no NULL: its value for one is NULL.
func strict(f function) function {
	return func(args []driver.Value) (driver.Value, error) {
		for _, a := range args {
			if a == nil {
				return nil, nil
			}
		}
		return f(args)
	}
}

// text returns an argument as text.
func text(v driver.Value) string {
	s, err := conversion{from: naturalType(v), to: nvarchar(tds.Max)}.convert(v)
	if err != nil {
		return ""
	}
	out, _ := s.(string)
	return out
}

// number returns an argument as a whole number.
func number(v driver.Value) int {
	n, err := conversion{from: naturalType(v), to: bigintType()}.convert(v)
	if err != nil {
		return 0
	}
	out, _ := n.(int64)
	return int(out)
}

func coreFunctions() map[string]function {
	return map[string]function{
		// az_cast(value, from, to, style, try)
		"az_cast": func(a []driver.Value) (driver.Value, error) {
			c := conversion{parseDeclaration(text(a[1])), parseDeclaration(text(a[2])), number(a[3])}
			v, err := c.convert(a[0])
			if err != nil && number(a[4]) != 0 {
				return nil, nil
			}
			return v, err
		},
		// az_store(value, from, to, table, column)
		"az_store": func(a []driver.Value) (driver.Value, error) {
			return store(a[0], parseDeclaration(text(a[1])), parseDeclaration(text(a[2])), text(a[3]), text(a[4]))
		},
	}
}

// store converts a value for a column, which does not cut it silently.
func store(v any, from, to tds.Type, table, column string) (any, error) {
	if s, ok := v.(string); ok && to.Text() && !from.Temporal() && to.Size != tds.Max {
		if kept := (conversion{from: from, to: to}).fitText(strings.TrimRight(s, " ")); len(kept) < len(strings.TrimRight(s, " ")) {
			return nil, wouldTruncate(table, column, kept)
		}
	}
	if b, ok := v.([]byte); ok && to.Bytes() && to.Size != tds.Max && len(b) > to.Size {
		return nil, wouldTruncate(table, column, "")
	}
	return conversion{from: from, to: to}.convert(v)
}

func wouldTruncate(table, column, kept string) error {
	return failure(2628, 16, "String or binary data would be truncated in table '%s', column '%s'. Truncated value: '%s'.", table, column, kept)
}

// compareText is the collation AZ_TEXT: case does not matter, nor do blanks at the end.
func compareText(a, b string) int {
	a, b = strings.TrimRight(a, " "), strings.TrimRight(b, " ")
	if strings.EqualFold(a, b) {
		return 0
	}
	return strings.Compare(fold(a), fold(b))
}

func fold(s string) string {
	return strings.Map(func(r rune) rune { return unicode.ToLower(unicode.ToUpper(r)) }, s)
}

// compareMoments is the collation AZ_MOMENT: what stands behind the last blank is
// the offset.
func compareMoments(a, b string) int {
	moment := func(s string) string {
		utc, _, _ := strings.Cut(reverseCut(s), "\x00")
		return utc
	}
	return strings.Compare(moment(a), moment(b))
}
