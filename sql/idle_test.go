package azuresql_test

import (
	"database/sql"
	"database/sql/driver"
	"net"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	azuresql "github.com/keyless-go/azure/sql"
)

// TestUnusedConnection: database/sql may open a connection that nobody takes at
// once, and does not reset it before its first use.
func TestUnusedConnection(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name  string
		spoil func(*fake)
		use   func(*testing.T, driver.Conn) error
		want  error
	}{
		{"good", func(*fake) {}, ping, nil},
		{"over", func(*fake) { time.Sleep(59 * time.Minute) }, ping, driver.ErrBadConn},
		{"over, for a statement", func(*fake) { time.Sleep(59 * time.Minute) }, prepare, driver.ErrBadConn},
		{"over, for a transaction", func(*fake) { time.Sleep(59 * time.Minute) }, begin, driver.ErrBadConn},
		{"closed", func(f *fake) { time.Sleep(2 * time.Second); f.hangUp() }, ping, driver.ErrBadConn},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				f := newFake(t)
				conn, err := newConnector(t, f, &cred{life: time.Hour}, nil).Connect(t.Context())
				require.NoError(t, err)
				test.spoil(f)
				require.ErrorIs(t, test.use(t, conn), test.want)
				_ = conn.Close()
			})
		})
	}
}

func ping(t *testing.T, conn driver.Conn) error {
	t.Helper()
	return conn.(driver.Pinger).Ping(t.Context())
}

func prepare(t *testing.T, conn driver.Conn) error {
	t.Helper()
	_, err := conn.(driver.ConnPrepareContext).PrepareContext(t.Context(), "SELECT 1")
	return err
}

func begin(t *testing.T, conn driver.Conn) error {
	t.Helper()
	tx, err := conn.(driver.ConnBeginTx).BeginTx(t.Context(), driver.TxOptions{})
	if err == nil {
		err = tx.Rollback()
	}
	return err
}

// TestIdleConnectionsClosed: the server closes what is idle, as at a failover.
func TestIdleConnectionsClosed(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name string
		wrap func(net.Conn) net.Conn
	}{
		{"a socket", func(conn net.Conn) net.Conn { return conn }},
		{"a connection of the user's own", func(conn net.Conn) net.Conn { return struct{ net.Conn }{conn} }},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			f := newFake(t)
			var clients []net.Conn
			dial := f.listen(t, func(conn net.Conn) net.Conn {
				clients = append(clients, conn)
				return test.wrap(conn)
			})
			db := open(t, f, &cred{}, func(o *azuresql.Options) { o.Dialer = dial })
			fill(t, db, 8)
			require.Equal(t, 8, db.Stats().Idle)
			f.drop()
			for _, client := range slices.Clone(clients) { // the news is on its way
				require.Eventually(t, func() bool { return azuresql.HungUp(client) }, 5*time.Second, time.Millisecond)
			}
			for range 16 {
				query(t, db)
			}
		})
	}
}

// fill opens n connections and puts them into the pool.
func fill(t *testing.T, db *sql.DB, n int) {
	t.Helper()
	var conns []*sql.Conn
	for range n {
		conn, err := db.Conn(t.Context())
		require.NoError(t, err)
		require.NoError(t, conn.PingContext(t.Context()))
		conns = append(conns, conn)
	}
	for _, conn := range conns {
		require.NoError(t, conn.Close())
	}
}

func TestHungUp(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name string
		do   func(server net.Conn) error
		want bool
	}{
		{"idle", func(net.Conn) error { return nil }, false},
		{"closed", net.Conn.Close, true},
		{"talking", func(server net.Conn) error { _, err := server.Write([]byte("x")); return err }, true},
		{"reset", func(server net.Conn) error {
			_ = server.(*net.TCPConn).SetLinger(0)
			return server.Close()
		}, true},
	}
	for _, test := range tests {
		for _, wrapped := range []bool{false, true} {
			t.Run(test.name+map[bool]string{true: " wrapped"}[wrapped], func(t *testing.T) {
				t.Parallel()
				client, server := sockets(t)
				if wrapped {
					client = struct{ net.Conn }{client}
				}
				require.NoError(t, test.do(server))
				if test.want {
					require.Eventually(t, func() bool { return azuresql.HungUp(client) }, 5*time.Second, time.Millisecond)
					return
				}
				require.False(t, azuresql.HungUp(client))
				_, err := server.Write([]byte("x"))
				require.NoError(t, err)
				n, err := client.Read(make([]byte, 2))
				require.NoError(t, err)
				require.Equal(t, 1, n, "nothing was taken")
			})
		}
	}
}

// sockets are the two ends of a connection over loopback.
func sockets(t *testing.T) (client, server net.Conn) {
	t.Helper()
	listener, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	require.NoError(t, err)
	defer func() { _ = listener.Close() }()
	client, err = (&net.Dialer{}).DialContext(t.Context(), "tcp", listener.Addr().String())
	require.NoError(t, err)
	server, err = listener.Accept()
	require.NoError(t, err)
	t.Cleanup(func() { _ = client.Close(); _ = server.Close() })
	return client, server
}
