package sqlserver_test

import (
	"testing"

	"github.com/stretchr/testify/require"
)

func TestInsert(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	db := w.admin(t)
	run(t, db, `CREATE TABLE t (id int IDENTITY(10, 5) PRIMARY KEY, name nvarchar(5) NOT NULL DEFAULT N'none', n tinyint NULL, at datetime2(0) NULL,
		amount decimal(5,2) CHECK (amount > 0), code varchar(3) UNIQUE)`)
	steps := []struct{ query, want string }{
		{"INSERT INTO t (name, n) VALUES (N'a', 1), (N'b', 2); SELECT SCOPE_IDENTITY(), @@IDENTITY, @@ROWCOUNT", "15|15|2"},
		{"INSERT t DEFAULT VALUES; SELECT id, name, n FROM t WHERE id = @@IDENTITY", "20|none|NULL"},
		{"INSERT INTO t (name) OUTPUT INSERTED.id, inserted.name AS n VALUES (DEFAULT), ('x')", "25|none\n30|x"},
		{"INSERT INTO t (n, name) OUTPUT INSERTED.id SELECT ID, LEFT(Name, 5) FROM Employees WHERE ID < 3 ORDER BY ID", "35\n40"},
		{"INSERT INTO t (name, at, amount) OUTPUT INSERTED.at, INSERTED.amount VALUES ('d', '2026-01-02T03:04:05.6', 1.005)", "2026-01-02T03:04:06Z|1.01"},
		{"SET IDENTITY_INSERT t ON; INSERT INTO t (id, name) VALUES (100, 'e'); SET IDENTITY_INSERT t OFF; INSERT INTO t (name) OUTPUT INSERTED.id VALUES ('f')", "105"},
		{"WITH s AS (SELECT 'cte' AS x) INSERT INTO t (name) OUTPUT INSERTED.name SELECT x FROM s", "cte"},
		{"SELECT IDENT_CURRENT('t'), COUNT(*) FROM t", "110|11"},
		{"INSERT INTO t (name, code) VALUES ('g', 'AAA'); SELECT 1", "1"},
		{"SELECT * INTO copy FROM t WHERE id = 10; SELECT id, name FROM copy; DROP TABLE copy", "10|a"},
		{"SELECT id, name INTO #temp FROM t WHERE id < 20; INSERT INTO #temp VALUES (16, 'temp'); SELECT * FROM #temp ORDER BY id", "10|a\n15|b\n16|temp"},
		{"CREATE TABLE #u (a int IDENTITY, b varchar(3)); INSERT INTO #u VALUES ('x'), ('y'); SELECT a, b FROM #u; SELECT OBJECT_ID('tempdb..#u'), OBJECT_ID('tempdb..#none')", "1|x\n2|y\n\n-1|NULL"},
	}
	conn, err := db.Conn(t.Context())
	require.NoError(t, err)
	defer conn.Close()
	for _, step := range steps {
		if step.query[:6] == "CREATE" || step.query[:9] == "SELECT id" {
			require.Equal(t, step.want, show(t, db, step.query), step.query)
			continue
		}
		require.Equal(t, step.want, show(t, conn, step.query), step.query)
	}
	refusals{
		"INSERT INTO t (name) VALUES (NULL)":                        515,
		"INSERT INTO t (name) VALUES ('too long')":                  2628,
		"INSERT INTO t (name, n) VALUES ('a', 300)":                 220,
		"INSERT INTO t (name, n) VALUES ('a', 'x')":                 245,
		"INSERT INTO t (name, at) VALUES ('a', 'x')":                241,
		"INSERT INTO t (name, amount) VALUES ('a', 12345)":          8115,
		"INSERT INTO t (name, amount) VALUES ('a', -1)":             547,
		"INSERT INTO t (name, code) VALUES ('a', 'aaa')":            2627,
		"INSERT INTO t (id, name) VALUES (1, 'a')":                  544,
		"SET IDENTITY_INSERT t ON; INSERT INTO t (name) VALUES (1)": 545,
		"SET IDENTITY_INSERT Nope ON":                               1088,
		"INSERT INTO t (nope) VALUES (1)":                           207,
		"INSERT INTO t (name, name) VALUES (1, 2)":                  264,
		"INSERT INTO t (name) VALUES (1, 2)":                        110,
		"INSERT INTO t (name, n) VALUES (1)":                        109,
		"INSERT INTO t (name, n) SELECT 1":                          213,
		"INSERT INTO nope VALUES (1)":                               208,
		"INSERT INTO t (name) OUTPUT INSERTED.nope VALUES (1)":      207,
		"INSERT INTO t (name) OUTPUT INSERTED.id INTO x VALUES (1)": 40510,
	}.check(t, db)
	_, err = try(t, db, "INSERT INTO t (name) VALUES (NULL)")
	require.EqualError(t, err, "mssql: Cannot insert the value NULL into column 'name', table 'mydatabase.dbo.t'; column does not allow nulls. INSERT fails. (515)")
	_, err = try(t, db, "INSERT INTO t (name) VALUES (N'too long')")
	require.EqualError(t, err, "mssql: String or binary data would be truncated in table 'mydatabase.dbo.t', column 'name'. Truncated value: 'too l'. (2628)")
	require.Equal(t, "12", show(t, db, "SELECT COUNT(*) FROM t"), "nothing of them is left")
}

