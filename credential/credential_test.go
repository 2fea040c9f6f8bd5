package credential_test

import (
	"context"
	"errors"
	"strconv"
	"testing"
	"testing/synctest"
	"time"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore"
	"github.com/stretchr/testify/require"

	"github.com/keyless-go/azure/azuretest"
	"github.com/keyless-go/azure/credential"
)

// onIMDS makes a credential whose metadata service is srv's.
func onIMDS(tb testing.TB, srv *azuretest.Server, o options) *cred {
	tb.Helper()
	o.Source, o.HTTPClient = credential.SourceIMDS, srv.Client()
	return newCred(tb, nil, o)
}

// TestColdStampede: any number of callers for a token that is not there cost one
// request.
func TestColdStampede(t *testing.T) {
	t.Parallel()
	for _, callers := range []int{1, 100, 1_000, 10_000} {
		t.Run(strconv.Itoa(callers), func(t *testing.T) { testStampede(t, callers) })
	}
}

func testStampede(t *testing.T, callers int) {
	t.Helper()
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		srv := azuretest.New(t)
		srv.Fail(azuretest.Fault{Operation: "imds.token", Delay: 2 * time.Second})
		c := onIMDS(t, srv, options{})
		all := crowd(callers, func(int) (azcore.AccessToken, error) { return get(t.Context(), c) })
		for _, g := range all {
			require.NoError(t, g.err)
			require.Equal(t, all[0].AccessToken, g.AccessToken)
			require.Equal(t, 2*time.Second, g.waited)
		}
		require.Len(t, srv.Requests(), 1)
	})
}

// TestColdStampedeWithOneLeaving: whoever leaves, and be it the first to come,
// returns at once, and all others get the token.
func TestColdStampedeWithOneLeaving(t *testing.T) {
	t.Parallel()
	for _, callers := range []int{2, 100, 1_000, 10_000} {
		t.Run(strconv.Itoa(callers), func(t *testing.T) { testStampedeWithOneLeaving(t, callers) })
	}
}

func testStampedeWithOneLeaving(t *testing.T, callers int) {
	t.Helper()
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		srv := azuretest.New(t)
		srv.Fail(azuretest.Fault{Operation: "imds.token", Delay: 2 * time.Second})
		c := onIMDS(t, srv, options{})
		leaving, leave := context.WithCancel(t.Context())
		time.AfterFunc(50*time.Millisecond, leave)
		all := crowd(callers, func(i int) (azcore.AccessToken, error) {
			if i == 0 {
				return get(leaving, c)
			}
			time.Sleep(time.Millisecond) // the one who leaves has come first
			return get(t.Context(), c)
		})
		require.ErrorIs(t, all[0].err, context.Canceled)
		require.ErrorContains(t, all[0].err, "the caller stopped waiting")
		require.Equal(t, 50*time.Millisecond, all[0].waited)
		for _, g := range all[1:] {
			require.NoError(t, g.err)
		}
		require.Len(t, srv.Requests(), 1)
	})
}

// TestWaiterWithADeadline leaves on it.
func TestWaiterWithADeadline(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		defer drain()
		c := newCred(t, newSite(hang), options{Source: credential.SourceIMDS})
		ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
		defer cancel()
		start := time.Now()
		_, err := get(ctx, c)
		require.ErrorIs(t, err, context.DeadlineExceeded)
		require.Equal(t, 50*time.Millisecond, time.Since(start))
	})
}

// TestWaiterInAnOutage is told what the service answers, and so is a health page.
func TestWaiterInAnOutage(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		srv := azuretest.New(t)
		srv.Fail(azuretest.Fault{Operation: "imds.token", Status: 503, Times: 3})
		c := onIMDS(t, srv, options{})
		ctx, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
		defer cancel()
		_, err := get(ctx, c)
		require.ErrorIs(t, err, context.DeadlineExceeded)
		require.ErrorIs(t, err, credential.ErrUnavailable)
		require.ErrorContains(t, err, "the caller stopped waiting")
		require.ErrorContains(t, err, "attempts 1 in 0s")
		met, ok := errors.AsType[*credential.Error](err)
		require.True(t, ok)
		require.Equal(t, 503, met.StatusCode)
		require.ErrorContains(t, c.Status().Tokens[0].LastError, "503")
		mustGet(t, c)
		require.NoError(t, c.Status().Tokens[0].LastError)
	})
}

