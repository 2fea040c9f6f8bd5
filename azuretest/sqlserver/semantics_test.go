package sqlserver_test

import (
	"testing"

	"github.com/stretchr/testify/require"
)

// TestNarrow: what does not fit is cut, replaced or refused as the real server does it.
func TestNarrow(t *testing.T) {
	t.Parallel()
	db := newWorld(t).machine(t)
	answers{
		"SELECT LEN(REPLICATE('x', 9000)), LEN(REPLICATE(N'x', 9000)), LEN(REPLICATE(CAST('x' AS varchar(max)), 9000))":                                                 "8000|4000|9000",
		"SELECT LEN(REPLICATE('x', 8000) + 'yy'), LEN(REPLICATE('x', 5000) + N'y'), LEN(CAST(REPLICATE('x', 8000) AS varchar(max)) + 'yy')":                             "8000|4000|8002",
		"SELECT LEN(CONCAT(REPLICATE('x', 8000), 'yy')), LEN(CONCAT(REPLICATE('x', 5000), N'y', 1)), LEN(CONCAT(CAST('' AS nvarchar(max)), REPLICATE('x', 8000), 'y'))": "8000|4000|8001",
		"SELECT LEN(CONCAT_WS('-', REPLICATE('x', 7999), 'y', 'z')), LEN(REPLACE(REPLICATE('x', 8000), 'x', 'yy')), CONCAT_WS(',', 'a', NULL, 1)":                       "8000|8000|a,1",
		"SELECT CAST(123456 AS varchar(3)), CAST(-12 AS char(2)), CAST(12 AS varchar(2)), CAST('123456' AS varchar(3))":                                                 "*|* |12|123",
		"SELECT CAST($1234567.896 AS varchar(20)), CONVERT(varchar(20), $1234567.896, 1), CONVERT(varchar(20), -$123.4567, 1), CONVERT(varchar(20), $1234.5678, 2)":     "1234567.90|1,234,567.90|-123.46|1234.5678",
		"SELECT CAST(123456789e0 AS varchar(30)), CAST(1e-10 AS varchar(30)), CAST(0.1e0 AS varchar(30)), CONVERT(varchar(30), 1e200, 2)":                               "1.23457e+008|1e-010|0.1|1e+200",
		"SELECT $, $-1.5, -$2, CAST('2026-01-02 03:04:05' AS datetime) + 1":                                                                                             "0.0000|-1.5000|-2.0000|2026-01-03T03:04:05Z",
	}.check(t, db)
	refusals{
		"SELECT CAST(123456 AS nvarchar(3))":                  8115,
		"SELECT CAST(CAST(123 AS bigint) AS char(2))":         8115,
		"SELECT CAST(1234.5 AS varchar(3))":                   8115,
		"SELECT CAST(1e100 AS varchar(3))":                    8115,
		"SELECT CAST($1234.5 AS varchar(3))":                  234,
		"SELECT CAST('2026-01-02' AS date) + 1":               206,
		"SELECT CAST('2026-01-02' AS datetime2) - 1":          206,
		"SELECT DATEADD(year, 9000, GETDATE())":               517,
		"SELECT DATEADD(day, -1, CAST('0001-01-01' AS date))": 517,
	}.check(t, db)
}

