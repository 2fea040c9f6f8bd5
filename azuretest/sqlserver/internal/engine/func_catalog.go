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
		"az_object": strict(func(a []driver.Value) (driver.Value, error) { return objectName(text(a[0])) }),
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
		"az_ordinal": strict(func(a []driver.Value) (driver.Value, error) { return ordinal(text(a[0]), text(a[1])) }),
		// az_split(text, separator): an array
		"az_split": strict(func(a []driver.Value) (driver.Value, error) {
			out, err := json.Marshal(strings.Split(text(a[0]), text(a[1])))
			return string(out), err
		}),
	}
}

func objectName(name string) (driver.Value, error) {
	n, err := tsql.ParseName(name)
	if err != nil {
		var none driver.Value
		return none, nil //nolint:nilerr // what is no name names nothing
	}
	if isTemp(n) {
		return defaultSchema + "." + n.Last(), nil
	}
	return schemaOf(n) + "." + n.Last(), nil
}

func ordinal(def, name string) (driver.Value, error) {
	var t table
	if err := json.Unmarshal([]byte(def), &t); err != nil {
		return nil, err
	}
	for i, c := range t.Columns {
		if strings.EqualFold(c.Name, name) {
			return int64(i + 1), nil
		}
	}
	var none driver.Value
	return none, nil
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
	}
	return describeStandard(t, what, precision, scale)
}

// describeStandard returns what INFORMATION_SCHEMA alone says about a type.
// https://learn.microsoft.com/sql/relational-databases/system-information-schema-views/columns-transact-sql
func describeStandard(t tds.Type, what string, precision, scale int) driver.Value {
	switch what {
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

// typeID returns the number of a type in sys.types, by the order of the kinds.
func typeID(k tds.Kind) int64 {
	ids := [...]int64{
		0, 104, 48, 52, 56, 127, 59, 62, 106, 60, 122, 175, 167, 239, 231, 173, 165, 36, 40, 41, 42, 43, 61, 58, 241,
	}
	if int(k) < len(ids) {
		return ids[k]
	}
	return 0
}
