package engine

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/keyless-go/azure/azuretest/sqlserver/internal/tds"
	"github.com/keyless-go/azure/azuretest/sqlserver/internal/tsql"
)

// expr writes an expression.
func (e *emitter) expr(x tsql.Expr) typed {
	if e.steps++; e.err != nil || e.steps > maxSteps {
		return e.fail(tooComplex())
	}
	out := e.write(x)
	if len(out.sql) > maxWritten {
		return e.fail(tooComplex())
	}
	switch x.(type) {
	case *tsql.Literal, *tsql.Var:
	default:
		e.weigh(out.typ)
	}
	return out
}

func (e *emitter) write(x tsql.Expr) typed {
	switch x := x.(type) {
	case *tsql.Literal:
		return e.literal(x)
	case *tsql.Ref:
		return e.ref(x.Parts)
	case *tsql.Var:
		return e.variable(x.Name)
	case *tsql.SystemVar:
		return e.systemVar(x.Name)
	case *tsql.Unary:
		return e.unary(x)
	case *tsql.Binary:
		return e.binary(x)
	case *tsql.Case:
		return e.caseExpr(x)
	case *tsql.Cast:
		return e.castExpr(x)
	case *tsql.Call:
		return e.call(x)
	case *tsql.Subquery:
		return e.scalar(x.Query)
	case *tsql.Collate:
		return e.expr(x.X)
	case *tsql.Default:
		return e.fail(failure(156, 15, "Incorrect syntax near the keyword 'DEFAULT'."))
	case *tsql.Star:
		return e.fail(failure(102, 15, "Incorrect syntax near '*'."))
	}
	return e.condition(x)
}

// condition writes what is true or false.
func (e *emitter) condition(x tsql.Expr) typed {
	not := func(is bool) string {
		if is {
			return "NOT "
		}
		return ""
	}
	switch x := x.(type) {
	case *tsql.IsNull:
		return typed{sql: fmt.Sprintf("(%s IS %sNULL)", e.expr(x.X).sql, not(x.Not))}
	case *tsql.Between:
		list, to := e.comparable([]typed{e.expr(x.X), e.expr(x.Low), e.expr(x.High)})
		return typed{sql: fmt.Sprintf("(%s%s %sBETWEEN %s AND %s)", list[0].sql, collate(to), not(x.Not), list[1].sql, list[2].sql)}
	case *tsql.In:
		return e.in(x, not(x.Not))
	case *tsql.Like:
		escape := typed{sql: "''"}
		if x.Escape != nil {
			escape = e.expr(x.Escape)
		}
		return typed{sql: fmt.Sprintf("(%saz_like(%s, %s, %s))", not(x.Not), e.characters(e.expr(x.X)), e.characters(e.expr(x.Pattern)), escape.sql)}
	case *tsql.Exists:
		text, _ := e.subquery(x.Query)
		return typed{sql: "EXISTS (" + text + ")"}
	}
	return e.fail(unsupported(fmt.Sprintf("%T", x)))
}

// characters writes an expression as text.
func (e *emitter) characters(x typed) string {
	if x.typ.Text() || x.typ.Kind == tds.Untyped || x.typ.Kind == tds.GUID {
		return x.sql
	}
	return e.cast(x, nvarchar(maxChars)).sql
}

func (e *emitter) in(x *tsql.In, not string) typed {
	left := e.expr(x.X)
	if x.Query != nil {
		text, columns := e.subquery(x.Query)
		if len(columns) == 1 && columns[0].Type.Kind != left.typ.Kind {
			to := common(left.typ, columns[0].Type)
			left = e.cast(left, to)
			item := e.cast(typed{"v", columns[0].Type}, to)
			text = fmt.Sprintf("WITH q(v) AS (%s) SELECT %s FROM q", text, item.sql)
		}
		return typed{sql: fmt.Sprintf("(%s%s %sIN (%s))", left.sql, collate(left.typ), not, text)}
	}
	list, to := e.comparable(append([]typed{left}, e.exprs(x.List)...))
	return typed{sql: fmt.Sprintf("(%s%s %sIN (%s))", list[0].sql, collate(to), not, sqls(list[1:]))}
}

func (e *emitter) literal(x *tsql.Literal) typed {
	switch x.Kind {
	case tsql.String:
		return typed{literal(x.Text), tds.Type{Kind: tds.VarChar, Size: literalSize(x.Text, maxBytes)}}
	case tsql.National:
		return typed{literal(x.Text), nvarchar(literalSize(x.Text, maxChars))}
	case tsql.Integer:
		return e.integer(x.Text)
	case tsql.Number:
		return e.decimal(x.Text)
	case tsql.Float:
		f, err := strconv.ParseFloat(x.Text, 64)
		if err != nil {
			return e.fail(failure(168, 15, "The floating point value '%s' is out of the range of computer representation (8 bytes).", x.Text))
		}
		return typed{strconv.FormatFloat(f, 'e', -1, 64), floatType()}
	case tsql.Money:
		return e.cast(typed{literal("0" + x.Text), nvarchar(maxNumber)}, tds.Type{Kind: tds.Money})
	case tsql.Hex:
		digits := strings.Repeat("0", len(x.Text)%2) + x.Text
		return typed{"x'" + digits + "'", varbinary(max(len(digits)/2, 1))}
	}
	return typed{sql: "NULL"}
}

