package sqlserver_test

import (
	"fmt"
	"testing"

	mssql "github.com/microsoft/go-mssqldb"
	"github.com/stretchr/testify/require"
)

// TestQueriesOfSQLiteAlone: what the engine below would take, and the real server
// refuses.
func TestQueriesOfSQLiteAlone(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	db := w.machine(t)
	refusals{"CREATE VIEW v AS SELECT Name FROM Employees ORDER BY Name": 1033}.check(t, w.admin(t))
	refusals{
		"SELECT Name FROM Employees OFFSET 1 ROWS":                                                 102,
		"SELECT Name FROM Employees OFFSET 1 ROWS FETCH NEXT 1 ROWS ONLY":                          102,
		"SELECT Name, COUNT(*) FROM Employees":                                                     8120,
		"SELECT Name, 1 + MAX(Id) FROM Employees":                                                  8120,
		"SELECT e.Name, COUNT(*) FROM Employees AS e GROUP BY e.Title":                             8120,
		"SELECT * FROM Employees GROUP BY Id":                                                      8120,
		"SELECT Name FROM Employees GROUP BY LEFT(Name, 1)":                                        8120,
		"SELECT DISTINCT Title FROM Employees ORDER BY Name":                                       145,
		"SELECT * FROM (SELECT Name FROM Employees ORDER BY Name) AS x":                            1033,
		"SELECT 1 WHERE 1 IN (SELECT Id FROM Employees ORDER BY Id)":                               1033,
		"SELECT 1 WHERE EXISTS (SELECT Id FROM Employees ORDER BY Id)":                             1033,
		"WITH x AS (SELECT Name FROM Employees ORDER BY Name) SELECT * FROM x":                     1033,
		"SELECT * FROM (SELECT Id FROM Employees UNION SELECT Id FROM Employees ORDER BY Id) AS x": 1033,
	}.check(t, db)
	answers{
		"SELECT Name FROM Employees ORDER BY (SELECT NULL) OFFSET 3 ROWS":                                           "Rob Walters",
		"SELECT COUNT(*), MAX(e.Id) + 1 FROM Employees AS e":                                                        "4|5",
		"SELECT Employees.Title FROM dbo.Employees GROUP BY [title] HAVING MAX(Id) = 1":                             "Chief Executive Officer",
		"SELECT (SELECT COUNT(*) FROM Employees WHERE Id < e.Id), Id FROM Employees AS e WHERE Id = 3":              "2|3",
		"SELECT Id FROM Employees AS e WHERE EXISTS (SELECT e.Id, COUNT(*) FROM Employees AS x) AND Id = 3":         "3",
		"SELECT Id, COUNT(*) OVER () FROM Employees ORDER BY Id OFFSET 3 ROWS":                                      "4|4",
		"SELECT DISTINCT LEFT(Name, 1) AS l FROM Employees ORDER BY l DESC OFFSET 2 ROWS":                           "K",
		"SELECT DISTINCT LEFT(Name, 1) FROM Employees ORDER BY LEFT(Name, 1) DESC OFFSET 2 ROWS":                    "K",
		"SELECT DISTINCT e.Id FROM Employees AS e ORDER BY Id OFFSET 3 ROWS":                                        "4",
		"SELECT Id FROM (SELECT TOP 1 Id FROM Employees ORDER BY Id DESC) AS x":                                     "4",
		"WITH x AS (SELECT Id FROM Employees ORDER BY Id OFFSET 3 ROWS) SELECT Id FROM x":                           "4",
		"DECLARE @n int = 1; SELECT Title, @n, COUNT(*) FROM Employees WHERE Id = @n GROUP BY Title ORDER BY Title": "Chief Executive Officer|1|1",
	}.check(t, db)
}

