package sqlserver_test

import (
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/keyless-go/azure/azuretest"
	"github.com/keyless-go/azure/azuretest/sqlserver"
)

// directories returns the servers' directories that are there.
func directories(t *testing.T) []string {
	t.Helper()
	found, err := filepath.Glob(filepath.Join(os.TempDir(), "azuretest-sql-*"))
	require.NoError(t, err)
	return found
}

// ownTemp gives the test a directory of its own for temporary files, and returns it. It
// must be empty in the end.
func ownTemp(t *testing.T) string {
	t.Helper()
	dir, err := os.MkdirTemp("", "own-") //nolint:usetesting // t.TempDir removes in a way that Wine does not know
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, os.Remove(dir)) })
	t.Setenv("TMPDIR", dir)
	t.Setenv("TMP", dir) // on Windows
	return dir
}

// Close leaves nothing behind: no goroutine, no file, no directory.
func TestLeaks(t *testing.T) {
	ownTemp(t)
	srv := azuretest.New(t)
	started := func() world {
		s, err := sqlserver.Start(srv)
		require.NoError(t, err)
		require.Len(t, directories(t), 1)
		return world{srv, s}
	}
	use := func() {
		w := started()
		db := w.open(t, login{address: w.sql.Addr()})
		require.Equal(t, "4", show(t, db, "SELECT COUNT(*) FROM Employees"))
		half := w.dialWire(t) // does not log in
		busy := w.loginWire(t, srv.SignedInUser().Token(resource, time.Hour))
		busy.send(t, kindBatch, batch("CREATE TABLE #t (a int); BEGIN TRAN; INSERT INTO #t VALUES (1); WAITFOR DELAY '01:00:00'"))
		require.NoError(t, w.sql.Close())
		require.NoError(t, db.Close())
		require.True(t, half.closed() && busy.closed())
		require.Empty(t, directories(t))
	}
	use()
	before := runtime.NumGoroutine()
	for n := range 40 {
		if n%10 == 0 {
			use()
			continue
		}
		require.NoError(t, started().sql.Close())
	}
	require.Empty(t, directories(t))
	for tries := 0; runtime.NumGoroutine() > before && tries < 1000; tries++ {
		<-time.After(time.Millisecond) // what has ended may still be counted
	}
	require.LessOrEqual(t, runtime.NumGoroutine(), before, "%s", stacks())
}

func stacks() string {
	var out strings.Builder
	buf := make([]byte, 1<<20)
	out.Write(buf[:runtime.Stack(buf, true)])
	return out.String()
}
