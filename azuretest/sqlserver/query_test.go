package sqlserver_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// answers are queries and what they return; see show.
type answers map[string]string

func (a answers) check(t *testing.T, db querier) {
	t.Helper()
	for query, want := range a {
		t.Run(query[:min(len(query), 60)], func(t *testing.T) {
			require.Equal(t, want, show(t, db, query), query)
		})
	}
}

// refusals are statements and the numbers of their errors.
type refusals map[string]int32

func (r refusals) check(t *testing.T, db querier) {
	t.Helper()
	for query, want := range r {
		t.Run(query[:min(len(query), 60)], func(t *testing.T) {
			_, err := try(t, db, query)
			require.Equal(t, want, number(err), "%v", err)
		})
	}
}

func TestExpressions(t *testing.T) {
	t.Parallel()
	answers{
		"SELECT 1, -1, +1, 2147483648, 1.50, .5, 1e3, 0x00FF, 'a', N'ä', NULL":                                                                      "1|-1|1|2147483648|1.50|0.5|1000|0x00ff|a|ä|NULL",
		"SELECT 7 / 2, -7 / 2, 7 % 3, 7 / 2.0, 7 / 2e0, 2 * 3 + 4, 2 * (3 + 4)":                                                                     "3|-3|1|3.500000|3.5|10|14",
		"SELECT 5 & 3, 5 | 3, 5 ^ 3, ~5":                                                                                                            "1|7|6|-6",
		"SELECT 'a' + 'b', N'a' + 'b', '1' + 1, 1 + '1', 'x' + NULL, 0x01 + 0x02":                                                                   "ab|ab|2|2|NULL|0x0102",
		"SELECT 2.0 / 3, -2.0 / 3, AVG(n), 1 / 1.5 FROM (VALUES (1.0), (2.0), (2.0)) AS v(n)":                                                       "0.666666|-0.666666|1.666666|0.666666",
		"SELECT CAST(2 AS money) / 3, 2 * CAST(1.5 AS money), CAST(2 AS smallmoney) / 3, CAST(1 AS money) / 4.0":                                    "0.6666|3.0000|0.6666|0.2500000",
		"SELECT 0.1 + 0.2, 1.10 * 1.10, 10.0 / 3, 10.5 % 3":                                                                                         "0.3|1.2100|3.333333|1.5",
		"SELECT CASE WHEN 0.1 + 0.2 = 0.3 THEN 'exact' ELSE 'not' END":                                                                              "exact",
		"SELECT CASE 2 WHEN 1 THEN 'one' WHEN 2 THEN 'two' END, CASE WHEN 1 = 0 THEN 1 END":                                                         "two|NULL",
		"SELECT CASE WHEN 1 = 1 THEN 1 ELSE 2.5 END":                                                                                                "1.0",
		"SELECT IIF(1 < 2, 'yes', 'no'), CHOOSE(2, 'a', 'b'), NULLIF(1, 1), NULLIF(1, 2), COALESCE(NULL, NULL, 3), ISNULL(NULL, 'x')":               "yes|b|NULL|1|3|x",
		"SELECT 'x' WHERE 'ABC' = 'abc ' AND N'ä' = N'Ä' AND 'a' < 'B'":                                                                             "x",
		"SELECT 'x' WHERE 1 BETWEEN 0 AND 2 AND 3 NOT BETWEEN 0 AND 2 AND 'b' BETWEEN 'A' AND 'C'":                                                  "x",
		"SELECT 'x' WHERE 'b' IN ('A', 'B') AND 2 NOT IN (1, 3) AND '2' IN (1, 2)":                                                                  "x",
		"SELECT 'x' WHERE NULL IS NULL AND 1 IS NOT NULL AND NOT 1 = 2":                                                                             "x",
		"SELECT 'x' WHERE 1 != 2 AND 1 <> 2 AND 2 !< 2 AND 2 !> 2":                                                                                  "x",
		"SELECT 'x' WHERE 'abc' LIKE 'A%' AND 'abc' LIKE '_b_' AND 'abc' LIKE '[a-c]%' AND 'abc' NOT LIKE '[^a]%' AND '50%' LIKE '50!%' ESCAPE '!'": "x",
		"SELECT 'x' WHERE EXISTS (SELECT 1) AND NOT EXISTS (SELECT 1 WHERE 1 = 0)":                                                                  "x",
		"SELECT (SELECT 5), (SELECT MAX(v) FROM (VALUES (1), (3), (2)) AS t(v))":                                                                    "5|3",
		"SELECT 1 -- comment\n, 2 /* a /* nested */ one */, 3":                                                                                      "1|2|3",
		"SELECT 'it''s', [a]]b] FROM (SELECT 1 AS [a]]b]) AS x":                                                                                     "it's|1",
		`SELECT "a b" FROM (SELECT 1 AS "a b") AS x`:                                                                                                "1",
		"SELECT CAST(1 AS bit), CAST('true' AS bit), CAST(0 AS bit)":                                                                                "true|true|false",
	}.check(t, newWorld(t).machine(t))
}

