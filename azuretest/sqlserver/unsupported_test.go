package sqlserver_test

import (
	"testing"

	mssql "github.com/microsoft/go-mssqldb"
	"github.com/stretchr/testify/require"
)

// What the real server knows and this one does not is named in the error, and is no
// syntax error.
func TestUnsupported(t *testing.T) {
	t.Parallel()
	db := newWorld(t).machine(t)
	for query, want := range map[string]string{
		"SELECT FORMAT(1234.5, 'N2')":                                         "FORMAT",
		"SELECT STDEV(Id) FROM Employees":                                     "STDEV",
		"SELECT JSON_VALUE('{}', '$.a')":                                      "JSON_VALUE",
		"SELECT COLUMNPROPERTY(1, 'a', 'IsIdentity')":                         "COLUMNPROPERTY",
		"SELECT COUNT(*) FROM Employees GROUP BY ROLLUP(Title)":               "ROLLUP",
		"SELECT * FROM Employees e CROSS APPLY (SELECT e.Id AS n) a":          "CROSS APPLY",
		"SELECT * FROM Employees e OUTER APPLY (SELECT TOP 1 1 AS n) a":       "OUTER APPLY",
		"SELECT * FROM Employees PIVOT (COUNT(Id) FOR Title IN ([a])) p":      "FROM ... PIVOT",
		"SELECT * FROM Employees FOR JSON PATH":                               "SELECT ... FOR JSON",
		"SELECT (SELECT Id FROM Employees ORDER BY Id FOR XML PATH(''))":      "SELECT ... FOR XML",
		"SELECT 1 WHERE 1 > ALL (SELECT Id FROM Employees)":                   "> ALL",
		"SELECT TOP 1 PERCENT WITH TIES Id FROM Employees ORDER BY Title":     "TOP WITH TIES of a percentage, or of DISTINCT rows",
		"SELECT DISTINCT TOP 1 WITH TIES Title FROM Employees ORDER BY Title": "TOP WITH TIES of a percentage, or of DISTINCT rows",
	} {
		_, err := try(t, db, query)
		var e mssql.Error
		require.ErrorAs(t, err, &e, query)
		require.EqualValues(t, 40510, e.Number, e.Message)
		require.Equal(t, "Statement '"+want+"' is not supported in this version of SQL Server.", e.Message)
	}
	refusals{
		"SELECT NOTHING(1)":                                   195,
		"SELECT CONCAT()":                                     189,
		"SELECT CONCAT('a')":                                  189,
		"SELECT CONCAT_WS()":                                  189,
		"SELECT CONCAT_WS(',', 'a')":                          189,
		"SELECT TOP 1 WITH TIES Id FROM Employees":            1062,
		"SELECT TOP 1 WITH TIES Id FROM Employees ORDER BY 2": 108,
		"SELECT TOP 1 WITH TIES Id FROM Employees ORDER BY Id OFFSET 1 ROWS": 10741,
		"SELECT TOP (-1) WITH TIES Id FROM Employees ORDER BY Id":            127,
	}.check(t, db)
}

func TestTies(t *testing.T) {
	t.Parallel()
	const v = " FROM (VALUES (1, 'a'), (2, 'b'), (2, 'B'), (3, 'b'), (NULL, 'c')) AS v(n, s) "
	answers{
		"SELECT TOP 2 WITH TIES n, s" + v + "WHERE n > 1 ORDER BY n":                                     "2|b\n2|B",
		"SELECT TOP 1 WITH TIES n" + v + "ORDER BY n DESC":                                               "3",
		"SELECT TOP (1 + 1) WITH TIES s, n AS x" + v + "WHERE n IS NOT NULL ORDER BY 1":                  "a|1\nb|2\nB|2\nb|3",
		"SELECT TOP 1 WITH TIES n AS x, s AS x" + v + "ORDER BY s":                                       "1|a",
		"SELECT TOP 1 WITH TIES s, COUNT(*)" + v + "GROUP BY s ORDER BY COUNT(*) DESC":                   "b|3",
		"SELECT TOP 1 WITH TIES n, s" + v + "ORDER BY ROW_NUMBER() OVER (PARTITION BY n ORDER BY s) + 0": "NULL|c\n1|a\n2|b\n3|b",
		"SELECT COUNT(*) FROM (SELECT TOP 3 WITH TIES n, s" + v + "ORDER BY s) AS x":                     "4",
		"SELECT TOP 0 WITH TIES n" + v + "ORDER BY n":                                                    "",
	}.check(t, newWorld(t).machine(t))
}

func TestPatterns(t *testing.T) {
	t.Parallel()
	answers{
		"SELECT PATINDEX('%ter%', 'interesting'), PATINDEX('%x%', 'abc'), PATINDEX('abc', 'ABC'), PATINDEX('b', 'abc'), PATINDEX('a%', 'abc')": "3|0|1|0|1",
		"SELECT PATINDEX('%[0-9]%', 'abc42'), PATINDEX('%[^a-z]%', 'ab-cd'), PATINDEX('%c', 'abcc'), PATINDEX('%a_c%', 'xxabc')":               "4|3|4|3",
		"SELECT PATINDEX('%b%d%', 'abcbd'), PATINDEX('%b%x%', 'abcbd'), PATINDEX('%', 'abc'), PATINDEX('', 'abc'), PATINDEX('%ä%', N'xÄ')":     "2|0|1|0|2",
		"SELECT PATINDEX(NULL, 'a'), PATINDEX('%a%', NULL), PATINDEX('%%', ''), PATINDEX('%a', ''), PATINDEX('%aa', 'a')":                      "NULL|NULL|1|0|0",
		"SELECT 'x' WHERE 2 = ANY (SELECT 2 UNION SELECT 3) AND 2 = SOME (SELECT 2) AND 1 <> ALL (SELECT 2 UNION SELECT 3)":                    "x",
	}.check(t, newWorld(t).machine(t))
}
