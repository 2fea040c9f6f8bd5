package engine

import (
	"context"
	"fmt"
	"slices"
	"strings"
)

// user is who a session is in its database.
type user struct {
	id   int64
	name string
}

const (
	publicID = 0
	dboID    = 1
)

// userOf finds the user of a login. The administrator needs none.
func (s *Session) userOf(ctx context.Context, login Login) (user, error) {
	if login.Admin {
		return user{dboID, "dbo"}, nil
	}
	rows, err := s.conn.query(ctx, `SELECT id, name FROM "$principals" WHERE sid = ?1 AND type IN ('E', 'X')`, login.SID)
	if err != nil {
		return user{}, err
	}
	if len(rows) == 0 {
		return user{}, ErrNoUser
	}
	id, _ := rows[0][0].(int64)
	name, _ := rows[0][1].(string)
	return user{id, name}, nil
}

// rights is what a user may do: by roles, and by what is granted to any of them.
type rights struct {
	owner bool
	roles map[string]bool
	rules []rule
	as    int64 // of when; see database.security
}

// rule is one row of a GRANT or DENY.
type rule struct {
	class      int64
	major      int64
	permission string
	deny       bool
}

// Classes of what a permission is on.
const (
	classDatabase = 0
	classObject   = 1
	classSchema   = 3
)

// has reports whether the user is in a role; the owner is in all.
func (r rights) has(role string) bool { return r.owner || r.roles[role] }

// refreshRights reads what the user may do, if that may have changed: it holds for
// sessions that are open too.
func (s *Session) refreshRights(ctx context.Context) error {
	if now := s.db.security.Load(); now != s.rights.as {
		return s.loadRights(ctx, now)
	}
	return nil
}

func (s *Session) loadRights(ctx context.Context, as int64) error {
	s.rights = rights{owner: s.user.id == dboID, roles: map[string]bool{}, as: as}
	const up = `WITH RECURSIVE up(id) AS (SELECT ?1 UNION SELECT 0 UNION SELECT m.role FROM "$members" m JOIN up ON m.member = up.id) `
	roles, err := s.conn.query(ctx, up+`SELECT p.name FROM up JOIN "$principals" p ON p.id = up.id`, s.user.id)
	if err != nil {
		return err
	}
	for _, row := range roles {
		name, _ := row[0].(string)
		s.rights.roles[strings.ToLower(name)] = true
	}
	s.rights.owner = s.rights.owner || s.rights.roles["db_owner"]
	rules, err := s.conn.query(ctx, up+`SELECT q.class, q.major, q.permission, q.state = 'D' FROM up JOIN "$permissions" q ON q.grantee = up.id
		UNION ALL SELECT 3, s.id, 'CONTROL', 0 FROM up JOIN "$schemas" s ON s.owner = up.id`, s.user.id)
	for _, row := range rules {
		r := rule{}
		r.class, _ = row[0].(int64)
		r.major, _ = row[1].(int64)
		r.permission, _ = row[2].(string)
		deny, _ := row[3].(int64)
		r.deny = deny != 0
		s.rights.rules = append(s.rights.rules, r)
	}
	return err
}

// granted reports whether there is a rule about a permission on the database, or on an
// object by itself or its schema.
func (r rights) granted(permission string, deny bool, object, schema int64) bool {
	return slices.ContainsFunc(r.rules, func(one rule) bool {
		on := one.class == classDatabase || one.class == classObject && one.major == object || one.class == classSchema && one.major == schema
		return on && one.deny == deny && (one.permission == permission || one.permission == "CONTROL")
	})
}

// may reports whether the user has a permission on a table or view.
func (s *Session) may(ctx context.Context, permission string, t *table) (bool, error) {
	r := s.rights
	if r.owner || t.temp() {
		return true, nil
	}
	schema, err := s.schemaID(ctx, t.schema)
	if err != nil {
		return false, err
	}
	read := permission == "SELECT"
	switch {
	case read && r.roles["db_denydatareader"], !read && r.roles["db_denydatawriter"], r.granted(permission, true, t.id, schema):
		return false, nil
	case read && r.roles["db_datareader"], !read && r.roles["db_datawriter"]:
		return true, nil
	}
	return r.granted(permission, false, t.id, schema), nil
}

// mayDefine reports whether the user has a permission on the database as a whole, by
// one of the roles or by a rule.
func (s *Session) mayDefine(permission string, roles ...string) bool {
	return s.rights.owner || slices.ContainsFunc(roles, s.rights.has) || s.rights.granted(permission, false, 0, 0)
}

// check refuses a statement that needs a permission the user does not have.
func (s *Session) check(ctx context.Context, needs []need) error {
	for _, n := range needs {
		ok, err := s.may(ctx, n.permission, n.on)
		if err != nil {
			return err
		}
		if !ok {
			return failure(229, 14, "The %s permission was denied on the object '%s', database '%s', schema '%s'.", n.permission, n.on.name, s.db.name, n.on.schema)
		}
	}
	return nil
}

// visible writes the condition for objects whose metadata the user may see: those on
// which there is any permission.
func (s *Session) visible(ctx context.Context) (string, error) {
	r := s.rights
	all := r.owner || s.mayDefine("VIEW DEFINITION", "db_ddladmin", "db_securityadmin", "db_datareader", "db_datawriter") ||
		slices.ContainsFunc(r.rules, func(one rule) bool { return one.class == classDatabase && !one.deny && one.permission != "CONNECT" })
	if all {
		return "1", nil
	}
	schemas, err := s.conn.query(ctx, `SELECT name, id FROM "$schemas"`)
	if err != nil {
		return "", err
	}
	parts := []string{"0"}
	for _, one := range r.rules {
		if one.class == classObject && !one.deny {
			parts = append(parts, fmt.Sprintf("o.id = %d", one.major))
		}
		for _, row := range schemas {
			if name, ok := row[0].(string); ok && one.class == classSchema && row[1] == one.major && !one.deny {
				parts = append(parts, "o.schema = "+literal(name))
			}
		}
	}
	return "(" + strings.Join(parts, " OR ") + ")", nil
}

// schemaID returns the ID of a schema; 0 if there is none.
func (s *Session) schemaID(ctx context.Context, name string) (int64, error) {
	return s.conn.number(ctx, `SELECT coalesce((SELECT id FROM "$schemas" WHERE name = ?1), 0)`, name)
}
