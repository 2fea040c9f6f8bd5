package azuresql_test

import (
	"context"
	"database/sql"
	"testing"

	"github.com/stretchr/testify/require"
	"golang.org/x/sync/errgroup"

	"github.com/keyless-go/azure/azuretest"
	"github.com/keyless-go/azure/azuretest/sqlserver"
	azuresql "github.com/keyless-go/azure/sql"
)

// TestUsersLogIn: whichever way a user is made, it is the identity's.
func TestUsersLogIn(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name string
		user func(*azuretest.Identity) azuresql.User
	}{
		{"by name", func(id *azuretest.Identity) azuresql.User { return azuresql.User{Name: id.Name()} }},
		{"by object ID", func(id *azuretest.Identity) azuresql.User {
			return azuresql.User{Name: "orders", ObjectID: id.ObjectID()}
		}},
		{"by client ID", func(id *azuretest.Identity) azuresql.User {
			return azuresql.User{Name: "orders", ClientID: id.ClientID()}
		}},
		{"by both", func(id *azuretest.Identity) azuresql.User {
			return azuresql.User{Name: "orders", ClientID: id.ClientID(), ObjectID: id.ObjectID()}
		}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			id := w.AddUserIdentity("my]app's")
			db, user := w.open(t, sqlserver.Database, id), test.user(id)
			require.Equal(t, int32(18456), numberOf(t, db.PingContext(t.Context())))

			user.Roles = []string{"db_datareader", "DB_DataWriter"}
			change, err := azuresql.EnsureUser(t.Context(), w.admin(t), user)
			require.NoError(t, err)
			require.Equal(t, azuresql.Change{Created: true, Roles: user.Roles}, change)
			change, err = azuresql.EnsureUser(t.Context(), w.admin(t), user)
			require.NoError(t, err)
			require.Zero(t, change)

			health, err := azuresql.Check(t.Context(), db)
			require.NoError(t, err)
			require.Equal(t, user.Name, health.User)
			require.Equal(t, []string{"db_datareader", "db_datawriter"}, health.Roles)

			require.NoError(t, azuresql.RemoveUser(t.Context(), w.admin(t), user.Name))
			require.NoError(t, azuresql.RemoveUser(t.Context(), w.admin(t), user.Name))
			require.Equal(t, int32(18456), numberOf(t, w.open(t, sqlserver.Database, id).PingContext(t.Context())))
		})
	}
}

func TestEnsureUserRefused(t *testing.T) {
	t.Parallel()
	byName := func(name string) azuresql.User { return azuresql.User{Name: name} }
	tests := []struct {
		name    string
		prepare func(*testing.T, *world) *sql.DB
		user    azuresql.User
		number  int32 // 0: before the server is asked to create anything
		want    string
	}{
		{"nobody of that name", asAdmin, byName("nobody"), 33130, "give the ObjectID or ClientID"},
		{"two of that name", func(t *testing.T, w *world) *sql.DB {
			t.Helper()
			w.AddUserIdentity("DevTestVM")
			require.NoError(t, azuresql.RemoveUser(t.Context(), w.admin(t), "DevTestVM"))
			return w.admin(t)
		}, byName("DevTestVM"), 33131, "several identities have that display name"},
		{"a machine cannot ask", func(t *testing.T, w *world) *sql.DB {
			t.Helper()
			w.AddUserIdentity("app")
			w.SetAdmin(w.SystemIdentity())
			return w.machine(t)
		}, byName("app"), 33134, "Directory Readers"},
		{"no such object", asAdmin, azuresql.User{Name: "app", ObjectID: someObject}, 37545, "not of an app registration"},
		{"no such role", asAdmin, azuresql.User{Name: "DevTestVM", Roles: []string{"db_reader"}}, 0, "CREATE ROLE [db_reader]"},
		{"another's name", asAdmin, azuresql.User{Name: "DevTestVM", ClientID: someClient}, 0, "belongs to another identity"},
		{"a role that is a user", asAdmin, azuresql.User{Name: "DevTestVM", Roles: []string{"DevTestVM"}}, 0, "[DevTestVM] is a user of the directory and not a role"},
		{"a role's name", asAdmin, byName("db_owner"), 0, "is a role"},
		{"no right", func(t *testing.T, w *world) *sql.DB {
			t.Helper()
			w.AddUserIdentity("app")
			return w.machine(t)
		}, byName("app"), 15247, "ALTER ANY USER"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			change, err := azuresql.EnsureUser(t.Context(), test.prepare(t, w), test.user)
			require.ErrorContains(t, err, test.want)
			require.Zero(t, change)
			if test.number != 0 {
				require.Equal(t, test.number, numberOf(t, err))
			}
		})
	}
}

func asAdmin(t *testing.T, w *world) *sql.DB {
	t.Helper()
	return w.admin(t)
}

// SetAdmin makes an identity the server's administrator.
func (w *world) SetAdmin(id *azuretest.Identity) { w.sql.SetAdmin(id) }

// TestEnsureUserWithoutTheDirectory: a machine makes users by client ID, which
// asks nobody, or when the server may read the directory.
func TestEnsureUserWithoutTheDirectory(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.SetAdmin(w.SystemIdentity())
	db := w.machine(t)
	app := w.AddUserIdentity("app")
	change, err := azuresql.EnsureUser(t.Context(), db, azuresql.User{Name: "app", ClientID: app.ClientID()})
	require.NoError(t, err)
	require.True(t, change.Created)
	require.NoError(t, w.open(t, sqlserver.Database, app).PingContext(t.Context()))

	w.AddUserIdentity("other")
	w.sql.SetDirectoryReader(true)
	_, err = azuresql.EnsureUser(t.Context(), db, azuresql.User{Name: "other"})
	require.NoError(t, err)
}

// TestEverybodyMakesTheUser: many programs start at once.
func TestEverybodyMakesTheUser(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	app := w.AddUserIdentity("app")
	db := w.admin(t)
	user := azuresql.User{Name: "app", ClientID: app.ClientID(), Roles: []string{"public", "db_datareader"}}
	for range 3 {
		var group errgroup.Group
		for range 10 {
			group.Go(func() error { _, err := azuresql.EnsureUser(t.Context(), db, user); return err })
		}
		require.NoError(t, group.Wait())
		require.NoError(t, w.open(t, sqlserver.Database, app).PingContext(t.Context()))
		for range 10 {
			group.Go(func() error { return azuresql.RemoveUser(t.Context(), db, "app") })
		}
		require.NoError(t, group.Wait())
	}
}

// TestRecreatedIdentity: the machine was made anew under its old name.
func TestRecreatedIdentity(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	admin, user := w.admin(t), azuresql.User{Name: "vm", ClientID: someClient}
	_, err := azuresql.EnsureUser(t.Context(), admin, user)
	require.NoError(t, err)
	user.ClientID = w.SystemIdentity().ClientID()
	_, err = azuresql.EnsureUser(t.Context(), admin, user)
	require.ErrorContains(t, err, "was made anew since: RemoveUser it first")
	require.NoError(t, azuresql.RemoveUser(t.Context(), admin, "vm"))
	_, err = azuresql.EnsureUser(t.Context(), admin, user)
	require.ErrorContains(t, err, "is user [DevTestVM] of this database already")
	require.NoError(t, azuresql.RemoveUser(t.Context(), admin, "DevTestVM"))
	_, err = azuresql.EnsureUser(t.Context(), admin, user)
	require.NoError(t, err)
	require.NoError(t, w.machine(t).PingContext(context.Background()))
}
