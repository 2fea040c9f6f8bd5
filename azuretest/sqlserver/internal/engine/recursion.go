package engine

import (
	"fmt"
	"strings"

	"github.com/keyless-go/azure/azuretest/sqlserver/internal/tds"
	"github.com/keyless-go/azure/azuretest/sqlserver/internal/tsql"
)

// levelColumn is a column that the rows of a recursive query have besides its own: after
// how many steps each was made. SQLite would go on without end.
const levelColumn = `"$level"`

// recursion is a common table expression that names itself.
type recursion struct {
	name string
	most int // steps
}

// united writes a common table expression that puts queries together. If it names
// itself, it does so with the types of its first part.
func (e *emitter) united(c tsql.CTE, op *tsql.SetOperation) string {
	parts, operators := spine(op)
	r := &recursion{c.Name, c.MaxRecursion}
	recursive := e.recursive(r, parts, operators)
	_, first := e.body(parts[0], nil)
	columns := e.cteColumns(c, first)
	e.ctes = append(e.ctes, cte{c.Name, columns})
	list := columnList(columns)
	if recursive && r.most > 0 {
		list += ", " + levelColumn
		e.recursion = r
		defer func() { e.recursion = nil }()
	}
	text, _ := e.query(c.Query)
	return e.cteText(c, list, text)
}

// recursive reports whether one of the parts names the whole, and refuses what the real
// server would not begin with.
func (e *emitter) recursive(r *recursion, parts []tsql.Body, operators []string) bool {
	if r.in(parts[0]) != "" {
		e.fail(failure(246, 16, "No anchor member was specified for recursive query \"%s\".", r.name))
	}
	found := false
	for i, part := range parts[1:] {
		if r.in(part) == "" {
			continue
		}
		if found = true; operators[i] != "UNION ALL" {
			e.fail(r.alone())
		}
	}
	return found
}

func (r *recursion) alone() *tds.Error {
	return failure(252, 16, "Recursive common table expression '%s' does not contain a top-level UNION ALL operator.", r.name)
}

// in returns under which name a part of the query names the whole, or "".
func (r *recursion) in(part tsql.Body) string {
	if s, ok := part.(*tsql.Select); ok {
		return r.alias(s.From)
	}
	return ""
}

func (r *recursion) alias(from []tsql.Source) string {
	for _, s := range from {
		switch s := s.(type) {
		case *tsql.Join:
			if alias := r.alias([]tsql.Source{s.L, s.R}); alias != "" {
				return alias
			}
		case *tsql.Table:
			if len(s.Name) == 1 && strings.EqualFold(s.Name[0], r.name) {
				return sourceAlias(s)
			}
		}
	}
	return ""
}

// level returns the item that counts the steps, if there is a recursion.
func (r *recursion) level(from []tsql.Source) []item {
	if r == nil {
		return nil
	}
	level := typed{"0", intType()}
	if alias := r.alias(from); alias != "" {
		last := quote(alias) + "." + levelColumn
		level.sql = fmt.Sprintf("CASE WHEN %[1]s < %[2]d THEN %[1]s + 1 ELSE az_exhausted(%[1]s) END", last, r.most)
	}
	return []item{{typed: level, notNull: true}}
}

func exhausted(most int) *tds.Error {
	return failure(530, 16, "The statement terminated. The maximum recursion %d has been exhausted before statement completion.", most)
}
