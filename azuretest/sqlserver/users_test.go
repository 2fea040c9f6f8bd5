package sqlserver_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// inverted writes a GUID as the bytes of a uniqueidentifier.
func inverted(guid string) string {
	s := strings.ToUpper(strings.ReplaceAll(guid, "-", ""))
	pairs := func(from, to int) (out string) {
		for i := to - 2; i >= from; i -= 2 {
			out += s[i : i+2]
		}
		return out
	}
	return "0x" + pairs(0, 8) + pairs(8, 12) + pairs(12, 16) + s[16:]
}

func TestUsers(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	db := w.admin(t)
	app := w.AddUserIdentity("my-app")
	asApp := login{token: tokenOf(app)}
	require.EqualValues(t, 18456, number(w.open(t, asApp).PingContext(t.Context())))

	run(t, db, "CREATE USER [my-app] FROM EXTERNAL PROVIDER", "ALTER ROLE db_datareader ADD MEMBER [my-app]", "ALTER ROLE db_datareader ADD MEMBER [MY-APP]")
	require.Equal(t, "my-app|1", show(t, w.open(t, asApp), "SELECT USER_NAME(), IS_MEMBER('db_datareader')"))
	require.Equal(t, "my-app|E|EXTERNAL_USER|EXTERNAL|dbo|"+strings.ToLower(inverted(app.ClientID())),
		show(t, db, "SELECT name, type, type_desc, authentication_type_desc, default_schema_name, sid FROM sys.database_principals WHERE name = 'my-app'"))
	require.Equal(t, app.ClientID(), strings.ToLower(show(t, db, "SELECT CAST(sid AS uniqueidentifier) FROM sys.database_principals WHERE name = N'my-app'")))
	const members = `SELECT u.name FROM sys.database_role_members m JOIN sys.database_principals r ON r.principal_id = m.role_principal_id
		JOIN sys.database_principals u ON u.principal_id = m.member_principal_id WHERE r.name = N'db_datareader' ORDER BY u.name`
	require.Equal(t, "DevTestVM\nmy-app", show(t, db, members))

	run(t, db, "ALTER ROLE db_datareader DROP MEMBER [my-app]", "ALTER ROLE db_datareader DROP MEMBER [my-app]", "ALTER USER [my-app] WITH NAME = [renamed]")
	require.Equal(t, "DevTestVM", show(t, db, members))
	require.Equal(t, "renamed", show(t, w.open(t, asApp), "SELECT USER_NAME()"))
	run(t, db, "DROP USER renamed", "DROP USER IF EXISTS renamed")
	require.EqualValues(t, 18456, number(w.open(t, asApp).PingContext(t.Context())))

	run(t, db, "CREATE USER [by-id] FROM EXTERNAL PROVIDER WITH OBJECT_ID = '"+app.ObjectID()+"'")
	require.Equal(t, "by-id", show(t, w.open(t, asApp), "SELECT USER_NAME()"), "any name, for the object ID says who it is")
	run(t, db, "DROP USER [by-id]", "CREATE USER [a ]]name] WITH SID = "+inverted(app.ClientID())+", TYPE = E")
	require.Equal(t, "a ]name", show(t, w.open(t, asApp), "SELECT USER_NAME()"))
	run(t, db, "DROP USER [a ]]name]", "CREATE USER [wrong] WITH SID = "+inverted(app.ObjectID())+", TYPE = E")
	require.EqualValues(t, 18456, number(w.open(t, asApp).PingContext(t.Context())), "the SID of an application is its client ID")
}

