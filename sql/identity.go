package azuresql

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
)

// identity is a checked User.
type identity struct {
	name            string
	object, client  guid
	byObject, byApp bool
}

func newIdentity(user User) (identity, error) {
	id := identity{name: user.Name, byObject: user.ObjectID != "", byApp: user.ClientID != ""}
	err := checkName("user's name", user.Name)
	if err == nil && id.byObject {
		id.object, err = parseGUID("object ID", user.ObjectID)
	}
	if err == nil && id.byApp {
		id.client, err = parseGUID("client ID", user.ClientID)
	}
	for _, role := range user.Roles {
		if err == nil {
			err = checkName("role's name", role)
		}
	}
	return id, err
}

// ensure creates the user unless it exists.
func (id identity) ensure(ctx context.Context, db *sql.DB) (created bool, err error) {
	exists, err := id.exists(ctx, db)
	if err != nil || exists {
		return false, err
	}
	_, err = db.ExecContext(ctx, id.statement())
	if number := numberOf(err); number == userExists || number == sidExists {
		// Somebody else may have been faster, with the same identity or not.
		if exists, lookErr := id.exists(ctx, db); lookErr != nil || exists {
			return false, lookErr
		}
	}
	if err != nil || !id.byObject || !id.byApp {
		return err == nil, err
	}
	return id.verify(ctx, db)
}

// verify takes back a user that the directory has made of another identity than
// the one meant: the two IDs do not belong together.
func (id identity) verify(ctx context.Context, db *sql.DB) (created bool, err error) {
	found, err := principalNamed(ctx, db, id.name)
	if err != nil || found == nil {
		return true, err
	}
	wrong := id.compare(*found)
	if wrong == nil {
		return true, nil
	}
	if _, err := db.ExecContext(ctx, "DROP USER "+quoteName(found.name)); err != nil {
		return true, err
	}
	return false, errors.New("the object ID and the client ID are not of the same identity: the user was dropped again")
}

// statement creates the user. The SID form does not ask the directory.
func (id identity) statement() string {
	create := "CREATE USER " + quoteName(id.name)
	switch {
	case id.byObject:
		return fmt.Sprintf("%s FROM EXTERNAL PROVIDER WITH OBJECT_ID = '%s'", create, id.object)
	case id.byApp:
		return id.bySID()
	default:
		return create + " FROM EXTERNAL PROVIDER"
	}
}

// bySID creates the user of an application by its client ID.
func (id identity) bySID() string {
	return fmt.Sprintf("CREATE USER %s WITH SID = %s, TYPE = E", quoteName(id.name), id.client.literal())
}

// exists says whether the user is there already; an error, that it belongs to
// somebody else.
func (id identity) exists(ctx context.Context, db *sql.DB) (bool, error) {
	found, err := principalNamed(ctx, db, id.name)
	if err != nil {
		return false, err
	}
	if found != nil {
		return true, id.compare(*found)
	}
	if !id.byApp {
		return false, nil
	}
	found, err = principalOf(ctx, db, id.client)
	switch {
	case err != nil || found == nil:
		return false, err
	case found.name == id.name:
		return true, nil // somebody has made it since the first look
	}
	return false, fmt.Errorf("the identity is user %s of this database already: use that name, or RemoveUser it", quoteName(found.name))
}

// compare says what is wrong with a user of the wanted name. The SID of an
// application cannot be told from its object ID.
func (id identity) compare(found principal) error {
	name := quoteName(found.name)
	switch {
	case !found.external():
		return fmt.Errorf("%s exists and is a %s", name, found.kind())
	case !id.byApp || id.client.isSIDOf(found.sid):
		return nil
	case id.byObject && id.object.isSIDOf(found.sid):
		return fmt.Errorf("%s exists with the object ID for a SID, where an application's client ID belongs: it can never log in; RemoveUser it first", name)
	default:
		return fmt.Errorf("%s exists and belongs to another identity, or to one of that name that was made anew since: RemoveUser it first", name)
	}
}
