package azuresql_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	mssql "github.com/microsoft/go-mssqldb"
	"github.com/stretchr/testify/require"
)

// An error of the first of several statements leaves the rest of the answer with the
// driver, which waits for ever for somebody to read it before it asks again.
func TestRestOfAnAnswer(t *testing.T) {
	t.Parallel()
	db := newWorld(t).machine(t)
	db.SetMaxOpenConns(1)
	for _, text := range []string{
		"SELECT 1/0; SELECT 1; SELECT 2",
		"INSERT Employees (Name) VALUES ('x')\nSELECT Id FROM Employees\nSELECT Id FROM Employees",
		"IF 1/0 = 1 SELECT 1 " + strings.Repeat("SELECT 2 ", 20),
		"EXEC sp_executesql N'SELECT 1/0 SELECT 1 SELECT 2 SELECT 3'",
	} {
		require.NoError(t, within(t, func(ctx context.Context) error {
			_, err := db.QueryContext(ctx, text) //nolint:rowserrcheck,sqlclosecheck // there are no rows
			return errors.Join(refused(err), db.PingContext(ctx))
		}), text)
		require.NoError(t, within(t, func(ctx context.Context) error {
			tx, err := db.BeginTx(ctx, nil)
			if err != nil {
				return err
			}
			_, err = tx.QueryContext(ctx, text) //nolint:rowserrcheck,sqlclosecheck // there are no rows
			return errors.Join(refused(err), tx.Rollback(), db.PingContext(ctx))
		}), text)
	}
}

// refused is an error if there is none from the server.
func refused(err error) error {
	if _, ok := errors.AsType[mssql.Error](err); ok {
		return nil
	}
	return fmt.Errorf("no error of the server: %w", err)
}

// One statement leaves nothing: its error costs no connection.
func TestErrorOfOneStatement(t *testing.T) {
	t.Parallel()
	db := newWorld(t).machine(t)
	db.SetMaxOpenConns(1)
	session := func() (spid int) {
		require.NoError(t, db.QueryRowContext(t.Context(), "SELECT @@SPID").Scan(&spid))
		return spid
	}
	first := session()
	for _, text := range []string{"SELECT Id FROM nothing;", "INSERT INTO nothing (a) OUTPUT INSERTED.a VALUES (1) ; ", "UPDATE nothing SET a = 1 OUTPUT INSERTED.a WHERE b = 2"} {
		_, err := db.QueryContext(t.Context(), text) //nolint:rowserrcheck,sqlclosecheck // there are no rows
		require.NoError(t, refused(err), text)
		require.Equal(t, first, session(), text)
	}
}

// within gives up, rather than waits, if f does not obey its context.
func within(t *testing.T, f func(context.Context) error) error {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	done := make(chan error, 1)
	go func() { done <- f(ctx) }()
	select {
	case err := <-done:
		return err
	case <-ctx.Done():
		return ctx.Err()
	}
}
