package sqlserver_test

import (
	"context"
	"database/sql"
	"fmt"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"
)

func TestTransactions(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	db := w.admin(t)
	run(t, db, "CREATE TABLE n (n int)")
	count := func(q querier) string { return show(t, q, "SELECT COUNT(*) FROM n") }

	tx, err := db.BeginTx(t.Context(), nil)
	require.NoError(t, err)
	require.Equal(t, "1", show(t, tx, "SELECT @@TRANCOUNT"))
	show(t, tx, "INSERT INTO n VALUES (1)")
	require.Equal(t, "1", count(tx))
	require.Equal(t, "0", count(db), "others see what is committed, and do not wait")
	require.NoError(t, tx.Rollback())
	require.Equal(t, "0", count(db))

	tx, err = db.BeginTx(t.Context(), nil)
	require.NoError(t, err)
	show(t, tx, "INSERT INTO n VALUES (1)")
	show(t, tx, "SAVE TRANSACTION here; INSERT INTO n VALUES (2)")
	show(t, tx, "ROLLBACK TRANSACTION here")
	_, err = try(t, tx, "INSERT INTO n VALUES ('x')")
	require.EqualValues(t, 245, number(err))
	require.NoError(t, tx.Commit())
	require.Equal(t, "1", count(db))

	require.Equal(t, "2|1|0", show(t, db, "DECLARE @a int, @b int; BEGIN TRAN; BEGIN TRANSACTION; SET @a = @@TRANCOUNT; COMMIT; SET @b = @@TRANCOUNT; COMMIT TRANSACTION; SELECT @a, @b, @@TRANCOUNT"))
	show(t, db, "BEGIN TRAN outermost; DELETE FROM n; ROLLBACK TRAN outermost")
	require.Equal(t, "1", count(db))
	_, err = try(t, db, "BEGIN TRAN; ROLLBACK TRAN nothing")
	require.EqualValues(t, 6401, number(err))
	show(t, db, "BEGIN TRAN; CREATE TABLE gone (a int); CREATE TABLE #gone (a int); ROLLBACK")
	_, err = try(t, db, "SELECT * FROM gone")
	require.EqualValues(t, 208, number(err))
	require.Equal(t, "x", show(t, db, "CREATE TABLE #gone (a char(1)); INSERT INTO #gone VALUES ('x'); SELECT a FROM #gone"))
}

// Identity values are not taken back.
func TestIdentityAndRollback(t *testing.T) {
	t.Parallel()
	db := newWorld(t).admin(t)
	run(t, db, "CREATE TABLE i (id int IDENTITY, a int)", "BEGIN TRAN; INSERT INTO i VALUES (1), (2); ROLLBACK", "INSERT INTO i VALUES (3)")
	require.Equal(t, "3|3", show(t, db, "SELECT * FROM i"))
}

func TestIsolation(t *testing.T) {
	t.Parallel()
	for _, level := range []sql.IsolationLevel{sql.LevelSerializable, sql.LevelRepeatableRead, sql.LevelSnapshot} {
		t.Run(level.String(), func(t *testing.T) {
			t.Parallel()
			db := newWorld(t).admin(t)
			run(t, db, "CREATE TABLE n (n int)")
			tx, err := db.BeginTx(t.Context(), &sql.TxOptions{Isolation: level})
			require.NoError(t, err)
			require.Equal(t, "0", show(t, tx, "SELECT COUNT(*) FROM n"))
			done := make(chan error)
			go func() {
				_, err := db.ExecContext(t.Context(), "INSERT INTO n VALUES (1)")
				done <- err
			}()
			require.Equal(t, "0", show(t, tx, "SELECT COUNT(*) FROM n"))
			require.NoError(t, tx.Commit())
			require.NoError(t, <-done)
			require.Equal(t, "1", show(t, db, "SELECT COUNT(*) FROM n"))
		})
	}
}

// Transactions that write take turns. Who waits too long gets an error.
func TestWriters(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		db := newWorld(t).admin(t)
		_, err := db.ExecContext(t.Context(), "CREATE TABLE n (n int)")
		require.NoError(t, err)
		tx, err := db.BeginTx(t.Context(), nil)
		require.NoError(t, err)
		_, err = tx.ExecContext(t.Context(), "INSERT INTO n VALUES (1)")
		require.NoError(t, err)
		began := time.Now()
		_, err = db.ExecContext(t.Context(), "INSERT INTO n VALUES (2)")
		require.EqualValues(t, 1222, number(err))
		require.Equal(t, 20*time.Second, time.Since(began))
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		_, err = db.ExecContext(ctx, "INSERT INTO n VALUES (2)")
		require.ErrorIs(t, err, context.DeadlineExceeded)
		require.NoError(t, tx.Rollback())
		_, err = db.ExecContext(t.Context(), "INSERT INTO n VALUES (3)")
		require.NoError(t, err)
		require.Equal(t, "3", show(t, db, "SELECT n FROM n"))
	})
}

