package keyvault_test

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/keyless-go/azure/keyvault"
)

func TestWaitsForDeletionAndRecovery(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, "contoso")
		w.vault.SetSecret("db", "v")
		w.vault.ConsistencyDelay(8 * time.Second)
		ctx := t.Context()

		start := time.Now()
		_, err := w.client.Delete(ctx, "db")
		require.NoError(t, err)
		_, err = w.client.GetDeleted(ctx, "db")
		require.ErrorIs(t, err, keyvault.ErrNotFound)
		require.NoError(t, w.client.WaitDeleted(ctx, "db"))
		require.InDelta(t, 8, time.Since(start).Seconds(), 5)
		_, err = w.client.GetDeleted(ctx, "db")
		require.NoError(t, err)
		require.Less(t, len(w.Requests()), 10)

		start = time.Now()
		_, err = w.client.Recover(ctx, "db")
		require.NoError(t, err)
		require.NoError(t, w.client.WaitRecovered(ctx, "db"))
		require.InDelta(t, 8, time.Since(start).Seconds(), 5)
		_, err = w.client.Get(ctx, "db")
		require.NoError(t, err)
	})
}

func TestWaitDeletedWhereNothingIsKept(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, "mytestkeyvault")
		w.vault.ConsistencyDelay(3 * time.Second)
		_, err := w.client.Delete(t.Context(), "MyTestSecret")
		require.NoError(t, err)
		start := time.Now()
		require.NoError(t, w.client.WaitDeleted(t.Context(), "MyTestSecret"))
		require.LessOrEqual(t, time.Since(start), 10*time.Second)
	})
}

func TestWaitDeletedOfAPurgedSecret(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, "contoso")
		start := time.Now()
		require.NoError(t, w.client.WaitDeleted(t.Context(), "gone"))
		require.InDelta(t, 30, time.Since(start).Seconds(), 6)
	})
}

func TestWaitsEndWithTheContext(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, "contoso")
		w.vault.SetSecret("db", "v")
		ctx, cancel := context.WithTimeout(t.Context(), 10*time.Minute)
		defer cancel()
		start := time.Now()
		err := w.client.WaitDeleted(ctx, "db")
		require.ErrorIs(t, err, context.DeadlineExceeded)
		require.EqualError(t, err, `keyvault: wait for deletion of secret "db" in contoso.vault.azure.net: context deadline exceeded`)
		require.Equal(t, 10*time.Minute, time.Since(start))

		ctx, cancel = context.WithTimeout(t.Context(), time.Minute)
		defer cancel()
		require.ErrorIs(t, w.client.WaitRecovered(ctx, "none"), context.DeadlineExceeded)
	})
}

func TestWaitsTellWhatIsWrong(t *testing.T) {
	t.Parallel()
	w := newWorld(t, "contoso")
	w.vault.SetSecret("db", "v")
	w.vault.DisableSecret("db")
	require.NoError(t, w.client.WaitRecovered(t.Context(), "db"), "a disabled secret is there")
	w.vault.Deny(w.SystemIdentity())
	require.ErrorIs(t, w.client.WaitDeleted(t.Context(), "db"), keyvault.ErrForbidden)
	require.ErrorIs(t, w.client.WaitRecovered(t.Context(), "db"), keyvault.ErrForbidden)
}