func TestUserErrors(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	app := w.AddUserIdentity("my-app")
	w.AddUserIdentity("DevTestVM") // the machine has that name too
	db := w.admin(t)
	run(t, db, "CREATE USER [my-app] FROM EXTERNAL PROVIDER", "CREATE ROLE readers", "CREATE ROLE writers", "ALTER ROLE readers ADD MEMBER writers")
	none := "00000000-0000-0000-0000-000000000000"
	for statement, want := range map[string]struct {
		number int32
		text   string
	}{
		"CREATE USER [nobody] FROM EXTERNAL PROVIDER":                                            {33130, "Principal 'nobody' could not be found or this principal type is not supported."},
		"CREATE USER [DevTestVM] FROM EXTERNAL PROVIDER":                                         {33131, "Principal 'DevTestVM' has a duplicate display name."},
		"CREATE USER [my-app] FROM EXTERNAL PROVIDER":                                            {15023, "User, group, or role 'my-app' already exists in the current database."},
		"CREATE USER [readers] FROM EXTERNAL PROVIDER WITH OBJECT_ID = '" + app.ObjectID() + "'": {15023, "already exists"},
		"CREATE USER [other] FROM EXTERNAL PROVIDER WITH OBJECT_ID = '" + app.ObjectID() + "'":   {15063, "The login already has an account under a different user name."},
		"CREATE USER [other] FROM EXTERNAL PROVIDER WITH OBJECT_ID = '" + none + "'":             {37545, "is not a valid object id"},
		"CREATE USER [other] FROM EXTERNAL PROVIDER WITH OBJECT_ID = 'xyz'":                      {37545, "is not a valid object id"},
		"CREATE USER [other] WITH SID = " + inverted(app.ClientID()) + ", TYPE = E":              {15063, "different user name"},
		"ALTER ROLE nothing ADD MEMBER [my-app]":                                                 {15151, "Cannot alter the role 'nothing', because it does not exist or you do not have permission."},
		"ALTER ROLE db_datareader ADD MEMBER [nobody]":                                           {15151, "Cannot add the principal 'nobody'"},
		"ALTER ROLE db_datareader DROP MEMBER [nobody]":                                          {15151, "Cannot drop the principal 'nobody'"},
		"ALTER ROLE writers ADD MEMBER readers":                                                  {15413, "member of itself"},
		"ALTER ROLE readers ADD MEMBER dbo":                                                      {15405, "Cannot use the special principal 'dbo'."},
		"DROP USER [nobody]":                                                                     {15151, "Cannot drop the user 'nobody'"},
		"DROP USER dbo":                                                                          {15150, "Cannot drop"},
		"DROP ROLE readers":                                                                      {15144, "has members"},
		"DROP ROLE db_datareader":                                                                {15150, "Cannot drop"},
		"CREATE ROLE readers":                                                                    {15023, "already exists"},
		"CREATE USER [x] WITHOUT LOGIN":                                                          {0, ""},
	} {
		t.Run(statement, func(t *testing.T) {
			_, err := try(t, db, statement)
			require.Equal(t, want.number, number(err), "%v", err)
			if want.number != 0 {
				require.ErrorContains(t, err, want.text)
			}
		})
	}
}

// A managed identity can make users only if the server may read the directory.
func TestDirectoryReader(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.AddUserIdentity("my-app")
	deployer := w.AddUserIdentity("deployer")
	w.sql.SetAdmin(deployer)
	db := w.open(t, login{token: tokenOf(deployer)})
	_, err := try(t, db, "CREATE USER [my-app] FROM EXTERNAL PROVIDER")
	require.EqualValues(t, 33134, number(err))
	require.ErrorContains(t, err, "Principal 'my-app' could not be resolved.")
	require.ErrorContains(t, err, "Server identity is not configured")
	w.sql.SetDirectoryReader(true)
	run(t, db, "CREATE USER [my-app] FROM EXTERNAL PROVIDER")
}

