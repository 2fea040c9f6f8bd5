package engine

import (
	"context"
	"encoding/hex"
	"strings"

	"github.com/keyless-go/azure/azuretest/sqlserver/internal/tds"
	"github.com/keyless-go/azure/azuretest/sqlserver/internal/tsql"
)

// createUser makes a user of somebody in the directory.
// https://learn.microsoft.com/azure/azure-sql/database/authentication-aad-configure
func (s *Session) createUser(ctx context.Context, u *tsql.CreateUser) error {
	if !s.mayDefine("ALTER ANY USER", "db_accessadmin") {
		return failure(15247, 16, "User does not have permission to perform this action.")
	}
	sid, kind, err := s.identify(u)
	if err != nil {
		return err
	}
	if err := s.freeName(ctx, u.Name); err != nil {
		return err
	}
	if sid != nil {
		n, err := s.conn.number(ctx, `SELECT count(*) FROM "$principals" WHERE sid = ?1`, sid)
		if err != nil {
			return err
		}
		if n > 0 {
			return failure(15063, 16, "The login already has an account under a different user name.")
		}
	}
	schema := u.Options["DEFAULT_SCHEMA"]
	if schema == "" {
		schema = defaultSchema
	}
	auth := 0
	if kind != "S" {
		auth = 4
	}
	return s.addPrincipal(ctx, u.Name, kind, auth, sid, schema, nil)
}

func (s *Session) addPrincipal(ctx context.Context, name, kind string, auth int, sid []byte, schema, owner any) error {
	var bytes any
	if sid != nil {
		bytes = sid
	}
	now := s.now().Format(layout(datetime()))
	return s.conn.exec(ctx, `INSERT INTO "$principals" (id, name, type, auth, sid, default_schema, created, modified, fixed, owner)
		VALUES ((SELECT max(id) + 1 FROM "$principals" WHERE id < 16384), ?1, ?2, ?3, ?4, ?5, ?6, ?6, 0, ?7)`, name, kind, int64(auth), bytes, schema, now, owner)
}

// freeName refuses the name of a user or role that exists.
func (s *Session) freeName(ctx context.Context, name string) error {
	n, err := s.conn.number(ctx, `SELECT count(*) FROM "$principals" WHERE name = ?1`, name)
	if err == nil && n > 0 {
		return failure(15023, 16, "User, group, or role '%s' already exists in the current database.", name)
	}
	return err
}

// identify returns the SID and the kind of a new user.
func (s *Session) identify(u *tsql.CreateUser) (sid []byte, kind string, err error) {
	switch {
	case u.External:
		p, err := s.lookUp(u)
		return p.SID, "E", err
	case u.Options["SID"] != "":
		kind := strings.ToUpper(u.Options["TYPE"])
		sid, err := hex.DecodeString(u.Options["SID"])
		if err != nil || len(sid) != 16 || kind != "E" && kind != "X" {
			return nil, "", failure(15600, 15, "An invalid parameter or option was specified for procedure 'CREATE USER'.")
		}
		return sid, kind, nil
	case u.How == "WITHOUT LOGIN":
		return nil, "S", nil
	}
	if u.How == "FOR LOGIN" {
		return nil, "", failure(15007, 16, "'%s' is not a valid login or you do not have permission.", u.Login)
	}
	return nil, "", unsupported("CREATE USER without FROM EXTERNAL PROVIDER")
}

// lookUp asks the directory.
func (s *Session) lookUp(u *tsql.CreateUser) (Principal, error) {
	d := s.engine.directory
	if !s.login.Person && !d.Readable() {
		return Principal{}, failure(33134, 16, "Principal '%s' could not be resolved. Error message: 'Server identity is not configured. Please follow the steps in \"Assign an Azure AD identity to your server and add Directory Reader permission to your identity\" (https://aka.ms/sqlaadsetup)'", u.Name)
	}
	if id := u.Options["OBJECT_ID"]; id != "" {
		p, ok := d.Lookup(id)
		if !ok {
			return p, failure(37545, 16, "'%s' is not a valid object id for '%s' or you do not have permission.", id, u.Name)
		}
		return p, nil
	}
	found := d.Find(u.Name)
	switch len(found) {
	case 0:
		return Principal{}, failure(33130, 16, "Principal '%s' could not be found or this principal type is not supported.", u.Name)
	case 1:
		return found[0], nil
	}
	return Principal{}, failure(33131, 16, "Principal '%s' has a duplicate display name. Make the display name unique in Azure Active Directory and execute this statement again.", u.Name)
}

// principal returns the ID and the kind of a user or role; the ID is -1 if there is
// none.
func (s *Session) principal(ctx context.Context, name string) (id int64, kind string, err error) {
	rows, err := s.conn.query(ctx, `SELECT id, type FROM "$principals" WHERE name = ?1`, name)
	if err != nil || len(rows) == 0 {
		return -1, "", err
	}
	id, _ = rows[0][0].(int64)
	kind, _ = rows[0][1].(string)
	return id, kind, nil
}

func cannot(verb, what, name string) *tds.Error {
	return failure(15151, 16, "Cannot %s the %s '%s', because it does not exist or you do not have permission.", verb, what, name)
}

// dropPrincipal drops a user or a role.
func (s *Session) dropPrincipal(ctx context.Context, what, name string, ifExists bool) error {
	id, kind, err := s.principal(ctx, name)
	if err != nil {
		return err
	}
	right := map[string]bool{
		"user": s.mayDefine("ALTER ANY USER", "db_accessadmin"),
		"role": s.mayDefine("ALTER ANY ROLE", "db_securityadmin"),
	}[what]
	switch {
	case id < 0 && ifExists:
		return nil
	case id < 0 || !right || (kind == "R") != (what == "role"):
		return cannot("drop", what, name)
	case id < 5 || id >= firstRole:
		return failure(15150, 16, "Cannot drop the %s '%s'.", what, name)
	}
	if err := s.ownsNothing(ctx, id); err != nil {
		return err
	}
	if n, err := s.conn.number(ctx, `SELECT count(*) FROM "$members" WHERE role = ?1`, id); err != nil || n > 0 {
		return orError(err, failure(15144, 16, "The role has members. It must be empty before it can be dropped."))
	}
	for _, text := range []string{
		`DELETE FROM "$members" WHERE member = ?1`, `DELETE FROM "$permissions" WHERE grantee = ?1`, `DELETE FROM "$principals" WHERE id = ?1`,
	} {
		if err := s.conn.exec(ctx, text, id); err != nil {
			return err
		}
	}
	return nil
}

// orError returns the first error, or else the second.
func orError(err error, otherwise *tds.Error) error {
	if err != nil {
		return err
	}
	return otherwise
}

func (s *Session) alterUser(ctx context.Context, u *tsql.AlterUser) error {
	id, kind, err := s.principal(ctx, u.Name)
	if err != nil {
		return err
	}
	if id < 0 || kind == "R" || !s.mayDefine("ALTER ANY USER", "db_accessadmin") {
		return cannot("alter", "user", u.Name)
	}
	for option, value := range u.Options {
		switch option {
		case "NAME":
			err = s.renamePrincipal(ctx, id, value)
		case "DEFAULT_SCHEMA":
			err = s.conn.exec(ctx, `UPDATE "$principals" SET default_schema = ?2 WHERE id = ?1`, id, value)
		default:
			err = unsupported("ALTER USER ... WITH " + option)
		}
		if err != nil {
			return err
		}
	}
	return nil
}
