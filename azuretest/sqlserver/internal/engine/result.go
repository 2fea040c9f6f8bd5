package engine

import (
	"bytes"
	"context"
	"database/sql/driver"
	"strings"

	"github.com/keyless-go/azure/azuretest/sqlserver/internal/tds"
	"github.com/keyless-go/azure/azuretest/sqlserver/internal/tsql"
)

// result is a result that is being sent.
type result struct {
	session *Session
	columns []tds.Column
	begun   bool
	rows    int64
}

// begin sends the columns, once. What SQLite alone knows the type of is of the type
// that its first row has.
func (r *result) begin(row []driver.Value) error {
	if r.begun {
		return nil
	}
	r.begun = true
	for i := range r.columns {
		t := &r.columns[i].Type
		if t.Kind == tds.Untyped && row != nil {
			*t = naturalType(row[i])
		}
		if t.Kind == tds.Untyped {
			*t = intType()
		}
	}
	return r.session.out.Columns(r.columns)
}

// send sends a row.
func (r *result) send(row []driver.Value) error {
	if err := r.begin(row); err != nil {
		return err
	}
	values := make([]any, len(row))
	for i, v := range row {
		var err error
		if values[i], err = fromSQLite(v, r.columns[i].Type); err != nil {
			return err
		}
	}
	r.rows++
	return r.session.out.Row(values)
}

// takeLast sets the variables of SELECT @x = ... to the values of the last row.
func (s *Session) takeLast(ctx context.Context, text string, args []any, items []tsql.Item, columns []tds.Column) error {
	n := int64(0)
	err := s.conn.each(ctx, text, len(columns), args, func(row []driver.Value) error {
		n++
		for i, it := range items {
			if err := s.takeValue(it.Variable, row[i], columns[i].Type); err != nil {
				return err
			}
		}
		return nil
	})
	if err == nil {
		s.finish(tds.CommandSelect, n)
	}
	return err
}

func (s *Session) takeValue(name string, value driver.Value, from tds.Type) error {
	v, ok := s.vars[name]
	if !ok {
		return failure(137, 15, "Must declare the scalar variable \"%s\".", name)
	}
	if from.Kind == tds.Untyped {
		from = naturalType(value)
	}
	converted, err := conversion{from: from, to: v.typ}.convert(value)
	if err != nil {
		return err
	}
	return s.keep(v, owned(converted))
}

// owned copies what belongs to SQLite.
func owned(value any) any {
	switch v := value.(type) {
	case string:
		return strings.Clone(v)
	case []byte:
		return bytes.Clone(v)
	}
	return value
}
