package sqlserver_test

import (
	"testing"

	"github.com/stretchr/testify/require"
)

func TestTables(t *testing.T) {
	t.Parallel()
	db := newWorld(t).admin(t)
	run(t, db,
		"CREATE SCHEMA hr",
		"CREATE TABLE hr.dept (id int NOT NULL CONSTRAINT pk_dept PRIMARY KEY, name nvarchar(20) NOT NULL CONSTRAINT uq_name UNIQUE)",
		`CREATE TABLE hr.emp (id bigint IDENTITY PRIMARY KEY, dept int NULL CONSTRAINT fk_dept REFERENCES hr.dept (id) ON DELETE SET NULL,
			boss bigint NULL, salary money CONSTRAINT df_salary DEFAULT (100) CONSTRAINT ck_salary CHECK (salary >= 0),
			CONSTRAINT fk_boss FOREIGN KEY (boss) REFERENCES hr.emp (id), CONSTRAINT uq_pair UNIQUE (dept, boss))`,
		"CREATE INDEX ix_salary ON hr.emp (salary DESC) INCLUDE (dept) WHERE (salary > 10)",
		"INSERT INTO hr.dept VALUES (1, 'one'), (2, 'two')",
		"INSERT INTO hr.emp (dept) VALUES (1), (2)",
		"UPDATE hr.emp SET boss = 1 WHERE id = 2",
	)
	require.Equal(t, "1|1|NULL|100.0000\n2|2|1|100.0000", show(t, db, "SELECT * FROM hr.emp ORDER BY id"))
	refusals{
		"INSERT INTO hr.emp (dept) VALUES (9)":                        547,
		"INSERT INTO hr.emp (dept, salary) VALUES (2, -1)":            547,
		"DELETE FROM hr.emp WHERE id = 1":                             547,
		"INSERT INTO hr.dept VALUES (1, 'x')":                         2627,
		"INSERT INTO hr.dept VALUES (3, N'ONE')":                      2627,
		"DROP TABLE hr.dept":                                          3726,
		"TRUNCATE TABLE hr.dept":                                      4712,
		"DROP TABLE hr.nothing":                                       3701,
		"DROP VIEW hr.dept":                                           3701,
		"DROP SCHEMA hr":                                              3729,
		"DROP SCHEMA dbo":                                             15151,
		"CREATE SCHEMA hr":                                            2714,
		"CREATE TABLE hr.dept (a int)":                                2714,
		"CREATE TABLE none.t (a int)":                                 2760,
		"CREATE TABLE x (a int, A int)":                               2705,
		"CREATE TABLE x (a int PRIMARY KEY, b int PRIMARY KEY)":       1779,
		"CREATE TABLE x (a int, PRIMARY KEY (b))":                     1911,
		"CREATE TABLE x (a int REFERENCES nothing (a))":               1767,
		"CREATE TABLE x (a int REFERENCES hr.emp (salary))":           1776,
		"CREATE TABLE x (a varchar(5) IDENTITY)":                      2749,
		"CREATE TABLE x (a nosuchtype)":                               2715,
		"CREATE TABLE x (a AS 1)":                                     40510,
		"CREATE TABLE x (a int CHECK (a > @v))":                       137,
		"CREATE TABLE x (a datetime CHECK (a > GETDATE()))":           40510,
		"CREATE INDEX ix_salary ON hr.emp (dept)":                     1913,
		"CREATE INDEX i ON hr.emp (nothing)":                          1911,
		"CREATE INDEX i ON nothing (a)":                               1088,
		"CREATE UNIQUE INDEX i ON hr.emp (salary)":                    1505,
		"DROP INDEX pk_dept ON hr.dept":                               3723,
		"DROP INDEX nothing ON hr.dept":                               3701,
		"ALTER TABLE nothing ADD a int":                               1088,
		"ALTER TABLE hr.emp ADD salary int":                           2705,
		"ALTER TABLE hr.emp ADD must int NOT NULL":                    4901,
		"ALTER TABLE hr.emp DROP COLUMN nothing":                      4924,
		"ALTER TABLE hr.emp DROP COLUMN dept":                         5074,
		"ALTER TABLE hr.emp DROP CONSTRAINT nothing":                  3728,
		"ALTER TABLE hr.dept DROP CONSTRAINT pk_dept":                 3725,
		"ALTER TABLE hr.emp ADD CONSTRAINT ck2 CHECK (salary > 1000)": 547,
		"ALTER TABLE hr.emp ADD CONSTRAINT fk2 FOREIGN KEY (id) REFERENCES hr.dept (id), CONSTRAINT ck_salary CHECK (1 = 1)": 2714,
		"ALTER TABLE hr.emp ADD DEFAULT 5 FOR salary":                                                1781,
		"ALTER TABLE hr.emp ALTER COLUMN nothing int":                                                4924,
		"ALTER TABLE hr.emp ALTER COLUMN dept int NOT NULL; INSERT INTO hr.emp (dept) VALUES (NULL)": 515,
		"ALTER DATABASE x SET y ON":                                                                  40510,
		"CREATE FUNCTION f () RETURNS int AS BEGIN RETURN 1 END":                                     40510,
		"DROP PROCEDURE p": 40510,
	}.check(t, db)
	run(t, db, "ALTER TABLE hr.emp ALTER COLUMN dept int NULL", "DELETE FROM hr.dept WHERE id = 1")
	require.Equal(t, "NULL", show(t, db, "SELECT dept FROM hr.emp WHERE id = 1"), "ON DELETE SET NULL")
	run(t, db, "DROP TABLE hr.emp, hr.dept", "DROP TABLE IF EXISTS hr.emp", "DROP SCHEMA hr", "DROP SCHEMA IF EXISTS hr")
}

