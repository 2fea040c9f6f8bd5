package engine

import (
	"fmt"
	"strings"

	"github.com/keyless-go/azure/azuretest/sqlserver/internal/tds"
	"github.com/keyless-go/azure/azuretest/sqlserver/internal/tsql"
)

// numberCall writes functions of numbers.
// https://learn.microsoft.com/sql/t-sql/functions/mathematical-functions-transact-sql
func (e *emitter) numberCall(name string, args []typed) (typed, bool) {
	switch name {
	case "ABS":
		args = e.arity(name, args, 1, 1)
		x := args[0]
		if x.typ.Exact() {
			return typed{fmt.Sprintf("ltrim(%s, '-')", x.sql), x.typ}, true
		}
		return typed{"abs(" + x.sql + ")", x.typ}, true
	case "ROUND":
		args = e.arity(name, args, 2, 3)
		return typed{fmt.Sprintf("az_round(%s, %s, coalesce(%s, 0), %s)", args[0].sql, args[1].sql, args[2].sql, declaration(args[0].typ)), args[0].typ}, true
	case "CEILING", "FLOOR":
		return e.whole(strings.ToLower(name), e.arity(name, args, 1, 1)[0]), true
	case "SIGN":
		args = e.arity(name, args, 1, 1)
		return typed{fmt.Sprintf("sign(%s)", e.float(args[0])), args[0].typ}, true
	case "SQRT", "EXP", "SIN", "COS", "TAN", "ASIN", "ACOS", "ATAN", "LOG10", "DEGREES", "RADIANS":
		args = e.arity(name, args, 1, 1)
		return typed{fmt.Sprintf("%s(%s)", strings.ToLower(name), e.float(args[0])), floatType()}, true
	case "LOG":
		args = e.arity(name, args, 1, 1)
		return typed{fmt.Sprintf("ln(%s)", e.float(args[0])), floatType()}, true
	case "POWER":
		args = e.arity(name, args, 2, 2)
		return e.cast(typed{fmt.Sprintf("pow(%s, %s)", e.float(args[0]), e.float(args[1])), floatType()}, args[0].typ), true
	case "SQUARE":
		args = e.arity(name, args, 1, 1)
		return typed{fmt.Sprintf("pow(%s, 2)", e.float(args[0])), floatType()}, true
	case "PI":
		return typed{"pi()", floatType()}, true
	}
	return typed{}, false
}

// whole writes CEILING and FLOOR.
func (e *emitter) whole(name string, x typed) typed {
	switch {
	case x.typ.Integer():
		return x
	case x.typ.Exact():
		t := x.typ
		if t.Kind == tds.Decimal {
			t.Scale = 0
		}
		return typed{fmt.Sprintf("az_whole('%s', %s, %s)", name, x.sql, declaration(t)), t}
	}
	return typed{fmt.Sprintf("%s(%s)", name, e.float(x)), floatType()}
}

// aggregate writes aggregates and window functions.
// https://learn.microsoft.com/sql/t-sql/functions/aggregate-functions-transact-sql
func (e *emitter) aggregate(name string, c *tsql.Call) (typed, bool) {
	over := ""
	if c.Over != nil {
		over = " OVER (" + e.over(c.Over) + ")"
	}
	switch name {
	case "COUNT", "COUNT_BIG":
		t := intType()
		if name == "COUNT_BIG" {
			t = bigintType()
		}
		if c.Star {
			return typed{"count(*)" + over, t}, true
		}
		x := e.arity(name, e.exprs(c.Args), 1, 1)[0]
		return typed{"count(" + distinct(c) + x.sql + collate(x.typ) + ")" + over, t}, true
	case "SUM", "AVG", "MIN", "MAX", "STDEV", "VAR":
		return e.fold(name, c, e.arity(name, e.exprs(c.Args), 1, 1)[0], over), true
	case "STRING_AGG":
		args := e.arity(name, e.exprs(c.Args), 2, 2)
		return typed{fmt.Sprintf("group_concat(%s, %s%s)", e.characters(args[0]), e.characters(args[1]), e.windowOrder(c.Within)), longText(args[0].typ)}, true
	case "ROW_NUMBER", "RANK", "DENSE_RANK", "NTILE":
		e.ordered(name, c.Over)
		return typed{strings.ToLower(name) + "(" + sqls(e.exprs(c.Args)) + ")" + over, bigintType()}, true
	case "LAG", "LEAD", "FIRST_VALUE", "LAST_VALUE":
		e.ordered(name, c.Over)
		args := e.arity(name, e.exprs(c.Args), 1, max(len(c.Args), 1))
		return typed{strings.ToLower(name) + "(" + sqls(args) + ")" + over, args[0].typ}, true
	}
	return typed{}, false
}

