package azuresql

import (
	"context"
	"database/sql"
	"fmt"
	"strings"
)

// User is an identity of the directory and what it shall be in a database. Only
// Name is required.
type User struct {
	// Name is the user's name in the database. Without IDs it has to be the
	// display name of the identity: the name of the virtual machine for a
	// system-assigned one. With an ID it can be any.
	Name string
	// ObjectID is the object (principal) ID of the identity: a GUID, for names
	// that several identities have.
	ObjectID string
	// ClientID is the client (application) ID of a managed identity or other
	// application: a GUID. With it alone the directory is not asked, so that
	// the server needs no right to read it. With ObjectID, or for a user that
	// exists already, it is compared with the user's.
	ClientID string
	// Roles are the database roles it is made a member of, db_datareader for
	// one. Other roles that it has stay.
	Roles []string
}

// Change is what [EnsureUser] has done. The zero value is nothing: all was there.
type Change struct {
	Created bool     // the user was created
	Roles   []string // the roles that the user was added to
}

// String says it in words.
func (c Change) String() string {
	var done []string
	if c.Created {
		done = append(done, "user created")
	}
	if len(c.Roles) > 0 {
		done = append(done, "added to "+strings.Join(c.Roles, ", "))
	}
	if len(done) == 0 {
		return "nothing to do"
	}
	return strings.Join(done, ", ")
}

// EnsureUser makes the database that db is connected to have a user, with roles,
// for an identity of the directory. What is there already stays, so it can run
// at each start of a program. It is safe to run concurrently.
//
// It sends what fits of
//
//	CREATE USER [name] FROM EXTERNAL PROVIDER
//	CREATE USER [name] FROM EXTERNAL PROVIDER WITH OBJECT_ID = 'ObjectID'
//	CREATE USER [name] WITH SID = 0x..., TYPE = E     -- of the ClientID
//	ALTER ROLE [role] ADD MEMBER [name]
//
// db must be connected as the server's Entra administrator, or as a user who may
// ALTER ANY USER and, for the fixed roles, is a db_owner. On an error the Change
// tells what was done before. Roles that do not exist, and a user of that name
// that belongs to another identity, are errors before anything is done.
// https://learn.microsoft.com/azure/azure-sql/database/authentication-azure-ad-user-assigned-managed-identity
func EnsureUser(ctx context.Context, db *sql.DB, user User) (Change, error) {
	change, err := ensureUser(ctx, db, user)
	if err != nil {
		return change, userError("ensure", user.Name, err, adviceFor(user, err))
	}
	return change, nil
}

func ensureUser(ctx context.Context, db *sql.DB, user User) (Change, error) {
	want, err := newIdentity(user)
	if err == nil {
		err = checkDB(db)
	}
	if err != nil {
		return Change{}, err
	}
	for _, role := range user.Roles {
		if err := checkRole(ctx, db, role); err != nil {
			return Change{}, err
		}
	}
	change := Change{}
	if change.Created, err = want.ensure(ctx, db); err != nil {
		return change, err
	}
	for _, role := range user.Roles {
		added, err := addMember(ctx, db, role, user.Name)
		if err != nil {
			return change, err
		}
		if added {
			change.Roles = append(change.Roles, role)
		}
	}
	return change, nil
}

// RemoveUser drops the database user of an identity. It is no error if there is
// none. Users that are not of the directory are left alone: an error says so.
// It does not end the user's connections.
func RemoveUser(ctx context.Context, db *sql.DB, name string) error {
	if err := removeUser(ctx, db, name); err != nil {
		return userError("remove", name, err, adviceFor(User{Name: name}, err))
	}
	return nil
}

func removeUser(ctx context.Context, db *sql.DB, name string) error {
	err := checkName("user's name", name)
	if err == nil {
		err = checkDB(db)
	}
	if err != nil {
		return err
	}
	found, err := principalNamed(ctx, db, name)
	if err != nil || found == nil {
		return err
	}
	if !found.external() {
		return fmt.Errorf("%s is a %s and not a user of the directory", quoteName(found.name), found.kind())
	}
	_, err = db.ExecContext(ctx, "DROP USER "+quoteName(found.name))
	if err == nil {
		return nil
	}
	if left, lookErr := principalNamed(ctx, db, name); lookErr == nil && left == nil {
		return nil // somebody else has dropped it
	}
	return err
}

func userError(verb, name string, err error, advice string) error {
	text := fmt.Sprintf("azuresql: %s user %.200q: %s", verb, name, within(err)) // longer than a name can be
	if advice != "" {
		text += "; " + advice
	}
	return fail(text, err)
}