func TestConversions(t *testing.T) {
	t.Parallel()
	db := newWorld(t).machine(t)
	answers{
		"SELECT CAST('42' AS int), CAST(' 42 ' AS bigint), CAST(1.9 AS int), CAST(-1.9 AS int), CAST('' AS int), CAST(0x0102 AS int)":                                                             "42|42|1|-1|0|258",
		"SELECT CAST(42 AS varchar(10)), CAST(1.50 AS nvarchar), CAST(1e0 AS varchar(5)), CAST('abcdef' AS varchar(3))":                                                                           "42|1.50|1|abc",
		"SELECT CAST('ab' AS char(4)) + '|', LEN(CAST('ab' AS char(4))), DATALENGTH(CAST('ab' AS char(4))), DATALENGTH(N'ab')":                                                                    "ab  ||2|4|4",
		"SELECT CAST('12.345' AS decimal(5,2)), CAST(12.5 AS decimal(3)), CAST('$1,234.5' AS money), CAST(1 AS numeric(5,3))":                                                                     "12.35|13|1234.5000|1.000",
		"SELECT CAST('2026-01-02' AS date), CAST('20260102 03:04:05' AS datetime), CAST('2026-01-02T03:04:05.1234567' AS datetime2)":                                                              "2026-01-02T00:00:00Z|2026-01-02T03:04:05Z|2026-01-02T03:04:05.1234567Z",
		"SELECT CAST('2026-01-02 03:04:05 +02:00' AS datetimeoffset(0)), CAST('03:04:05' AS time(0)), CAST('Jan 2 2026' AS date)":                                                                 "2026-01-02T03:04:05+02:00|0001-01-01T03:04:05Z|2026-01-02T00:00:00Z",
		"SELECT CAST(CAST('2026-01-02 03:04:05 +02:00' AS datetimeoffset) AS datetime2(0)), CAST('2026-01-02 03:04:29' AS smalldatetime), CAST('2026-01-02 03:04:05.678' AS datetime)":            "2026-01-02T03:04:05Z|2026-01-02T03:04:00Z|2026-01-02T03:04:05.677Z",
		"SELECT CONVERT(varchar(30), CAST('2026-01-02 03:04:05' AS datetime), 120), CONVERT(varchar(8), CAST('2026-01-02' AS date), 112), CONVERT(varchar, CAST('2026-01-02 15:04' AS datetime))": "2026-01-02 03:04:05|20260102|Jan  2 2026  3:04PM",
		"SELECT CONVERT(varchar(20), CAST('2026-01-02' AS date), 103), CONVERT(varchar(30), CAST('2026-01-02 03:04:05' AS datetime2(0)), 126)":                                                    "02/01/2026|2026-01-02T03:04:05",
		"SELECT CONVERT(varchar(10), 0x0AFF, 1), CONVERT(varbinary(4), '0x0AFF', 1), CONVERT(varbinary(4), 'AB'), CAST(1 AS varbinary(8)), CAST(N'AB' AS varbinary(8))":                           "0x0AFF|0x0aff|0x4142|0x00000001|0x41004200",
		"SELECT CAST('{6f9619ff-8b86-d011-b42d-00c04fc964ff}' AS uniqueidentifier)":                                                                                                               "6F9619FF-8B86-D011-B42D-00C04FC964FF",
		"SELECT CAST(CAST('11112222-3333-4444-5555-666677778888' AS uniqueidentifier) AS varbinary(16))":                                                                                          "0x22221111333344445555666677778888",
		"SELECT CONVERT(varchar(64), CAST(CAST('11112222-3333-4444-5555-666677778888' AS uniqueidentifier) AS varbinary(16)), 1)":                                                                 "0x22221111333344445555666677778888",
		"SELECT CAST(0x22221111333344445555666677778888 AS uniqueidentifier)":                                                                                                                     "11112222-3333-4444-5555-666677778888",
		"SELECT TRY_CAST('x' AS int), TRY_CONVERT(date, 'x'), TRY_CAST('7' AS int)":                                                                                                               "NULL|NULL|7",
		"SELECT 'x' WHERE CAST('2026-01-02' AS date) < '2026-01-03' AND CAST('2026-01-01' AS datetimeoffset) = '2026-01-01 02:00 +02:00'":                                                         "x",
		"SELECT 'x' WHERE 10 > '9' AND CAST(10 AS decimal(5,2)) > 9 AND 9.5 < 10 AND CAST(1.5 AS float) = 1.50":                                                                                   "x",
	}.check(t, db)
	refusals{
		"SELECT CAST('abc' AS int)":                                      245,
		"SELECT 'abc' + 1":                                               245,
		"SELECT CAST('abc' AS date)":                                     241,
		"SELECT CAST('abc' AS decimal(5,2))":                             8114,
		"SELECT CAST('abc' AS uniqueidentifier)":                         8169,
		"SELECT CAST(300 AS tinyint)":                                    220,
		"SELECT CAST(3000000000 AS int)":                                 8115,
		"SELECT CAST(1000 AS decimal(3,1))":                              8115,
		"SELECT CAST(CAST('2026-01-02' AS date) AS int)":                 529,
		"SELECT CAST(1 AS date)":                                         529,
		"SELECT CAST(1 AS nosuchtype)":                                   2715,
		"SELECT CAST('1' AS varchar(9000))":                              131,
		"SELECT CAST(1 AS decimal(39))":                                  2750,
		"SELECT CAST('1700-01-01' AS datetime)":                          242,
		"SELECT SUM(x) FROM (VALUES (2147483647), (1)) t(x)":             8115,
		"SELECT 1 / 0":                                                   8134,
		"SELECT 1.0 / 0":                                                 8134,
		"SELECT 1 % 0":                                                   8134,
		"SELECT CAST('2026-01-02' AS date) + CAST('2026-01-02' AS date)": 402,
		"SELECT CONVERT(varchar(10), 1, CASE WHEN 1 = 1 THEN 1 END)":     40510,
	}.check(t, db)
}