// TestPlaces: functions and names that stand where they must not.
func TestPlaces(t *testing.T) {
	t.Parallel()
	db := newWorld(t).admin(t)
	refusals{
		"CREATE TABLE wide (" + columns(1025) + ")":                                                                             1702,
		"SELECT ROW_NUMBER() FROM Employees":                                                                                    10753,
		"SELECT ROW_NUMBER() OVER (PARTITION BY Title) FROM Employees":                                                          4112,
		"SELECT LAG(Id) OVER () FROM Employees":                                                                                 4112,
		"SELECT Id FROM Employees WHERE ROW_NUMBER() OVER (ORDER BY Id) = 1":                                                    4108,
		"SELECT Id FROM Employees WHERE COUNT(*) > 1":                                                                           147,
		"DECLARE @a int; SELECT @a = 1, 2":                                                                                      141,
		"DECLARE @a int; SELECT 2, @a = Id FROM Employees":                                                                      141,
		"SELECT 'a' COLLATE Latin1_General_CS_AS":                                                                               40510,
		"CREATE TABLE cs (a varchar(10) COLLATE Latin1_General_BIN2)":                                                           40510,
		"WITH c AS (SELECT * FROM Employees) DELETE FROM c":                                                                     40510,
		"WITH c AS (SELECT * FROM Employees) UPDATE c SET Title = 'x'":                                                          40510,
		"DELETE e OUTPUT x.n FROM Employees e JOIN (SELECT 1 AS n) x ON x.n = e.Id":                                             40510,
		"MERGE Employees AS t USING (SELECT 1 AS n) AS s ON 1 = 0 WHEN NOT MATCHED THEN INSERT (Name) VALUES ('x') OUTPUT s.n;": 40510,
	}.check(t, db)
	answers{
		"SELECT 'a' COLLATE SQL_Latin1_General_CP1_CI_AS + 'b' COLLATE DATABASE_DEFAULT": "ab",
		`CREATE TABLE [dbo].[scripted] ([a] [int] NOT NULL, [b] [nvarchar](max) NULL,
			CONSTRAINT [PK_s] PRIMARY KEY CLUSTERED ([a] ASC) WITH (PAD_INDEX = OFF, IGNORE_DUP_KEY = OFF) ON [PRIMARY]) ON [PRIMARY] TEXTIMAGE_ON [PRIMARY];
		INSERT INTO scripted VALUES (1, 'x'); ALTER TABLE scripted ADD c int NULL CONSTRAINT df DEFAULT (7) WITH VALUES; SELECT * FROM scripted`: "1|x|7",
	}.check(t, db)
}

// TestGroups: what is not the same in all rows of a group has no value for it.
func TestGroups(t *testing.T) {
	t.Parallel()
	db := newWorld(t).machine(t)
	refusals{
		"SELECT UPPER(Name) FROM Employees GROUP BY Title":                8120,
		"SELECT CASE WHEN Id = 1 THEN 1 END, COUNT(*) FROM Employees":     8120,
		"SELECT -MAX(Id), CAST(Name AS varchar(9)) FROM Employees":        8120,
		"SELECT Title, Id + 1 FROM Employees GROUP BY Title, Id + 2":      8120,
		"SELECT SUM(Id) OVER (ORDER BY Id) FROM Employees GROUP BY Title": 8120,
		"SELECT Title FROM Employees GROUP BY Title HAVING Name = 'x'":    8121,
		"SELECT 1 FROM Employees HAVING Id > 1":                           8121,
		"SELECT Title FROM Employees GROUP BY Title ORDER BY Name":        8127,
		"SELECT COUNT(*) FROM Employees ORDER BY Name":                    8127,
	}.check(t, db)
	_, err := try(t, db, "SELECT Title, LEN(e.Name) FROM Employees AS e GROUP BY Title")
	require.ErrorContains(t, err, "Column 'e.Name' is invalid in the select list because it is not contained in either an aggregate function or the GROUP BY clause.")
	answers{
		"SELECT LEFT(e.Title, 1), LEFT(Title, 1) + 'x', COUNT(*) FROM Employees AS e GROUP BY LEFT(Title, 1) HAVING LEFT(e.title, 1) = 'C' ORDER BY LEFT(Title, 1)":    "C|Cx|1",
		"SELECT Id % 2 AS odd, SUM(Id) + MIN(Id) * 2, MAX(CASE WHEN Name LIKE 'K%' THEN Name END) FROM Employees GROUP BY Id % 2 ORDER BY odd":                         "0|10|NULL\n1|6|Ken Sánchez",
		"SELECT Title, SUM(COUNT(*)) OVER (), ROW_NUMBER() OVER (ORDER BY COUNT(*), Title) FROM Employees WHERE Id < 3 GROUP BY Title ORDER BY COUNT(*), 1":            "Chief Executive Officer|2|1\nVice President of Engineering|2|2",
		"SELECT UPPER(Title), (SELECT MAX(x.Name) FROM Employees AS x WHERE x.Title = e.Title) FROM Employees AS e GROUP BY Title HAVING COUNT(*) > 0 AND MAX(Id) = 1": "CHIEF EXECUTIVE OFFICER|Ken Sánchez",
		"SELECT CAST(HireDate AS date), COUNT(*) FROM Employees WHERE Id = 1 GROUP BY CAST(HireDate AS date)":                                                          "2009-01-14T00:00:00Z|1",
		"DECLARE @n int = 2; SELECT @n, Id + @n, COUNT(*) FROM Employees WHERE Id = 1 GROUP BY Id + @n":                                                                "2|3|1",
	}.check(t, db)
}
