package credential_test

import (
	"encoding/json"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/keyless-go/azure/azuretest"
	"github.com/keyless-go/azure/credential"
)

// TestEvents: one for each fetch that has ended, with how it ended, and none for
// a token from the cache.
func TestEvents(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		srv := azuretest.New(t)
		seen := &events{}
		c := onIMDS(t, srv, options{Observer: seen.observe})
		srv.Fail(azuretest.Fault{Operation: "imds.token", Status: 500})
		start := time.Now()
		first := mustGet(t, c)
		mustGet(t, c)
		list := seen.take()
		require.Len(t, list, 1)
		between(t, 500*time.Millisecond, time.Second, list[0].Duration)
		require.Equal(t, credential.Event{
			Kind: credential.EventFetched, Source: credential.SourceIMDS, Resource: vault, Time: start.Add(list[0].Duration).UTC().Round(0),
			Expires: first.ExpiresOn, Duration: list[0].Duration, Attempt: 2,
		}, list[0])

		srv.Fail(azuretest.Fault{Operation: "imds.token", Status: 500, Code: "unknown"})
		sleepUntil(first.RefreshOn)
		mustGet(t, c)
		synctest.Wait()
		list = seen.take()
		require.Len(t, list, 1)
		require.Equal(t, credential.EventRefreshFailed, list[0].Kind)
		require.ErrorIs(t, list[0].Err, credential.ErrUnavailable)
		require.Zero(t, list[0].Expires)
		require.Equal(t, 1, list[0].Attempt)

		sleepUntil(mustGet(t, c).RefreshOn)
		mustGet(t, c)
		synctest.Wait()
		list = seen.take()
		require.Len(t, list, 1)
		require.Equal(t, credential.EventRefreshed, list[0].Kind)
		require.True(t, list[0].Expires.After(first.ExpiresOn))

		srv.RemoveSystemIdentity()
		require.Error(t, c.Prefetch(t.Context(), "https://storage.azure.com/"))
		list = seen.take()
		require.Len(t, list, 1)
		require.Equal(t, credential.EventFetchFailed, list[0].Kind)
		require.Equal(t, "https://storage.azure.com/", list[0].Resource)
		require.ErrorIs(t, list[0].Err, credential.ErrIdentityNotFound)
	})
}

// TestPanickingObserver: the fetch it was told of fails, and nothing else.
func TestPanickingObserver(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var panics atomic.Bool
		s := newSite(issue(time.Hour))
		c := newCred(t, s, options{Source: credential.SourceIMDS, Observer: func(e credential.Event) {
			if panics.Load() {
				panic("secret-of-the-observer" + e.Resource)
			}
		}})
		panics.Store(true)
		_, err := get(t.Context(), c)
		require.ErrorContains(t, err, "panicked")
		require.ErrorContains(t, err, "credential: token for")
		require.NotContains(t, err.Error(), "secret-")
		panics.Store(false)
		time.Sleep(2 * time.Second)
		first := mustGet(t, c)

		panics.Store(true)
		sleepUntil(first.RefreshOn)
		mustGet(t, c)
		synctest.Wait()
		require.ErrorContains(t, c.Status().Tokens[0].LastError, "panicked")
		require.Equal(t, first.Token, mustGet(t, c).Token)
	})
}

// TestEventAsJSON has its error's text.
func TestEventAsJSON(t *testing.T) {
	t.Parallel()
	e := credential.Event{Kind: credential.EventFetchFailed, Resource: vault, Err: credential.ErrThrottled}
	text, err := json.Marshal(e)
	require.NoError(t, err)
	require.Contains(t, string(text), `"Err":"throttled"`)
	require.Contains(t, string(text), `"Kind":"fetch failed"`)
	e.Err = nil
	text, err = json.Marshal(e)
	require.NoError(t, err)
	require.NotContains(t, string(text), "Err")
}
