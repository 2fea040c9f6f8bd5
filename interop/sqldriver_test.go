package interop_test

import (
	"bytes"
	"context"
	"database/sql"
	"fmt"
	"math"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/golang-sql/civil"
	mssql "github.com/microsoft/go-mssqldb"
	"github.com/microsoft/go-mssqldb/msdsn"
	"github.com/shopspring/decimal"
	"github.com/stretchr/testify/require"

	"github.com/keyless-go/azure/azuretest"
	"github.com/keyless-go/azure/azuretest/sqlserver"
)

// go-mssqldb by itself, in each of its ways to give a token.

// driver is go-mssqldb's connector in memory.
func (w sqlWorld) driver(tb testing.TB, id *azuretest.Identity, options string) *mssql.Connector {
	tb.Helper()
	config, err := msdsn.Parse("sqlserver://" + sqlserver.Host + "?database=" + sqlserver.Database + "&encrypt=true" + options)
	require.NoError(tb, err)
	config.TLSConfig = w.server.TLSConfig()
	config.TLSConfig.ServerName = sqlserver.Host
	c, err := mssql.NewSecurityTokenConnector(config, tokenOf(id))
	require.NoError(tb, err)
	c.Dialer = w.server.Dialer()
	return c
}

// certificate writes the emulator's authority where a connection string can name it.
func (w sqlWorld) certificate(tb testing.TB) string {
	tb.Helper()
	file := filepath.Join(tb.TempDir(), "ca.pem")
	require.NoError(tb, os.WriteFile(file, authority(tb, w.srv), 0o600))
	return file
}

// user asks the database who one is.
func user(ctx context.Context, db *sql.DB) (name string, err error) {
	err = db.QueryRowContext(ctx, "SELECT USER_NAME()").Scan(&name)
	return name, err
}

func TestDriverConnectionStrings(t *testing.T) {
	t.Parallel()
	w := newSQLWorld(t)
	host, port, err := net.SplitHostPort(w.server.Addr())
	require.NoError(t, err)
	ca := w.certificate(t)
	for name, dsn := range map[string]string{
		"url":          fmt.Sprintf("sqlserver://%s?database=mydatabase&encrypt=true&certificate=%s", w.server.Addr(), ca),
		"strict":       fmt.Sprintf("sqlserver://%s?database=mydatabase&encrypt=strict&certificate=%s", w.server.Addr(), ca),
		"ado":          fmt.Sprintf("server=%s;port=%s;database=mydatabase;encrypt=true;certificate=%s", host, port, ca),
		"odbc":         fmt.Sprintf("odbc:server={%s};port=%s;database={mydatabase};encrypt=true;certificate={%s}", host, port, ca),
		"packet size":  fmt.Sprintf("sqlserver://%s?database=mydatabase&encrypt=true&packet+size=16383&certificate=%s", w.server.Addr(), ca),
		"another name": fmt.Sprintf("sqlserver://%s?database=mydatabase&encrypt=true&hostNameInCertificate=%s&certificate=%s", w.server.Addr(), sqlserver.Host, ca),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c, err := mssql.NewConnectorWithAccessTokenProvider(dsn, tokenOf(w.srv.SystemIdentity()))
			require.NoError(t, err)
			got, err := user(t.Context(), pool(t, c))
			require.NoError(t, err)
			require.Equal(t, "DevTestVM", got)
		})
	}
}

func TestDriverWithoutTheAuthority(t *testing.T) {
	t.Parallel()
	w := newSQLWorld(t)
	for _, encrypt := range []string{"true", "strict", "disable"} {
		t.Run(encrypt, func(t *testing.T) {
			t.Parallel()
			dsn := fmt.Sprintf("sqlserver://%s?database=mydatabase&TrustServerCertificate=false&encrypt=%s", w.server.Addr(), encrypt)
			c, err := mssql.NewConnectorWithAccessTokenProvider(dsn, tokenOf(w.srv.SystemIdentity()))
			require.NoError(t, err)
			require.ErrorContains(t, pool(t, c).PingContext(t.Context()), "certificate")
		})
	}
}