// TestConditions: what is true or false is no value, and a value is no condition.
func TestConditions(t *testing.T) {
	t.Parallel()
	db := newWorld(t).machine(t)
	for query, want := range map[string]string{
		"SELECT 1=1":                                      "102 Incorrect syntax near '='.",
		"SELECT (1 < 2)":                                  "102 Incorrect syntax near '<'.",
		"SELECT Id > 1 AS x FROM Employees":               "102 Incorrect syntax near '>'.",
		"SELECT Id IS NULL FROM Employees":                "156 Incorrect syntax near the keyword 'IS'.",
		"SELECT 1 IN (1, 2)":                              "156 Incorrect syntax near the keyword 'IN'.",
		"SELECT 'a' LIKE 'b'":                             "156 Incorrect syntax near the keyword 'LIKE'.",
		"SELECT NOT 1 = 1":                                "156 Incorrect syntax near the keyword 'NOT'.",
		"SELECT EXISTS (SELECT 1)":                        "156 Incorrect syntax near the keyword 'EXISTS'.",
		"SELECT ISNULL(1 = 1, 0)":                         "102 Incorrect syntax near '='.",
		"DECLARE @b bit = 1 = 1":                          "102 Incorrect syntax near '='.",
		"SELECT 1 WHERE 1 = 1 = 1":                        "102 Incorrect syntax near '='.",
		"SELECT 1 WHERE (1 = 1) = 1":                      "102 Incorrect syntax near '='.",
		"SELECT 1 WHERE 1 = (1 = 1)":                      "102 Incorrect syntax near '='.",
		"SELECT 1 WHERE (1 = 1) + 1 = 2":                  "102 Incorrect syntax near '+'.",
		"SELECT 1 ORDER BY 1 = 1":                         "102 Incorrect syntax near '='.",
		"SELECT 1 WHERE 1":                                "4145 An expression of non-boolean type specified in a context where a condition is expected, near '1'.",
		"SELECT 1 WHERE (1)":                              "4145 An expression of non-boolean type specified in a context where a condition is expected, near ')'.",
		"SELECT 1 WHERE 1 AND 1 = 1":                      "4145 An expression of non-boolean type specified in a context where a condition is expected, near 'AND'.",
		"SELECT 1 WHERE NOT 1;":                           "4145 An expression of non-boolean type specified in a context where a condition is expected, near ';'.",
		"IF 1 SELECT 1":                                   "4145 An expression of non-boolean type specified in a context where a condition is expected, near 'SELECT'.",
		"SELECT CASE WHEN 1 THEN 2 END":                   "4145 An expression of non-boolean type specified in a context where a condition is expected, near 'THEN'.",
		"SELECT IIF(1, 2, 3)":                             "4145 An expression of non-boolean type specified in a context where a condition is expected, near ','.",
		"SELECT 1 FROM Employees a JOIN Employees b ON 1": "4145 An expression of non-boolean type specified in a context where a condition is expected, near '1'.",
	} {
		_, err := try(t, db, query)
		var e mssql.Error
		require.ErrorAs(t, err, &e, query)
		require.Equal(t, want, fmt.Sprintf("%d %s", e.Number, e.Message), query)
	}
	answers{
		"SELECT 'x' WHERE ((1) = (1)) AND NOT ((2 > 3)) AND ((1 + 1) * 2) IN (4) AND (SELECT 1) = 1":                              "x",
		"SELECT IIF((1 = 1 AND (2) = 2), CASE WHEN NOT (1 = 2) THEN 'x' END, 'y')":                                                "x",
		"SELECT 'x' WHERE ((SELECT 1) IS NOT NULL) AND (((SELECT 1) + 1) * 2) = 4 AND ((SELECT 1)) = 1":                           "x",
		"SELECT 'x' WHERE 2 IN ((SELECT 1), (SELECT 2)) AND 2 IN ((SELECT 1) UNION (SELECT 2))":                                   "x",
		"SELECT ((SELECT 1) + (SELECT 2)), (((SELECT 1) UNION SELECT 1)), ((SELECT COUNT(*) FROM Employees WHERE (1) = (1)) - 1)": "3|1|3",
		"SELECT a, b FROM ((SELECT 1 AS a) AS x CROSS JOIN (SELECT 2 AS b) AS y)":                                                 "1|2",
		"SELECT a FROM ((SELECT 1 AS a) UNION (SELECT 2)) AS x ORDER BY a":                                                        "1\n2",
	}.check(t, db)
}