func TestConcurrent(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	db := w.admin(t)
	db.SetMaxOpenConns(8)
	run(t, db, "CREATE TABLE n (id int IDENTITY PRIMARY KEY, n int)", "INSERT INTO n VALUES (0)")
	var group sync.WaitGroup
	for worker := range 8 {
		group.Go(func() {
			for i := range 20 {
				var err error
				if worker%2 == 0 {
					_, err = db.ExecContext(t.Context(), "INSERT INTO n VALUES (@p1); UPDATE n SET n = n + 1 WHERE id = 1", i)
				} else {
					_, err = db.ExecContext(t.Context(), "SELECT COUNT(*) FROM n")
				}
				if err != nil {
					t.Error(err)
				}
			}
		})
	}
	group.Wait()
	require.Equal(t, "81|80|81", show(t, db, "SELECT COUNT(*), (SELECT n FROM n WHERE id = 1), MAX(id) FROM n"))
}

// A cancelled request leaves a connection that can be used, and nothing half done.
func TestCancel(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	db := w.admin(t)
	db.SetMaxOpenConns(1)
	run(t, db, "CREATE TABLE n (n int)")
	const endless = "WITH n AS (SELECT 1 AS x UNION ALL SELECT x + 1 FROM n) "
	for _, query := range []string{
		"WAITFOR DELAY '00:10:00'",
		endless + "SELECT COUNT(*) FROM n OPTION (MAXRECURSION 0)",
		endless + "SELECT x FROM n OPTION (MAXRECURSION 0)",
		endless + "INSERT INTO n SELECT x FROM n OPTION (MAXRECURSION 0)",
		"WHILE 1 = 1 SET NOCOUNT ON",
	} {
		t.Run(query[:20], func(t *testing.T) {
			ctx, cancel := context.WithCancel(t.Context())
			defer cancel()
			time.AfterFunc(50*time.Millisecond, cancel)
			_, err := db.ExecContext(ctx, query)
			require.ErrorIs(t, err, context.Canceled)
			require.Equal(t, "0", show(t, db, "SELECT COUNT(*) FROM n"))
		})
	}
	require.Equal(t, 1, w.sql.Connections())
	logins := 0
	for _, r := range w.Requests() {
		if r.Operation == "sql.login" {
			logins++
		}
	}
	require.Equal(t, 1, logins, "always the same connection")
}

// Reset makes a connection as good as new for whoever gets it next.
func TestReset(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	db := w.admin(t)
	db.SetMaxOpenConns(1)
	run(t, db, "CREATE TABLE #t (a int); SET NOCOUNT ON; BEGIN TRAN; CREATE TABLE kept (a int)")
	_, err := try(t, db, "SELECT * FROM #t")
	require.EqualValues(t, 208, number(err))
	require.Equal(t, "0|NULL", show(t, db, "SELECT @@TRANCOUNT, OBJECT_ID('kept')"))
	_, err = try(t, db, "COMMIT")
	require.EqualValues(t, 3902, number(err))
}

// A request must be for the transaction that the connection has, and for no other.
func TestTransactionDescriptors(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	c := w.loginWire(t, w.SignedInUser().Token(resource, time.Hour))
	ask := func(descriptor uint64, status byte, text string) string {
		_, err := c.Write(packet(kindBatch, 1|status, within(descriptor, batch(text))))
		require.NoError(t, err)
		return string(c.answer(t))
	}
	const reset = 8
	current := begun(t, ask(0, 0, "CREATE TABLE n (n int); BEGIN TRAN"))
	require.NotContains(t, ask(current, 0, "INSERT INTO n VALUES (1)"), wide("transaction"))
	require.Contains(t, ask(0, 0, "INSERT INTO n VALUES (2)"), wide("it should come with valid transaction descriptor."))
	require.Contains(t, ask(current+1, 0, "INSERT INTO n VALUES (2)"), wide(fmt.Sprintf("The server failed to resume the transaction. Desc:%x.", current+1)))
	require.Contains(t, ask(current, 0, "SELECT CONCAT(N'rows ', COUNT(*), '|') FROM n; COMMIT"), wide("rows 1|"))
	require.Contains(t, ask(current, 0, "INSERT INTO n VALUES (2)"), wide("failed to resume the transaction"))

	current = begun(t, ask(0, 0, "BEGIN TRAN; INSERT INTO n VALUES (2)"))
	ended := ask(current, reset, "SELECT CONCAT(N'rows ', COUNT(*), '|') FROM n")
	require.Contains(t, ended, wide("rows 1|"))
	require.Contains(t, ended, "\xe3\x0b\x00\x0a\x00\x08", "the client is told of the rollback")
	require.Contains(t, ask(0, 0, "SELECT CONCAT(N'rows ', COUNT(*), '|') FROM n"), wide("rows 1|"))
}