func TestFunctions(t *testing.T) {
	t.Parallel()
	answers{
		"SELECT LEN(N'añb '), UPPER(N'straße'), LOWER('ABC'), LTRIM('  a '), RTRIM(' a  '), TRIM('  a  '), REVERSE('abc')":                                                                                  "3|STRAßE|abc|a | a|a|cba",
		"SELECT LEFT('abc', 2), RIGHT('abc', 2), SUBSTRING('abcdef', 2, 3), SUBSTRING('abc', 0, 2), SUBSTRING(0x010203, 2, 1)":                                                                              "ab|bc|bcd|a|0x02",
		"SELECT REPLACE('aXbx', 'x', '-'), REPLICATE('ab', 3), SPACE(2) + '.', STUFF('abcdef', 2, 3, 'X')":                                                                                                  "a-b-|ababab|  .|aXef",
		"SELECT CHARINDEX('B', 'abcb'), CHARINDEX('b', 'abcb', 3), CHARINDEX('z', 'abc'), CHAR(65), NCHAR(8364), UNICODE(N'€')":                                                                             "2|4|0|A|€|8364",
		"SELECT CONCAT('a', NULL, 1, 2.5), CONCAT_WS('-', 'a', NULL, 'b'), QUOTENAME('a]b'), QUOTENAME('a', '''')":                                                                                          "a12.5|a-b|[a]]b]|'a'",
		"SELECT ABS(-3), ABS(-1.5), ROUND(2.567, 2), ROUND(2.567, 1, 1), ROUND(1250, -2), CEILING(1.2), FLOOR(-1.2), SIGN(-5), POWER(2, 10), SQRT(16)":                                                      "3|1.5|2.570|2.500|1300|2|-2|-1|1024|4",
		"SELECT CEILING(CAST(1.2 AS float)), FLOOR(5), SQUARE(3), ROUND(PI(), 4), ISNUMERIC('1e3'), ISNUMERIC('x'), ISDATE('2026-01-02')":                                                                   "2|5|9|3.1416|1|0|1",
		"SELECT DATEADD(month, 1, '2026-01-31'), DATEADD(day, -1, CAST('2026-03-01' AS date)), DATEADD(hh, 25, CAST('2026-01-01' AS datetime2(0)))":                                                         "2026-02-28T00:00:00Z|2026-02-28T00:00:00Z|2026-01-02T01:00:00Z",
		"SELECT DATEDIFF(day, '2026-01-01', '2026-03-01'), DATEDIFF(year, '2025-12-31', '2026-01-01'), DATEDIFF(minute, '10:00', '11:30'), DATEDIFF_BIG(ms, '2026-01-01', '2026-01-02')":                    "59|1|90|86400000",
		"SELECT YEAR('2026-05-06'), MONTH('2026-05-06'), DAY('2026-05-06'), DATEPART(weekday, '2026-05-06'), DATEPART(week, '2026-05-06'), DATENAME(month, '2026-05-06'), DATENAME(dw, '2026-05-06')":       "2026|5|6|4|19|May|Wednesday",
		"SELECT EOMONTH('2026-02-10'), EOMONTH('2026-01-10', 1), DATEFROMPARTS(2026, 2, 3), DATEPART(quarter, '2026-05-06'), DATEPART(tz, CAST('2026-01-01 00:00 +02:00' AS datetimeoffset))":               "2026-02-28T00:00:00Z|2026-02-28T00:00:00Z|2026-02-03T00:00:00Z|2|120",
		"SELECT DATEPART(hour, '2026-01-02 03:04:05.678'), DATEPART(mi, '03:04'), DATEPART(ss, '03:04:05'), DATEPART(ms, '03:04:05.678'), DATEPART(dayofyear, '2026-02-01'), DATEPART(isowk, '2026-01-01')": "3|4|5|678|32|1",
		"SELECT HASHBYTES('SHA2_256', 'abc'), HASHBYTES('MD5', N'a')":                                                                                                                                       "0xba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad|0x4144e195f46de78a3623da7364d04f11",
		"SELECT LEN(CAST(NEWID() AS varchar(36))), IIF(NEWID() <> NEWID(), 1, 0)":                                                                                                                           "36|1",
		"SELECT UPPER(NULL), LEN(NULL), ABS(NULL), DATEADD(day, 1, NULL), CHARINDEX('a', NULL)":                                                                                                             "NULL|NULL|NULL|NULL|NULL",
		"SELECT value FROM STRING_SPLIT('a,b,c', ',')":                                                                                                        "a\nb\nc",
		"SELECT DB_ID(), SCHEMA_NAME(), SCHEMA_ID('dbo'), TYPE_NAME(56), @@SERVERNAME, @@MAX_PRECISION, @@TRANCOUNT":                                          "2|dbo|1|int|myserver|38|0",
		"SELECT SERVERPROPERTY('EngineEdition'), SERVERPROPERTY('Edition'), SERVERPROPERTY('nothing'), DATABASEPROPERTYEX('mydatabase', 'Status')":            "5|SQL Azure|NULL|ONLINE",
		"SELECT OBJECT_NAME(OBJECT_ID('dbo.Employees')), OBJECT_SCHEMA_NAME(OBJECT_ID('[Employees]')), OBJECT_ID('nothing'), COL_LENGTH('Employees', 'Name')": "Employees|dbo|NULL|100",
		"SELECT LEFT(@@VERSION, 19), APP_NAME(), HAS_DBACCESS('mydatabase'), XACT_STATE(), IS_SRVROLEMEMBER('sysadmin')":                                      "Microsoft SQL Azure|go-mssqldb|1|0|0",
		"SELECT DATABASE_PRINCIPAL_ID('DevTestVM'), USER_NAME(1), IS_ROLEMEMBER('db_owner'), IS_ROLEMEMBER('nothing'), IS_ROLEMEMBER('db_owner', 'dbo')":      "5|dbo|0|NULL|1",
	}.check(t, newWorld(t).machine(t))
}