// literalSize is the length of a string's type: as long as it is.
func literalSize(s string, most int) int {
	n := max(len([]rune(s)), 1)
	if n > most {
		return tds.Max
	}
	return n
}

// integer: what does not fit into an int is a numeric.
func (e *emitter) integer(digits string) typed {
	if n, err := strconv.ParseInt(digits, 10, 32); err == nil {
		return typed{strconv.FormatInt(n, 10), intType()}
	}
	return e.decimal(digits)
}

func (e *emitter) decimal(text string) typed {
	whole, fraction, _ := strings.Cut(text, ".")
	whole = strings.TrimLeft(whole, "0")
	t := tds.Type{Kind: tds.Decimal, Precision: max(len(whole)+len(fraction), 1), Scale: len(fraction)}
	if t.Precision > maxPrecision {
		return e.fail(failure(1007, 15, "The number '%s' is out of the range for numeric representation (maximum precision %d).", text, maxPrecision))
	}
	if whole == "" {
		whole = "0"
	}
	if fraction != "" {
		whole += "."
	}
	return typed{literal(whole + fraction), t}
}

func (e *emitter) unary(x *tsql.Unary) typed {
	operand := e.expr(x.X)
	switch {
	case x.Op == "NOT":
		return typed{sql: "(NOT " + operand.sql + ")"}
	case x.Op == "+":
		return operand
	case x.Op == "-" && operand.typ.Exact():
		return typed{fmt.Sprintf("az_number('-', 0, %s, %s)", operand.sql, declaration(operand.typ)), operand.typ}
	case x.Op == "-" && operand.typ.Text():
		operand = e.cast(operand, intType())
	}
	return typed{"(" + x.Op + operand.sql + ")", operand.typ}
}

func (e *emitter) binary(x *tsql.Binary) typed {
	left, right := e.expr(x.L), e.expr(x.R)
	switch x.Op {
	case "AND", "OR":
		return typed{sql: fmt.Sprintf("(%s %s %s)", left.sql, x.Op, right.sql)}
	case "=", "<>", "<", ">", "<=", ">=":
		return typed{sql: "(" + e.compare(x.Op, left, right) + ")"}
	}
	return e.arithmetic(x.Op, left, right)
}

// compare writes a comparison of two values.
func (e *emitter) compare(op string, left, right typed) string {
	list, to := e.comparable([]typed{left, right})
	return list[0].sql + collate(to) + " " + op + " " + list[1].sql
}

// comparable casts values to the type that wins among them.
func (e *emitter) comparable(list []typed) ([]typed, tds.Type) {
	var to tds.Type
	integers := true
	for _, x := range list {
		to = common(to, x.typ)
		integers = integers && (x.typ.Integer() || x.typ.Kind == tds.Untyped)
	}
	if integers {
		return list, to
	}
	if to.Sized() { // lengths do not matter here
		to.Size = tds.Max
	}
	out := make([]typed, len(list))
	for i, x := range list {
		if out[i] = x; x.typ.Kind != tds.Untyped {
			out[i] = e.align(x, to)
		}
	}
	return out, to
}

// align casts to the kind of a type. Texts of all kinds compare as they are, and so
// do numbers with a point, whatever their places.
func (e *emitter) align(x typed, to tds.Type) typed {
	if x.typ.Text() && to.Text() || x.typ.Bytes() && to.Bytes() || x.typ.Exact() && to.Exact() {
		return x
	}
	return e.cast(x, to)
}

func (e *emitter) caseExpr(x *tsql.Case) typed {
	var values, conds []typed
	for _, w := range x.Whens {
		conds = append(conds, e.expr(w.Cond))
		values = append(values, e.expr(w.Then))
	}
	head := ""
	if x.Operand != nil {
		list, to := e.comparable(append([]typed{e.expr(x.Operand)}, conds...))
		head, conds = " "+list[0].sql+collate(to), list[1:]
	}
	last := typed{sql: "NULL"}
	if x.Else != nil {
		last = e.expr(x.Else)
	}
	values, t := e.unify(append(values, last))
	var b strings.Builder
	b.WriteString("CASE" + head)
	for i, cond := range conds {
		b.WriteString(" WHEN " + cond.sql + " THEN " + values[i].sql)
	}
	return typed{b.String() + " ELSE " + values[len(conds)].sql + " END", t}
}

func (e *emitter) castExpr(x *tsql.Cast) typed {
	t, err := typeOf(x.Type, castLength)
	if err != nil {
		return e.fail(err)
	}
	style := 0
	if l, ok := x.Style.(*tsql.Literal); ok && l.Kind == tsql.Integer {
		style, _ = strconv.Atoi(l.Text)
	} else if x.Style != nil {
		return e.fail(unsupported("CONVERT with a style that is no number"))
	}
	return e.convert(e.expr(x.X), t, style, x.Try)
}
