package engine

import (
	"fmt"
	"strings"

	"github.com/keyless-go/azure/azuretest/sqlserver/internal/tds"
	"github.com/keyless-go/azure/azuretest/sqlserver/internal/tsql"
)

// call writes a call of a function.
func (e *emitter) call(c *tsql.Call) typed {
	name := strings.ToUpper(c.Name[len(c.Name)-1])
	if out, ok := e.aggregate(name, c); ok {
		return out
	}
	args := e.exprs(c.Args)
	for _, family := range []func(string, []typed) (typed, bool){e.textCall, e.numberCall, e.timeCall, e.choiceCall, e.sessionCall} {
		if out, ok := family(name, args); ok {
			return out
		}
	}
	if len(c.Name) > 1 {
		return e.fail(failure(4121, 16, "Cannot find either column \"%s\" or the user-defined function or aggregate \"%s\", or the name is ambiguous.", c.Name[0], strings.Join(c.Name, ".")))
	}
	if documented(name) {
		return e.fail(unsupported(name))
	}
	return e.fail(failure(195, 15, "'%s' is not a recognized built-in function name.", c.Name[0]))
}

// documented reports whether the real server has a function that there is not here.
// https://learn.microsoft.com/sql/t-sql/functions/functions
func documented(name string) bool {
	switch name {
	case "APPROX_COUNT_DISTINCT", "ATN2", "BASE64_DECODE", "BASE64_ENCODE", "BINARY_CHECKSUM", "BIT_COUNT", "CHECKSUM", "CHECKSUM_AGG",
		"COLLATIONPROPERTY", "COLUMNPROPERTY", "COMPRESS", "CONTEXT_INFO", "COT", "CRYPT_GEN_RANDOM", "CUBE", "CUME_DIST", "CURRENT_TIMEZONE",
		"CURRENT_TRANSACTION_ID", "DATETIME2FROMPARTS", "DATETIMEFROMPARTS", "DATETIMEOFFSETFROMPARTS", "DATETRUNC", "DATE_BUCKET", "DECOMPRESS",
		"DIFFERENCE", "FORMAT", "FORMATMESSAGE", "GET_BIT", "GREATEST", "GROUPING", "GROUPING_ID", "HAS_PERMS_BY_NAME", "INDEXPROPERTY", "INDEX_COL",
		"ISJSON", "JSON_ARRAY", "JSON_MODIFY", "JSON_OBJECT", "JSON_PATH_EXISTS", "JSON_QUERY", "JSON_VALUE", "LEAST", "LEFT_SHIFT",
		"MIN_ACTIVE_ROWVERSION", "OBJECTPROPERTY", "OBJECTPROPERTYEX", "OBJECT_DEFINITION", "PARSE", "PARSENAME", "PERCENTILE_CONT", "PERCENTILE_DISC",
		"PERCENT_RANK", "RAND", "RIGHT_SHIFT", "ROLLUP", "SESSION_CONTEXT", "SET_BIT", "SMALLDATETIMEFROMPARTS", "SOUNDEX", "STATS_DATE", "STDEV",
		"STDEVP", "STR", "STRING_ESCAPE", "SUSER_ID", "SWITCHOFFSET", "TIMEFROMPARTS", "TODATETIMEOFFSET", "TRANSLATE", "TRY_PARSE", "TYPEPROPERTY",
		"TYPE_ID", "VAR", "VARP":
		return true
	}
	return false
}

// arity checks how many arguments there are, and fills up to the most with NULL.
func (e *emitter) arity(name string, args []typed, least, most int) []typed {
	if len(args) < least || len(args) > most {
		e.fail(failure(174, 15, "The %s function requires %d argument(s).", strings.ToLower(name), least))
		args = args[:min(len(args), most)]
	}
	for len(args) < most {
		args = append(args, typed{sql: "NULL"})
	}
	return args
}

// sameText is the type of a text made of another.
func sameText(t tds.Type) tds.Type {
	switch t.Kind {
	case tds.VarChar, tds.Char:
		return tds.Type{Kind: tds.VarChar, Size: t.Size}
	case tds.NVarChar, tds.NChar:
		return nvarchar(t.Size)
	}
	return nvarchar(maxChars)
}