// TestRenewalInTheBackground: due, it costs one request, and the callers of that
// moment get the old token at once, later ones the new one.
func TestRenewalInTheBackground(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		srv := azuretest.New(t)
		c := onIMDS(t, srv, options{})
		first := mustGet(t, c)
		between(t, 10*time.Hour, 12*time.Hour, time.Until(first.RefreshOn))
		srv.Fail(azuretest.Fault{Operation: "imds.token", Nth: 1, Delay: 2 * time.Second})
		sleepUntil(first.RefreshOn)
		for _, g := range crowd(100, func(int) (azcore.AccessToken, error) { return get(t.Context(), c) }) {
			require.NoError(t, g.err)
			require.Equal(t, first.Token, g.Token)
			require.Zero(t, g.waited)
		}
		time.Sleep(2 * time.Second)
		synctest.Wait()
		second := mustGet(t, c)
		require.NotEqual(t, first.Token, second.Token)
		require.Len(t, srv.Requests(), 2)
	})
}

// TestSameTokenAgain: the platform keeps tokens too, and answers a renewal with
// the one there is. That does not make the credential ask again and again.
func TestSameTokenAgain(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		srv := azuretest.New(t)
		srv.SetPlatformCache(true)
		c := onIMDS(t, srv, options{})
		first := mustGet(t, c)
		for time.Until(first.ExpiresOn) > time.Minute {
			token := mustGet(t, c)
			require.Equal(t, first.Token, token.Token)
			require.True(t, token.RefreshOn.After(time.Now()) || token.RefreshOn.Equal(time.Now()), "RefreshOn must not stay in the past")
			time.Sleep(30 * time.Second)
			synctest.Wait()
		}
		require.Less(t, len(srv.Requests()), 30)
		require.Greater(t, len(srv.Requests()), 2)
	})
}

// TestRefreshOnIsAlwaysSet: azcore's clients ask every 30 s where it is not.
func TestRefreshOnIsAlwaysSet(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		c := onIMDS(t, azuretest.New(t), options{})
		first := mustGet(t, c)
		require.False(t, first.RefreshOn.IsZero())
		require.Equal(t, first, mustGet(t, c), "from the cache")
	})
}

// TestShortTokens are kept like others, for as long as they live.
func TestShortTokens(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		srv := azuretest.New(t)
		srv.SetTokenLife(4 * time.Minute)
		c := onIMDS(t, srv, options{})
		for range 10 {
			mustGet(t, c)
		}
		require.Len(t, srv.Requests(), 1)
	})
}

// TestSleepOfTheMachine: after 25 hours of it the token is not taken for valid.
// In a bubble the wall clock and the monotonic one go together; that no time
// kept has a monotonic part is what makes them agree on a machine too.
func TestSleepOfTheMachine(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		srv := azuretest.New(t)
		c := onIMDS(t, srv, options{})
		first := mustGet(t, c)
		time.Sleep(25 * time.Hour)
		second := mustGet(t, c)
		require.NotEqual(t, first.Token, second.Token)
		status := c.Status().Tokens[0]
		for _, at := range []time.Time{second.ExpiresOn, second.RefreshOn, status.Expires, status.RefreshAfter, status.LastRefresh} {
			require.Equal(t, at.Round(0), at, "a time with a monotonic part")
			require.NotContains(t, at.String(), "m=")
		}
	})
}

// TestCredentialsShareNothing: each has its own endpoint, identity and tokens.
func TestCredentialsShareNothing(t *testing.T) {
	t.Parallel()
	one, two := azuretest.New(t), azuretest.New(t)
	app := one.AddUserIdentity("app")
	tokens := map[string]bool{}
	for _, c := range []*cred{
		onIMDS(t, one, options{}), onIMDS(t, two, options{}), onIMDS(t, one, options{}),
		onIMDS(t, one, options{ID: credential.ClientID(app.ClientID())}),
		onIMDS(t, one, options{ID: credential.ObjectID(app.ObjectID())}),
	} {
		tokens[mustGet(t, c).Token] = true
	}
	require.Len(t, tokens, 5)
	require.Len(t, one.Requests(), 4)
	require.Len(t, two.Requests(), 1)
}

// TestOptionsAreCopied: what is done to them afterwards changes nothing, and
// what they point to is left alone.
func TestOptionsAreCopied(t *testing.T) {
	t.Parallel()
	srv := azuretest.New(t)
	client := srv.Client()
	o := &options{Source: credential.SourceIMDS, HTTPClient: client}
	c, err := credential.NewManagedIdentityCredential(o)
	require.NoError(t, err)
	require.Nil(t, client.CheckRedirect)
	*o = options{}
	mustGet(t, c)
}

// TestFailureIsForgotten: an identity that is assigned at last works without a
// new credential.
func TestFailureIsForgotten(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		srv := azuretest.New(t)
		srv.RemoveSystemIdentity()
		c := onIMDS(t, srv, options{})
		for range 9 {
			require.ErrorIs(t, failure(t, c), credential.ErrIdentityNotFound)
			time.Sleep(time.Second)
		}
		require.Len(t, srv.Requests(), 1, "a definite no is remembered for 10 s")
		srv.AddUserIdentity("app")
		time.Sleep(time.Second)
		mustGet(t, c)
	})
}
