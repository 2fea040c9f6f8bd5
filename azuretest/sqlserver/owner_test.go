package sqlserver_test

import (
	"testing"

	"github.com/stretchr/testify/require"
)

// Whoever owns a schema may do everything in it, and nothing elsewhere.
func TestOwners(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	db := w.admin(t)
	app := w.AddUserIdentity("app")
	run(t, db, "CREATE USER app FROM EXTERNAL PROVIDER", "CREATE SCHEMA mine AUTHORIZATION app", "CREATE SCHEMA theirs", "CREATE SCHEMA AUTHORIZATION app",
		"CREATE ROLE owners AUTHORIZATION app", "CREATE ROLE readers", "CREATE TABLE mine.a (n int)", "CREATE TABLE theirs.a (n int)")
	answers{
		"SELECT s.name, p.name FROM sys.schemas s JOIN sys.database_principals p ON p.principal_id = s.principal_id ORDER BY s.schema_id": "dbo|dbo\nguest|guest\n" +
			"INFORMATION_SCHEMA|INFORMATION_SCHEMA\nsys|sys\nmine|app\ntheirs|dbo\napp|app",
		"SELECT SCHEMA_OWNER FROM INFORMATION_SCHEMA.SCHEMATA WHERE SCHEMA_NAME = 'mine'":                                                                                    "app",
		"SELECT r.name, p.name FROM sys.database_principals r JOIN sys.database_principals p ON p.principal_id = r.owning_principal_id WHERE r.is_fixed_role = 0 ORDER BY 1": "owners|app\npublic|dbo\nreaders|dbo",
	}.check(t, db)
	own := w.open(t, login{token: tokenOf(app)})
	require.Equal(t, "1", show(t, own, "INSERT INTO mine.a OUTPUT INSERTED.n VALUES (1)"))
	refusals{"SELECT * FROM theirs.a": 229, "SELECT * FROM Employees": 229, "CREATE TABLE mine.b (n int)": 262}.check(t, own)
	refusals{
		"CREATE SCHEMA other AUTHORIZATION nobody": 15151,
		"CREATE ROLE other AUTHORIZATION nobody":   15151,
		"DROP USER app":                            15138,
	}.check(t, db)
	run(t, db, "DROP SCHEMA app", "DROP TABLE mine.a", "DROP SCHEMA mine")
	refusals{"DROP USER app": 15421}.check(t, db)
	run(t, db, "DROP ROLE owners", "DROP USER app")
}

// Who owns what is part of the state.
func TestStateOfOwners(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.AddUserIdentity("app")
	run(t, w.admin(t), "CREATE USER app FROM EXTERNAL PROVIDER", "CREATE SCHEMA mine AUTHORIZATION app", "CREATE ROLE owners AUTHORIZATION app", "CREATE TABLE mine.a (n int)")
	again := w.restarted(t)
	db := again.admin(t)
	const owners = "SELECT s.name, p.name FROM sys.schemas s JOIN sys.database_principals p ON p.principal_id = s.principal_id WHERE s.name = 'mine' " +
		"UNION ALL SELECT r.name, p.name FROM sys.database_principals r JOIN sys.database_principals p ON p.principal_id = r.owning_principal_id WHERE r.name = 'owners'"
	require.Equal(t, "mine|app\nowners|app", show(t, db, owners))
	refusals{"DROP USER app": 15138}.check(t, db)
	own := again.open(t, login{token: tokenOf(again.AddUserIdentity("app"))})
	require.Equal(t, "1", show(t, own, "INSERT INTO mine.a OUTPUT INSERTED.n VALUES (1)"))
}
