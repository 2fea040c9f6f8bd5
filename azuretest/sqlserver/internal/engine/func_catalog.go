package engine

import (
	"database/sql/driver"
	"encoding/json"
	"strings"

	"github.com/keyless-go/azure/azuretest/sqlserver/internal/tds"
	"github.com/keyless-go/azure/azuretest/sqlserver/internal/tsql"
)

// catalogFunctions are for the views of the schemas sys and INFORMATION_SCHEMA.
func catalogFunctions() map[string]function {
	return map[string]function{
		// az_object(name): schema.table
		"az_object": strict(func(a []driver.Value) (driver.Value, error) {
			n, err := tsql.ParseName(text(a[0]))
			if err != nil {
				return nil, nil //nolint:nilerr // what is no name names nothing
			}
			if isTemp(n) {
				return defaultSchema + "." + n.Last(), nil
			}
			return schemaOf(n) + "." + n.Last(), nil
		}),
		// az_type(column, what)
		"az_type": strict(func(a []driver.Value) (driver.Value, error) {
			var c column
			if err := json.Unmarshal([]byte(text(a[0])), &c); err != nil {
				return nil, err
			}
			return describe(c.typ(), text(a[1])), nil
		}),
		// az_types(): all types, as columns
		"az_types": func([]driver.Value) (driver.Value, error) {
			var all []column
			for k := tds.Bit; k <= tds.XML; k++ {
				all = append(all, column{Type: k.Name()})
			}
			out, err := json.Marshal(all)
			return string(out), err
		},
		// az_ordinal(table, column): its number, from 1 on
		"az_ordinal": strict(func(a []driver.Value) (driver.Value, error) {
			var t table
			if err := json.Unmarshal([]byte(text(a[0])), &t); err != nil {
				return nil, err
			}
			for i, c := range t.Columns {
				if strings.EqualFold(c.Name, text(a[1])) {
					return int64(i + 1), nil
				}
			}
			return nil, nil
		}),
		// az_split(text, separator): an array
		"az_split": strict(func(a []driver.Value) (driver.Value, error) {
			out, err := json.Marshal(strings.Split(text(a[0]), text(a[1])))
			return string(out), err
		}),
	}
}

// describe returns what the catalog says about a type; nil where it says nothing.
// https://learn.microsoft.com/sql/relational-databases/system-catalog-views/sys-types-transact-sql
func describe(t tds.Type, what string) driver.Value {
	precision, scale := numericSize(t)
	switch what {
	case "id":
		return typeID(t.Kind)
	case "bytes":
		return int64(storageBytes(t))
	case "precision":
		return int64(precision)
	case "scale":
		return int64(scale)
	case "collation":
		if t.Text() {
			return "SQL_Latin1_General_CP1_CI_AS"
		}
	case "characters":
		if t.Sized() {
			return int64(t.Size)
		}
	case "octets":
		if t.Sized() {
			return int64(storageBytes(t))
		}
	case "numeric_precision":
		if t.Number() && t.Kind != tds.Bit {
			return int64(precision)
		}
	case "radix":
		switch {
		case t.Kind == tds.Float || t.Kind == tds.Real:
			return int64(2)
		case t.Number() && t.Kind != tds.Bit:
			return int64(10)
		}
	case "numeric_scale":
		if t.Exact() || t.Integer() && t.Kind != tds.Bit {
			return int64(scale)
		}
	case "datetime_precision":
		if t.Temporal() {
			return int64(scale)
		}
	}
	return nil
}

// numericSize returns precision and scale as the catalog has them.
func numericSize(t tds.Type) (precision, scale int) {
	switch {
	case t.Integer():
		return digits(t.Kind), 0
	case t.Exact():
		return precisionOf(t), scaleOf(t)
	case t.Kind == tds.Real:
		return 24, 0
	case t.Kind == tds.Float:
		return 53, 0
	case t.Kind == tds.DateTime:
		return 23, 3
	case t.Temporal():
		return len(layout(t)), t.Scale
	}
	return 0, 0
}

func typeID(k tds.Kind) int64 {
	switch k {
	case tds.Bit:
		return 104
	case tds.TinyInt:
		return 48
	case tds.SmallInt:
		return 52
	case tds.Int:
		return 56
	case tds.BigInt:
		return 127
	case tds.Real:
		return 59
	case tds.Float:
		return 62
	case tds.Decimal:
		return 106
	case tds.Money:
		return 60
	case tds.SmallMoney:
		return 122
	case tds.Char:
		return 175
	case tds.VarChar:
		return 167
	case tds.NChar:
		return 239
	case tds.NVarChar:
		return 231
	case tds.Binary:
		return 173
	case tds.VarBinary:
		return 165
	case tds.GUID:
		return 36
	case tds.Date:
		return 40
	case tds.Time:
		return 41
	case tds.DateTime2:
		return 42
	case tds.DateTimeOffset:
		return 43
	case tds.DateTime:
		return 61
	case tds.SmallDateTime:
		return 58
	case tds.XML:
		return 241
	}
	return 0
}
