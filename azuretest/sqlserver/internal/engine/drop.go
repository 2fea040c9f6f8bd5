package engine

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/keyless-go/azure/azuretest/sqlserver/internal/tsql"
)

// drop drops what there are names for.
func (s *Session) drop(ctx context.Context, d *tsql.Drop) error {
	for _, n := range d.Names {
		var err error
		switch d.What {
		case "TABLE", "VIEW":
			err = s.dropTable(ctx, n, d.What == "VIEW", d.IfExists)
		case "INDEX":
			err = s.dropIndex(ctx, d, n.Last())
		case "SCHEMA":
			err = s.dropSchema(ctx, n.Last(), d.IfExists)
		case "USER", "ROLE":
			err = s.dropPrincipal(ctx, strings.ToLower(d.What), n.Last(), d.IfExists)
		default:
			err = unsupported("DROP " + d.What)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

func (s *Session) dropTable(ctx context.Context, n tsql.Name, view, ifExists bool) error {
	what := "table"
	if view {
		what = "view"
	}
	t, err := s.find(ctx, n)
	switch {
	case err != nil:
		return err
	case t == nil && ifExists:
		return nil
	case t == nil || t.view() != view || !t.temp() && !s.mayDefine("CONTROL", "db_ddladmin"):
		return failure(3701, 11, "Cannot drop the %s '%s', because it does not exist or you do not have permission.", what, strings.Join(n, "."))
	case t.temp():
		return s.dropTemp(ctx, t.name)
	}
	referrers, err := s.referrers(ctx, t.id)
	if err != nil {
		return err
	}
	if slices.ContainsFunc(referrers, func(r *table) bool { return r.id != t.id }) {
		return failure(3726, 16, "Could not drop object '%s' because it is referenced by a FOREIGN KEY constraint.", strings.Join(n, "."))
	}
	if !view {
		if err := s.conn.exec(ctx, "DROP TABLE "+t.sqlite()); err != nil {
			return err
		}
	}
	for _, text := range []string{
		`DELETE FROM "$properties" WHERE major = ?1`, `DELETE FROM "$permissions" WHERE class = 1 AND major = ?1`, `DELETE FROM "$objects" WHERE id = ?1`,
	} {
		if err := s.conn.exec(ctx, text, t.id); err != nil {
			return err
		}
	}
	s.db.forget(t.id)
	return nil
}

func (s *Session) dropIndex(ctx context.Context, d *tsql.Drop, name string) error {
	t, err := s.definable(ctx, d.On)
	if err != nil {
		return err
	}
	i := slices.IndexFunc(t.Keys, func(k key) bool { return strings.EqualFold(k.Name, name) })
	switch {
	case i < 0 && d.IfExists:
		return nil
	case i < 0:
		return failure(3701, 11, "Cannot drop the index '%s.%s', because it does not exist or you do not have permission.", d.On.Last(), name)
	case t.Keys[i].Constraint:
		return failure(3723, 16, "An explicit DROP INDEX is not allowed on index '%s.%s'. It is being used for constraint enforcement.", d.On.Last(), name)
	}
	if err := s.dropKey(ctx, t, i); err != nil {
		return err
	}
	return s.save(ctx, t)
}

func (s *Session) dropSchema(ctx context.Context, name string, ifExists bool) error {
	id, err := s.schemaID(ctx, name)
	switch {
	case err != nil:
		return err
	case id == 0 && ifExists:
		return nil
	case id < 5 || !s.mayDefine("ALTER ANY SCHEMA", "db_ddladmin"):
		return cannot("drop", "schema", name)
	}
	n, err := s.conn.number(ctx, `SELECT count(*) FROM "$objects" WHERE schema = ?1`, name)
	if err != nil || n > 0 {
		return firstError(err, failure(3729, 16, "Cannot drop schema '%s' because it is being referenced by object.", name))
	}
	return s.conn.exec(ctx, `DELETE FROM "$schemas" WHERE id = ?1`, id)
}

// truncate empties a table and starts its identity column anew.
func (s *Session) truncate(ctx context.Context, st *tsql.Truncate) error {
	t, err := s.definable(ctx, st.Table)
	if err != nil {
		return err
	}
	referrers, err := s.referrers(ctx, t.id)
	if err != nil {
		return err
	}
	if slices.ContainsFunc(referrers, func(r *table) bool { return r.id != t.id }) {
		return failure(4712, 16, "Cannot truncate table '%s' because it is being referenced by a FOREIGN KEY constraint.", t.name)
	}
	if id := t.identity(); id != nil {
		s.setIdentity(t, int64(id.Seed-id.Increment))
	}
	return s.conn.exec(ctx, "DELETE FROM "+t.sqlite())
}

// identityValue returns the last value of a table's identity column.
func (s *Session) identityValue(ctx context.Context, t *table) (int64, error) {
	if last, ok := s.knownIdentity(t); ok {
		return last, nil
	}
	id := t.identity()
	return s.conn.number(ctx, fmt.Sprintf("SELECT coalesce(max(CAST(%s AS INTEGER)), %d) FROM %s", quote(id.Name), id.Seed-id.Increment, t.sqlite()))
}

func (s *Session) knownIdentity(t *table) (int64, bool) {
	if t.temp() {
		last, ok := s.identities[t.id]
		return last, ok
	}
	s.db.mu.Lock()
	defer s.db.mu.Unlock()
	last, ok := s.db.identities[t.id]
	return last, ok
}

// setIdentity notes the last value of a table's identity column. No rollback takes it
// back.
func (s *Session) setIdentity(t *table, last int64) {
	if t.temp() {
		s.identities[t.id] = last
		return
	}
	s.db.mu.Lock()
	defer s.db.mu.Unlock()
	s.db.identities[t.id] = last
}

func (db *database) forget(id int64) {
	db.mu.Lock()
	defer db.mu.Unlock()
	delete(db.identities, id)
}

// used notes the values of an identity column that a statement has used up.
func (s *Session) used(ctx context.Context, c *change, n int64) error {
	if c.made == nil || n == 0 {
		return nil
	}
	last := c.made.base + (n-1)*c.made.step
	if c.made.explicit {
		id := c.target.identity()
		order := "max"
		if id.Increment < 0 {
			order = "min"
		}
		var err error
		if last, err = s.conn.number(ctx, fmt.Sprintf("SELECT %s(CAST(%s AS INTEGER)) FROM %s", order, quote(id.Name), c.target.sqlite())); err != nil {
			return err
		}
	}
	s.setIdentity(c.target, last)
	s.lastIdentity = &last
	return nil
}
