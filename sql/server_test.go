package azuresql_test

import (
	"crypto/tls"
	"fmt"
	"net"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore"
	mssql "github.com/microsoft/go-mssqldb"
	"github.com/stretchr/testify/require"

	azuresql "github.com/keyless-go/azure/sql"
)

func TestServer(t *testing.T) {
	t.Parallel()
	tests := []struct{ server, want string }{
		{"myserver.database.windows.net", "myserver.database.windows.net 1433"},
		{"myserver.database.windows.net.", "myserver.database.windows.net 1433"},
		{"mi.public.a1b2.database.windows.net:3342", "mi.public.a1b2.database.windows.net 3342"},
		{"localhost", "localhost 1433"},
		{"127.0.0.1:50000", "127.0.0.1 50000"},
		{"[::1]:1434", "::1 1434"},
		{"[::1]", "::1 1433"},
		{"::1", "::1 1433"},
		{"fe80::1%eth0", "fe80::1%eth0 1433"},
	}
	for _, test := range tests {
		t.Run(test.server, func(t *testing.T) {
			t.Parallel()
			got, err := azuresql.ServerOf(test.server)
			require.NoError(t, err)
			require.Equal(t, test.want, got)
		})
	}
}

func TestNewConnectorBadInput(t *testing.T) {
	t.Parallel()
	const host, secret = "myserver.database.windows.net", "p4ssw0rd"
	tests := []struct {
		name, server, database string
		change                 func(*azuresql.Options)
		want                   string
	}{
		{"no server", "", "db", nil, "the server has no host"},
		{"no host", ":1433", "db", nil, "the server has no host"},
		{"no port", host + ":", "db", nil, "no port"},
		{"port zero", host + ":0", "db", nil, "no port"},
		{"port too high", host + ":65536", "db", nil, "no port"},
		{"a URL", "sqlserver://sa:" + secret + "@host", "db", nil, "it is a URL"},
		{"a connection string", "host;password=" + secret, "db", nil, "it is a connection string"},
		{"an option", host + ";encrypt=disable", "db", nil, "it is a connection string"},
		{"ADO", "tcp:" + host + ",1433", "db", nil, "tcp:host,port"},
		{"an instance", `host\SQLEXPRESS`, "db", nil, "names an instance"},
		{"a space", "my server", "db", nil, "what no host name does"},
		{"a line", "host\r\n", "db", nil, "what no host name does"},
		{"an empty label", "my..server", "db", nil, "what no host name does"},
		{"a long label", strings.Repeat("x", 64), "db", nil, "what no host name does"},
		{"a long name", strings.Repeat("x.", 127) + "x", "db", nil, "what no host name does"},
		{"a zone that is none", "fe80::1%eth0;x\n", "db", nil, "a connection string"},
		{"a zone and a port", "[fe80::1% ]:1", "db", nil, "what no host name does"},
		{"half a bracket", "[::1", "db", nil, "what no host name does"},
		{"brackets the wrong way", "]::1[", "db", nil, "no port"},
		{"no database", host, "", nil, "the database's name is empty"},
		{"a database with a line", host, "a\nb", nil, "control character"},
		{"a long database", host, strings.Repeat("x", 129), nil, "longer than 128"},
		{"no verification", host, "db", func(o *azuresql.Options) { o.TLSConfig = &tls.Config{InsecureSkipVerify: true} }, "InsecureSkipVerify"},
		{"a negative time", host, "db", func(o *azuresql.Options) { o.ConnectTimeout = -time.Second }, "ConnectTimeout is negative"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			options := &azuresql.Options{}
			if test.change != nil {
				test.change(options)
			}
			_, err := azuresql.NewConnector(test.server, test.database, &cred{}, options)
			require.ErrorContains(t, err, test.want)
			require.ErrorContains(t, err, "azuresql: ")
			require.NotContains(t, err.Error(), secret)
			_, err = azuresql.Open(test.server, test.database, &cred{}, options)
			require.ErrorContains(t, err, test.want)
		})
	}
	for _, none := range []azcore.TokenCredential{nil, (*cred)(nil)} {
		_, err := azuresql.NewConnector(host, "db", none, nil)
		require.EqualError(t, err, "azuresql: the credential is nil")
		_, err = azuresql.Open(host, "db", none, nil)
		require.EqualError(t, err, "azuresql: the credential is nil")
	}
}

