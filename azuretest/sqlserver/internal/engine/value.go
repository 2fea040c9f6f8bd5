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
	if asIs(v, t) {
		return v, nil
	}
	if at, ok := v.(string); ok && t.Temporal() {
		if at, err := loadTime(at, t); err == nil {
			return at, nil
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

// asIs reports whether SQLite holds a value of a type in the shape that it has outside.
func asIs(v any, t tds.Type) bool {
	switch v.(type) {
	case nil:
		return true
	case int64:
		return t.Integer() && t.Kind != tds.Bit
	case float64:
		return t.Number() && !t.Integer() && !t.Exact()
	case []byte:
		return t.Bytes()
	case string:
		return t.Text() || t.Kind == tds.GUID || t.Exact()
	}
	return false
}