func TestAlterTable(t *testing.T) {
	t.Parallel()
	db := newWorld(t).admin(t)
	run(t, db, "CREATE TABLE a (id int NOT NULL, s varchar(3))", "INSERT INTO a VALUES (1, '12'), (2, 'x')",
		"ALTER TABLE a ADD n int NULL, m int NOT NULL CONSTRAINT df_m DEFAULT 7, u uniqueidentifier",
		"ALTER TABLE a ADD CONSTRAINT pk_a PRIMARY KEY (id)",
		"ALTER TABLE a ADD i int IDENTITY(5, 5)",
		"ALTER TABLE a ALTER COLUMN s nvarchar(50) NOT NULL",
		"ALTER TABLE a WITH CHECK ADD CONSTRAINT ck CHECK (n < 10)",
		"ALTER TABLE a CHECK CONSTRAINT ck",
		"CREATE UNIQUE INDEX ux ON a (s, id DESC)",
		"ALTER TABLE a ADD CONSTRAINT df_n DEFAULT (N'3') FOR n",
		"INSERT INTO a (id, s) VALUES (3, 'longer than before')")
	require.Equal(t, "1|12|NULL|7|NULL|5\n2|x|NULL|7|NULL|10\n3|longer than before|3|7|NULL|15", show(t, db, "SELECT * FROM a ORDER BY id"))
	refusals{
		"INSERT INTO a (id, s) VALUES (1, 'a')":        2627,
		"INSERT INTO a (id, s, n) VALUES (4, 'a', 11)": 547,
		"UPDATE a SET id = 1, s = '12' WHERE id = 2":   2601,
		"ALTER TABLE a ALTER COLUMN s int NOT NULL":    245,
		"ALTER TABLE a ALTER COLUMN n int NOT NULL":    515,
		"ALTER TABLE a ALTER COLUMN s nvarchar(2)":     2628,
	}.check(t, db)
	run(t, db, "ALTER TABLE a DROP CONSTRAINT df_m, COLUMN m", "ALTER TABLE a DROP CONSTRAINT ck, df_n", "ALTER TABLE a DROP COLUMN IF EXISTS zz", "DROP INDEX a.ux",
		"ALTER TABLE a ALTER COLUMN id bigint NOT NULL", "EXEC sp_rename 'a.u', 'guid', 'COLUMN'", "EXEC sp_rename 'a', 'renamed'", "INSERT INTO renamed (id, s, n) VALUES (3000000000, 'y', 99)")
	require.Equal(t, "3000000000|y|99|NULL|20", show(t, db, "SELECT id, s, n, guid, i FROM renamed WHERE id > 3"))
	require.Equal(t, "pk_a|PRIMARY KEY", show(t, db, "SELECT CONSTRAINT_NAME, CONSTRAINT_TYPE FROM INFORMATION_SCHEMA.TABLE_CONSTRAINTS WHERE TABLE_NAME = 'renamed'"))
	refusals{
		"EXEC sp_rename 'nothing', 'x'":              15225,
		"EXEC sp_rename 'renamed', 'Employees'":      15335,
		"EXEC sp_rename 'renamed.zz', 'x', 'COLUMN'": 15248,
		"EXEC sp_rename 'renamed.zz', 'x', 'INDEX'":  15248,
		"EXEC sp_rename 'renamed', 'x', 'COLUMN'":    15248,
		"SELECT * FROM a":                            208,
	}.check(t, db)
}

