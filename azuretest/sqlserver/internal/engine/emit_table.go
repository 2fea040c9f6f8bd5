package engine

import (
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/keyless-go/azure/azuretest/sqlserver/internal/tds"
	"github.com/keyless-go/azure/azuretest/sqlserver/internal/tsql"
)

// table writes a table, view or common table expression of FROM.
func (e *emitter) table(t *tsql.Table) string {
	alias := t.Alias
	schema := ""
	if alias == "" {
		alias, schema = t.Name.Last(), schemaOf(t.Name)
	}
	if len(t.Name) == 1 {
		for _, c := range slices.Backward(e.ctes) {
			if strings.EqualFold(c.name, t.Name.Last()) {
				e.add(source{alias: alias, columns: c.columns})
				return quote(c.name) + " AS " + quote(alias)
			}
		}
	}
	if v, ok := findSystemView(t.Name); ok {
		return e.systemView(v, t, alias, schema)
	}
	found := e.find(t.Name)
	if found == nil {
		return ""
	}
	e.need("SELECT", found)
	e.add(source{alias: alias, schema: schema, columns: found.list()})
	if found.view() {
		return e.view(found) + " AS " + quote(alias)
	}
	return found.sqlite() + " AS " + quote(alias)
}

// find returns a table that must be there.
func (e *emitter) find(n tsql.Name) *table {
	found, err := e.s.find(e.ctx, n)
	if err == nil && found == nil {
		err = failure(208, 16, "Invalid object name '%s'.", strings.Join(n, "."))
	}
	if err != nil {
		e.fail(err)
		return nil
	}
	return found
}

// need notes a permission that the statement needs. What a view does is its owner's
// business.
func (e *emitter) need(permission string, t *table) {
	if e.owned == 0 && !t.temp() {
		e.needs = append(e.needs, need{permission, t})
	}
}

// list returns the columns as those of a result.
func (t *table) list() []tds.Column {
	columns := make([]tds.Column, len(t.Columns))
	for i, c := range t.Columns {
		columns[i] = tds.Column{Name: c.Name, Type: c.typ(), NotNull: !c.Nullable, Identity: c.Identity}
	}
	return columns
}

// view writes the query of a view in the place of its name.
func (e *emitter) view(v *table) string {
	q, err := tsql.ParseQuery(v.Query)
	if err != nil {
		e.fail(err)
		return ""
	}
	scopes, ctes := e.scopes, e.ctes
	e.scopes, e.ctes = nil, nil
	e.owned++
	if e.owned > 32 {
		e.fail(failure(4429, 16, "View or function '%s' contains a self-reference. Views or functions cannot reference themselves directly or indirectly.", v.display()))
		return ""
	}
	text, _ := e.query(q)
	e.owned--
	e.scopes, e.ctes = scopes, ctes
	return fmt.Sprintf("(WITH q(%s) AS (%s) SELECT * FROM q)", columnList(v.list()), text)
}

func (e *emitter) systemView(v systemView, t *tsql.Table, alias, schema string) string {
	if err := e.s.checkDatabase(t.Name); err != nil {
		e.fail(err)
	}
	columns := v.list()
	e.add(source{alias: alias, schema: schema, columns: columns})
	return fmt.Sprintf("(SELECT %s FROM (%s)) AS %s", columnList(columns), e.expand(v.query), quote(alias))
}

// expand puts in what the text of a system view leaves open.
func (e *emitter) expand(query string) string {
	for {
		before, rest, found := strings.Cut(query, "{sys.")
		if !found {
			break
		}
		name, after, _ := strings.Cut(rest, "}")
		inner, _ := findSystemView(tsql.Name{"sys", name})
		query = before + inner.query + after
	}
	s := e.s
	databases, err := json.Marshal(s.engine.names())
	if err != nil {
		e.fail(err)
	}
	visible, err := s.visible(e.ctx)
	if err != nil {
		e.fail(err)
	}
	return strings.NewReplacer(
		"{db}", literal(s.db.name),
		"{user}", strconv.FormatInt(s.user.id, 10),
		"{all}", strconv.FormatInt(truth(s.rights.has("db_owner") || s.rights.has("db_securityadmin") || s.rights.has("db_accessadmin")), 10),
		"{visible}", visible,
		"{now}", literal(s.now().Format(layout(datetime()))),
		"{databases}", literal(string(databases)),
	).Replace(query)
}

// rowsFunction writes one of the functions that return rows.
func (e *emitter) rowsFunction(f *tsql.Function) string {
	alias := f.Alias
	if alias == "" {
		alias = f.Name.Last()
	}
	args := e.exprs(f.Args)
	switch name := strings.ToLower(f.Name.Last()); {
	case name == "fn_listextendedproperty" && len(args) == 7:
		e.add(source{alias: alias, columns: systemView{columns: "objtype:s objname:s name:s value:m"}.list()})
		return fmt.Sprintf(`(SELECT 'COLUMN' AS objtype, p.child AS objname, p.name, p.value FROM "$properties" p JOIN "$objects" o ON o.id = p.major
			WHERE p.name = %s AND o.schema = %s AND o.name = %s AND p.child = %s) AS %s`,
			args[0].sql, args[2].sql, args[4].sql, args[6].sql, quote(alias))
	case name == "string_split" && len(args) == 2:
		e.add(source{alias: alias, columns: []tds.Column{{Name: "value", Type: nvarchar(maxChars)}}})
		return fmt.Sprintf("(SELECT value FROM json_each(az_split(%s, %s))) AS %s", e.characters(args[0]), args[1].sql, quote(alias))
	}
	e.fail(failure(208, 16, "Invalid object name '%s'.", strings.Join(f.Name, ".")))
	return ""
}
