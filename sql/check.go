package azuresql

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"
)

// Health is what [Check] finds.
type Health struct {
	// Login is whom the server let in. For a managed identity that is its
	// client ID, an @ and the tenant's.
	Login string
	// User is who that is in the database; dbo is the server's administrator.
	User string
	// Database is the database's own name.
	Database string
	// Roles are the roles of the database that the user has, by any way but
	// for public, in alphabetical order.
	Roles []string
	// Expires is when the token of the connection that was asked expires, in
	// UTC. Zero if the credential did not say, or the connection is not one of
	// a [Connector].
	Expires time.Time
}

// Check asks the database whom it takes the program for, on one connection of db:
// it makes two round trips, and a login if there is no idle connection. If there
// is no way in, the error says what to do about it.
func Check(ctx context.Context, db *sql.DB) (Health, error) {
	health, err := check(ctx, db)
	if err != nil {
		return Health{}, fail("azuresql: check: "+within(err), err)
	}
	return health, nil
}

func check(ctx context.Context, db *sql.DB) (Health, error) {
	if err := checkDB(db); err != nil {
		return Health{}, err
	}
	session, err := db.Conn(ctx)
	if err != nil {
		return Health{}, err
	}
	defer func() { _ = session.Close() }()
	var h Health
	var login, user sql.NullString
	err = session.QueryRowContext(ctx, "SELECT ORIGINAL_LOGIN(), USER_NAME(), DB_NAME()").Scan(&login, &user, &h.Database)
	if err != nil {
		return Health{}, err
	}
	h.Login, h.User = login.String, user.String
	if h.Roles, err = rolesOf(ctx, session); err != nil {
		return Health{}, fmt.Errorf("roles: %w", err)
	}
	err = session.Raw(func(driverConn any) error {
		if c, ok := driverConn.(*conn); ok && !c.expires.IsZero() {
			h.Expires = c.expires.UTC()
		}
		return nil
	})
	return h, err
}

// checkDB finds what Open returns beside an error that nobody has looked at.
func checkDB(db *sql.DB) error {
	if db == nil {
		return errors.New("the database is nil")
	}
	return nil
}

// rolesOf lists the roles of the session, those of its groups and nested ones
// among them.
func rolesOf(ctx context.Context, session *sql.Conn) ([]string, error) {
	rows, err := session.QueryContext(ctx,
		"SELECT name FROM sys.database_principals WHERE type = 'R' AND name <> 'public' AND IS_ROLEMEMBER(name) = 1 ORDER BY name")
	if err != nil {
		return nil, err
	}
	defer func() { _ = rows.Close() }()
	var roles []string
	for rows.Next() {
		var role string
		if err := rows.Scan(&role); err != nil {
			return nil, err
		}
		roles = append(roles, role)
	}
	return roles, rows.Err()
}