func TestUpdateDelete(t *testing.T) {
	t.Parallel()
	db := newWorld(t).admin(t)
	run(t, db, "CREATE TABLE a (id int PRIMARY KEY, n int, s varchar(10) DEFAULT 'def')", "CREATE TABLE b (id int, m int)",
		"INSERT INTO a VALUES (1, 10, 'x'), (2, 20, 'y'), (3, 30, 'z')", "INSERT INTO b VALUES (1, 100), (2, 200)")
	steps := []struct{ query, want string }{
		{"UPDATE a SET n = n + 1 WHERE id = 1; SELECT @@ROWCOUNT", "1"},
		{"UPDATE a SET n += 1, s = DEFAULT OUTPUT INSERTED.n, INSERTED.s WHERE a.id = 1", "12|def"},
		{"UPDATE x SET x.n = b.m FROM a x JOIN b ON b.id = x.id WHERE x.id > 1; SELECT n FROM a ORDER BY id", "12\n200\n30"},
		{"UPDATE a SET n = b.m + 1 FROM b WHERE a.id = b.id; SELECT n FROM a ORDER BY id", "101\n201\n30"},
		{"UPDATE TOP (1) a SET s = 'top'; SELECT COUNT(*) FROM a WHERE s = 'top'", "1"},
		{"WITH c AS (SELECT MAX(m) AS m FROM b) UPDATE a SET n = (SELECT m FROM c) WHERE id = 3; SELECT n FROM a WHERE id = 3", "200"},
		{"DELETE x OUTPUT DELETED.id FROM a x JOIN b ON b.id = x.id AND b.id > 1", "2"},
		{"DELETE TOP (1) FROM a; SELECT COUNT(*) FROM a", "1"},
		{"DELETE a WHERE id = 99; SELECT @@ROWCOUNT", "0"},
		{"DELETE FROM dbo.a; SELECT @@ROWCOUNT", "1"},
		{"INSERT INTO a (id) VALUES (1); TRUNCATE TABLE a; SELECT COUNT(*) FROM a", "0"},
	}
	for _, step := range steps {
		require.Equal(t, step.want, show(t, db, step.query), step.query)
	}
	refusals{
		"UPDATE Employees SET ID = 1":         8102,
		"UPDATE a SET nope = 1":               207,
		"UPDATE nope SET a = 1":               208,
		"UPDATE Employees SET Name = NULL":    515,
		"UPDATE a SET @x = n = 1":             40510,
		"DELETE FROM nope":                    208,
		"DELETE FROM sys.objects":             208,
		"UPDATE TOP (5) PERCENT a SET id = 1": 40510,
	}.check(t, db)
}

