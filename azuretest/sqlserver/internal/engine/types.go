package engine

import (
	"fmt"

	"github.com/keyless-go/azure/azuretest/sqlserver/internal/tds"
	"github.com/keyless-go/azure/azuretest/sqlserver/internal/tsql"
)

// Limits and defaults of types.
// https://learn.microsoft.com/sql/t-sql/data-types/data-types-transact-sql
const (
	maxPrecision   = 38
	maxScale       = 7
	maxBytes       = 8000
	maxChars       = 4000
	castLength     = 30 // of a string type without a length in CAST
	defaultDecimal = 18
)

// kindOf returns the kind that a name of a type means.
func kindOf(name string) (tds.Kind, bool) {
	switch name {
	case "integer":
		return tds.Int, true
	case "dec", "numeric":
		return tds.Decimal, true
	case "character":
		return tds.Char, true
	case "sysname", "ntext", "sql_variant":
		return tds.NVarChar, true
	case "text":
		return tds.VarChar, true
	case "image", "timestamp", "rowversion":
		return tds.VarBinary, true
	}
	for k := tds.Bit; k <= tds.XML; k++ {
		if k.Name() == name {
			return k, true
		}
	}
	return tds.Untyped, false
}

// typeOf returns the type that is written. A string without a length has the given
// one.
func typeOf(t tsql.TypeName, length int) (tds.Type, error) {
	kind, ok := kindOf(t.Name)
	if !ok {
		return tds.Type{}, failure(2715, 16, "Column, parameter, or variable #1: Cannot find data type %s.", t.Name)
	}
	typ := tds.Type{Kind: kind, Size: length}
	switch t.Name {
	case "sysname":
		typ.Size = 128
	case "ntext", "text", "image":
		typ.Size = tds.Max
	case "sql_variant":
		typ.Size = maxChars
	case "timestamp", "rowversion":
		typ.Size = 8
	}
	if err := applySizes(&typ, t); err != nil {
		return tds.Type{}, err
	}
	if !typ.Sized() {
		typ.Size = 0
	}
	return typ, nil
}

// applySizes puts in the numbers behind a type's name.
func applySizes(typ *tds.Type, t tsql.TypeName) error {
	args := t.Args
	switch {
	case typ.Sized():
		if len(args) > 0 {
			typ.Size = args[0]
		}
		return checkLength(*typ)
	case typ.Kind == tds.Decimal:
		typ.Precision, typ.Scale = defaultDecimal, 0
		if len(args) > 0 {
			typ.Precision = args[0]
		}
		if len(args) > 1 {
			typ.Scale = args[1]
		}
		if typ.Precision < 1 || typ.Precision > maxPrecision || typ.Scale < 0 || typ.Scale > typ.Precision {
			return failure(2750, 16, "Column or parameter #1: Specified column precision %d is greater than the maximum precision of %d.", typ.Precision, maxPrecision)
		}
	case typ.Scaled():
		typ.Scale = maxScale
		if len(args) > 0 {
			typ.Scale = args[0]
		}
		if typ.Scale < 0 || typ.Scale > maxScale {
			return failure(1002, 15, "Line 1: Specified scale %d is invalid.", typ.Scale)
		}
	case typ.Kind == tds.Float && len(args) > 0 && args[0] <= 24:
		typ.Kind = tds.Real
	}
	return nil
}

func checkLength(t tds.Type) error {
	most := maxBytes
	if t.Unicode() {
		most = maxChars
	}
	fixed := t.Kind == tds.Char || t.Kind == tds.NChar || t.Kind == tds.Binary
	if t.Size == 0 || t.Size < tds.Max || t.Size > most || t.Size == tds.Max && fixed {
		return failure(131, 15, "The size (%d) given to the type '%s' exceeds the maximum allowed for any data type (%d).", t.Size, t.Kind.Name(), most)
	}
	return nil
}

// rank orders kinds by precedence: of two that meet, the one with the higher rank
// wins.
// https://learn.microsoft.com/sql/t-sql/data-types/data-type-precedence-transact-sql
func rank(k tds.Kind) int {
	order := [...]tds.Kind{
		tds.Untyped, tds.Binary, tds.VarBinary, tds.Char, tds.VarChar, tds.NChar, tds.NVarChar, tds.GUID,
		tds.Bit, tds.TinyInt, tds.SmallInt, tds.Int, tds.BigInt, tds.SmallMoney, tds.Money, tds.Decimal, tds.Real,
		tds.Float, tds.Time, tds.Date, tds.SmallDateTime, tds.DateTime, tds.DateTime2, tds.DateTimeOffset, tds.XML,
	}
	for i, o := range order {
		if o == k {
			return i
		}
	}
	return 0
}