// TestNilDialer: a nil pointer in the interface is as good as nil.
func TestNilDialer(t *testing.T) {
	t.Parallel()
	listener, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	require.NoError(t, err)
	require.NoError(t, listener.Close())
	synctest.Test(t, func(t *testing.T) { // the waits between the tries
		for _, none := range []mssql.Dialer{nil, (*net.Dialer)(nil)} {
			connector, err := azuresql.NewConnector(listener.Addr().String(), "db", &cred{}, &azuresql.Options{Dialer: none})
			require.NoError(t, err)
			_, err = connector.Connect(t.Context())
			require.ErrorContains(t, err, "refused")
			require.NotContains(t, err.Error(), "nil pointer")
		}
	})
}

func TestScope(t *testing.T) {
	t.Parallel()
	tests := []struct{ host, want string }{
		{"s.database.windows.net", "https://database.windows.net//.default"},
		{"S.DATABASE.WINDOWS.NET", "https://database.windows.net//.default"},
		{"mi.public.a1b2.database.windows.net", "https://database.windows.net//.default"},
		{"w.sql.azuresynapse.net", "https://database.windows.net//.default"},
		{"localhost", "https://database.windows.net//.default"},
		{"s.database.usgovcloudapi.net", "https://database.usgovcloudapi.net//.default"},
		{"w.sql.azuresynapse.usgovcloudapi.net", "https://database.usgovcloudapi.net//.default"},
		{"s.database.chinacloudapi.cn", "https://database.chinacloudapi.cn//.default"},
		{"s.privatelink.database.chinacloudapi.cn", "https://database.chinacloudapi.cn//.default"},
		{"w.sql.azuresynapse.azure.cn", "https://database.chinacloudapi.cn//.default"},
		{"s.database.cloudapi.de", "https://database.cloudapi.de//.default"},
		{"evildatabase.chinacloudapi.cn.example", "https://database.windows.net//.default"},
	}
	for _, test := range tests {
		t.Run(test.host, func(t *testing.T) {
			t.Parallel()
			require.Equal(t, test.want, azuresql.ScopeOf(test.host))
		})
	}
}

// TestConnectorDoesNotShareTheCallersTLS: what the caller changes later, and
// what the driver writes into it, stays where it was.
func TestConnectorDoesNotShareTheCallersTLS(t *testing.T) {
	t.Parallel()
	f := newFake(t)
	config := f.trust()
	options := &azuresql.Options{TLSConfig: config, Dialer: f}
	connector, err := azuresql.NewConnector(fakeHost, "db", &cred{}, options)
	require.NoError(t, err)
	config.RootCAs, options.Dialer = nil, nil
	conn, err := connector.Connect(t.Context())
	require.NoError(t, err)
	require.NoError(t, conn.Close())
	require.Empty(t, config.NextProtos)
	require.Empty(t, config.ServerName)
}

func TestOpenLimits(t *testing.T) {
	t.Parallel()
	db := open(t, newFake(t), &cred{}, nil)
	require.Equal(t, 20, db.Stats().MaxOpenConnections)
	fill(t, db, 20)
	require.Equal(t, 20, db.Stats().Idle)
	require.Equal(t, 20, db.Stats().OpenConnections)
}

func FuzzServer(f *testing.F) {
	for _, seed := range []string{"host", "host:1433", "[::1]:1", "::1", "a,b", `a\b`, "a;b=c", "tcp:a,1", "a..b", ":", "[", "]:1", "::1%eth0", "::1%;\n"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, server string) {
		got, err := azuresql.ServerOf(server)
		if err != nil {
			require.NotContains(t, err.Error(), "\n")
			return
		}
		var host string
		var port int
		_, scanErr := fmt.Sscan(got, &host, &port)
		require.NoError(t, scanErr)
		require.Positive(t, port)
		require.NotContains(t, host, ";")
	})
}
