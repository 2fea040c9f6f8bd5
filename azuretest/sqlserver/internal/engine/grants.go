package engine

import (
	"context"
	"fmt"

	"github.com/keyless-go/azure/azuretest/sqlserver/internal/tsql"
)

// grant keeps rules of GRANT and DENY, or takes them back.
func (s *Session) grant(ctx context.Context, g *tsql.Grant) error {
	if !s.mayDefine("CONTROL", "db_securityadmin") {
		return failure(4613, 16, "Grantor does not have GRANT permission.")
	}
	class, major, err := s.securable(ctx, g)
	if err != nil {
		return err
	}
	for _, name := range g.To {
		grantee, _, err := s.principal(ctx, name)
		if err != nil {
			return err
		}
		if grantee < 0 {
			return cannot("find", "user", name)
		}
		for _, permission := range g.Permissions {
			if err := s.setRule(ctx, g.Verb, class, major, permission, grantee); err != nil {
				return err
			}
		}
	}
	return nil
}

func (s *Session) setRule(ctx context.Context, verb string, class, major int64, permission string, grantee int64) error {
	if verb == "REVOKE" {
		return s.conn.exec(ctx, `DELETE FROM "$permissions" WHERE class = ?1 AND major = ?2 AND permission = ?3 AND grantee = ?4`, class, major, permission, grantee)
	}
	return s.conn.exec(ctx, `INSERT OR REPLACE INTO "$permissions" (class, major, permission, grantee, state) VALUES (?1, ?2, ?3, ?4, ?5)`,
		class, major, permission, grantee, verb[:1])
}

// securable returns what a permission is on.
func (s *Session) securable(ctx context.Context, g *tsql.Grant) (class, major int64, err error) {
	switch g.Class {
	case "DATABASE":
		return classDatabase, 0, nil
	case "SCHEMA":
		id, err := s.schemaID(ctx, g.On.Last())
		if err == nil && id == 0 {
			err = cannot("find", "schema", g.On.Last())
		}
		return classSchema, id, err
	case "OBJECT":
		t, err := s.find(ctx, g.On)
		if err != nil {
			return 0, 0, err
		}
		if t == nil {
			return 0, 0, cannot("find", "object", g.On.Last())
		}
		return classObject, t.id, nil
	}
	return 0, 0, unsupported(fmt.Sprintf("%s ... ON %s", g.Verb, g.Class))
}
