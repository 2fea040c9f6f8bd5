package azuresql_test

import (
	"context"
	"database/sql"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/policy"
	"github.com/stretchr/testify/require"

	"github.com/keyless-go/azure/azuretest"
	"github.com/keyless-go/azure/azuretest/sqlserver"
	azuresql "github.com/keyless-go/azure/sql"
)

// identity is a credential with the tokens of an emulated identity.
type identity struct{ of *azuretest.Identity }

func (i identity) GetToken(_ context.Context, options policy.TokenRequestOptions) (azcore.AccessToken, error) {
	audience := strings.TrimSuffix(options.Scopes[0], "/.default")
	return azcore.AccessToken{Token: i.of.Token(audience, time.Hour), ExpiresOn: time.Now().Add(time.Hour)}, nil
}

// world is an Azure with the tutorial's database server.
type world struct {
	*azuretest.Server
	sql *sqlserver.Server
}

func newWorld(t *testing.T) *world {
	t.Helper()
	srv := azuretest.New(t)
	return &world{Server: srv, sql: sqlserver.New(t, srv)}
}

// open opens a database as an identity.
func (w *world) open(t *testing.T, database string, as *azuretest.Identity) *sql.DB {
	t.Helper()
	options := &azuresql.Options{Dialer: w.sql.Dialer(), TLSConfig: w.sql.TLSConfig()}
	db, err := azuresql.Open(sqlserver.Host, database, identity{as}, options)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, db.Close()) })
	return db
}

// admin opens the tutorial's database as the server's administrator.
func (w *world) admin(t *testing.T) *sql.DB {
	t.Helper()
	return w.open(t, sqlserver.Database, w.SignedInUser())
}

// machine opens it as the virtual machine.
func (w *world) machine(t *testing.T) *sql.DB {
	t.Helper()
	return w.open(t, sqlserver.Database, w.SystemIdentity())
}

// statements are those that the server was sent and that begin so.
func (w *world) statements(prefix string) []string {
	var all []string
	for _, r := range w.Requests() {
		if text := string(r.Body); strings.HasPrefix(r.Operation, "sql.") && strings.HasPrefix(text, prefix) {
			all = append(all, text)
		}
	}
	return all
}

func TestTutorial(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	require.NoError(t, azuresql.RemoveUser(t.Context(), w.admin(t), "DevTestVM"))
	db := w.machine(t)
	err := db.PingContext(t.Context())
	require.Equal(t, int32(18456), numberOf(t, err))
	require.ErrorContains(t, err, "CREATE USER [DevTestVM] FROM EXTERNAL PROVIDER; ALTER ROLE db_datareader ADD MEMBER [DevTestVM]")

	user := azuresql.User{Name: "DevTestVM", Roles: []string{"db_datareader"}}
	change, err := azuresql.EnsureUser(t.Context(), w.admin(t), user)
	require.NoError(t, err)
	require.Equal(t, azuresql.Change{Created: true, Roles: []string{"db_datareader"}}, change)
	require.Equal(t, []string{"CREATE USER [DevTestVM] FROM EXTERNAL PROVIDER"}, w.statements("CREATE USER"))

	var n int
	require.NoError(t, db.QueryRowContext(t.Context(), "SELECT COUNT(*) FROM Employees").Scan(&n))
	require.Positive(t, n)
	_, err = db.ExecContext(t.Context(), "DELETE FROM Employees")
	require.Equal(t, int32(229), numberOf(t, err))

	change, err = azuresql.EnsureUser(t.Context(), w.admin(t), user)
	require.NoError(t, err)
	require.Zero(t, change)
}

func TestTutorialInABubble(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		health, err := azuresql.Check(t.Context(), w.machine(t))
		require.NoError(t, err)
		require.Equal(t, azuresql.Health{
			Login:    w.SystemIdentity().ClientID() + "@" + w.SystemIdentity().TenantID(),
			User:     "DevTestVM",
			Database: "mydatabase",
			Roles:    []string{"db_datareader"},
			Expires:  time.Now().Add(time.Hour).UTC(),
		}, health)
	})
}

func TestCheckAsAdministrator(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	health, err := azuresql.Check(t.Context(), w.admin(t))
	require.NoError(t, err)
	require.Equal(t, w.SignedInUser().Name(), health.Login)
	require.Equal(t, "dbo", health.User)
	require.Contains(t, health.Roles, "db_owner")
}
