package interop_test

import (
	"database/sql"
	"testing"

	"github.com/jmoiron/sqlx"
	"github.com/stretchr/testify/require"
)

// sqlx on a pool of package azuresql: the driver's name is all it has to be told.

type employee struct {
	ID     int            `db:"ID"`
	Name   string         `db:"Name"`
	Title  sql.NullString `db:"Title"`
	Salary string         `db:"Salary"` // of a decimal
}

func TestSQLXReads(t *testing.T) {
	t.Parallel()
	ctx := t.Context()
	db := sqlx.NewDb(newSQLWorld(t).machine(t), "sqlserver")
	var all []employee
	require.NoError(t, db.SelectContext(ctx, &all, db.Rebind("SELECT ID, Name, Title, Salary FROM Employees WHERE ID > ? AND Name <> ? ORDER BY ID"), 1, "Rob Walters"))
	require.Equal(t, []employee{
		{2, "Terri Duffy", sql.NullString{String: "Vice President of Engineering", Valid: true}, "63.46"},
		{3, "Roberto Tamburello", sql.NullString{String: "Engineering Manager", Valid: true}, "43.27"},
	}, all)
	var one employee
	require.NoError(t, db.GetContext(ctx, &one, "SELECT TOP 1 ID, Name, Title, Salary FROM Employees ORDER BY Salary"))
	require.Equal(t, "Rob Walters", one.Name)
	require.ErrorIs(t, db.GetContext(ctx, &one, "SELECT ID FROM Employees WHERE ID = @p1", 99), sql.ErrNoRows)

	query, args, err := sqlx.In("SELECT Name FROM Employees WHERE ID IN (?) ORDER BY Name", []int{4, 1})
	require.NoError(t, err)
	var names []string
	require.NoError(t, db.SelectContext(ctx, &names, db.Rebind(query), args...))
	require.Equal(t, []string{"Ken Sánchez", "Rob Walters"}, names)

	rows, err := db.NamedQueryContext(ctx, "SELECT ID, Name FROM Employees WHERE Title = :title", map[string]any{"title": "Engineering Manager"})
	require.NoError(t, err)
	defer func() { require.NoError(t, rows.Close()) }()
	require.True(t, rows.Next())
	row := map[string]any{}
	require.NoError(t, rows.MapScan(row))
	require.Equal(t, map[string]any{"ID": int64(3), "Name": "Roberto Tamburello"}, row)
	require.False(t, rows.Next())
	require.NoError(t, rows.Err())
}

func TestSQLXChanges(t *testing.T) {
	t.Parallel()
	ctx := t.Context()
	w := newSQLWorld(t)
	db := sqlx.NewDb(w.admin(t), "sqlserver")
	count := func() (n int) {
		require.NoError(t, db.GetContext(ctx, &n, "SELECT COUNT(*) FROM Employees"))
		return n
	}
	hired := []employee{{Name: "Ovidiu", Salary: "28.85"}, {Name: "Janice", Salary: "25"}}
	result, err := db.NamedExecContext(ctx, "INSERT INTO Employees (Name, Salary) VALUES (:Name, :Salary)", hired)
	require.NoError(t, err)
	affected, err := result.RowsAffected()
	require.NoError(t, err)
	require.Equal(t, int64(2), affected)

	tx, err := db.BeginTxx(ctx, nil)
	require.NoError(t, err)
	statement, err := tx.PrepareNamedContext(ctx, "UPDATE Employees SET Title = :title WHERE Name = :name")
	require.NoError(t, err)
	defer func() { require.NoError(t, statement.Close()) }()
	for _, name := range []string{"Ovidiu", "Janice"} {
		_, err = statement.ExecContext(ctx, map[string]any{"title": "Tool Designer", "name": name})
		require.NoError(t, err)
	}
	var id int
	require.NoError(t, tx.GetContext(ctx, &id, "DELETE FROM Employees OUTPUT DELETED.ID WHERE Name = @p1", "Janice"))
	require.Equal(t, 6, id)
	require.NoError(t, tx.Rollback())
	require.Equal(t, 6, count())

	tx = db.MustBeginTx(ctx, &sql.TxOptions{Isolation: sql.LevelSerializable})
	tx.MustExecContext(ctx, tx.Rebind("DELETE FROM Employees WHERE ID > ?"), 4)
	require.NoError(t, tx.Commit())
	require.Equal(t, 4, count())

	_, err = sqlx.NewDb(w.machine(t), "sqlserver").ExecContext(ctx, "DELETE FROM Employees")
	require.ErrorContains(t, err, "The DELETE permission was denied on the object 'Employees'")
}
