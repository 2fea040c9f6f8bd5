package tsql_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/keyless-go/azure/azuretest/sqlserver/internal/tsql"
)

// brackets writes an expression with all its parentheses.
func brackets(x tsql.Expr) string {
	switch x := x.(type) {
	case *tsql.Literal:
		return x.Text
	case *tsql.Ref:
		return strings.Join(x.Parts, ".")
	case *tsql.Var:
		return x.Name
	case *tsql.Unary:
		return "(" + x.Op + " " + brackets(x.X) + ")"
	case *tsql.Binary:
		return "(" + brackets(x.L) + " " + x.Op + " " + brackets(x.R) + ")"
	case *tsql.Between:
		return fmt.Sprintf("(%s between %s and %s %t)", brackets(x.X), brackets(x.Low), brackets(x.High), x.Not)
	case *tsql.Like:
		return fmt.Sprintf("(%s like %s %t)", brackets(x.X), brackets(x.Pattern), x.Not)
	case *tsql.IsNull:
		return fmt.Sprintf("(%s is null %t)", brackets(x.X), x.Not)
	case *tsql.In:
		return fmt.Sprintf("(%s in %d %t)", brackets(x.X), len(x.List), x.Not)
	}
	return fmt.Sprintf("%T", x)
}

func TestPrecedence(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"a & b = c | d":                "((a & b) = (c | d))",
		"NOT a = 1 AND b = 2 OR c = 3": "(((NOT (a = 1)) AND (b = 2)) OR (c = 3))",
		"a=1 OR b=2 AND c=3":           "((a = 1) OR ((b = 2) AND (c = 3)))",
		"a BETWEEN 1 AND 2 AND b = 3":  "((a between 1 and 2 false) AND (b = 3))",
		"a NOT LIKE 'x' + 'y'":         "(a like (x + y) true)",
		"a IS NOT NULL OR b IN (1, 2)": "((a is null true) OR (b in 2 false))",
		"((a)) = (b + (c))":            "(a = (b + c))",
		"((a = b) AND (c) < 1)":        "((a = b) AND (c < 1))",
		"(a + 1) * 2 IN (1)":           "(((a + 1) * 2) in 1 false)",
		"NOT (NOT (a) IS NULL)":        "(NOT (NOT (a is null false)))",
		"a != 1 AND b !< 2":            "((a <> 1) AND (b >= 2))",
	} {
		x, err := tsql.ParseCondition(text)
		require.NoError(t, err, text)
		require.Equal(t, want, brackets(x), text)
	}
	for text, want := range map[string]string{
		"1 + 2 * 3 - 4": "((1 + (2 * 3)) - 4)",
		"1 - 2 - 3":     "((1 - 2) - 3)",
		"-a * ~b":       "((- a) * (~ b))",
		"(1 + 2) * 3":   "((1 + 2) * 3)",
		"[a b].c.d":     "a b.c.d",
		"@A":            "@a",
	} {
		x, err := tsql.ParseExpr(text)
		require.NoError(t, err, text)
		require.Equal(t, want, brackets(x), text)
	}
}

func TestParse(t *testing.T) {
	t.Parallel()
	batch, err := tsql.Parse(";SELECT TOP (3) a AS x, y = b FROM [dbo].t AS u WHERE a = 1 ORDER BY x DESC\nCREATE USER [a]]b] FROM EXTERNAL PROVIDER WITH OBJECT_ID = '4466e2f8-0000';\nALTER ROLE db_datareader ADD MEMBER [a]]b]; GO")
	require.NoError(t, err)
	require.Len(t, batch, 3)
	require.Equal(t, []int32{1, 2, 3}, []int32{batch[0].Line, batch[1].Line, batch[2].Line})
	q := batch[0].Stmt.(*tsql.Query)
	s := q.Body.(*tsql.Select)
	require.Equal(t, "3", brackets(s.Top.Count))
	require.Equal(t, []string{"x", "y"}, []string{s.Items[0].Alias, s.Items[1].Alias})
	require.Equal(t, &tsql.Table{Name: tsql.Name{"dbo", "t"}, Alias: "u"}, s.From[0])
	require.True(t, q.OrderBy[0].Desc)
	require.Equal(t, &tsql.CreateUser{Name: "a]b", External: true, Options: map[string]string{"OBJECT_ID": "4466e2f8-0000"}}, batch[1].Stmt)
	require.Equal(t, &tsql.AlterRole{Name: "db_datareader", Add: "a]b"}, batch[2].Stmt)
}

