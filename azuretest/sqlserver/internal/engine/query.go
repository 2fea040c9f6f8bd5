package engine

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/keyless-go/azure/azuretest/sqlserver/internal/tds"
	"github.com/keyless-go/azure/azuretest/sqlserver/internal/tsql"
)

// query runs a SELECT.
func (s *Session) query(ctx context.Context, q *tsql.Query) error {
	body, _ := q.Body.(*tsql.Select)
	if body != nil && body.Into != nil {
		return s.selectInto(ctx, q, body)
	}
	if body != nil && mixed(body.Items) {
		return failure(141, 15, "A SELECT statement that assigns a value to a variable must not be combined with data-retrieval operations.")
	}
	e := s.emitter(ctx)
	text, columns := e.query(q)
	if err := s.ready(ctx, e); err != nil {
		return err
	}
	if body != nil && body.Items[0].Variable != "" {
		return s.takeLast(ctx, text, e.args, body.Items, columns)
	}
	out := &result{session: s, columns: columns}
	if err := s.conn.each(ctx, text, len(columns), e.args, out.send); err != nil {
		return err
	}
	if err := out.begin(nil); err != nil {
		return err
	}
	s.finish(tds.CommandSelect, out.rows)
	return nil
}

// mixed reports whether some items are for variables, and some are not.
func mixed(items []tsql.Item) bool {
	first := items[0].Variable != ""
	return slices.ContainsFunc(items, func(i tsql.Item) bool { return (i.Variable != "") != first })
}

// finish ends a statement that has returned or changed so many rows.
func (s *Session) finish(command uint16, n int64) {
	s.rowCount = n
	if s.noCount {
		n = -1
	}
	s.out.Done(command, n)
}

// selectInto makes a table of a result.
func (s *Session) selectInto(ctx context.Context, q *tsql.Query, body *tsql.Select) error {
	into := body.Into
	plain := *body
	plain.Into = nil
	copied := *q
	copied.Body = &plain
	e := s.emitter(ctx)
	_, columns := e.query(&copied)
	if err := s.ready(ctx, e); err != nil {
		return err
	}
	t := &table{schema: schemaOf(into), name: into.Last()}
	for i, c := range columns {
		if c.Name == "" {
			return failure(1038, 15, "An object or column name is missing or empty. For SELECT INTO statements, verify each column has a name.")
		}
		if c.Type.Kind == tds.Untyped {
			c.Type = intType()
		}
		col := column{ID: i + 1, Name: c.Name, Nullable: !c.NotNull}
		col.setType(c.Type)
		t.Columns = append(t.Columns, col)
	}
	return s.writing(ctx, func() error {
		if err := s.makeTable(ctx, t, into); err != nil {
			return err
		}
		return s.changeOne(ctx, &tsql.Insert{With: q.With, Table: into, Query: &tsql.Query{Body: &plain, OrderBy: q.OrderBy, Offset: q.Offset, Fetch: q.Fetch}})
	})
}

// change runs a statement that changes rows.
func (s *Session) change(ctx context.Context, st tsql.Stmt) error {
	return s.writing(ctx, func() error {
		if m, ok := st.(*tsql.Merge); ok {
			return s.merge(ctx, m)
		}
		return s.changeOne(ctx, st)
	})
}

func (s *Session) changeOne(ctx context.Context, st tsql.Stmt) error {
	n, err := s.apply(ctx, st, true)
	if err != nil {
		return err
	}
	s.finish(command(st), n)
	return nil
}

func command(st tsql.Stmt) uint16 {
	switch st.(type) {
	case *tsql.Insert:
		return tds.CommandInsert
	case *tsql.Update:
		return tds.CommandUpdate
	case *tsql.Delete:
		return tds.CommandDelete
	}
	return tds.CommandMerge
}

// apply runs one change, and sends what OUTPUT returns, with the columns before the
// rows if they are wanted.
func (s *Session) apply(ctx context.Context, st tsql.Stmt, header bool) (int64, error) {
	e := s.emitter(ctx)
	var c *change
	switch st := st.(type) {
	case *tsql.Insert:
		c = e.insert(st)
	case *tsql.Update:
		c = e.update(st)
	case *tsql.Delete:
		c = e.delete(st)
	default:
		return 0, fmt.Errorf("engine: %T does not change rows", st)
	}
	if err := s.ready(ctx, e); err != nil {
		return 0, err
	}
	s.doing = c
	defer func() { s.doing = nil }()
	n, err := s.execute(ctx, c, header)
	if err != nil {
		return 0, s.translate(err)
	}
	return n, s.used(ctx, c, n)
}

func (s *Session) execute(ctx context.Context, c *change, header bool) (int64, error) {
	if c.columns == nil {
		return s.conn.change(ctx, c.text, c.args)
	}
	r, err := s.conn.rows(ctx, c.text, c.args)
	if err != nil {
		return 0, err
	}
	defer r.Close() //nolint:errcheck // the result is read, or there is an error already
	out := &result{session: s, columns: c.columns, begun: !header}
	for {
		row, err := r.next(ctx)
		if err != nil {
			return out.rows, err
		}
		if row == nil {
			return out.rows, out.begin(nil)
		}
		if err := out.send(row); err != nil {
			return out.rows, err
		}
	}
}

// merge runs MERGE in steps.
func (s *Session) merge(ctx context.Context, m *tsql.Merge) error {
	e := s.emitter(ctx)
	e.scopes = append(e.scopes, scope{})
	e.with(m.With)
	e.source(m.Using)
	if err := s.ready(ctx, e); err != nil {
		return err
	}
	gather, branches, err := mergeSteps(m, e.scopes[0].tables[0].columns)
	if err != nil {
		return err
	}
	outer := s.out
	s.out = tds.Discard()
	err = s.statement(ctx, gather)
	s.out = outer
	if err != nil {
		return err
	}
	total := int64(0)
	for i, branch := range branches {
		n, err := s.apply(ctx, branch, i == 0)
		if err != nil {
			return errors.Join(err, s.dropTemp(ctx, mergeTable))
		}
		total += n
	}
	s.finish(tds.CommandMerge, total)
	return s.dropTemp(ctx, mergeTable)
}
