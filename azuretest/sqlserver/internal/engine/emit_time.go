package engine

import (
	"fmt"
	"strings"

	"github.com/keyless-go/azure/azuretest/sqlserver/internal/tds"
)

// timeCall writes functions of times.
// https://learn.microsoft.com/sql/t-sql/functions/date-and-time-data-types-and-functions-transact-sql
func (e *emitter) timeCall(name string, args []typed) (typed, bool) {
	switch name {
	case "GETDATE", "GETUTCDATE":
		return e.clock(datetime()), true
	case "SYSDATETIME", "SYSUTCDATETIME":
		return e.clock(datetime2(maxScale)), true
	case "SYSDATETIMEOFFSET":
		return e.clock(tds.Type{Kind: tds.DateTimeOffset, Scale: maxScale}), true
	case "DATEADD":
		args = e.arity(name, args, 3, 3)
		x := args[2]
		if !x.typ.Temporal() {
			x = e.cast(x, datetime())
		}
		return typed{fmt.Sprintf("az_dateadd(%s, %s, %s, %s)", args[0].sql, args[1].sql, x.sql, declaration(x.typ)), x.typ}, true
	}
	return e.partCall(name, args)
}

// partCall writes functions that make something else of dates.
func (e *emitter) partCall(name string, args []typed) (typed, bool) {
	switch name {
	case "DATEDIFF", "DATEDIFF_BIG":
		args = e.arity(name, args, 3, 3)
		from, to := e.temporal(args[1]), e.temporal(args[2])
		t := intType()
		if name == "DATEDIFF_BIG" {
			t = bigintType()
		}
		return typed{fmt.Sprintf("az_datediff(%s, %s, %s, %s, %s)", args[0].sql, from.sql, declaration(from.typ), to.sql, declaration(to.typ)), t}, true
	case "DATEPART", "DATENAME":
		args = e.arity(name, args, 2, 2)
		x := e.temporal(args[1])
		t := intType()
		if name == "DATENAME" {
			t = nvarchar(castLength)
		}
		return typed{fmt.Sprintf("az_%s(%s, %s, %s)", strings.ToLower(name), args[0].sql, x.sql, declaration(x.typ)), t}, true
	case "YEAR", "MONTH", "DAY":
		x := e.temporal(e.arity(name, args, 1, 1)[0])
		return typed{fmt.Sprintf("az_datepart('%s', %s, %s)", strings.ToLower(name), x.sql, declaration(x.typ)), intType()}, true
	case "EOMONTH":
		args = e.arity(name, args, 1, 2)
		x := e.temporal(args[0])
		return typed{fmt.Sprintf("az_eomonth(%s, %s, coalesce(%s, 0))", x.sql, declaration(x.typ), args[1].sql), tds.Type{Kind: tds.Date}}, true
	case "DATEFROMPARTS":
		args = e.arity(name, args, 3, 3)
		return typed{fmt.Sprintf("az_datefromparts(%s)", sqls(args)), tds.Type{Kind: tds.Date}}, true
	}
	return typed{}, false
}

// clock writes the time it is, the same everywhere in a statement.
func (e *emitter) clock(t tds.Type) typed {
	if e.frozen {
		return e.fail(unsupported("a definition that depends on the time"))
	}
	text, err := storeTime(e.s.now(), t)
	if err != nil {
		return e.fail(err)
	}
	return typed{literal(text), t}
}

// temporal casts what is not a time to one.
func (e *emitter) temporal(x typed) typed {
	if x.typ.Temporal() {
		return x
	}
	if x.typ.Text() {
		return e.cast(x, tds.Type{Kind: tds.DateTimeOffset, Scale: maxScale})
	}
	return e.cast(x, datetime())
}
