package sqlserver_test

import (
	"context"
	"database/sql"
	"strings"
	"testing"
	"time"

	mssql "github.com/microsoft/go-mssqldb"
	"github.com/stretchr/testify/require"
)

func TestTokens(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	machine := w.SystemIdentity()
	stranger := w.AddUserIdentity("stranger")
	good := machine.Token(resource, time.Hour)
	tests := map[string]struct {
		token  string
		number int32
		text   string
		reason string
	}{
		"with slash":       {token: good},
		"without slash":    {token: machine.Token(strings.TrimSuffix(resource, "/"), time.Hour)},
		"expired":          {machine.Token(resource, -time.Minute), 18456, "Login failed for user '<token-identified principal>'. Token is expired.", "the token has expired"},
		"another audience": {machine.Token("https://vault.azure.net", time.Hour), 18456, "Login failed for user '<token-identified principal>'.", `the token's audience is "https://vault.azure.net"`},
		"no user":          {stranger.Token(resource, time.Hour), 18456, "Login failed for user '<token-identified principal>'.", "stranger has no user in the database mydatabase"},
		"tampered":         {good[:len(good)-4] + "AAAA", 18456, "Login failed for user '<token-identified principal>'.", "signature"},
		"no token":         {"nothing", 18456, "Login failed for user '<token-identified principal>'.", "not a JWT"},
		"long":             {strings.Repeat("x", 20000), 18456, "Login failed for user '<token-identified principal>'.", "not a JWT"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			err := w.open(t, login{token: fixed(test.token)}).PingContext(t.Context())
			require.Equal(t, test.number, number(err), "%v", err)
			if test.number == 0 {
				require.NoError(t, err)
				return
			}
			require.ErrorContains(t, err, test.text)
			require.ErrorContains(t, err, test.reason)
			require.NotContains(t, err.Error(), good[:50])
			reasons := ""
			for _, r := range w.Requests() {
				if r.Operation == "sql.login" {
					reasons += r.Reason + "\n"
					require.NotContains(t, r.Reason, good[:50])
				}
			}
			require.Contains(t, reasons, test.reason)
		})
	}
}

func TestRemovedIdentity(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	l := login{token: tokenOf(w.SystemIdentity())}
	w.RemoveSystemIdentity()
	require.EqualValues(t, 18456, number(w.open(t, l).PingContext(t.Context())))
}

func TestDatabases(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	admin := login{token: tokenOf(w.SignedInUser())}
	nowhere := admin
	nowhere.database = "nowhere"
	err := w.open(t, nowhere).PingContext(t.Context())
	require.EqualValues(t, 4060, number(err))
	require.ErrorContains(t, err, `Cannot open database "nowhere" requested by the login. The login failed.`)

	require.EqualValues(t, 18456, number(w.open(t, login{database: "master"}).PingContext(t.Context())), "the machine has no user in master")
	master := admin
	master.database = "master"
	db := w.open(t, master)
	run(t, db, "CREATE DATABASE other")
	require.Equal(t, "master\nmydatabase\nother", show(t, db, "SELECT name FROM sys.databases ORDER BY name"))
	_, err = try(t, db, "CREATE DATABASE other")
	require.EqualValues(t, 1801, number(err))
	other := admin
	other.database = "OTHER"
	require.Equal(t, "other|1", show(t, w.open(t, other), "SELECT DB_NAME(), IS_MEMBER('db_owner')"))
	require.NoError(t, w.sql.AddDatabase("third"))
	require.NoError(t, w.sql.AddDatabase("third"))
	_, err = try(t, w.admin(t), "CREATE DATABASE fourth")
	require.EqualValues(t, 262, number(err), "only in master")
	_, err = try(t, w.admin(t), "USE master")
	require.EqualValues(t, 40508, number(err))
	require.Empty(t, show(t, w.admin(t), "USE mydatabase"))
	_, err = try(t, w.admin(t), "SELECT * FROM other.dbo.t")
	require.EqualValues(t, 40515, number(err))
}

func TestAdmin(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	require.Equal(t, "mia@contoso.onmicrosoft.com|dbo|1", show(t, w.admin(t), "SELECT SUSER_SNAME(), CURRENT_USER, IS_MEMBER('db_owner')"))
	app := w.AddUserIdentity("deployer")
	w.sql.SetAdmin(app)
	require.Equal(t, "dbo", show(t, w.open(t, login{token: tokenOf(app)}), "SELECT USER_NAME()"))
	require.EqualValues(t, 18456, number(w.admin(t).PingContext(t.Context())))
}

// ADAL: the server says for whom to get a token, the client sends it apart.
func TestADAL(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	var spn, sts string
	token := w.SystemIdentity().Token(resource, time.Hour)
	c, err := mssql.NewActiveDirectoryTokenConnector(w.config(t, login{}), mssql.FedAuthADALWorkflowMSI,
		func(_ context.Context, serverSPN, stsURL string) (string, error) {
			spn, sts = serverSPN, stsURL
			return token, nil
		})
	require.NoError(t, err)
	c.Dialer = w.sql.Dialer()
	db := sql.OpenDB(c)
	defer db.Close()
	require.Equal(t, "DevTestVM", show(t, db, "SELECT USER_NAME()"))
	require.Equal(t, resource, spn)
	require.Equal(t, "https://login.windows.net/"+w.SystemIdentity().TenantID(), sts)
	token = "wrong"
	other := sql.OpenDB(c)
	defer other.Close()
	require.EqualValues(t, 18456, number(other.PingContext(t.Context())))
}

func TestPassword(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	config := w.config(t, login{})
	config.User, config.Password = "sa", "secret"
	c := mssql.NewConnectorConfig(config)
	c.Dialer = w.sql.Dialer()
	db := sql.OpenDB(c)
	defer db.Close()
	err := db.PingContext(t.Context())
	require.EqualValues(t, 18456, number(err))
	require.ErrorContains(t, err, "Login failed for user 'sa'. Reason: Azure Active Directory only authentication is enabled.")
}

func TestStrict(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	db := w.open(t, login{encrypt: "strict"})
	require.Equal(t, "Rob Walters", show(t, db, "SELECT Name FROM Employees WHERE ID = @p1", 4))
}

func TestUntrusted(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	config := w.config(t, login{})
	config.TLSConfig.ServerName = "somebody.else"
	config.TLSConfig.RootCAs = nil
	c, err := mssql.NewSecurityTokenConnector(config, tokenOf(w.SystemIdentity()))
	require.NoError(t, err)
	c.Dialer = w.sql.Dialer()
	db := sql.OpenDB(c)
	defer db.Close()
	require.ErrorContains(t, db.PingContext(t.Context()), "certificate")
}

func TestPacketSizes(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	long := strings.Repeat("äöü€😀", 20_000)
	for _, size := range []string{"512", "4096", "8000", "16383", "32767"} {
		t.Run(size, func(t *testing.T) {
			t.Parallel()
			db := w.open(t, login{options: "&packet+size=" + size})
			require.Equal(t, long, show(t, db, "SELECT @p1", long))
		})
	}
}
