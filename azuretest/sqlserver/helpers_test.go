package sqlserver_test

import (
	"context"
	"database/sql"
	"encoding/hex"
	"errors"
	"fmt"
	"net"
	"strings"
	"testing"
	"time"

	mssql "github.com/microsoft/go-mssqldb"
	"github.com/microsoft/go-mssqldb/msdsn"
	"github.com/stretchr/testify/require"

	"github.com/keyless-go/azure/azuretest"
	"github.com/keyless-go/azure/azuretest/sqlserver"
)

const resource = "https://database.windows.net/"

// world is an Azure with its SQL server.
type world struct {
	*azuretest.Server

	sql *sqlserver.Server
}

func newWorld(tb testing.TB, options ...azuretest.Option) world {
	tb.Helper()
	srv := azuretest.New(tb, options...)
	return world{srv, sqlserver.New(tb, srv)}
}

// login is how to come in; the zero value is the machine, in memory.
type login struct {
	token    func(context.Context) (string, error)
	database string
	options  string // more of the DSN
	encrypt  string
	dialer   mssql.Dialer
	address  string // a socket's
}

func tokenOf(id *azuretest.Identity) func(context.Context) (string, error) {
	return fixed(id.Token(resource, time.Hour))
}

func fixed(token string) func(context.Context) (string, error) {
	return func(context.Context) (string, error) { return token, nil }
}

// config is the driver's configuration for a login.
func (w world) config(tb testing.TB, l login) msdsn.Config {
	tb.Helper()
	if l.database == "" {
		l.database = sqlserver.Database
	}
	if l.encrypt == "" {
		l.encrypt = "true"
	}
	host := sqlserver.Host
	if l.address != "" {
		host = l.address
	}
	config, err := msdsn.Parse(fmt.Sprintf("sqlserver://%s?database=%s&encrypt=%s%s", host, l.database, l.encrypt, l.options))
	require.NoError(tb, err)
	config.TLSConfig = w.sql.TLSConfig()
	config.TLSConfig.ServerName, _, _ = strings.Cut(host, ":")
	return config
}

func (w world) connector(tb testing.TB, l login) *mssql.Connector {
	tb.Helper()
	if l.token == nil {
		l.token = tokenOf(w.SystemIdentity())
	}
	c, err := mssql.NewSecurityTokenConnector(w.config(tb, l), l.token)
	require.NoError(tb, err)
	if c.Dialer = l.dialer; c.Dialer == nil && l.address == "" {
		c.Dialer = w.sql.Dialer()
	}
	return c
}

// open returns a pool that ends with the test.
func (w world) open(tb testing.TB, l login) *sql.DB {
	tb.Helper()
	db := sql.OpenDB(w.connector(tb, l))
	tb.Cleanup(func() { require.NoError(tb, db.Close()) })
	return db
}

// machine is the tutorial's user, admin the administrator.
func (w world) machine(tb testing.TB) *sql.DB {
	tb.Helper()
	return w.open(tb, login{})
}

func (w world) admin(tb testing.TB) *sql.DB {
	tb.Helper()
	return w.open(tb, login{token: tokenOf(w.SignedInUser())})
}

// querier is a pool, a connection or a transaction.
type querier interface {
	QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error)
}

// show runs a query and returns all its results as text: values with | between, NULL as
// it is, a line for a row, and an empty line between results.
func show(tb testing.TB, db querier, query string, args ...any) string {
	tb.Helper()
	out, err := try(tb, db, query, args...)
	require.NoError(tb, err, query)
	return out
}

// try is show for what may fail.
func try(tb testing.TB, db querier, query string, args ...any) (string, error) {
	tb.Helper()
	rows, err := db.QueryContext(tb.Context(), query, args...)
	if err != nil {
		return "", err
	}
	defer rows.Close()
	var results []string
	for {
		columns, err := rows.ColumnTypes()
		if err != nil {
			return "", err
		}
		var lines []string
		for rows.Next() {
			values, places := make([]any, len(columns)), make([]any, len(columns))
			for i := range values {
				places[i] = &values[i]
			}
			if err := rows.Scan(places...); err != nil {
				return "", err
			}
			for i, v := range values {
				lines = append(lines, "|"[:min(i, 1)]+text(v, columns[i].DatabaseTypeName()))
			}
			lines = append(lines, "\n")
		}
		results = append(results, strings.TrimSuffix(strings.Join(lines, ""), "\n"))
		if !rows.NextResultSet() {
			return strings.Join(results, "\n\n"), rows.Err()
		}
	}
}

func text(v any, typ string) string {
	switch v := v.(type) {
	case nil:
		return "NULL"
	case []byte:
		if typ == "DECIMAL" || typ == "MONEY" || typ == "SMALLMONEY" {
			return string(v)
		}
		if typ == "UNIQUEIDENTIFIER" {
			var id mssql.UniqueIdentifier
			if id.Scan(v) == nil {
				return id.String()
			}
		}
		return "0x" + hex.EncodeToString(v)
	case time.Time:
		return v.Format("2006-01-02T15:04:05.9999999Z07:00")
	}
	return fmt.Sprint(v)
}

// number returns the number of an error of the server, or 0.
func number(err error) int32 {
	if e, ok := errors.AsType[mssql.Error](err); ok {
		return e.Number
	}
	return 0
}

// run runs statements without a result.
func run(tb testing.TB, db *sql.DB, statements ...string) {
	tb.Helper()
	for _, s := range statements {
		_, err := db.ExecContext(tb.Context(), s)
		require.NoError(tb, err, s)
	}
}

// recorder is a dialer that keeps what the client writes.
type recorder struct {
	sqlserver.Dialer

	sent *strings.Builder
}

func (r recorder) DialContext(ctx context.Context, network, addr string) (net.Conn, error) {
	conn, err := r.Dialer.DialContext(ctx, network, addr)
	return recorded{conn, r.sent}, err
}

type recorded struct {
	net.Conn

	sent *strings.Builder
}

func (c recorded) Write(p []byte) (int, error) {
	c.sent.Write(p)
	return c.Conn.Write(p)
}

// impatient is a dialer whose connections end with the context that dialled.
type impatient struct{ sqlserver.Dialer }

func (d impatient) DialContext(ctx context.Context, network, addr string) (net.Conn, error) {
	conn, err := d.Dialer.DialContext(ctx, network, addr)
	if err == nil {
		context.AfterFunc(ctx, func() { conn.Close() })
	}
	return conn, err
}

// elsewhere is a dialer that finds the server under every name.
type elsewhere struct{ sqlserver.Dialer }

func (d elsewhere) DialContext(ctx context.Context, network, _ string) (net.Conn, error) {
	return d.Dialer.DialContext(ctx, network, sqlserver.Host+":1433")
}

// columns defines so many columns.
func columns(n int) string {
	names := make([]string, n)
	for i := range names {
		names[i] = fmt.Sprintf("a_column_with_a_name_%d int", i)
	}
	return strings.Join(names, ",")
}
