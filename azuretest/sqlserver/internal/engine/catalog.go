package engine

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/keyless-go/azure/azuretest/sqlserver/internal/tds"
	"github.com/keyless-go/azure/azuretest/sqlserver/internal/tsql"
)

// table is what the catalog knows of a table or view. It is kept as JSON in the table
// "$objects" of the database, where the views of the schema sys read it, and so it is
// part of transactions like everything else.
type table struct {
	id     int64
	schema string
	name   string

	Columns []column  `json:"columns,omitempty"`
	Keys    []key     `json:"keys,omitempty"`
	Checks  []check   `json:"checks,omitempty"`
	Foreign []foreign `json:"foreign,omitempty"`
	Next    int       `json:"next,omitempty"`  // number of the last column or constraint made
	Query   string    `json:"query,omitempty"` // of a view, in T-SQL
	Names   []string  `json:"names,omitempty"` // of a view's columns, if it gives them
}

// column is a column of a table.
type column struct {
	ID        int    `json:"id"`
	Name      string `json:"name"`
	Type      string `json:"type"`
	Size      int    `json:"size"`
	Precision int    `json:"precision"`
	Scale     int    `json:"scale"`
	Nullable  bool   `json:"nullable"`

	Identity    bool   `json:"identity"`
	Seed        int    `json:"seed,omitempty"`
	Increment   int    `json:"increment,omitempty"`
	Default     string `json:"default,omitempty"` // in T-SQL
	DefaultName string `json:"default_name,omitempty"`
}

// key is an index: of a primary key, of a unique constraint, or by itself.
type key struct {
	ID         int                `json:"id"`
	Name       string             `json:"name"`
	Columns    []tsql.IndexColumn `json:"columns"`
	Unique     bool               `json:"unique"`
	Primary    bool               `json:"primary"`
	Constraint bool               `json:"constraint"`
	Where      string             `json:"where,omitempty"`
}

// check is a CHECK constraint.
type check struct {
	ID   int    `json:"id"`
	Name string `json:"name"`
	Text string `json:"text"`
}

// foreign is a FOREIGN KEY constraint.
type foreign struct {
	ID         int      `json:"id"`
	Name       string   `json:"name"`
	Columns    []string `json:"columns"`
	Table      int64    `json:"table"`
	References []string `json:"references"`
	OnDelete   string   `json:"on_delete"`
	OnUpdate   string   `json:"on_update"`
}

// idStep leaves room for the IDs of a table's constraints behind its own.
const (
	firstID = 1_000_000
	idStep  = 1000
)

// number returns an ID within the table for a new part of it.
func (t *table) number() int {
	t.Next++
	return t.Next
}

func (t *table) view() bool { return t.Query != "" }

// display is what messages call the table.
func (t *table) display() string { return t.schema + "." + t.name }

// physical is the name that the table has in SQLite. It depends on nothing that can
// change.
func (t *table) physical() string {
	if t.temp() {
		return t.name
	}
	return fmt.Sprintf("t%d", t.id)
}

// sqlite is the physical name as statements write it.
func (t *table) sqlite() string {
	if t.temp() {
		return "temp." + quote(t.name)
	}
	return quote(t.physical())
}

func (t *table) column(name string) *column {
	for i := range t.Columns {
		if strings.EqualFold(t.Columns[i].Name, name) {
			return &t.Columns[i]
		}
	}
	return nil
}

func (t *table) identity() *column {
	for i := range t.Columns {
		if t.Columns[i].Identity {
			return &t.Columns[i]
		}
	}
	return nil
}

func (t *table) primary() *key {
	for i := range t.Keys {
		if t.Keys[i].Primary {
			return &t.Keys[i]
		}
	}
	return nil
}

func (k key) names() []string {
	var names []string
	for _, c := range k.Columns {
		names = append(names, c.Name)
	}
	return names
}

func (c *column) typ() tds.Type {
	kind, _ := kindOf(c.Type)
	return tds.Type{Kind: kind, Size: c.Size, Precision: c.Precision, Scale: c.Scale}
}

func (c *column) setType(t tds.Type) {
	c.Type, c.Size, c.Precision, c.Scale = t.Kind.Name(), t.Size, t.Precision, t.Scale
}

// constraintNames returns the names of all constraints.
func (t *table) constraintNames() []string {
	var names []string
	for _, c := range t.Columns {
		if c.DefaultName != "" {
			names = append(names, c.DefaultName)
		}
	}
	for _, k := range t.Keys {
		if k.Constraint {
			names = append(names, k.Name)
		}
	}
	for _, c := range t.Checks {
		names = append(names, c.Name)
	}
	for _, f := range t.Foreign {
		names = append(names, f.Name)
	}
	return names
}

