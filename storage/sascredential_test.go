package storage_test

import (
	"context"
	"math"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/keyless-go/azure/azuretest"
	"github.com/keyless-go/azure/storage"
)

const lists = "storage.listservicesas"

// settle lets what is in flight at the end of a bubble's test land.
func settle() { time.Sleep(time.Hour) }

func TestASASIsKept(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		defer settle()
		w := newWorld(t)
		sas := w.client.NewSASCredential(rcw(), time.Minute)
		require.Zero(t, w.count(lists), "no I/O")
		start := time.Now()
		first, err := sas.SAS(t.Context())
		require.NoError(t, err)
		require.Equal(t, start.Add(time.Minute).UTC(), first.Expiry())
		for range 26 {
			again, err := sas.SAS(t.Context())
			require.NoError(t, err)
			require.Equal(t, first, again)
			time.Sleep(time.Second)
		}
		require.Equal(t, 1, w.count(lists))
		time.Sleep(5 * time.Second)
		again, err := sas.SAS(t.Context())
		require.NoError(t, err)
		require.Equal(t, first, again, "it is renewed in the background")
		synctest.Wait()
		again, err = sas.SAS(t.Context())
		require.NoError(t, err)
		require.NotEqual(t, first, again)
		require.Equal(t, 2, w.count(lists))
	})
}

func TestLifetimeAndPolicies(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		defer settle()
		w := newWorld(t)
		start := time.Now()
		sas, err := w.client.NewSASCredential(rcw(), 0).SAS(t.Context())
		require.NoError(t, err)
		require.Equal(t, start.Add(time.Hour).UTC(), sas.Expiry(), "the default, whatever Expiry says")
		sas, err = w.client.NewSASCredential(rcw(), 400*time.Millisecond).SAS(t.Context())
		require.NoError(t, err)
		require.Equal(t, start.Add(time.Second).UTC(), sas.Expiry(), "rounded up")
		sas, err = w.client.NewSASCredential(rcw(), math.MaxInt64).SAS(t.Context())
		require.NoError(t, err)
		require.Equal(t, start.Year()+292, sas.Expiry().Year(), "as long as can be said")

		w.container.SetPolicy("p", azuretest.AccessPolicy{Permissions: "rcw", Expiry: start.Add(24 * time.Hour)})
		policy := w.client.NewSASCredential(storage.ServiceSASParameters{Container: "mycontainer", Identifier: "p"}, time.Minute)
		client, err := storage.NewContainerClient(containerURL, policy, w.options())
		require.NoError(t, err)
		before := w.count(lists)
		for range 10 {
			require.NoError(t, client.Upload(t.Context(), "b", strings.NewReader("x"), nil))
			time.Sleep(15 * time.Second)
		}
		sas, err = policy.SAS(t.Context())
		require.NoError(t, err)
		require.Zero(t, sas.Expiry())
		require.InDelta(t, 5, w.count(lists)-before, 1)
	})
}

func TestManyClientsShareOneSAS(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		defer settle()
		w := newWorld(t)
		sas := w.client.NewSASCredential(rcw(), time.Hour)
		var wg sync.WaitGroup
		for range 20 {
			wg.Go(func() {
				client, err := storage.NewContainerClient(containerURL, sas, w.options())
				if err == nil {
					err = client.Upload(t.Context(), "b", strings.NewReader("x"), nil)
				}
				if err != nil {
					t.Error(err)
				}
			})
		}
		wg.Wait()
		require.Equal(t, 1, w.count(lists))
	})
}

func TestAnEndOfTheContextEndsTheWaitAlone(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		defer settle()
		w := newWorld(t)
		w.Fail(azuretest.Fault{Operation: lists, Delay: 10 * time.Second})
		sas := w.client.NewSASCredential(rcw(), time.Hour)
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		start := time.Now()
		_, err := sas.SAS(ctx)
		require.ErrorIs(t, err, context.DeadlineExceeded)
		require.ErrorContains(t, err, `storage: list service SAS of account "mystorageacct" in management.azure.com: `)
		require.Equal(t, time.Second, time.Since(start))
		_, err = sas.SAS(t.Context())
		require.NoError(t, err)
		require.Equal(t, 1, w.count(lists))
	})
}

func TestInvalidParametersAreAnErrorOfTheUse(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	client, _ := w.withLetters(t, "xyz", time.Hour)
	require.ErrorContains(t, client.Upload(t.Context(), "b", strings.NewReader("x"), nil), "'x' is no permission of a container")
	require.Empty(t, w.Requests())
}