// TestDriverValues sends a value of each Go type that the driver knows, and wants it back.
func TestDriverValues(t *testing.T) {
	t.Parallel()
	w := newSQLWorld(t)
	at := time.Date(2026, 2, 3, 4, 5, 6, 123456700, time.FixedZone("", 5400))
	id := mssql.UniqueIdentifier{0x6f, 0x96, 0x19, 0xff, 0x8b, 0x86, 0xd0, 0x11, 0xb4, 0x2d, 0, 0xc0, 0x4f, 0xc9, 0x64, 0xff}
	tests := map[string]struct{ give, want any }{
		"int":            {-42, int64(-42)},
		"int16":          {int16(-3), int64(-3)},
		"uint8":          {uint8(255), int64(255)},
		"int64":          {int64(math.MinInt64), int64(math.MinInt64)},
		"float":          {0.1, 0.1},
		"bool":           {true, true},
		"string":         {"Größe \U0001F600", "Größe \U0001F600"},
		"empty":          {"", ""},
		"long string":    {strings.Repeat("ä", 70_000), strings.Repeat("ä", 70_000)},
		"varchar":        {mssql.VarChar("caf\xe9"), "café"},
		"varchar max":    {mssql.VarCharMax(strings.Repeat("x", 9000)), strings.Repeat("x", 9000)},
		"nvarchar max":   {mssql.NVarCharMax("ß"), "ß"},
		"nchar":          {mssql.NChar("ß"), "ß"},
		"bytes":          {[]byte{0, 1, 255}, []byte{0, 1, 255}},
		"long bytes":     {bytes.Repeat([]byte{7}, 70_000), bytes.Repeat([]byte{7}, 70_000)},
		"time":           {at, at},
		"datetimeoffset": {mssql.DateTimeOffset(at), at},
		"datetime":       {mssql.DateTime1(at), time.Date(2026, 2, 3, 4, 5, 6, 123000000, time.UTC)},
		"date":           {civil.DateOf(at), time.Date(2026, 2, 3, 0, 0, 0, 0, time.UTC)},
		"civil datetime": {civil.DateTimeOf(at), time.Date(2026, 2, 3, 4, 5, 6, 123456700, time.UTC)},
		"civil time":     {civil.TimeOf(at), time.Date(1, 1, 1, 4, 5, 6, 123456700, time.UTC)},
		"decimal":        {decimal.RequireFromString("-123456789012345678.9012"), "-123456789012345678.9012"},
		"money":          {mssql.Money[decimal.Decimal]{Decimal: decimal.RequireFromString("12.3456")}, "12.3456"},
		"guid":           {id, []byte{0xff, 0x19, 0x96, 0x6f, 0x86, 0x8b, 0x11, 0xd0, 0xb4, 0x2d, 0, 0xc0, 0x4f, 0xc9, 0x64, 0xff}},
		"null":           {nil, nil},
		"null string":    {sql.NullString{}, nil},
		"null time":      {sql.NullTime{}, nil},
	}
	db := pool(t, w.driver(t, w.srv.SystemIdentity(), ""))
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var got any
			require.NoError(t, db.QueryRowContext(t.Context(), "SELECT @p1", test.give).Scan(&got))
			if want, ok := test.want.(time.Time); ok {
				require.WithinDuration(t, want, got.(time.Time), 0)
				return
			}
			require.Equal(t, test.want, got)
		})
	}
}