// Each role and each permission lets do what it says, and nothing else.
func TestPermissions(t *testing.T) {
	t.Parallel()
	const (
		read   = "SELECT COUNT(*) FROM Employees"
		write  = "UPDATE Employees SET Name = Name"
		insert = "INSERT INTO Employees (Name) VALUES (N'x')"
		define = "CREATE TABLE made (a int)"
		user   = "CREATE USER [other] FROM EXTERNAL PROVIDER"
		role   = "CREATE ROLE r"
	)
	for given, allowed := range map[string][]string{
		"": {},
		"ALTER ROLE db_datareader ADD MEMBER app":                                              {read},
		"ALTER ROLE db_datawriter ADD MEMBER app":                                              {insert},
		"ALTER ROLE db_datareader ADD MEMBER app; ALTER ROLE db_datawriter ADD MEMBER app":     {read, write, insert},
		"ALTER ROLE db_ddladmin ADD MEMBER app":                                                {define},
		"ALTER ROLE db_accessadmin ADD MEMBER app":                                             {user},
		"ALTER ROLE db_securityadmin ADD MEMBER app":                                           {role},
		"ALTER ROLE db_owner ADD MEMBER app":                                                   {read, write, insert, define, user, role},
		"ALTER ROLE db_owner ADD MEMBER app; ALTER ROLE db_denydatareader ADD MEMBER app":      {read, write, insert, define, user, role}, // who owns is not checked
		"ALTER ROLE db_datareader ADD MEMBER app; ALTER ROLE db_denydatareader ADD MEMBER app": {},
		"GRANT SELECT ON Employees TO app":                                                     {read},
		"GRANT SELECT, UPDATE ON OBJECT::dbo.Employees TO app":                                 {read, write},
		"GRANT SELECT ON SCHEMA::dbo TO app":                                                   {read},
		"GRANT SELECT TO app; DENY SELECT ON Employees TO public":                              {},
		"GRANT SELECT TO public":                                                               {read},
		"GRANT SELECT ON Employees TO app; REVOKE SELECT ON Employees FROM app":                {},
		"CREATE ROLE readers; GRANT SELECT TO readers; ALTER ROLE readers ADD MEMBER app":      {read},
		"CREATE VIEW v AS SELECT * FROM Employees; GRANT SELECT ON v TO app":                   {"SELECT COUNT(*) FROM v"},
		"GRANT CONTROL TO app":                                                                 {read, write, insert, define, user, role},
		"GRANT ALTER ANY USER TO app":                                                          {user},
	} {
		t.Run(given, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			app := w.AddUserIdentity("app")
			w.AddUserIdentity("other")
			w.sql.SetDirectoryReader(true)
			run(t, w.admin(t), "CREATE USER app FROM EXTERNAL PROVIDER", given)
			db := w.open(t, login{token: tokenOf(app)})
			for _, statement := range allowed {
				show(t, db, statement)
			}
			for _, statement := range []string{read, write, insert, define, user, role} {
				if slices.Contains(allowed, statement) {
					continue
				}
				_, err := try(t, db, statement)
				require.Contains(t, []int32{229, 262, 15247}, number(err), "%s: %v", statement, err)
			}
		})
	}
}

// What is granted and taken back holds for sessions that are open.
func TestPermissionsOfOpenSessions(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	db, admin := w.machine(t), w.admin(t)
	db.SetMaxOpenConns(1)
	require.Equal(t, "4", show(t, db, "SELECT COUNT(*) FROM Employees"))
	run(t, admin, "DENY SELECT ON Employees TO DevTestVM")
	_, err := try(t, db, "SELECT COUNT(*) FROM Employees")
	require.EqualValues(t, 229, number(err))
	run(t, admin, "REVOKE SELECT ON Employees FROM DevTestVM")
	require.Equal(t, "4", show(t, db, "SELECT COUNT(*) FROM Employees"))
	require.Equal(t, 2, w.sql.Connections())
}

// Who may not see a table does not find it in the catalog either.
func TestMetadataIsHidden(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	app := w.AddUserIdentity("app")
	admin := w.admin(t)
	run(t, admin, "CREATE TABLE other (a int)", "CREATE USER app FROM EXTERNAL PROVIDER", "GRANT SELECT ON other TO app")
	require.Equal(t, "other", show(t, w.open(t, login{token: tokenOf(app)}), "SELECT TABLE_NAME FROM INFORMATION_SCHEMA.TABLES"))
	require.Equal(t, "app|OBJECT_OR_COLUMN|SELECT|GRANT", show(t, admin, `SELECT p.name, q.class_desc, q.permission_name, q.state_desc FROM sys.database_permissions q
		JOIN sys.database_principals p ON p.principal_id = q.grantee_principal_id WHERE q.major_id = OBJECT_ID('other')`))
}

// Of many with one user, each is who its token says.
func TestManyIdentities(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	admin := w.admin(t)
	for i := range 5 {
		id := w.AddUserIdentity(fmt.Sprintf("app-%d", i))
		run(t, admin, "CREATE USER ["+id.Name()+"] FROM EXTERNAL PROVIDER")
		db := w.open(t, login{token: fixed(id.Token(resource, time.Minute))})
		require.Equal(t, id.Name()+"|"+id.ClientID()+"@"+id.TenantID(), show(t, db, "SELECT USER_NAME(), ORIGINAL_LOGIN()"))
	}
	var names []string
	for _, r := range w.Requests() {
		if r.Operation == "sql.login" {
			names = append(names, r.Identity)
		}
	}
	require.Contains(t, names, "app-4")
}