// common returns the type of a value that comes from either.
func common(a, b tds.Type) tds.Type {
	switch {
	case a.Kind == tds.Untyped:
		return b
	case b.Kind == tds.Untyped:
		return a
	case a.Exact() && b.Integer():
		return wider(a, tds.Type{Kind: tds.Decimal, Precision: digits(b.Kind)})
	case b.Exact() && a.Integer():
		return wider(b, tds.Type{Kind: tds.Decimal, Precision: digits(a.Kind)})
	case a.Kind == tds.Decimal && b.Kind == tds.Decimal:
		return wider(a, b)
	}
	if rank(b.Kind) > rank(a.Kind) {
		a, b = b, a
	}
	if a.Sized() && b.Sized() {
		a.Size = longer(a.Size, b.Size)
	}
	if a.Scaled() && b.Scaled() {
		a.Scale = max(a.Scale, b.Scale)
	}
	return a
}

func longer(a, b int) int {
	if a == tds.Max || b == tds.Max {
		return tds.Max
	}
	return max(a, b)
}

// wider returns a decimal that holds both. Money keeps what it is beside whole numbers.
func wider(a, b tds.Type) tds.Type {
	if a.Kind != tds.Decimal {
		return a
	}
	scale := max(a.Scale, b.Scale)
	whole := max(a.Precision-a.Scale, b.Precision-b.Scale)
	return tds.Type{Kind: tds.Decimal, Precision: min(whole+scale, maxPrecision), Scale: scale}
}

// digits returns the precision of the decimal that holds an integer.
func digits(k tds.Kind) int {
	switch k {
	case tds.Bit:
		return 1
	case tds.TinyInt:
		return 3
	case tds.SmallInt:
		return 5
	case tds.Int:
		return 10
	}
	return 19
}

// affinity returns how SQLite declares a column of the type: what it stores, and how
// it compares.
func affinity(t tds.Type) string {
	switch {
	case t.Integer():
		return "INTEGER"
	case t.Exact():
		return "TEXT COLLATE AZ_NUMBER"
	case t.Number():
		return "REAL"
	case t.Bytes():
		return "BLOB"
	case t.Text():
		return "TEXT COLLATE AZ_TEXT"
	case t.Kind == tds.DateTimeOffset:
		return "TEXT COLLATE AZ_MOMENT"
	}
	return "TEXT"
}

// collate returns the COLLATE that a comparison of the type needs.
func collate(t tds.Type) string {
	switch {
	case t.Exact():
		return " COLLATE AZ_NUMBER"
	case t.Text():
		return " COLLATE AZ_TEXT"
	case t.Kind == tds.DateTimeOffset:
		return " COLLATE AZ_MOMENT"
	}
	return ""
}

// declaration writes a type so that parseDeclaration reads it again: kind, size,
// precision, scale.
func declaration(t tds.Type) string {
	return fmt.Sprintf("'%d,%d,%d,%d'", t.Kind, t.Size, t.Precision, t.Scale)
}

func parseDeclaration(s string) (t tds.Type) {
	_, _ = fmt.Sscanf(s, "%d,%d,%d,%d", &t.Kind, &t.Size, &t.Precision, &t.Scale) // the package's own text
	return t
}

func intType() tds.Type            { return tds.Type{Kind: tds.Int} }
func bigintType() tds.Type         { return tds.Type{Kind: tds.BigInt} }
func bitType() tds.Type            { return tds.Type{Kind: tds.Bit} }
func floatType() tds.Type          { return tds.Type{Kind: tds.Float} }
func nvarchar(size int) tds.Type   { return tds.Type{Kind: tds.NVarChar, Size: size} }
func varbinary(size int) tds.Type  { return tds.Type{Kind: tds.VarBinary, Size: size} }
func datetime() tds.Type           { return tds.Type{Kind: tds.DateTime} }
func datetime2(scale int) tds.Type { return tds.Type{Kind: tds.DateTime2, Scale: scale} }
