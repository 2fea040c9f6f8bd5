package azuresql_test

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/keyless-go/azure/azuretest"
)

// TestTransactionOfACancelledContext: the rollback is over before the connection has
// another user, or the connection is.
func TestTransactionOfACancelledContext(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name   string
		slow   time.Duration
		took   time.Duration
		logins int
	}{
		{"the server rolls back", time.Second, time.Second, 1},
		{"the server is silent", time.Hour, 10 * time.Second, 2}, // 5 s of which TLS takes for its farewell

	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				f := newFake(t)
				f.slowEnd = test.slow
				db := open(t, f, &cred{}, nil)
				db.SetMaxOpenConns(1)
				ctx, cancel := context.WithCancel(t.Context())
				_, err := db.BeginTx(ctx, nil)
				require.NoError(t, err)
				start := time.Now()
				cancel()
				query(t, db)
				require.InDelta(t, test.took.Seconds(), time.Since(start).Seconds(), 0.1)
				require.Equal(t, []uint64{0}, f.transactions(), "the query is in no transaction")
				require.Len(t, f.logins(), test.logins)
			})
		})
	}
}

// TestCommitObeysItsContext: whether it was done is not known.
func TestCommitObeysItsContext(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		db := w.admin(t)
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		tx, err := db.BeginTx(ctx, nil)
		require.NoError(t, err)
		w.Fail(azuretest.Fault{Operation: "sql.transaction", Delay: time.Hour})
		start := time.Now()
		require.ErrorIs(t, tx.Commit(), context.DeadlineExceeded)
		require.InDelta(t, 1, time.Since(start).Seconds(), 0.1)
		require.Equal(t, 4, employees(t, db))
	})
}

// TestBeginObeysItsContext: nobody knows whether the server has begun.
func TestBeginObeysItsContext(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		f := newFake(t)
		db := open(t, f, &cred{}, nil)
		query(t, db)
		f.slowBegin = 2 * time.Second
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		_, err := db.BeginTx(ctx, nil)
		require.ErrorIs(t, err, context.DeadlineExceeded)
		query(t, db)
		require.Len(t, f.logins(), 2)
	})
}