// TestCounts: how many rows a subquery, OFFSET, FETCH, TOP or a recursion may have.
func TestCounts(t *testing.T) {
	t.Parallel()
	db := newWorld(t).admin(t)
	const numbers = "WITH n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n WHERE x < %d) SELECT COUNT(*), MAX(x) FROM n"
	refusals{
		"SELECT (SELECT Id FROM Employees)":                                                                                                 512,
		"SELECT 1 WHERE 1 = (SELECT Id FROM Employees)":                                                                                     512,
		"SELECT (SELECT 1 UNION ALL SELECT 1)":                                                                                              512,
		"SELECT Id FROM Employees e WHERE Id = (SELECT x.Id FROM Employees x WHERE x.Id >= e.Id)":                                           512,
		"UPDATE Employees SET Title = (SELECT Title FROM Employees) WHERE Id = 1":                                                           512,
		"DECLARE @n int = (SELECT Id FROM Employees)":                                                                                       512,
		"DECLARE @n int; SET @n = (SELECT TOP 2 Id FROM Employees)":                                                                         512,
		"SELECT Id FROM Employees ORDER BY Id OFFSET -1 ROWS":                                                                               10742,
		"SELECT Id FROM Employees ORDER BY Id OFFSET 1 ROWS FETCH NEXT 0 ROWS ONLY":                                                         10744,
		"DECLARE @n int = -2; SELECT Id FROM Employees ORDER BY Id OFFSET 1 ROWS FETCH NEXT @n ROWS ONLY":                                   10744,
		"DECLARE @n int = -2; SELECT Id FROM Employees ORDER BY Id OFFSET (@n) ROWS":                                                        10742,
		"SELECT Id FROM Employees ORDER BY Id OFFSET 1.5 ROWS":                                                                              10743,
		"SELECT Id FROM Employees ORDER BY Id OFFSET 1 ROWS FETCH NEXT 'x' ROWS ONLY":                                                       10745,
		"SELECT TOP (-1) Id FROM Employees":                                                                                                 127,
		"DELETE TOP (-1) FROM Employees":                                                                                                    127,
		"SELECT TOP (1.5) Id FROM Employees":                                                                                                1060,
		"DECLARE @n int; SELECT TOP (@n) Id FROM Employees":                                                                                 1060,
		fmt.Sprintf(numbers, 102):                                                                                                           530,
		fmt.Sprintf(numbers, 12) + " OPTION (RECOMPILE, MAXRECURSION 10)":                                                                   530,
		fmt.Sprintf(numbers, 12) + " OPTION (MAXRECURSION 40000)":                                                                           310,
		"SELECT * FROM (SELECT 1 AS x OPTION (RECOMPILE)) AS t":                                                                             156,
		"WITH n(x) AS (SELECT x + 1 FROM n UNION ALL SELECT 1) SELECT x FROM n":                                                             246,
		"WITH Employees AS (SELECT * FROM Employees) SELECT * FROM Employees":                                                               252,
		"WITH n(x) AS (SELECT 1 UNION SELECT x + 1 FROM n WHERE x < 5) SELECT x FROM n":                                                     252,
		"WITH n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n) DELETE FROM Employees WHERE Id IN (SELECT x FROM n) OPTION (MAXRECURSION 2)": 530,
		"SELECT TOP 1 [$level] FROM Employees":                                                                                              207,
	}.check(t, db)
	answers{
		"SELECT (SELECT Id FROM Employees WHERE Id = 99), (SELECT TOP 1 Id FROM Employees ORDER BY Id DESC), (SELECT 1 UNION SELECT 1)":     "NULL|4|1",
		"SELECT e.Id, (SELECT x.Name FROM Employees x WHERE x.Id = e.Id) FROM Employees e WHERE e.Id = (SELECT MIN(Id) + 1 FROM Employees)": "2|Terri Duffy",
		"SELECT Id FROM Employees ORDER BY Id OFFSET 0 ROWS FETCH NEXT (1 + 1) ROWS ONLY":                                                   "1\n2",
		"SELECT TOP 0 Id FROM Employees":                                 "",
		fmt.Sprintf(numbers, 101):                                        "101|101",
		fmt.Sprintf(numbers, 12) + " OPTION (MAXRECURSION 11)":           "12|12",
		fmt.Sprintf(numbers, 500) + " OPTION (MAXRECURSION 0, MAXDOP 1)": "500|500",
		"WITH n AS (SELECT 1 AS x, 'a' AS y UNION ALL SELECT m.x + 1, m.y FROM (SELECT 1 AS z) AS o JOIN n AS m ON m.x < 3) SELECT * FROM n":                                          "1|a\n2|a\n3|a",
		"WITH n AS (SELECT 1 AS x UNION ALL SELECT 2 UNION ALL SELECT x + 2 FROM n WHERE x < 5 UNION ALL SELECT x + 10 FROM n WHERE x < 3) SELECT COUNT(*), MAX(x) FROM n":            "8|12",
		"WITH n AS (SELECT TOP 1 Id FROM Employees ORDER BY Id), m AS (SELECT Id FROM n UNION ALL SELECT m.Id + 1 FROM m WHERE m.Id < 3) SELECT Id FROM m ORDER BY 1":                 "1\n2\n3",
		"WITH n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n WHERE x < 3) UPDATE Employees SET Title = 'r' OUTPUT INSERTED.Id WHERE Id IN (SELECT x FROM n) OPTION (MAXRECURSION 2)": "1\n2\n3",
		"BEGIN TRY SELECT (SELECT Id FROM Employees) END TRY BEGIN CATCH SELECT ERROR_NUMBER(), ERROR_SEVERITY() END CATCH":                                                           "512|16",
	}.check(t, db)
}

// TestOutputOfTheOtherState: an error that says so is better than a wrong row.
func TestOutputOfTheOtherState(t *testing.T) {
	t.Parallel()
	db := newWorld(t).admin(t)
	refusals{
		"UPDATE Employees SET Title = 'x' OUTPUT DELETED.Title, INSERTED.Title WHERE Id = 1":                                                    40510,
		"UPDATE Employees SET Title = 'x' OUTPUT deleted.* WHERE Id = 1":                                                                        40510,
		"MERGE Employees AS t USING (SELECT 1 AS Id) AS s ON t.Id = s.Id WHEN MATCHED THEN UPDATE SET Title = 'x' OUTPUT $action, INSERTED.Id;": 40510,
		"INSERT INTO Employees (Name) OUTPUT DELETED.Id VALUES ('x')":                                                                           4104,
		"DELETE FROM Employees OUTPUT INSERTED.Id WHERE Id = 1":                                                                                 4104,
	}.check(t, db)
	answers{
		"SELECT COUNT(*) FROM Employees WHERE Title = 'x' OR Name = 'x'": "0",
		"SELECT $5, $1.5": "5.0000|1.5000",
		"UPDATE Employees SET Title = 'y' OUTPUT INSERTED.Title, INSERTED.Id WHERE Id = 1": "y|1",
	}.check(t, db)
}
