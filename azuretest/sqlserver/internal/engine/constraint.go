package engine

import (
	"context"
	"fmt"
	"hash/fnv"
	"slices"
	"strings"

	"github.com/keyless-go/azure/azuretest/sqlserver/internal/tsql"
)

// addConstraint puts a constraint into the definition of a table.
func (s *Session) addConstraint(ctx context.Context, t *table, c tsql.Constraint) error {
	if slices.ContainsFunc(t.constraintNames(), func(n string) bool { return strings.EqualFold(n, c.Name) }) {
		return failure(2714, 16, "There is already an object named '%s' in the database.", c.Name)
	}
	if c.Kind == "DEFAULT" && c.For != "" {
		c.Columns = []string{c.For}
	}
	for _, name := range c.Columns {
		if t.column(name) == nil {
			return failure(1911, 16, "Column name '%s' does not exist in the target table or view.", name)
		}
	}
	switch c.Kind {
	case "PRIMARY KEY", "UNIQUE":
		return t.addKey(c)
	case "FOREIGN KEY":
		return s.addForeign(ctx, t, c)
	case "CHECK":
		id := t.number()
		t.Checks = append(t.Checks, check{ID: id, Name: constraintName(c.Name, "CK", t, id), Text: c.Text})
		return nil
	}
	col := t.column(c.Columns[0])
	if col.Default != "" || col.Identity {
		return failure(1781, 16, "Column already has a DEFAULT bound to it.")
	}
	col.Default, col.DefaultName = c.Text, constraintName(c.Name, "DF", t, col.ID)
	return nil
}

// constraintName returns a name as the server makes it where none is given.
func constraintName(given, prefix string, t *table, id int) string {
	if given != "" {
		return given
	}
	h := fnv.New64a()
	_, _ = fmt.Fprintf(h, "%s %d", strings.ToLower(t.display()), id)
	runes := []rune(t.name)
	return fmt.Sprintf("%s__%s__%016X", prefix, string(runes[:min(len(runes), 9)]), h.Sum64())
}

func (t *table) addKey(c tsql.Constraint) error {
	id := t.number()
	k := key{ID: id, Unique: true, Constraint: true, Primary: c.Kind == "PRIMARY KEY"}
	prefix := "UQ"
	if k.Primary {
		if t.primary() != nil {
			return failure(1779, 16, "Table '%s' already has a primary key defined on it.", t.name)
		}
		prefix = "PK"
	}
	k.Name = constraintName(c.Name, prefix, t, id)
	for _, name := range c.Columns {
		col := t.column(name)
		if k.Primary {
			col.Nullable = false
		}
		k.Columns = append(k.Columns, tsql.IndexColumn{Name: col.Name})
	}
	t.Keys = append(t.Keys, k)
	return nil
}

// addForeign adds a foreign key, which must be on a key of the other table.
func (s *Session) addForeign(ctx context.Context, t *table, c tsql.Constraint) error {
	id := t.number()
	name := constraintName(c.Name, "FK", t, id)
	other := t
	if !strings.EqualFold(c.Table.Last(), t.name) || !strings.EqualFold(schemaOf(c.Table), t.schema) {
		var err error
		if other, err = s.find(ctx, c.Table); err != nil {
			return err
		}
	}
	if other == nil || other.view() || other.temp() {
		return failure(1767, 16, "Foreign key '%s' references invalid table '%s'.", name, strings.Join(c.Table, "."))
	}
	if c.References == nil {
		if k := other.primary(); k != nil {
			c.References = k.names()
		}
	}
	isKey := slices.ContainsFunc(other.Keys, func(k key) bool {
		return k.Unique && slices.EqualFunc(k.names(), c.References, strings.EqualFold)
	})
	if !isKey || len(c.References) != len(c.Columns) {
		return failure(1776, 16, "There are no primary or candidate keys in the referenced table '%s' that match the referencing column list in the foreign key '%s'.", other.name, name)
	}
	if other == t && t.id == 0 { // the ID that the table will get
		next, err := s.newID(ctx, t)
		if err != nil {
			return err
		}
		t.Foreign = append(t.Foreign, foreign{id, name, c.Columns, next, c.References, c.OnDelete, c.OnUpdate})
		return nil
	}
	t.Foreign = append(t.Foreign, foreign{id, name, c.Columns, other.id, c.References, c.OnDelete, c.OnUpdate})
	return nil
}

// createIndex makes an index that is no constraint.
func (s *Session) createIndex(ctx context.Context, c *tsql.CreateIndex) error {
	t, err := s.definable(ctx, c.Table)
	if err != nil {
		return err
	}
	if slices.ContainsFunc(t.Keys, func(k key) bool { return strings.EqualFold(k.Name, c.Name) }) {
		return failure(1913, 16, "The operation failed because an index or statistics with name '%s' already exists on table '%s'.", c.Name, t.display())
	}
	for _, col := range c.Columns {
		if t.column(col.Name) == nil {
			return failure(1911, 16, "Column name '%s' does not exist in the target table or view.", col.Name)
		}
	}
	k := key{ID: t.number(), Name: c.Name, Columns: c.Columns, Unique: c.Unique, Where: c.Where}
	t.Keys = append(t.Keys, k)
	if err := s.makeIndex(ctx, t, k); err != nil {
		return err
	}
	return s.save(ctx, t)
}

// definable returns a table that exists and that the user may change.
func (s *Session) definable(ctx context.Context, n tsql.Name) (*table, error) {
	t, err := s.find(ctx, n)
	if err != nil {
		return nil, err
	}
	if t == nil || t.view() || !t.temp() && !s.mayDefine("ALTER", "db_ddladmin") {
		return nil, failure(1088, 16, "Cannot find the object \"%s\" because it does not exist or you do not have permissions.", strings.Join(n, "."))
	}
	return t, nil
}