func TestDriverParameters(t *testing.T) {
	t.Parallel()
	w := newSQLWorld(t)
	db := pool(t, w.driver(t, w.srv.SignedInUser(), ""))
	ctx := t.Context()
	var name string
	require.NoError(t, db.QueryRowContext(ctx, "SELECT Name FROM Employees WHERE ID = @id AND Salary > @least",
		sql.Named("least", 50), sql.Named("id", 2)).Scan(&name))
	require.Equal(t, "Terri Duffy", name)

	twice, text := int64(0), "there, and more" // an output is no longer than its input was
	_, err := db.ExecContext(ctx, "SET @twice = @n * 2; SET @text = LEFT(CONCAT(N'hello ', @text), 11)",
		sql.Named("n", 21), sql.Named("twice", sql.Out{Dest: &twice}), sql.Named("text", sql.Out{Dest: &text, In: true}))
	require.NoError(t, err)
	require.Equal(t, int64(42), twice)
	require.Equal(t, "hello there", text)

	var status mssql.ReturnStatus
	_, err = db.ExecContext(ctx, "sp_executesql", sql.Named("stmt", "SELECT 1"), &status)
	require.NoError(t, err)
	require.Zero(t, status)

	prepared, err := db.PrepareContext(ctx, "INSERT INTO Employees (Name) OUTPUT INSERTED.ID VALUES (@p1)")
	require.NoError(t, err)
	defer func() { require.NoError(t, prepared.Close()) }()
	for want := 5; want < 8; want++ {
		var id int
		require.NoError(t, prepared.QueryRowContext(ctx, "new").Scan(&id))
		require.Equal(t, want, id)
	}
	result, err := db.ExecContext(ctx, "UPDATE Employees SET Title = @p2 WHERE Name = @p1", "new", sql.NullString{})
	require.NoError(t, err)
	affected, err := result.RowsAffected()
	require.NoError(t, err)
	require.Equal(t, int64(3), affected)
}

func TestDriverResults(t *testing.T) {
	t.Parallel()
	w := newSQLWorld(t)
	db := pool(t, w.driver(t, w.srv.SystemIdentity(), ""))
	rows, err := db.QueryContext(t.Context(), "SELECT 1 AS a; SELECT N'x' AS b, CAST(NULL AS date) AS c WHERE 1 = 0; SELECT ID, Name, HireDate, Salary FROM Employees")
	require.NoError(t, err)
	defer func() { require.NoError(t, rows.Close()) }()
	var sets [][]string
	for {
		columns, err := rows.ColumnTypes()
		require.NoError(t, err)
		var set []string
		for _, c := range columns {
			set = append(set, c.Name()+" "+c.DatabaseTypeName())
		}
		for rows.Next() {
			set = append(set, "row")
		}
		sets = append(sets, set)
		if !rows.NextResultSet() {
			break
		}
	}
	require.NoError(t, rows.Err())
	require.Equal(t, [][]string{
		{"a INT", "row"},
		{"b NVARCHAR", "c DATE"},
		{"ID INT", "Name NVARCHAR", "HireDate DATE", "Salary DECIMAL", "row", "row", "row", "row"},
	}, sets)
}

func TestDriverTransactions(t *testing.T) {
	t.Parallel()
	w := newSQLWorld(t)
	db := pool(t, w.driver(t, w.srv.SignedInUser(), ""))
	ctx := t.Context()
	for _, level := range []sql.IsolationLevel{sql.LevelDefault, sql.LevelReadUncommitted, sql.LevelReadCommitted, sql.LevelRepeatableRead, sql.LevelSnapshot, sql.LevelSerializable} {
		tx, err := db.BeginTx(ctx, &sql.TxOptions{Isolation: level})
		require.NoError(t, err, level)
		_, err = tx.ExecContext(ctx, "DELETE FROM Employees")
		require.NoError(t, err)
		require.NoError(t, tx.Rollback())
	}
	ended, cancel := context.WithCancel(ctx)
	tx, err := db.BeginTx(ended, nil)
	require.NoError(t, err)
	_, err = tx.ExecContext(ctx, "DELETE FROM Employees")
	require.NoError(t, err)
	cancel()
	require.Error(t, tx.Commit())
	var n int
	require.NoError(t, db.QueryRowContext(ctx, "SELECT COUNT(*) FROM Employees").Scan(&n))
	require.Equal(t, 4, n)
}

func TestDriverCancels(t *testing.T) {
	t.Parallel()
	w := newSQLWorld(t)
	db := pool(t, w.driver(t, w.srv.SystemIdentity(), ""))
	db.SetMaxOpenConns(1)
	ctx, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
	defer cancel()
	_, err := db.ExecContext(ctx, "WAITFOR DELAY '00:01:00'")
	require.ErrorIs(t, err, context.DeadlineExceeded)
	got, err := user(t.Context(), db)
	require.NoError(t, err)
	require.Equal(t, "DevTestVM", got)
}