func TestMerge(t *testing.T) {
	t.Parallel()
	db := newWorld(t).admin(t)
	run(t, db, "CREATE TABLE m (id int PRIMARY KEY, name varchar(10), hits int DEFAULT 0)", "INSERT INTO m (id, name) VALUES (1, 'one'), (2, 'two')")
	require.Equal(t, "2|zwei\n3|drei", show(t, db, `MERGE INTO m AS target USING (VALUES (2, 'zwei'), (3, 'drei')) AS source (id, name) ON target.id = source.id
		WHEN MATCHED THEN UPDATE SET name = source.name, hits = hits + 1
		WHEN NOT MATCHED THEN INSERT (id, name) VALUES (source.id, source.name)
		OUTPUT INSERTED.id, INSERTED.name;`))
	require.Equal(t, "1|one|0\n2|zwei|1\n3|drei|0", show(t, db, "SELECT * FROM m ORDER BY id"))
	require.Equal(t, "1|one", show(t, db, "MERGE m USING (SELECT 2 AS x UNION ALL SELECT 3) s ON m.id = s.x WHEN MATCHED AND m.id > 0 THEN DELETE; SELECT id, name FROM m"))
	refusals{
		"MERGE m USING m AS s ON m.id = s.id WHEN MATCHED THEN DELETE":                         10713,
		"MERGE m USING m AS s ON m.id = s.id WHEN NOT MATCHED BY SOURCE THEN DELETE;":          40510,
		"MERGE m USING (VALUES (1)) s(x) ON m.id = s.x WHEN MATCHED THEN UPDATE SET nope = 1;": 207,
		"MERGE m USING nope ON m.id = nope.id WHEN MATCHED THEN DELETE;":                       208,
	}.check(t, db)
	require.Equal(t, "1", show(t, db, "SELECT COUNT(*) FROM m"))
}

func TestStatements(t *testing.T) {
	t.Parallel()
	db := newWorld(t).machine(t)
	answers{
		"DECLARE @a int = 5, @b varchar(10); SET @b = 'x'; SELECT @a += 1; SELECT @a, @b, @A":                    "6|x|6",
		"DECLARE @n int, @s nvarchar(50); SELECT @n = COUNT(*), @s = MAX(Name) FROM Employees; SELECT @n, @s":    "4|Terri Duffy",
		"IF 1 = 1 SELECT 'then' ELSE SELECT 'else'":                                                              "then",
		"IF EXISTS (SELECT 1 FROM Employees WHERE ID = 99) SELECT 1 ELSE BEGIN SELECT 2; SELECT 3 END":           "2\n\n3",
		"DECLARE @i int = 0; WHILE @i < 5 BEGIN SET @i += 1; IF @i = 2 CONTINUE; IF @i = 4 BREAK END; SELECT @i": "4",
		"SELECT 1; RETURN; SELECT 2": "1",
		"DECLARE @x int; BEGIN TRY SET @x = 1 / 0 END TRY BEGIN CATCH SELECT ERROR_NUMBER(), ERROR_MESSAGE(), ERROR_SEVERITY(), ERROR_STATE(), ERROR_PROCEDURE() END CATCH; SELECT ERROR_NUMBER()": "8134|Divide by zero error encountered.|16|1|NULL\n\nNULL",
		"BEGIN TRY THROW 50001, 'mine', 7 END TRY BEGIN CATCH SELECT ERROR_NUMBER(), ERROR_MESSAGE(), ERROR_STATE() END CATCH":                                                                     "50001|mine|7",
		"EXEC sp_executesql N'SELECT @x + 1', N'@x int', @x = 41":                                                         "42",
		"DECLARE @out int; EXEC sp_executesql N'SET @y = @x * 2', N'@x int, @y int OUTPUT', 21, @out OUTPUT; SELECT @out": "42",
		"DECLARE @sql nvarchar(100) = N'SELECT ' + CAST(7 AS nvarchar(2)); EXEC (@sql)":                                   "7",
		"SET NOCOUNT ON; SET ANSI_NULLS ON SET XACT_ABORT OFF SET TRANSACTION ISOLATION LEVEL READ UNCOMMITTED SELECT 1":  "1",
		"SET STATISTICS TIME OFF; SET LOCK_TIMEOUT -1; SET LANGUAGE us_english; SET DATEFORMAT mdy; SELECT 1":             "1",
		"PRINT 'x'; SELECT @@ERROR": "0",
	}.check(t, db)
	refusals{
		"SET @a = 1":                            137,
		"DECLARE @a int; DECLARE @a int":        134,
		"DECLARE @t TABLE (a int)":              40510,
		"SELECT * FROM @t":                      1087,
		"SET NONSENSE ON":                       195,
		"SET NOEXEC ON":                         40510,
		"SET ROWCOUNT 5":                        40510,
		"SET TRANSACTION ISOLATION LEVEL NONE":  102,
		"RAISERROR('bad %s %d', 16, 1, 'x', 5)": 50000,
		"THROW 50005, 'thrown', 1":              50005,
		"THROW 5, 'low', 1":                     35100,
		"; THROW":                               10704,
		"BEGIN TRY SELECT 1/0 END TRY BEGIN CATCH THROW END CATCH": 8134,
		"EXEC nothing":       2812,
		"EXEC sp_executesql": 201,
		"EXEC sp_executesql N'SELECT @x', N'@x int'":  8178,
		"EXEC sp_executesql N'EXEC (''SELECT 1/0'')'": 8134,
		"WAITFOR DELAY 'soon'":                        148,
		"COMMIT":                                      3902,
		"ROLLBACK":                                    3903,
		"SAVE TRANSACTION x":                          628,
		"CREATE PROCEDURE p AS SELECT 1":              40510,
		"BACKUP DATABASE x":                           156,
		"DECLARE @s nvarchar(max) = N'EXEC (@s)'; SET @s = N'DECLARE @s nvarchar(max) = N''''; SELECT 1/0'; EXEC (@s)": 8134,
	}.check(t, db)
}

