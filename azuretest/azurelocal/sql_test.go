package main_test

import (
	"bufio"
	"context"
	"crypto/tls"
	"database/sql"
	"net"
	"net/http"
	"testing"

	mssql "github.com/microsoft/go-mssqldb"
	"github.com/microsoft/go-mssqldb/msdsn"
	"github.com/stretchr/testify/require"
)

// sqlHost is the tutorials' server.
const sqlHost = "myserver.database.windows.net"

// throughProxy dials by CONNECT. It leaves the name of the host to the proxy.
type throughProxy struct {
	t *testing.T
	p *program
}

func (d throughProxy) HostName() string { return sqlHost }

func (d throughProxy) DialContext(_ context.Context, _, addr string) (net.Conn, error) {
	conn, in, resp := d.p.tunnel(d.t, addr, "")
	require.Equal(d.t, http.StatusOK, resp.StatusCode)
	return &buffered{conn, in}, nil
}

// buffered is a connection of which something may have been read.
type buffered struct {
	net.Conn

	in *bufio.Reader
}

func (b *buffered) Read(p []byte) (int, error) { return b.in.Read(p) }

func TestDatabase(t *testing.T) {
	t.Parallel()
	p := start(t, "-sql=0")
	token := p.token(t, p.client(t), "https://database.windows.net/")
	tests := map[string]struct {
		address, host string
		dialer        mssql.Dialer
	}{
		"by its port":   {p.env["AZURELOCAL_SQL_SERVER"], "127.0.0.1", nil},
		"by the proxy":  {sqlHost, sqlHost, throughProxy{t, p}},
		"strict, by it": {sqlHost + "?encrypt=strict", sqlHost, throughProxy{t, p}},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			config, err := msdsn.Parse("sqlserver://" + test.address)
			require.NoError(t, err)
			config.Database, config.Encryption = "mydatabase", max(config.Encryption, msdsn.EncryptionRequired)
			config.TLSConfig = &tls.Config{RootCAs: p.roots(t), ServerName: test.host}
			connector, err := mssql.NewSecurityTokenConnector(config, func(context.Context) (string, error) { return token, nil })
			require.NoError(t, err)
			connector.Dialer = test.dialer
			db := sql.OpenDB(connector)
			t.Cleanup(func() { require.NoError(t, db.Close()) })
			var n int
			require.NoError(t, db.QueryRowContext(t.Context(), "SELECT COUNT(*) FROM Employees").Scan(&n))
			require.Equal(t, 4, n)
		})
	}
}
