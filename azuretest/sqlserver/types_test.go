package sqlserver_test

import (
	"database/sql"
	"math"
	"strings"
	"testing"
	"time"

	mssql "github.com/microsoft/go-mssqldb"
	"github.com/stretchr/testify/require"
)

// Values of all types go to the server as parameters, into a table, and come back.
func TestTypes(t *testing.T) {
	t.Parallel()
	db := newWorld(t).admin(t)
	at := time.Date(2026, 2, 28, 23, 59, 58, 123456700, time.UTC)
	east := time.Date(2026, 2, 28, 23, 59, 58, 123456700, time.FixedZone("", 5*3600+30*60))
	var guid mssql.UniqueIdentifier
	require.NoError(t, guid.Scan("6F9619FF-8B86-D011-B42D-00C04FC964FF"))
	for name, test := range map[string]struct {
		value any
		want  string
		kind  string
	}{
		"bit":                   {true, "true", "BIT"},
		"tinyint":               {255, "255", "TINYINT"},
		"smallint":              {int64(math.MinInt16), "-32768", "SMALLINT"},
		"int":                   {int32(math.MaxInt32), "2147483647", "INT"},
		"bigint":                {int64(math.MinInt64), "-9223372036854775808", "BIGINT"},
		"real":                  {1.5, "1.5", "REAL"},
		"float":                 {math.MaxFloat64, "1.7976931348623157e+308", "FLOAT"},
		"decimal(38,10)":        {"-1234567890123456789012345678.0123456789", "-1234567890123456789012345678.0123456789", "DECIMAL"},
		"decimal(5,2)":          {1.5, "1.50", "DECIMAL"},
		"numeric(9)":            {"12", "12", "DECIMAL"},
		"money":                 {"922337203685477.5807", "922337203685477.5807", "MONEY"},
		"smallmoney":            {-214748.3648, "-214748.3648", "SMALLMONEY"},
		"char(5)":               {"ä€", "ä€   ", "CHAR"},
		"varchar(5)":            {"ä€", "ä€", "VARCHAR"},
		"varchar(max)":          {mssql.VarCharMax(strings.Repeat("e", 20_000)), strings.Repeat("e", 20_000), "VARCHAR"},
		"nchar(4)":              {mssql.NChar("日本"), "日本  ", "NCHAR"},
		"nvarchar(50)":          {"日本 😀", "日本 😀", "NVARCHAR"},
		"nvarchar(max)":         {mssql.NVarCharMax(strings.Repeat("日😀", 20_000)), strings.Repeat("日😀", 20_000), "NVARCHAR"},
		"binary(4)":             {[]byte{1, 2}, "0x01020000", "BINARY"},
		"varbinary(8)":          {[]byte{0, 255}, "0x00ff", "VARBINARY"},
		"varbinary(max)":        {make([]byte, 30_000), "0x" + strings.Repeat("00", 30_000), "VARBINARY"},
		"uniqueidentifier":      {guid, "6F9619FF-8B86-D011-B42D-00C04FC964FF", "UNIQUEIDENTIFIER"},
		"date":                  {at, "2026-02-28T00:00:00Z", "DATE"},
		"time(3)":               {"23:59:58.1234567", "0001-01-01T23:59:58.123Z", "TIME"},
		"time":                  {"23:59:58.1234567", "0001-01-01T23:59:58.1234567Z", "TIME"},
		"datetime2(0)":          {at, "2026-02-28T23:59:58Z", "DATETIME2"},
		"datetime2":             {at, "2026-02-28T23:59:58.1234567Z", "DATETIME2"},
		"datetimeoffset":        {east, "2026-02-28T23:59:58.1234567+05:30", "DATETIMEOFFSET"},
		"datetimeoffset(2)":     {mssql.DateTimeOffset(east), "2026-02-28T23:59:58.12+05:30", "DATETIMEOFFSET"},
		"datetime":              {mssql.DateTime1(at), "2026-02-28T23:59:58.123Z", "DATETIME"},
		"smalldatetime":         {at, "2026-03-01T00:00:00Z", "SMALLDATETIME"},
		"xml":                   {"<a>ä</a>", "<a>ä</a>", "XML"},
		"int NULL":              {nil, "NULL", "INT"},
		"nvarchar(max) NULL":    {sql.NullString{}, "NULL", "NVARCHAR"},
		"varbinary(max) NULL":   {[]byte(nil), "NULL", "VARBINARY"},
		"datetimeoffset NULL":   {sql.NullTime{}, "NULL", "DATETIMEOFFSET"},
		"uniqueidentifier NULL": {nil, "NULL", "UNIQUEIDENTIFIER"},
		"decimal(5,2) NULL":     {nil, "NULL", "DECIMAL"},
		"bit NULL":              {sql.NullBool{}, "NULL", "BIT"},
	} {
		t.Run(name, func(t *testing.T) {
			conn, err := db.Conn(t.Context())
			require.NoError(t, err)
			defer conn.Close()
			_, err = conn.ExecContext(t.Context(), "CREATE TABLE #t (v "+name+")")
			require.NoError(t, err)
			_, err = conn.ExecContext(t.Context(), "INSERT INTO #t VALUES (@p1)", test.value)
			require.NoError(t, err)
			require.Equal(t, test.want, show(t, conn, "SELECT v FROM #t"))
			rows, err := conn.QueryContext(t.Context(), "SELECT v FROM #t")
			require.NoError(t, err)
			defer rows.Close()
			columns, err := rows.ColumnTypes()
			require.NoError(t, err)
			require.Equal(t, test.kind, columns[0].DatabaseTypeName())
			require.NoError(t, rows.Err())
		})
	}
}

// OUTPUT parameters come back with the type that they were declared with.
func TestOutputParameters(t *testing.T) {
	t.Parallel()
	db := newWorld(t).admin(t)
	var (
		n    int64
		text string
		at   time.Time
		yes  bool
		f    float64
	)
	_, err := db.ExecContext(t.Context(), "SELECT @n = 40 + 2, @text = N'ä', @at = '2026-01-02T03:04:05', @yes = 1, @f = 1.5",
		sql.Named("n", sql.Out{Dest: &n}), sql.Named("text", sql.Out{Dest: &text}), sql.Named("at", sql.Out{Dest: &at}),
		sql.Named("yes", sql.Out{Dest: &yes}), sql.Named("f", sql.Out{Dest: &f}))
	require.NoError(t, err)
	require.Equal(t, []any{int64(42), "ä", true, 1.5}, []any{n, text, yes, f})
	require.True(t, at.Equal(time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)), at)
	n = 5
	_, err = db.ExecContext(t.Context(), "SET @n = @n * 2", sql.Named("n", sql.Out{Dest: &n, In: true}))
	require.NoError(t, err)
	require.EqualValues(t, 10, n)
}
