package sqlserver_test

import (
	"net"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/keyless-go/azure/azuretest"
)

func TestServe(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	done := make(chan error, 1)
	go func() { done <- w.sql.Serve(l) }()
	db := w.open(t, login{address: l.Addr().String()})
	require.Equal(t, "4", show(t, db, "SELECT COUNT(*) FROM Employees"))
	require.NoError(t, w.sql.Close())
	require.NoError(t, <-done)
	_, err = net.Dial("tcp", l.Addr().String())
	require.Error(t, err)
	require.NoError(t, w.sql.Serve(l), "closed before")
}

func TestServeFails(t *testing.T) {
	t.Parallel()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	require.NoError(t, l.Close())
	require.ErrorIs(t, newWorld(t).sql.Serve(l), net.ErrClosed)
}

func TestExec(t *testing.T) {
	t.Parallel()
	w := newWorld(t, azuretest.Empty())
	require.NoError(t, w.sql.AddDatabase("orders"))
	require.NoError(t, w.sql.Exec("orders", "CREATE TABLE T (A int); INSERT INTO T VALUES (1), (2)"))
	require.NoError(t, w.sql.Exec("orders", "CREATE USER [DevTestVM] FROM EXTERNAL PROVIDER; ALTER ROLE db_datareader ADD MEMBER [DevTestVM]"))
	require.Equal(t, "3", show(t, w.open(t, login{database: "orders"}), "SELECT SUM(A) FROM T"))
	require.ErrorContains(t, w.sql.Exec("orders", "SELECT * FROM nowhere"), `sqlserver: database "orders": 208: Invalid object name 'nowhere'.`)
	require.Error(t, w.sql.Exec("nowhere", "SELECT 1"))
	requests := w.Requests()
	require.NotEmpty(t, requests)
	for _, r := range requests {
		require.NotContains(t, string(r.Body), "CREATE TABLE", "behind the server's back")
	}
}
