package sqlserver_test

import (
	"context"
	"fmt"
	"log"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/keyless-go/azure/azuretest"
	"github.com/keyless-go/azure/azuretest/sqlserver"
)

func TestDatabasesAreDescribed(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	tutorial := sqlserver.DatabaseInfo{
		Name: "mydatabase", Tables: []string{"dbo.Employees"},
		Users: []sqlserver.UserInfo{{Name: "DevTestVM", Roles: []string{"db_datareader"}}},
	}
	got, err := w.sql.Databases(t.Context())
	require.NoError(t, err)
	require.Equal(t, []sqlserver.DatabaseInfo{tutorial}, got)

	require.NoError(t, w.sql.AddDatabase("orders"))
	require.NoError(t, w.sql.Exec("orders", `
		CREATE TABLE b (id int); CREATE TABLE a (id int); CREATE VIEW v AS SELECT id FROM a;`))
	require.NoError(t, w.sql.Exec("orders", `
		CREATE USER [mia@contoso.onmicrosoft.com] FROM EXTERNAL PROVIDER;
		CREATE ROLE clerks; ALTER ROLE clerks ADD MEMBER [mia@contoso.onmicrosoft.com];
		ALTER ROLE db_owner ADD MEMBER [mia@contoso.onmicrosoft.com];
		CREATE USER DevTestVM FROM EXTERNAL PROVIDER;`))
	got, err = w.sql.Databases(t.Context())
	require.NoError(t, err)
	require.Equal(t, []sqlserver.DatabaseInfo{tutorial, {
		Name: "orders", Tables: []string{"dbo.a", "dbo.b"},
		Users: []sqlserver.UserInfo{{Name: "mia@contoso.onmicrosoft.com", Roles: []string{"clerks", "db_owner"}}, {Name: "DevTestVM"}},
	}}, got)
}

// It waits for nobody, and sees nothing that may be taken back.
func TestDatabasesAreDescribedAsCommitted(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	db := w.open(t, login{token: tokenOf(w.SignedInUser())})
	tx, err := db.BeginTx(t.Context(), nil)
	require.NoError(t, err)
	_, err = tx.ExecContext(t.Context(), "CREATE TABLE later (id int)")
	require.NoError(t, err)
	got, err := w.sql.Databases(t.Context())
	require.NoError(t, err)
	require.Equal(t, []string{"dbo.Employees"}, got[0].Tables)
	require.NoError(t, tx.Commit())
	got, err = w.sql.Databases(t.Context())
	require.NoError(t, err)
	require.Equal(t, []string{"dbo.Employees", "dbo.later"}, got[0].Tables)
	require.NoError(t, db.Close())
	require.NoError(t, w.sql.Close())
	got, err = w.sql.Databases(t.Context())
	require.NoError(t, err)
	require.Empty(t, got, "a server that is closed has none")
}

func ExampleServer_Databases() {
	azure, err := azuretest.Start()
	if err != nil {
		log.Fatal(err)
	}
	defer azure.Close()
	srv, err := sqlserver.Start(azure)
	if err != nil {
		log.Fatal(err)
	}
	defer srv.Close()
	databases, err := srv.Databases(context.Background())
	if err != nil {
		log.Fatal(err)
	}
	for _, d := range databases {
		fmt.Println(d.Name, d.Tables)
		for _, u := range d.Users {
			fmt.Println(u.Name, u.Roles)
		}
	}
	// Output:
	// mydatabase [dbo.Employees]
	// DevTestVM [db_datareader]
}
