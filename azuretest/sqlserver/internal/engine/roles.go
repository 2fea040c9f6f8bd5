package engine

import (
	"context"

	"github.com/keyless-go/azure/azuretest/sqlserver/internal/tsql"
)

func (s *Session) createRole(ctx context.Context, r *tsql.CreateRole) error {
	if !s.mayDefine("CREATE ROLE", "db_securityadmin") {
		return failure(15247, 16, "User does not have permission to perform this action.")
	}
	if err := s.freeName(ctx, r.Name); err != nil {
		return err
	}
	owner, err := s.ownerOf(ctx, r.Owner)
	if err != nil {
		return err
	}
	return s.addPrincipal(ctx, r.Name, "R", 0, nil, nil, owner)
}

// alterRole changes who is in a role. For a fixed one that takes the owner.
func (s *Session) alterRole(ctx context.Context, r *tsql.AlterRole) error {
	role, kind, err := s.principal(ctx, r.Name)
	if err != nil {
		return err
	}
	right := s.rights.owner || role < firstRole && s.mayDefine("ALTER ANY ROLE", "db_securityadmin")
	if role <= publicID || kind != "R" || !right {
		return cannot("alter", "role", r.Name)
	}
	if r.Rename != "" {
		return s.renamePrincipal(ctx, role, r.Rename)
	}
	name, verb := r.Add, "add"
	if r.Drop != "" {
		name, verb = r.Drop, "drop"
	}
	member, memberKind, err := s.principal(ctx, name)
	if err != nil {
		return err
	}
	switch {
	case member < 0:
		return cannot(verb, "principal", name)
	case member == dboID || member == publicID || member == role:
		return failure(15405, 16, "Cannot use the special principal '%s'.", name)
	case verb == "drop":
		return s.conn.exec(ctx, `DELETE FROM "$members" WHERE role = ?1 AND member = ?2`, role, member)
	case memberKind == "R":
		if err := s.checkCircle(ctx, role, member, r); err != nil {
			return err
		}
	}
	return s.conn.exec(ctx, `INSERT OR IGNORE INTO "$members" (role, member) VALUES (?1, ?2)`, role, member)
}

// checkCircle refuses a role in itself.
func (s *Session) checkCircle(ctx context.Context, role, member int64, r *tsql.AlterRole) error {
	n, err := s.conn.number(ctx, `WITH RECURSIVE up(id) AS (SELECT ?1 UNION SELECT m.role FROM "$members" m JOIN up ON m.member = up.id)
		SELECT count(*) FROM up WHERE id = ?2`, role, member)
	if err == nil && n > 0 {
		return failure(15413, 16, "Cannot make a role a member of itself: '%s' is in '%s'.", r.Name, r.Add)
	}
	return err
}

func (s *Session) renamePrincipal(ctx context.Context, id int64, name string) error {
	if id < 5 || id >= firstRole {
		return failure(15150, 16, "Cannot alter the principal '%s'.", name)
	}
	if err := s.freeName(ctx, name); err != nil {
		return err
	}
	return s.conn.exec(ctx, `UPDATE "$principals" SET name = ?2 WHERE id = ?1`, id, name)
}