// ordered refuses a function of the order of rows where there is none.
func (e *emitter) ordered(name string, over *tsql.Over) {
	if over == nil {
		e.fail(failure(10753, 15, "The function '%s' must have an OVER clause.", name))
	} else if over.Order == nil {
		e.fail(failure(4112, 15, "The function '%s' must have an OVER clause with ORDER BY.", name))
	}
}

func distinct(c *tsql.Call) string {
	if c.Distinct {
		return "DISTINCT "
	}
	return ""
}

// fold writes an aggregate of one value.
func (e *emitter) fold(name string, c *tsql.Call, x typed, over string) typed {
	all := distinct(c)
	switch {
	case name == "MIN" || name == "MAX":
		return typed{strings.ToLower(name) + "(" + all + x.sql + collate(x.typ) + ")" + over, x.typ}
	case x.typ.Text() || x.typ.Temporal() || x.typ.Bytes() || x.typ.Kind == tds.Bit:
		return e.fail(failure(8117, 16, "Operand data type %s is invalid for %s operator.", x.typ.Kind.Name(), strings.ToLower(name)))
	case name == "STDEV" || name == "VAR":
		return e.fail(unsupported(name))
	}
	count := "count(" + all + x.sql + ")" + over
	switch {
	case x.typ.Exact():
		t := tds.Type{Kind: tds.Decimal, Precision: maxPrecision, Scale: x.typ.Scale}
		if x.typ.Kind != tds.Decimal {
			t = tds.Type{Kind: tds.Money}
		}
		total := "az_sum(" + all + x.sql + ")" + over
		if name == "AVG" {
			if t.Kind == tds.Decimal {
				t.Scale = max(t.Scale, 6)
			}
			return typed{fmt.Sprintf("az_number('/', %s, nullif(%s, 0), %s)", total, count, declaration(t)), t}
		}
		return typed{fmt.Sprintf("az_cast(%s, %s, %s, 0, 0)", total, declaration(nvarchar(maxNumber)), declaration(t)), t}
	case x.typ.Integer():
		t := x.typ
		if t.Kind != tds.BigInt {
			t = intType()
		}
		total := "sum(" + all + x.sql + ")" + over
		if name == "AVG" {
			return typed{"(" + total + " / " + count + ")", t}
		}
		return typed{total, t}
	}
	return typed{strings.ToLower(name) + "(" + all + x.sql + ")" + over, x.typ}
}

func (e *emitter) over(o *tsql.Over) string {
	var parts []string
	if o.Partition != nil {
		parts = append(parts, "PARTITION BY "+e.grouping(o.Partition))
	}
	if order := e.windowOrder(o.Order); order != "" {
		parts = append(parts, order)
	}
	if o.Frame != "" {
		parts = append(parts, o.Frame)
	}
	return strings.Join(parts, " ")
}

func (e *emitter) windowOrder(list []tsql.Order) string {
	if list == nil {
		return ""
	}
	parts := make([]string, len(list))
	for i, o := range list {
		x := e.expr(o.Expr)
		parts[i] = x.sql + collate(x.typ) + direction(o)
	}
	return " ORDER BY " + strings.Join(parts, ", ")
}
