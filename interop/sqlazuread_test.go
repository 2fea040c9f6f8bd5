package interop_test

import (
	"crypto/rand"
	"database/sql"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"testing"
	"time"

	"github.com/microsoft/go-mssqldb/azuread"
	"github.com/stretchr/testify/require"

	"github.com/keyless-go/azure/azuretest/sqlserver"
)

// go-mssqldb's package azuread, which asks azidentity. It takes neither a credential nor
// an HTTP client: it is told by connection strings and by the variables of App Service,
// whose endpoint is a socket here.

// onAppService puts the test onto App Service.
func onAppService(t *testing.T) sqlWorld {
	t.Helper()
	w := newSQLWorld(t)
	env := w.srv.Environment("AppService")
	at, err := url.Parse(env["IDENTITY_ENDPOINT"])
	require.NoError(t, err)
	host := at.Host
	platform := httptest.NewServer(http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		r.Host = host
		w.srv.ServeHTTP(rw, r)
	}))
	t.Cleanup(platform.Close)
	socket, err := url.Parse(platform.URL)
	require.NoError(t, err)
	at.Host = socket.Host
	t.Setenv("IDENTITY_ENDPOINT", at.String())
	t.Setenv("IDENTITY_HEADER", env["IDENTITY_HEADER"])
	return w
}

// azuread opens the database in memory.
func (w sqlWorld) azuread(t *testing.T, options url.Values) *sql.DB {
	t.Helper()
	options.Set("database", sqlserver.Database)
	options.Set("encrypt", "true")
	options.Set("certificate", w.certificate(t))
	c, err := azuread.NewConnector(fmt.Sprintf("sqlserver://%s?%s", sqlserver.Host, options.Encode()))
	require.NoError(t, err)
	c.Dialer = w.server.Dialer()
	return pool(t, c)
}

// TestAzureADManagedIdentity logs in as identities that an administrator has let in by
// each of the ways that Azure has. Each has a name of its own: the cache under azidentity
// knows no servers.
func TestAzureADManagedIdentity(t *testing.T) {
	w := onAppService(t)
	id := w.srv.AddUserIdentity("app-" + rand.Text())
	_, err := w.admin(t).ExecContext(t.Context(), "CREATE USER ["+id.Name()+"] FROM EXTERNAL PROVIDER; ALTER ROLE db_datareader ADD MEMBER ["+id.Name()+"]")
	require.NoError(t, err)
	for name, options := range map[string]url.Values{
		"client ID":   {"fedauth": {"ActiveDirectoryManagedIdentity"}, "user id": {id.ClientID()}},
		"resource ID": {"fedauth": {"ActiveDirectoryMSI"}, "resource id": {id.ResourceID()}},
	} {
		t.Run(name, func(t *testing.T) {
			got, err := user(t.Context(), w.azuread(t, options))
			require.NoError(t, err)
			require.Equal(t, id.Name(), got)
		})
	}
	asked := 0
	for _, r := range w.srv.Requests() {
		if r.Operation == "appservice.token" {
			asked++
		}
	}
	require.Equal(t, 2, asked, "the server has named the resource, and azidentity has asked for it")
}

// TestAzureADTutorial is the tutorial's machine. Its token may be one of an emulator
// before, from that cache: the machine is the same.
func TestAzureADTutorial(t *testing.T) {
	w := onAppService(t)
	got, err := user(t.Context(), w.azuread(t, url.Values{"fedauth": {"ActiveDirectoryManagedIdentity"}}))
	require.NoError(t, err)
	require.Equal(t, "DevTestVM", got)
}

func TestAzureADStranger(t *testing.T) {
	w := onAppService(t)
	id := w.srv.AddUserIdentity("app-" + rand.Text())
	db := w.azuread(t, url.Values{"fedauth": {"ActiveDirectoryManagedIdentity"}, "user id": {id.ClientID()}})
	require.ErrorContains(t, db.PingContext(t.Context()), "Login failed for user '<token-identified principal>'.")
	db = w.azuread(t, url.Values{"fedauth": {"ActiveDirectoryManagedIdentity"}, "user id": {"11112222-3333-4444-5555-666677778888"}})
	require.ErrorContains(t, db.PingContext(t.Context()), "ManagedIdentityCredential")
}

func TestAzureADAccessToken(t *testing.T) {
	t.Parallel()
	w := newSQLWorld(t)
	db := w.azuread(t, url.Values{"fedauth": {"ActiveDirectoryServicePrincipalAccessToken"}, "password": {w.srv.SystemIdentity().Token(sqlResource, time.Hour)}})
	got, err := user(t.Context(), db)
	require.NoError(t, err)
	require.Equal(t, "DevTestVM", got)
}
