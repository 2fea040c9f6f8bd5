package azuresql

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strings"
)

// principal is a user or role of a database.
// https://learn.microsoft.com/sql/relational-databases/system-catalog-views/sys-database-principals-transact-sql
type principal struct {
	name, letter string
	sid          []byte
}

// external: E is a user or an application of the directory, X a group.
func (p principal) external() bool { return p.letter == "E" || p.letter == "X" }

func (p principal) kind() string {
	switch p.letter {
	case "E":
		return "user of the directory"
	case "X":
		return "group of the directory"
	case "S":
		return "user with a password or login of SQL Server"
	case "R":
		return "role"
	case "A":
		return "application role"
	default:
		return fmt.Sprintf("principal of type %q", p.letter)
	}
}

// principalNamed finds a principal, by the database's rules on letters' case.
// Nil: there is none, or it must not be seen.
func principalNamed(ctx context.Context, db *sql.DB, name string) (*principal, error) {
	return onePrincipal(db.QueryRowContext(ctx, "SELECT name, type, sid FROM sys.database_principals WHERE name = @p1", name))
}

// principalOf finds the user of an application.
func principalOf(ctx context.Context, db *sql.DB, client guid) (*principal, error) {
	return onePrincipal(db.QueryRowContext(ctx, "SELECT name, type, sid FROM sys.database_principals WHERE sid = @p1", client.sid()))
}

func onePrincipal(row *sql.Row) (*principal, error) {
	var p principal
	err := row.Scan(&p.name, &p.letter, &p.sid)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, nil //nolint:nilnil // documented above
	}
	p.letter = strings.TrimSpace(p.letter)
	return &p, err
}

func checkRole(ctx context.Context, db *sql.DB, role string) error {
	found, err := principalNamed(ctx, db, role)
	switch {
	case err != nil:
		return err
	case found == nil:
		return fmt.Errorf("role %s does not exist in this database: CREATE ROLE %[1]s makes it", quoteName(role))
	case found.letter != "R":
		return fmt.Errorf("%s is a %s and not a role", quoteName(role), found.kind())
	default:
		return nil
	}
}

// addMember adds a user to a role, unless it is a member. All are of public, whose
// members are not listed.
func addMember(ctx context.Context, db *sql.DB, role, user string) (added bool, err error) {
	const members = "SELECT COUNT(*) FROM sys.database_role_members m" +
		" JOIN sys.database_principals r ON r.principal_id = m.role_principal_id" +
		" JOIN sys.database_principals u ON u.principal_id = m.member_principal_id" +
		" WHERE r.name = @p1 AND u.name = @p2"
	if strings.EqualFold(role, "public") {
		return false, nil
	}
	var n int
	if err := db.QueryRowContext(ctx, members, role, user).Scan(&n); err != nil || n > 0 {
		return false, err
	}
	_, err = db.ExecContext(ctx, fmt.Sprintf("ALTER ROLE %s ADD MEMBER %s", quoteName(role), quoteName(user)))
	return err == nil, err
}
