package engine

import (
	"fmt"
	"time"

	"github.com/keyless-go/azure/azuretest/sqlserver/internal/tds"
)

// toSQLite returns what SQLite holds for a value of a type.
func toSQLite(v any, t tds.Type) (any, error) {
	switch v := v.(type) {
	case nil:
		return v, nil
	case bool:
		if v {
			return int64(1), nil
		}
		return int64(0), nil
	case time.Time:
		return storeTime(v, t)
	case string:
		if t.Exact() {
			r, ok := readNumber(v, false)
			if !ok {
				return nil, fmt.Errorf("%q is no number", v)
			}
			return fitNumber(r, t)
		}
		return v, nil
	}
	return v, nil
}

// fromSQLite returns the value of a type that SQLite holds. What SQLite holds may be
// of another type where the translation could not know better.
func fromSQLite(v any, t tds.Type) (any, error) {
	switch v := v.(type) {
	case nil:
		return v, nil
	case int64:
		switch {
		case t.Kind == tds.Bit:
			return v != 0, nil
		case t.Integer():
			return v, nil
		}
	case float64:
		if t.Number() && !t.Integer() && !t.Exact() {
			return v, nil
		}
	case []byte:
		if t.Bytes() {
			return v, nil
		}
	case string:
		switch {
		case t.Temporal():
			if at, err := loadTime(v, t); err == nil {
				return at, nil
			}
		case t.Text(), t.Kind == tds.GUID, t.Exact():
			return v, nil
		}
	}
	converted, err := conversion{from: naturalType(v), to: t}.convert(v)
	if err != nil {
		return nil, err
	}
	if at, ok := converted.(string); ok && t.Temporal() {
		return loadTime(at, t)
	}
	if n, ok := converted.(int64); ok && t.Kind == tds.Bit {
		return n != 0, nil
	}
	return converted, nil
}