func TestParseErrors(t *testing.T) {
	t.Parallel()
	for text, number := range map[string]int32{
		"SELECT":                     102,
		"SELECT 1 FROM":              102,
		"SELECT 1,":                  102,
		"SELECT * FROM t WHERE":      102,
		"SELECT a FROM t ORDER a":    156,
		"INSERT INTO t VALUES":       102,
		"UPDATE t SET":               102,
		"DELETE":                     102,
		"MERGE t USING s ON 1 = 1":   10713,
		"CREATE TABLE t":             102,
		"IF":                         102,
		"BEGIN":                      102,
		"BEGIN TRY SELECT 1 END TRY": 102,
		"SELECT CASE END":            156,
		"SELECT [] FROM t":           1038,
		"SELECT [" + strings.Repeat("x", 129) + "]":            103,
		"SELECT * FROM a.b.c.d.e":                              117,
		"SELECT * FROM @t":                                     1087,
		"DECLARE @t TABLE (a int)":                             40510,
		"WAITFOR DELAY 'soon'":                                 148,
		"SELECT " + strings.Repeat("(", 200):                   191,
		strings.Repeat("BEGIN ", 200):                          191,
		"SELECT 1 WHERE 1=1" + strings.Repeat(" OR 1=1", 2500): 191,
	} {
		_, err := tsql.Parse(text)
		var e *tsql.SyntaxError
		require.ErrorAs(t, err, &e, text)
		require.Equal(t, number, e.Number, "%s: %s", text, e.Message)
		require.Less(t, len(e.Message), 400)
	}
}

func TestParseDeclarations(t *testing.T) {
	t.Parallel()
	list, err := tsql.ParseDeclarations("@A int, @b nvarchar(50) OUTPUT, @c decimal(5, 2) = 1.5, @d varchar(MAX) READONLY, @e national character varying(5)")
	require.NoError(t, err)
	require.Len(t, list, 5)
	require.Equal(t, []string{"@a", "@b", "@c", "@d", "@e"}, []string{list[0].Name, list[1].Name, list[2].Name, list[3].Name, list[4].Name})
	require.True(t, list[1].Output)
	require.Equal(t, tsql.TypeName{Name: "decimal", Args: []int{5, 2}}, list[2].Type)
	require.Equal(t, []int{-1}, list[3].Type.Args)
	none, err := tsql.ParseDeclarations(" ")
	require.NoError(t, err)
	require.Empty(t, none)
	for _, text := range []string{"int", "@a", "@a int,", "@a int @b int", "@a int)"} {
		_, err := tsql.ParseDeclarations(text)
		require.Error(t, err, text)
	}
}

func TestParseName(t *testing.T) {
	t.Parallel()
	name, err := tsql.ParseName("[my db]..\"t\"")
	require.NoError(t, err)
	require.Equal(t, []string{"t", "", "my db"}, []string{name.Last(), name.Schema(), name.Database()})
	for _, text := range []string{"", "a.", ".a", "a b", "a.b.c.d.e", "1"} {
		_, err := tsql.ParseName(text)
		require.Error(t, err, text)
	}
}

func TestParseDelay(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]time.Duration{
		"00:00:01.500": 1500 * time.Millisecond, "01:02:03": time.Hour + 2*time.Minute + 3*time.Second, " 00:05 ": 5 * time.Minute,
	} {
		got, ok := tsql.ParseDelay(text)
		require.True(t, ok)
		require.Equal(t, want, got)
	}
	for _, text := range []string{"", "1", "24:00:00", "-00:00:01", "00:00:61"} {
		_, ok := tsql.ParseDelay(text)
		require.False(t, ok, text)
	}
}