// find returns a table or view, or nil if there is none of the name.
func (s *Session) find(ctx context.Context, n tsql.Name) (*table, error) {
	if err := s.checkDatabase(n); err != nil {
		return nil, err
	}
	from, schema := `"$objects"`, schemaOf(n)
	if isTemp(n) {
		from, schema = `temp."$temp"`, defaultSchema
	}
	rows, err := s.conn.query(ctx, `SELECT id, schema, name, def FROM `+from+` WHERE schema = ?1 AND name = ?2`, schema, n.Last())
	if err != nil || len(rows) == 0 {
		return nil, err
	}
	return decodeTable(rows[0])
}

// isTemp reports whether a name is that of a temporary table, which is of one
// session.
func isTemp(n tsql.Name) bool { return strings.HasPrefix(n.Last(), "#") }

// temp reports whether the table is a temporary one. Their IDs are below zero.
func (t *table) temp() bool { return strings.HasPrefix(t.name, "#") }

// catalog is the table of the catalog that the table is in.
func (t *table) catalog() string {
	if t.temp() {
		return `temp."$temp"`
	}
	return `"$objects"`
}

// schemaOf returns the schema that a name means.
func schemaOf(n tsql.Name) string {
	if s := n.Schema(); s != "" {
		return s
	}
	return defaultSchema
}

const defaultSchema = "dbo"

// checkDatabase refuses names in other databases.
// https://learn.microsoft.com/azure/azure-sql/database/transact-sql-tsql-differences-sql-server
func (s *Session) checkDatabase(n tsql.Name) error {
	other := n.Database()
	if len(n) == 4 || other != "" && !strings.EqualFold(other, s.db.name) && !strings.EqualFold(other, "tempdb") {
		return failure(40515, 15, "Reference to database and/or server name in '%s' is not supported in this version of SQL Server.", strings.Join(n, "."))
	}
	return nil
}

func decodeTable(row []any) (*table, error) {
	t := &table{}
	t.id, _ = row[0].(int64)
	t.schema, _ = row[1].(string)
	t.name, _ = row[2].(string)
	def, _ := row[3].(string)
	if err := json.Unmarshal([]byte(def), t); err != nil {
		return nil, fmt.Errorf("catalog entry of %s: %w", t.display(), err)
	}
	return t, nil
}

// save writes what the catalog knows of a table.
func (s *Session) save(ctx context.Context, t *table) error {
	def, err := json.Marshal(t)
	if err != nil {
		return err
	}
	if err := s.quota(ctx, t, len(def)); err != nil {
		return err
	}
	kind := "U"
	if t.view() {
		kind = "V"
	}
	now := s.now().Format(layout(datetime()))
	if t.id != 0 {
		return s.conn.exec(ctx, `UPDATE `+t.catalog()+` SET schema = ?2, name = ?3, modified = ?4, def = ?5 WHERE id = ?1`,
			t.id, t.schema, t.name, now, string(def))
	}
	if t.id, err = s.newID(ctx, t); err != nil {
		return err
	}
	return s.conn.exec(ctx, `INSERT INTO `+t.catalog()+` (id, schema, name, kind, created, modified, def) VALUES (?1, ?2, ?3, ?4, ?5, ?5, ?6)`,
		t.id, t.schema, t.name, kind, now, string(def))
}

func (s *Session) newID(ctx context.Context, t *table) (int64, error) {
	if t.temp() {
		return s.conn.number(ctx, `SELECT coalesce(min(id), 0) - 1 FROM temp."$temp"`)
	}
	return s.conn.number(ctx, `SELECT coalesce(max(id), ?1) + ?2 FROM "$objects"`, int64(firstID), int64(idStep))
}

// tables returns all tables and views.
func (s *Session) tables(ctx context.Context) ([]*table, error) {
	rows, err := s.conn.query(ctx, `SELECT id, schema, name, def FROM "$objects" ORDER BY id`)
	if err != nil {
		return nil, err
	}
	var list []*table
	for _, row := range rows {
		t, err := decodeTable(row)
		if err != nil {
			return nil, err
		}
		list = append(list, t)
	}
	return list, nil
}

// referrers returns the tables with a foreign key on this one.
func (s *Session) referrers(ctx context.Context, id int64) ([]*table, error) {
	all, err := s.tables(ctx)
	return slices.DeleteFunc(all, func(t *table) bool {
		return !slices.ContainsFunc(t.Foreign, func(f foreign) bool { return f.Table == id })
	}), err
}