func TestViews(t *testing.T) {
	t.Parallel()
	db := newWorld(t).admin(t)
	run(t, db, "CREATE VIEW senior AS SELECT ID, Name, Salary * 12 AS Yearly FROM Employees WHERE Title LIKE 'Senior%'",
		"CREATE VIEW named (a, b) AS WITH c AS (SELECT 1 AS x) SELECT x, Name FROM c, senior")
	require.Equal(t, "4|Rob Walters|358.20", show(t, db, "SELECT * FROM senior"))
	require.Equal(t, "1|Rob Walters", show(t, db, "SELECT a, n.b FROM dbo.named n WHERE a = 1"))
	require.Equal(t, "senior|VIEW", show(t, db, "SELECT TABLE_NAME, TABLE_TYPE FROM INFORMATION_SCHEMA.TABLES WHERE TABLE_NAME = 'senior'"))
	require.Equal(t, "ID|int\nName|nvarchar\nYearly|decimal", show(t, db, "SELECT c.name, TYPE_NAME(c.user_type_id) FROM sys.columns c JOIN sys.views v ON v.object_id = c.object_id WHERE v.name = 'senior' ORDER BY c.column_id"))
	run(t, db, "ALTER VIEW senior AS SELECT ID FROM Employees", "CREATE OR ALTER VIEW other AS SELECT 1 AS one", "CREATE OR ALTER VIEW other AS SELECT 2 AS two")
	require.Equal(t, "2", show(t, db, "SELECT two FROM other"))
	refusals{
		"CREATE VIEW senior AS SELECT 1 AS a": 2714,
		"CREATE VIEW v AS SELECT 1":           4511,
		"CREATE VIEW v AS SELECT * FROM nope": 208,
		"INSERT INTO senior VALUES (1)":       4405,
		"SELECT Name FROM senior":             207,
		"CREATE OR ALTER TABLE x (a int)":     40510,
	}.check(t, db)
	run(t, db, "DROP VIEW senior, named, other")
}