// longText is a text type of any length.
func longText(t tds.Type) tds.Type {
	out := sameText(t)
	if out.Size != tds.Max {
		out.Size = maxBytes
		if out.Unicode() {
			out.Size = maxChars
		}
	}
	return out
}

// textCall writes functions of texts.
// https://learn.microsoft.com/sql/t-sql/functions/string-functions-transact-sql
func (e *emitter) textCall(name string, args []typed) (typed, bool) {
	first := func() string { return e.characters(args[0]) }
	switch name {
	case "LEN":
		args = e.arity(name, args, 1, 1)
		return typed{fmt.Sprintf("az_len(%s)", first()), intType()}, true
	case "DATALENGTH":
		args = e.arity(name, args, 1, 1)
		return typed{fmt.Sprintf("az_datalength(%s, %s)", args[0].sql, declaration(args[0].typ)), intType()}, true
	case "UPPER", "LOWER", "REVERSE":
		args = e.arity(name, args, 1, 1)
		return typed{fmt.Sprintf("az_%s(%s)", strings.ToLower(name), first()), sameText(args[0].typ)}, true
	case "LTRIM", "RTRIM", "TRIM":
		args = e.arity(name, args, 1, 1)
		return typed{fmt.Sprintf("%s(%s)", strings.ToLower(name), first()), sameText(args[0].typ)}, true
	case "LEFT":
		args = e.arity(name, args, 2, 2)
		return typed{fmt.Sprintf("az_substring(%s, 1, %s)", first(), args[1].sql), sameText(args[0].typ)}, true
	case "RIGHT":
		args = e.arity(name, args, 2, 2)
		return typed{fmt.Sprintf("az_reverse(az_substring(az_reverse(%s), 1, %s))", first(), args[1].sql), sameText(args[0].typ)}, true
	}
	return e.longTextCall(name, args)
}

// longTextCall writes functions that make a text of several.
func (e *emitter) longTextCall(name string, args []typed) (typed, bool) {
	chars := func(i int) string { return e.characters(args[i]) }
	switch name {
	case "SUBSTRING":
		args = e.arity(name, args, 3, 3)
		if args[0].typ.Bytes() {
			return typed{fmt.Sprintf("az_substring(%s)", sqls(args)), args[0].typ}, true
		}
		return typed{fmt.Sprintf("az_substring(%s, %s)", chars(0), sqls(args[1:])), sameText(args[0].typ)}, true
	case "REPLACE":
		args = e.arity(name, args, 3, 3)
		return fitted(fmt.Sprintf("az_replace(%s, %s, %s)", chars(0), chars(1), chars(2)), longText(args[0].typ)), true
	case "REPLICATE", "SPACE":
		if name == "SPACE" {
			args = append([]typed{{"' '", tds.Type{Kind: tds.VarChar, Size: 1}}}, e.arity(name, args, 1, 1)...)
		}
		args = e.arity(name, args, 2, 2)
		return fitted(fmt.Sprintf("az_replicate(%s, %s)", chars(0), args[1].sql), longText(args[0].typ)), true
	case "STUFF":
		args = e.arity(name, args, 4, 4)
		return typed{fmt.Sprintf("az_stuff(%s, %s, %s, coalesce(%s, ''))", chars(0), args[1].sql, args[2].sql, chars(3)), longText(args[0].typ)}, true
	case "CHARINDEX":
		args = e.arity(name, args, 2, 3)
		return typed{fmt.Sprintf("az_charindex(%s, %s, coalesce(%s, 1))", chars(0), chars(1), args[2].sql), intType()}, true
	case "PATINDEX":
		args = e.arity(name, args, 2, 2)
		return typed{fmt.Sprintf("az_patindex(%s, %s)", chars(0), chars(1)), intType()}, true
	case "CONCAT", "CONCAT_WS":
		return e.concatCall(name, args), true
	}
	return e.characterCall(name, args)
}

