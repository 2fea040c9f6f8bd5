package sqlserver_test

import "testing"

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