func TestCatalog(t *testing.T) {
	t.Parallel()
	db := newWorld(t).admin(t)
	run(t, db, "CREATE TABLE c (id int IDENTITY CONSTRAINT pk_c PRIMARY KEY, e int CONSTRAINT fk_c REFERENCES Employees, s nvarchar(max) NOT NULL CONSTRAINT df_s DEFAULT N'x', d decimal(9,3) CONSTRAINT ck_d CHECK (d > 0), t time(3))",
		"CREATE INDEX ix_c ON c (s, e DESC)")
	answers{
		"SELECT COLUMN_NAME, ORDINAL_POSITION, COLUMN_DEFAULT, IS_NULLABLE, DATA_TYPE, CHARACTER_MAXIMUM_LENGTH, NUMERIC_PRECISION, NUMERIC_SCALE, DATETIME_PRECISION FROM INFORMATION_SCHEMA.COLUMNS WHERE TABLE_NAME = 'c' ORDER BY 2": "id|1|NULL|NO|int|NULL|10|0|NULL\n" +
			"e|2|NULL|YES|int|NULL|10|0|NULL\ns|3|(N'x')|NO|nvarchar|-1|NULL|NULL|NULL\nd|4|NULL|YES|decimal|NULL|9|3|NULL\nt|5|NULL|YES|time|NULL|NULL|NULL|3",
		"SELECT name, max_length, precision, scale, is_nullable, is_identity FROM sys.columns WHERE object_id = OBJECT_ID('c') ORDER BY column_id": "id|4|10|0|false|true\ne|4|10|0|true|false\ns|-1|0|0|false|false\nd|5|9|3|true|false\nt|4|12|3|true|false",
		"SELECT name, type, type_desc FROM sys.objects WHERE parent_object_id = OBJECT_ID('c') ORDER BY name":                                      "ck_d|C |CHECK_CONSTRAINT\ndf_s|D |DEFAULT_CONSTRAINT\nfk_c|F |FOREIGN_KEY_CONSTRAINT\npk_c|PK|PRIMARY_KEY_CONSTRAINT",
		"SELECT i.name, i.type_desc, i.is_unique, i.is_primary_key, c.name, ic.is_descending_key FROM sys.indexes i JOIN sys.index_columns ic ON ic.object_id = i.object_id AND ic.index_id = i.index_id JOIN sys.columns c ON c.object_id = ic.object_id AND c.column_id = ic.column_id WHERE i.object_id = OBJECT_ID(N'dbo.c') ORDER BY i.index_id, ic.key_ordinal":                                         "pk_c|CLUSTERED|true|true|id|false\nix_c|NONCLUSTERED|false|false|s|false\nix_c|NONCLUSTERED|false|false|e|true",
		"SELECT f.name, OBJECT_NAME(f.referenced_object_id), p.name, r.name, f.delete_referential_action_desc FROM sys.foreign_keys f JOIN sys.foreign_key_columns k ON k.constraint_object_id = f.object_id JOIN sys.columns p ON p.object_id = k.parent_object_id AND p.column_id = k.parent_column_id JOIN sys.columns r ON r.object_id = k.referenced_object_id AND r.column_id = k.referenced_column_id": "fk_c|Employees|e|ID|NO_ACTION",
		"SELECT name, definition FROM sys.check_constraints":                                                                     "ck_d|(d > 0)",
		"SELECT name, definition, parent_column_id FROM sys.default_constraints":                                                 "df_s|N'x'|3",
		"SELECT t.name, s.name FROM sys.tables t JOIN sys.schemas s ON s.schema_id = t.schema_id ORDER BY t.name":                "c|dbo\nEmployees|dbo",
		"SELECT TABLE_CATALOG, TABLE_SCHEMA, TABLE_NAME, TABLE_TYPE FROM information_schema.tables WHERE TABLE_NAME LIKE 'Emp%'": "mydatabase|dbo|Employees|BASE TABLE",
		"SELECT COLUMN_NAME FROM INFORMATION_SCHEMA.KEY_COLUMN_USAGE WHERE CONSTRAINT_NAME = 'fk_c'":                             "e",
		"SELECT COUNT(*) FROM sys.types WHERE name IN ('int', 'nvarchar', 'datetimeoffset')":                                     "3",
		"SELECT TABLE_NAME FROM INFORMATION_SCHEMA.CONSTRAINT_COLUMN_USAGE WHERE CONSTRAINT_NAME = 'pk_c'":                       "c",
		"SELECT SCHEMA_NAME FROM INFORMATION_SCHEMA.SCHEMATA ORDER BY 1":                                                         "dbo\nguest\nINFORMATION_SCHEMA\nsys",
	}.check(t, db)
	run(t, db, "EXEC sp_addextendedproperty 'MS_Description', N'a comment', 'SCHEMA', 'dbo', 'TABLE', 'c', 'COLUMN', 's'",
		"EXEC sp_updateextendedproperty 'MS_Description', N'another', 'SCHEMA', 'dbo', 'TABLE', 'c', 'COLUMN', 's'")
	require.Equal(t, "another", show(t, db, "SELECT value FROM sys.fn_listextendedproperty('MS_Description', 'SCHEMA', 'dbo', 'TABLE', 'c', 'COLUMN', 's')"))
	require.Equal(t, "MS_Description|another", show(t, db, "SELECT name, value FROM sys.extended_properties"))
	_, err := try(t, db, "EXEC sp_addextendedproperty 'MS_Description', N'x', 'SCHEMA', 'dbo', 'TABLE', 'c', 'COLUMN', 'nothing'")
	require.EqualValues(t, 15135, number(err))
}

// A column's own constraints, as tutorials write them.
func TestColumnConstraints(t *testing.T) {
	t.Parallel()
	db := newWorld(t).admin(t)
	run(t, db, "CREATE TABLE p (id int NOT NULL PRIMARY KEY)")
	run(t, db, "CREATE TABLE o (n int NULL CONSTRAINT fk_o FOREIGN KEY REFERENCES p (id) ON DELETE CASCADE, m int FOREIGN KEY REFERENCES p, k int REFERENCES p(id))")
	refusals{
		"INSERT INTO o (n) VALUES (1)":           547,
		"INSERT INTO o (m) VALUES (1)":           547,
		"CREATE TABLE r (v rowversion)":          40510,
		"ALTER TABLE p ADD v timestamp NOT NULL": 40510,
	}.check(t, db)
	require.Equal(t, "3", show(t, db, "SELECT COUNT(*) FROM sys.foreign_keys"))
}