func TestQueries(t *testing.T) {
	t.Parallel()
	db := newWorld(t).machine(t)
	answers{
		"SELECT TOP 2 Name FROM Employees ORDER BY ID DESC":                                                                                             "Rob Walters\nRoberto Tamburello",
		"SELECT TOP (1) WITH_TIES FROM (SELECT 5 AS WITH_TIES) t":                                                                                       "5",
		"SELECT TOP 50 PERCENT ID FROM Employees ORDER BY ID":                                                                                           "1\n2",
		"SELECT ID FROM Employees ORDER BY ID OFFSET 1 ROWS FETCH NEXT 2 ROWS ONLY":                                                                     "2\n3",
		"SELECT ID FROM Employees ORDER BY ID OFFSET 3 ROW":                                                                                             "4",
		"SELECT e.ID, x = e.Name FROM dbo.Employees AS e WHERE e.ID = 1":                                                                                "1|Ken Sánchez",
		"SELECT Employees.ID, dbo.Employees.ID FROM mydatabase.dbo.Employees WHERE ID = 1":                                                              "1|1",
		"SELECT [Name] 'a name' FROM [dbo].[Employees] (NOLOCK) WHERE [ID] = 2":                                                                         "Terri Duffy",
		"SELECT e.* FROM Employees e WITH (NOLOCK) WHERE e.ID = 4":                                                                                      "4|Rob Walters|Senior Tool Designer|2007-12-05T00:00:00Z|29.85",
		"SELECT COUNT(*), COUNT(Title), COUNT(DISTINCT Title), SUM(Salary), AVG(Salary), MIN(Salary), MAX(Name) FROM Employees":                         "4|4|4|262.08|65.520000|29.85|Terri Duffy",
		"SELECT AVG(x), SUM(x), MAX(x) FROM (VALUES (1), (2), (NULL)) t(x)":                                                                             "1|3|2",
		"SELECT SUM(x), AVG(x), COUNT(x) FROM (VALUES (1)) t(x) WHERE 1 = 0":                                                                            "NULL|NULL|0",
		"SELECT YEAR(HireDate) y, COUNT(*) FROM Employees GROUP BY YEAR(HireDate) HAVING COUNT(*) > 1 ORDER BY y":                                       "2007|2",
		"SELECT v, COUNT(*) FROM (VALUES ('a'), ('A '), ('b')) t(v) GROUP BY v ORDER BY v":                                                              "a|2\nb|1",
		"SELECT DISTINCT v FROM (VALUES ('a'), ('A'), ('b')) t(v) ORDER BY v":                                                                           "a\nb",
		"SELECT a.ID, b.ID FROM Employees a JOIN Employees b ON b.ID = a.ID + 1 WHERE a.ID < 3 ORDER BY 1":                                              "1|2\n2|3",
		"SELECT a.x, b.y FROM (VALUES (1), (2)) a(x) LEFT JOIN (VALUES (2, 'two')) b(x, y) ON a.x = b.x ORDER BY a.x":                                   "1|NULL\n2|two",
		"SELECT a.x, b.x FROM (VALUES (1), (2)) a(x) FULL OUTER JOIN (VALUES (2), (3)) b(x) ON a.x = b.x ORDER BY ISNULL(a.x, b.x)":                     "1|NULL\n2|2\nNULL|3",
		"SELECT a.x, b.x FROM (VALUES (1), (2)) a(x) CROSS JOIN (VALUES (3)) b(x) ORDER BY a.x":                                                         "1|3\n2|3",
		"SELECT a.x FROM (VALUES (1), (2)) a(x), (VALUES (2)) b(x) WHERE a.x = b.x":                                                                     "2",
		"SELECT 1 UNION SELECT 2 UNION ALL SELECT 2 ORDER BY 1":                                                                                         "1\n2\n2",
		"SELECT 1 AS n UNION ALL SELECT 2.5":                                                                                                            "1.0\n2.5",
		"SELECT 1 EXCEPT SELECT 1":                                                                                                                      "",
		"SELECT 'a' INTERSECT SELECT 'a'":                                                                                                               "a",
		"(SELECT 1) UNION ALL (SELECT 2)":                                                                                                               "1\n2",
		"WITH a AS (SELECT 1 AS x), b(y) AS (SELECT x + 1 FROM a) SELECT x, y FROM a, b":                                                                "1|2",
		"WITH n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n WHERE x < 4) SELECT SUM(x) FROM n OPTION (MAXRECURSION 10)":                               "10",
		"SELECT ROW_NUMBER() OVER (ORDER BY Salary DESC) AS r, ID FROM Employees ORDER BY r":                                                            "1|1\n2|2\n3|3\n4|4",
		"SELECT ID, SUM(ID) OVER (ORDER BY ID ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW), LAG(ID) OVER (ORDER BY ID) FROM Employees ORDER BY ID": "1|1|NULL\n2|3|1\n3|6|2\n4|10|3",
		"SELECT STRING_AGG(Name, ', ') WITHIN GROUP (ORDER BY Name DESC) FROM Employees WHERE ID > 2":                                                   "Roberto Tamburello, Rob Walters",
		"SELECT (SELECT COUNT(*) FROM Employees b WHERE b.ID <= a.ID) FROM Employees a ORDER BY a.ID DESC":                                              "4\n3\n2\n1",
		"SELECT ID FROM Employees WHERE Name IN (SELECT Name FROM Employees WHERE Salary > 100)":                                                        "1",
		"SELECT Name FROM Employees WHERE Name = 'KEN SÁNCHEZ'":                                                                                         "Ken Sánchez",
		"SELECT Name AS n FROM Employees ORDER BY n DESC OFFSET 0 ROWS FETCH FIRST 1 ROW ONLY":                                                          "Terri Duffy",
		"SELECT ID FROM Employees ORDER BY CASE WHEN ID = 3 THEN 0 ELSE 1 END, ID":                                                                      "3\n1\n2\n4",
		"SELECT 1 SELECT 2; SELECT 3":                                                                                                                   "1\n\n2\n\n3",
	}.check(t, db)
	refusals{
		"SELECT nothing FROM Employees":                           207,
		"SELECT e.nothing FROM Employees e":                       207,
		"SELECT x.ID FROM Employees e":                            4104,
		"SELECT * FROM nothing":                                   208,
		"SELECT ID FROM Employees a, Employees b":                 209,
		"SELECT * FROM Employees, Employees":                      1013,
		"SELECT *":                                                263,
		"SELECT x.* FROM Employees":                               4104,
		"SELECT nothing(1)":                                       195,
		"SELECT dbo.nothing(1)":                                   4121,
		"SELECT LEN()":                                            174,
		"SELECT 1 UNION SELECT 1, 2":                              205,
		"SELECT ID FROM Employees ORDER BY 2":                     108,
		"SELECT ID FROM Employees UNION SELECT 1 ORDER BY Name":   104,
		"SELECT (SELECT 1, 2)":                                    116,
		"SELECT * FROM (SELECT 1) AS t":                           8155,
		"SELECT * FROM (SELECT 1 AS a) AS t(a, b)":                8158,
		"WITH a(x, y) AS (SELECT 1 AS x) SELECT * FROM a":         8159,
		"SELECT TOP 1 ID FROM Employees ORDER BY ID OFFSET 1 ROW": 10741,
		"SELECT @nothing":                                         137,
		"SELECT @@NOTHING":                                        137,
		"SELECT SUM(Name) FROM Employees":                         8117,
		"SELECT FROM":                                             156,
		"SELECT 1 +":                                              102,
		"SELEC 1":                                                 2812,
		"SELECT 'open":                                            105,
		"SELECT 1 /* open":                                        113,
		"SELECT DATEADD(fortnight, 1, '2026-01-01')":              155,
		"SELECT * FROM Employees FOR XML AUTO":                    40510,
		"SELECT " + strings.Repeat("(", 200) + "1" + strings.Repeat(")", 200): 191,
		"SELECT " + strings.Repeat("1+", 30_000) + "1":                        8623,
		"SELECT " + strings.Repeat("1+", 3_000) + "1":                         191,
	}.check(t, db)
}

func TestSyntaxErrorLine(t *testing.T) {
	t.Parallel()
	_, err := try(t, newWorld(t).machine(t), "SELECT 1;\n\nSELECT 'a\nb' FROM x WHERE FROM")
	require.EqualError(t, err, "mssql: Incorrect syntax near the keyword 'FROM'. (156)")
}
