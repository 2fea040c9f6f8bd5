package keyvault_test

import (
	"context"
	"net/http"
	"strconv"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/keyless-go/azure/azuretest"
	"github.com/keyless-go/azure/keyvault"
)

func reveal(t *testing.T, c *keyvault.SecretCache) string {
	t.Helper()
	secret, err := c.Get(t.Context(), "db")
	require.NoError(t, err)
	return secret.Value.Reveal()
}

func TestTheCacheAsksOnceForManyReaders(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, "contoso")
		w.vault.SetSecret("db", "v")
		w.Fail(azuretest.Fault{Operation: "keyvault.get", Delay: 5 * time.Second})
		cache := keyvault.NewSecretCache(w.client, nil)
		var group sync.WaitGroup
		for range 100 {
			group.Go(func() {
				secret, err := cache.Get(t.Context(), "db")
				require.NoError(t, err)
				require.Equal(t, "v", secret.Value.Reveal())
			})
		}
		group.Go(func() {
			ctx, cancel := context.WithTimeout(t.Context(), time.Second)
			defer cancel()
			_, err := cache.Get(ctx, "db")
			require.EqualError(t, err, `keyvault: get secret "db" in contoso.vault.azure.net: context deadline exceeded`)
			require.ErrorIs(t, err, context.DeadlineExceeded)
		})
		group.Wait()
		require.Len(t, w.Requests(), 1)
	})
}

func TestTheCacheRenewsInTheBackground(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, "contoso")
		w.vault.SetSecret("db", "one")
		var changes []keyvault.Properties
		var cache *keyvault.SecretCache
		cache = keyvault.NewSecretCache(w.client, &keyvault.SecretCacheOptions{OnChange: func(old, current keyvault.Properties) {
			require.Equal(t, "two", reveal(t, cache), "the cache has the new secret by then")
			changes = append(changes, old, current)
		}})
		require.Equal(t, "one", reveal(t, cache))
		time.Sleep(4 * time.Minute)
		require.Equal(t, "one", reveal(t, cache))
		require.Len(t, w.Requests(), 1)

		second := w.vault.SetSecret("db", "two")
		w.Fail(azuretest.Fault{Operation: "keyvault.get", Delay: 3 * time.Second})
		time.Sleep(time.Minute)
		start := time.Now()
		require.Equal(t, "one", reveal(t, cache), "nobody waits for the renewal")
		require.Zero(t, time.Since(start))
		time.Sleep(4 * time.Second)
		synctest.Wait()
		require.Equal(t, "two", reveal(t, cache))
		require.Len(t, w.Requests(), 2)
		require.Len(t, changes, 2)
		require.Equal(t, second, changes[1].Version)
		require.Equal(t, w.vault.Versions("db")[0], changes[0].Version)
	})
}

func TestTheCacheTellsOfUpdatesAndSurvivesPanics(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, "contoso")
		w.vault.SetSecret("db", "v")
		told := 0
		cache := keyvault.NewSecretCache(w.client, &keyvault.SecretCacheOptions{OnChange: func(_, _ keyvault.Properties) {
			told++
			panic("p@ssw0rd!")
		}})
		require.Equal(t, "v", reveal(t, cache))
		time.Sleep(15 * time.Minute)
		require.Equal(t, "v", reveal(t, cache))
		synctest.Wait()
		require.Zero(t, told, "nothing has changed")

		kind := "text/plain"
		_, err := w.client.Update(t.Context(), "db", "", &keyvault.UpdateOptions{ContentType: &kind})
		require.NoError(t, err)
		time.Sleep(15 * time.Minute)
		require.Equal(t, "v", reveal(t, cache))
		synctest.Wait()
		require.Equal(t, 1, told)
	})
}

func TestTheCacheServesOnWhileTheVaultIsDown(t *testing.T) {
	t.Parallel()
	for name, status := range map[string]int{"down": http.StatusServiceUnavailable, "forbidden": http.StatusForbidden, "deleted": http.StatusNotFound} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				w := newWorld(t, "contoso")
				w.vault.SetSecret("db", "v")
				cache := keyvault.NewSecretCache(w.client, &keyvault.SecretCacheOptions{TTL: 10 * time.Minute, StaleFor: 30 * time.Minute})
				start := time.Now()
				require.Equal(t, "v", reveal(t, cache))
				w.Fail(azuretest.Fault{Operation: "keyvault.get", Status: status, Times: -1})
				waits := 0
				for time.Since(start) < 39*time.Minute {
					asked := time.Now()
					require.Equal(t, "v", reveal(t, cache))
					if waited := time.Since(asked); waited > 0 {
						waits++
						require.LessOrEqual(t, waited, 15*time.Second)
					}
					time.Sleep(10 * time.Second)
				}
				require.LessOrEqual(t, waits, 1)
				time.Sleep(2 * time.Minute)
				_, err := cache.Get(t.Context(), "db")
				require.ErrorContains(t, err, `keyvault: get secret "db" in contoso.vault.azure.net: `)
				require.ErrorContains(t, err, strconv.Itoa(status))
				require.Less(t, len(w.Requests()), 100, "the vault is left in peace")
			})
		})
	}
}