// An error ends its statement, some end the batch, and with XACT_ABORT all end the
// transaction too.
func TestErrorsGoOn(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	db := w.admin(t)
	run(t, db, "CREATE TABLE g (n int PRIMARY KEY)")
	for _, step := range []struct{ query, want string }{
		{"INSERT INTO g VALUES (1); INSERT INTO g VALUES (1); INSERT INTO g VALUES (2)", "1\n2"},
		{"INSERT INTO g VALUES (3); SELECT * FROM nothing; INSERT INTO g VALUES (4)", "1\n2\n3"},
		{"SET XACT_ABORT ON; BEGIN TRAN; INSERT INTO g VALUES (5); INSERT INTO g VALUES (5); INSERT INTO g VALUES (6)", "1\n2\n3"},
		{"BEGIN TRAN; INSERT INTO g VALUES (7); INSERT INTO g VALUES (7); COMMIT", "1\n2\n3\n7"},
	} {
		_, err := db.ExecContext(t.Context(), step.query)
		require.Error(t, err, step.query)
		require.Equal(t, step.want, show(t, db, "SELECT n FROM g ORDER BY n"), step.query)
	}
}

// An error that XACT_ABORT ends a transaction for leaves one in a CATCH that can only be
// rolled back; RAISERROR is none.
func TestUncommittable(t *testing.T) {
	t.Parallel()
	db := newWorld(t).admin(t)
	run(t, db, "CREATE TABLE g (n int PRIMARY KEY)")
	const begin = "SET XACT_ABORT ON; BEGIN TRY BEGIN TRAN; INSERT g VALUES (1); INSERT g VALUES (1); END TRY BEGIN CATCH "
	const rest = " END CATCH; IF @@TRANCOUNT > 0 COMMIT; SELECT @@TRANCOUNT, (SELECT COUNT(*) FROM g WHERE n <> 2)"
	answers{
		begin + "IF XACT_STATE() = -1 ROLLBACK; IF XACT_STATE() = 1 COMMIT; SELECT XACT_STATE(), ERROR_NUMBER();" + rest:                                        "0|2627\n\n0|0",
		"SET XACT_ABORT ON; BEGIN TRY BEGIN TRAN; RAISERROR ('x', 16, 1); END TRY BEGIN CATCH SELECT XACT_STATE() END CATCH; ROLLBACK":                          "1",
		"SET XACT_ABORT OFF; BEGIN TRY BEGIN TRAN; SELECT 1 / 0; END TRY BEGIN CATCH SELECT XACT_STATE() END CATCH; ROLLBACK":                                   "1",
		"SET XACT_ABORT ON; BEGIN TRY SELECT 1 / 0 END TRY BEGIN CATCH SELECT XACT_STATE() END CATCH; BEGIN TRAN; INSERT g VALUES (2); COMMIT; SELECT n FROM g": "0\n\n2",
	}.check(t, db)
	refusals{
		begin + "COMMIT" + rest:                           3930,
		begin + "INSERT g VALUES (3)" + rest:              3930,
		begin + "SAVE TRAN s" + rest:                      3930,
		begin + "ROLLBACK TRAN s" + rest:                  3931,
		begin + "PRINT XACT_STATE() END CATCH":            3998,
		begin + "SELECT n FROM g WHERE n = 0; END CATCH;": 3998,
	}.check(t, db)
	require.Equal(t, "0|1", show(t, db, "SELECT @@TRANCOUNT, COUNT(*) FROM g"))
}