// seeds are statements of all kinds.
func seeds(f *testing.F) {
	f.Helper()
	for _, text := range []string{
		"WITH a(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM a) SELECT DISTINCT TOP 5 PERCENT WITH TIES * FROM a LEFT JOIN (VALUES (1)) b(y) ON x = y, c CROSS JOIN d (NOLOCK) WHERE EXISTS (SELECT 1) GROUP BY x HAVING COUNT(*) > 1 ORDER BY x OFFSET 1 ROWS FETCH NEXT 2 ROWS ONLY OPTION (MAXRECURSION 5)",
		"INSERT INTO t (a, b) OUTPUT INSERTED.* VALUES (1, DEFAULT), (N'x', NULL)", "INSERT t DEFAULT VALUES", "UPDATE TOP (1) t SET a += 1, @v = b FROM t u WHERE u.a IN (1, 2)", "DELETE FROM t OUTPUT DELETED.a",
		"MERGE INTO t AS x USING (SELECT 1 a) y ON x.a = y.a WHEN MATCHED AND 1 = 1 THEN UPDATE SET a = 2 WHEN NOT MATCHED BY TARGET THEN INSERT (a) VALUES (y.a) WHEN NOT MATCHED BY SOURCE THEN DELETE OUTPUT INSERTED.a;",
		"CREATE TABLE t (a int IDENTITY(1,1) CONSTRAINT pk PRIMARY KEY CLUSTERED, b decimal(5,2) DEFAULT (1) CHECK (b > 0), FOREIGN KEY (a) REFERENCES u (a) ON DELETE CASCADE)",
		"ALTER TABLE t ADD c int NULL, CONSTRAINT x UNIQUE (c); ALTER TABLE t DROP COLUMN IF EXISTS c; ALTER TABLE t ALTER COLUMN b bigint NOT NULL", "CREATE UNIQUE NONCLUSTERED INDEX i ON t (a DESC) INCLUDE (b) WHERE a > 1",
		"CREATE OR ALTER VIEW v AS SELECT 1 AS a", "DROP TABLE IF EXISTS a, b", "TRUNCATE TABLE t", "CREATE USER [x] WITH SID = 0x01, TYPE = E", "ALTER ROLE r DROP MEMBER u", "GRANT SELECT, INSERT ON SCHEMA::dbo TO [u]", "REVOKE ALL FROM u",
		"DECLARE @a int = 1, @b nvarchar(max); SET @a *= 2; IF @a > 1 BEGIN PRINT 'x' END ELSE WHILE 1 = 0 BREAK", "BEGIN TRY THROW 50000, 'x', 1 END TRY BEGIN CATCH THROW END CATCH", "BEGIN TRAN t; SAVE TRAN s; ROLLBACK TRAN s; COMMIT",
		"EXEC sp_executesql N'SELECT @a', N'@a int', @a = 1", "EXEC @r = p 1, 'x', @o OUTPUT", "sp_who", "RAISERROR ('x', 16, 1) WITH NOWAIT", "WAITFOR DELAY '00:00:01'", "SET TRANSACTION ISOLATION LEVEL READ COMMITTED", "USE master",
		"SELECT CASE a WHEN 1 THEN 2 ELSE 3 END, CAST(a AS nvarchar(max)), CONVERT(varchar(5), a, 120), SUM(a) OVER (PARTITION BY b ORDER BY c ROWS BETWEEN 1 PRECEDING AND CURRENT ROW), STRING_AGG(a, ',') WITHIN GROUP (ORDER BY a), a COLLATE x, -~+a",
		"((((((", "SELECT ((((SELECT 1", "SELECT 1 1 1", "", ";;;GO",
	} {
		f.Add(text)
	}
}

// Nothing makes the parser panic, and each error says where it is.
func FuzzParse(f *testing.F) {
	seeds(f)
	f.Fuzz(func(t *testing.T, text string) {
		batch, err := tsql.Parse(text)
		requirePlace(t, text, err)
		for _, st := range batch {
			require.NotNil(t, st.Stmt)
			require.LessOrEqual(t, int(st.Line), strings.Count(text, "\n")+1)
		}
	})
}

func FuzzParseParts(f *testing.F) {
	seeds(f)
	f.Add("@a int, @b nvarchar(50) OUTPUT, @c decimal(5, 2) = 1.5")
	f.Add("[my db]..\"t\"")
	f.Add("1 + 2 * (3 - @a) IS NOT NULL")
	f.Fuzz(func(t *testing.T, text string) {
		_, err := tsql.ParseDeclarations(text)
		requirePlace(t, text, err)
		_, err = tsql.ParseQuery(text)
		requirePlace(t, text, err)
		name, err := tsql.ParseName(text)
		requirePlace(t, text, err)
		require.LessOrEqual(t, len(name), 4)
		x, err := tsql.ParseExpr(text)
		requirePlace(t, text, err)
		require.True(t, err != nil || x != nil)
		x, err = tsql.ParseCondition(text)
		requirePlace(t, text, err)
		require.True(t, err != nil || x != nil)
		tsql.ParseDelay(text)
	})
}

func requirePlace(t *testing.T, text string, err error) {
	t.Helper()
	if err == nil {
		return
	}
	var e *tsql.SyntaxError
	require.ErrorAs(t, err, &e)
	require.Positive(t, e.Number)
	require.Positive(t, e.Line)
	require.LessOrEqual(t, int(e.Line), strings.Count(text, "\n")+1)
}