// concatCall writes CONCAT and CONCAT_WS, whose separator may be between all texts.
func (e *emitter) concatCall(name string, args []typed) typed {
	if least := map[string]int{"CONCAT": 2, "CONCAT_WS": 3}[name]; len(args) < least || len(args) > 254 {
		return e.fail(failure(189, 15, "The %s function requires %d to 254 arguments.", strings.ToLower(name), least))
	}
	texts := make([]string, len(args))
	t := tds.Type{Kind: tds.VarChar}
	for i, x := range args {
		texts[i] = e.characters(x)
		if t = joinedText(t, x.typ); name == "CONCAT_WS" && i > 1 {
			t = joinedText(t, args[0].typ)
		}
	}
	return fitted(fmt.Sprintf("az_%s(%s)", strings.ToLower(name), strings.Join(texts, ", ")), t)
}

// characterCall writes functions of single characters, and some of names.
func (e *emitter) characterCall(name string, args []typed) (typed, bool) {
	switch name {
	case "CHAR", "NCHAR":
		args = e.arity(name, args, 1, 1)
		kind := map[string]tds.Kind{"CHAR": tds.Char, "NCHAR": tds.NChar}[name]
		return typed{fmt.Sprintf("az_%s(%s)", strings.ToLower(name), args[0].sql), tds.Type{Kind: kind, Size: 1}}, true
	case "UNICODE", "ASCII":
		args = e.arity(name, args, 1, 1)
		return typed{fmt.Sprintf("az_unicode(%s)", args[0].sql), intType()}, true
	case "QUOTENAME":
		args = e.arity(name, args, 1, 2)
		return typed{fmt.Sprintf("az_quotename(%s, coalesce(%s, '['))", args[0].sql, args[1].sql), nvarchar(258)}, true
	case "HASHBYTES":
		args = e.arity(name, args, 2, 2)
		return typed{fmt.Sprintf("az_hashbytes(%s, %s, %s)", args[0].sql, args[1].sql, declaration(args[1].typ)), varbinary(maxBytes)}, true
	case "ISNUMERIC", "ISDATE":
		args = e.arity(name, args, 1, 1)
		return typed{fmt.Sprintf("az_%s(%s)", strings.ToLower(name), args[0].sql), intType()}, true
	case "NEWID", "NEWSEQUENTIALID":
		e.arity(name, args, 0, 0)
		return typed{"az_newid()", tds.Type{Kind: tds.GUID}}, true
	}
	return typed{}, false
}

// choiceCall writes functions that choose among their arguments.
func (e *emitter) choiceCall(name string, args []typed) (typed, bool) {
	switch name {
	case "COALESCE":
		list, t := e.unify(e.arity(name, args, 2, max(len(args), 2)))
		return typed{"coalesce(" + sqls(list) + ")", t}, true
	case "ISNULL":
		args = e.arity(name, args, 2, 2)
		t := args[0].typ
		if t.Kind == tds.Untyped {
			t = args[1].typ
		}
		return typed{fmt.Sprintf("coalesce(%s, %s)", args[0].sql, e.cast(args[1], t).sql), t}, true
	case "NULLIF":
		args = e.arity(name, args, 2, 2)
		return typed{fmt.Sprintf("CASE WHEN %s THEN NULL ELSE %s END", e.compare("=", args[0], args[1]), args[0].sql), args[0].typ}, true
	case "IIF":
		args = e.arity(name, args, 3, 3)
		list, t := e.unify(args[1:])
		return typed{fmt.Sprintf("CASE WHEN %s THEN %s ELSE %s END", args[0].sql, list[0].sql, list[1].sql), t}, true
	case "CHOOSE":
		args = e.arity(name, args, 2, max(len(args), 2))
		list, t := e.unify(args[1:])
		var b strings.Builder
		for i, x := range list {
			fmt.Fprintf(&b, " WHEN %d THEN %s", i+1, x.sql)
		}
		return typed{"CASE " + args[0].sql + b.String() + " END", t}, true
	}
	return typed{}, false
}
