package azuresql_test

import (
	"context"
	"crypto/tls"
	"database/sql"
	"net"
	"testing"

	mssql "github.com/microsoft/go-mssqldb"
	"github.com/microsoft/go-mssqldb/msdsn"
	"github.com/stretchr/testify/require"

	azuresql "github.com/keyless-go/azure/sql"
)

// BenchmarkOpenAndPing opens a pool, makes a connection, asks the server and
// closes it, with this package and with the driver alone and a token at hand.
func BenchmarkOpenAndPing(b *testing.B) {
	f := newFake(b)
	dial := f.listen(b, nil)
	run := func(b *testing.B, open func() *sql.DB) {
		b.Helper()
		b.ReportAllocs()
		for b.Loop() {
			db := open()
			require.NoError(b, db.PingContext(b.Context()))
			require.NoError(b, db.Close())
		}
	}
	b.Run("azuresql", func(b *testing.B) {
		c, options := &cred{}, &azuresql.Options{TLSConfig: f.trust(), Dialer: dial}
		run(b, func() *sql.DB {
			db, err := azuresql.Open(fakeHost, "db", c, options)
			require.NoError(b, err)
			return db
		})
	})
	b.Run("go-mssqldb", func(b *testing.B) {
		connector := driverAlone(b, f.trust(), dial)
		run(b, func() *sql.DB { return sql.OpenDB(connector) })
	})
}

// BenchmarkQuery is one round trip on a connection of the pool.
func BenchmarkQuery(b *testing.B) {
	f := newFake(b)
	dial := f.listen(b, nil)
	run := func(b *testing.B, db *sql.DB) {
		b.Helper()
		defer func() { _ = db.Close() }()
		b.ReportAllocs()
		for b.Loop() {
			var n int
			require.NoError(b, db.QueryRowContext(b.Context(), "SELECT 1").Scan(&n))
		}
	}
	b.Run("azuresql", func(b *testing.B) {
		db, err := azuresql.Open(fakeHost, "db", &cred{}, &azuresql.Options{TLSConfig: f.trust(), Dialer: dial})
		require.NoError(b, err)
		run(b, db)
	})
	b.Run("go-mssqldb", func(b *testing.B) { run(b, sql.OpenDB(driverAlone(b, f.trust(), dial))) })
}

func driverAlone(b *testing.B, config *tls.Config, dial dialerFunc) *mssql.Connector {
	b.Helper()
	config.ServerName, config.DynamicRecordSizingDisabled = fakeHost, true
	connector, err := mssql.NewSecurityTokenConnector(msdsn.Config{
		Host: fakeHost, Port: 1433, Database: "db", Encryption: msdsn.EncryptionRequired, TLSConfig: config, Protocols: []string{"tcp"},
	}, func(context.Context) (string, error) { return longToken(0), nil })
	require.NoError(b, err)
	connector.Dialer = byName(dial)
	return connector
}

// byName is a dialer that the driver gives the name.
type byName dialerFunc

func (d byName) DialContext(ctx context.Context, network, addr string) (net.Conn, error) {
	return d(ctx, network, addr)
}

func (byName) HostName() string { return "" }
