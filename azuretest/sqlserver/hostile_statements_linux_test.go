//go:build !race

package sqlserver_test

import (
	"fmt"
	"strings"
	"time"

	"github.com/stretchr/testify/require"
)

// endless is a common table expression without end.
const endless = "WITH n AS (SELECT 1 AS x UNION ALL SELECT x + 1 FROM n) "

// million is a text of a million characters.
const million = "REPLICATE(CAST('x' AS varchar(max)), 1000000)"

// addStatements adds T-SQL that makes much of little, and what the server says to it.
func (v *victim) addStatements(all attacks) {
	const (
		intricate = "Please simplify the query"
		memory    = "insufficient system memory"
		nested    = "nested too deeply"
		row       = "allowable maximum row size"
	)
	times := func(n int, text string) string { return strings.Repeat(text, n) }
	for name, one := range map[string]struct{ text, want string }{
		"IN with many numbers":    {"SELECT 'in' WHERE 1 IN (" + times(12_000, "1,") + "1)", "in"},
		"IN with many texts":      {"SELECT 'in' WHERE 'b' IN (" + times(12_000, "'abcdef',") + "'b')", "in"},
		"IN with too many":        {"SELECT 1 WHERE 1 IN (" + times(100_000, "1,") + "1)", intricate},
		"parentheses":             {"SELECT " + times(20_000, "("), nested},
		"NOT":                     {"SELECT 1 WHERE " + times(10_000, "NOT ") + "1 = 1", nested},
		"subqueries":              {"SELECT " + times(10_000, "(SELECT "), nested},
		"CASE":                    {"SELECT " + times(3_000, "CASE WHEN 1 = 1 THEN "), nested},
		"BEGIN":                   {times(10_000, "BEGIN "), nested},
		"operators":               {"SELECT " + times(10_000, "1+") + "1", nested},
		"OR":                      {"SELECT 1 WHERE " + times(1900, "1 = 1 OR ") + "1 = 1", intricate},
		"UNION":                   {times(1900, "SELECT 1 UNION ALL ") + "SELECT 1", intricate},
		"columns":                 {"SELECT " + times(2000, "CASE WHEN 1 = 1 THEN 1 END,") + "1", intricate},
		"long columns":            {"SELECT " + times(1000, million+",") + "1", intricate},
		"some long columns":       {"SELECT " + times(10, million+",") + "1", row},
		"columns of 8000":         {"SELECT " + times(1900, "REPLICATE('x', 8000),") + "1", intricate},
		"rows":                    {"SELECT 'rows' FROM (VALUES " + times(6000, "(1),") + "(1)) t(x)", "rows"},
		"statements":              {times(8_000, "SELECT 1;"), ""},
		"a literal":               {"SELECT '" + times(1_000_000, "x") + "'", "xxxxxxx"},
		"a literal and functions": {"SELECT REPLACE(UPPER('" + times(1_000_000, "x") + "'), 'x', 'yy')", "would be truncated"},
		"REPLICATE":               {"SELECT " + times(20, "REPLICATE(") + "CAST('x' AS varchar(max))" + times(20, ", 100)"), row},
		"doubling":                {"DECLARE @x nvarchar(max) = N'x'; WHILE 1 = 1 SET @x = @x + @x", row},
		"variables":               {"DECLARE @x nvarchar(max) = " + million + declarations(500), memory},
		"STRING_AGG":              {"SELECT STRING_AGG(CAST(REPLICATE('x', 8000) AS varchar(max)), '') FROM (VALUES " + times(300, "(1),") + "(1)) t(x)", row},
		"EXEC in EXEC":            {"CREATE TABLE #s (v nvarchar(max)); INSERT INTO #s VALUES ('DECLARE @s nvarchar(max); SELECT @s = v FROM #s; EXEC (@s) --" + times(100_000, "x") + "'); DECLARE @s nvarchar(max); SELECT @s = v FROM #s; EXEC (@s)", memory},
		"tables":                  {"DECLARE @i int = 0; WHILE @i < 5000 BEGIN DECLARE @s nvarchar(max) = CONCAT('CREATE TABLE t', @i, ' (" + columns(300) + ")'); SET @i += 1; EXEC (@s) END", "size quota"},
		"temporary tables":        {"DECLARE @i int = 0; WHILE @i < 5000 BEGIN DECLARE @s nvarchar(max) = CONCAT('CREATE TABLE #t', @i, ' (" + columns(300) + ")'); SET @i += 1; EXEC (@s) END", "size quota"},
		"a stored value, often":   {"CREATE TABLE #b (v nvarchar(max)); INSERT INTO #b VALUES (" + million + "); SELECT " + times(400, "v,") + "v FROM #b", row},
		"errors":                  {"DECLARE @i int = 0; WHILE @i < 20000 BEGIN SET @i += 1; SELECT 1 / 0 END", "Divide by zero"},
	} {
		all["T-SQL: "+name] = func() {
			require.Contains(v.t, strings.ReplaceAll(v.batch(one.text), "\x00", ""), one.want)
		}
	}
	for name, text := range map[string]string{
		"recursive, counted":    endless + "SELECT COUNT(*) FROM n",
		"recursive, sorted":     endless + "SELECT x FROM n ORDER BY x DESC",
		"recursive, distinct":   endless + "SELECT DISTINCT x % 1000000 FROM n",
		"recursive, grouped":    endless + "SELECT x, COUNT(*) FROM n GROUP BY x",
		"recursive, STRING_AGG": endless + "SELECT STRING_AGG(CAST(REPLICATE('x', 8000) AS varchar(max)), '') FROM n",
		"recursive, kept":       endless + "SELECT x INTO #n FROM n",
		"recursive, texts":      "WITH n AS (SELECT CAST('x' AS varchar(max)) AS x UNION ALL SELECT x + 'x' FROM n) SELECT COUNT(*) FROM n",
	} {
		all["T-SQL: "+name] = func() {
			c := v.login()
			c.send(v.t, kindBatch, batch(text+" OPTION (MAXRECURSION 0)"))
			<-time.After(awhile)
			require.NoError(v.t, c.Close())
		}
	}
}

func declarations(n int) string {
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, "; DECLARE @y%d nvarchar(max) = @x", i)
	}
	return b.String()
}