func TestTheCacheServesNothingStaleIfToldSo(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, "contoso", noRetries)
		w.vault.SetSecret("db", "v")
		cache := keyvault.NewSecretCache(w.client, &keyvault.SecretCacheOptions{TTL: time.Minute, StaleFor: -1})
		require.Equal(t, "v", reveal(t, cache))
		w.Fail(azuretest.Fault{Operation: "keyvault.get", Status: 404, Times: -1})
		time.Sleep(61 * time.Second)
		_, err := cache.Get(t.Context(), "db")
		require.ErrorIs(t, err, keyvault.ErrNotFound)
	})
}

func TestAReaderWithAnOldSecretDoesNotWaitLong(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, "contoso")
		w.vault.SetSecret("db", "v")
		cache := keyvault.NewSecretCache(w.client, nil)
		require.Equal(t, "v", reveal(t, cache))
		w.Fail(azuretest.Fault{Operation: "keyvault.get", Delay: time.Hour})
		time.Sleep(20 * time.Minute)
		start := time.Now()
		require.Equal(t, "v", reveal(t, cache))
		require.LessOrEqual(t, time.Since(start), 12*time.Second)
	})
}

func TestTheCacheSharesAFailureForAMoment(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, "contoso")
		cache := keyvault.NewSecretCache(w.client, nil)
		for range 10 {
			_, err := cache.Get(t.Context(), "db")
			require.ErrorIs(t, err, keyvault.ErrNotFound)
		}
		require.Len(t, w.Requests(), 1)
		w.vault.SetSecret("db", "v")
		time.Sleep(11 * time.Second)
		require.Equal(t, "v", reveal(t, cache))

		w.Fail(azuretest.Fault{Operation: "keyvault.get", Status: 429, RetryAfter: 2 * time.Minute, Times: 1})
		_, err := cache.Get(t.Context(), "other")
		require.ErrorIs(t, err, keyvault.ErrThrottled)
		time.Sleep(110 * time.Second)
		_, err = cache.Get(t.Context(), "other")
		require.ErrorIs(t, err, keyvault.ErrThrottled, "the vault asked for two minutes")
	})
}

func TestWhatTheCacheGivesCannotChangeIt(t *testing.T) {
	t.Parallel()
	w := newWorld(t, "contoso")
	_, err := w.client.Set(t.Context(), "db", "v", &keyvault.SetOptions{Tags: map[string]string{"a": "b"}})
	require.NoError(t, err)
	cache := keyvault.NewSecretCache(w.client, nil)
	secret, err := cache.Get(t.Context(), "db")
	require.NoError(t, err)
	secret.Tags["a"] = "changed"
	secret, err = cache.Get(t.Context(), "db")
	require.NoError(t, err)
	require.Equal(t, "b", secret.Tags["a"])
}

// In a bubble, so that no two secrets are of one age, however coarse the clock.
func TestTheCacheIsBounded(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		requests := 0
		client, _ := newClient(t, "https://contoso.vault.azure.net", func(*http.Request) (*http.Response, error) {
			requests++
			return answer(200, emptySecret), nil
		})
		cache := keyvault.NewSecretCache(client, nil)
		read := func(i int) {
			_, err := cache.Get(t.Context(), "s"+strconv.Itoa(i))
			require.NoError(t, err)
			time.Sleep(time.Millisecond)
		}
		for i := range 1001 {
			read(i)
		}
		read(1000)
		require.Equal(t, 1001, requests)
		read(0)
		require.Equal(t, 1002, requests, "the oldest had to go")
	})
}

func TestACacheWithoutClientFails(t *testing.T) {
	t.Parallel()
	_, err := keyvault.NewSecretCache(nil, nil).Get(t.Context(), "db")
	require.EqualError(t, err, "keyvault: the cache was made without a client")
}
