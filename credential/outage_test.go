package credential_test

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore"
	"github.com/stretchr/testify/require"

	"github.com/keyless-go/azure/azuretest"
	"github.com/keyless-go/azure/credential"
)

// outages are the ways in which the metadata service fails.
func outages() map[string]azuretest.Fault {
	return map[string]azuretest.Fault{
		"takes 5 s": {Delay: 5 * time.Second},
		"404":       {Status: 404},
		"410":       {Status: 410},
		"429":       {Status: 429},
		"500":       {Status: 500},
		"hangs":     {Delay: time.Hour},
		"cuts":      {Status: -1},
	}
}

// TestOutageWithAValidToken: for the last 300 s of a token's life the service
// fails, and one caller comes each second. No call fails, none waits, and until
// one second before the end the service gets at most 13 requests.
func TestOutageWithAValidToken(t *testing.T) {
	t.Parallel()
	for _, life := range []time.Duration{10 * time.Minute, time.Hour, 24 * time.Hour} {
		for name, fault := range outages() {
			t.Run(life.String()+" "+name, func(t *testing.T) {
				t.Parallel()
				synctest.Test(t, func(t *testing.T) {
					srv := azuretest.New(t)
					srv.SetTokenLife(life)
					c := onIMDS(t, srv, options{})
					first := mustGet(t, c)
					sleepUntil(first.ExpiresOn.Add(-300 * time.Second))
					fault.Operation, fault.Times = "imds.token", -1
					srv.Fail(fault)
					for range 299 {
						checkAtOnce(t, c)
						time.Sleep(time.Second)
					}
					n := len(srv.Requests()) - 1
					require.Positive(t, n)
					require.LessOrEqual(t, n, 13)
				})
			})
		}
	}
}

// checkAtOnce asks for a token, which must come without a wait and be valid.
func checkAtOnce(t *testing.T, c *cred) {
	t.Helper()
	start := time.Now()
	token := mustGet(t, c)
	require.Zero(t, time.Since(start), "a caller waited")
	require.True(t, token.ExpiresOn.After(start))
	require.True(t, token.RefreshOn.After(start.Add(-time.Second)), "RefreshOn %s has passed at %s", token.RefreshOn, start)
}

// TestOutageRefused is the same with nobody listening.
func TestOutageRefused(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := newSite(issue(10*time.Minute), refuse)
		c := newCred(t, s, options{Source: credential.SourceIMDS})
		sleepUntil(mustGet(t, c).ExpiresOn.Add(-300 * time.Second))
		for range 299 {
			checkAtOnce(t, c)
			time.Sleep(time.Second)
		}
		between(t, 2, 14, time.Duration(s.count()))
	})
}

// TestOutageAfterExpiry: a hundred callers share one failing budget, and each
// leaves on its own deadline if that comes first.
func TestOutageAfterExpiry(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		srv := azuretest.New(t)
		srv.SetTokenLife(10 * time.Minute)
		c := onIMDS(t, srv, options{})
		sleepUntil(mustGet(t, c).ExpiresOn)
		srv.Fail(azuretest.Fault{Operation: "imds.token", Status: 503, Times: -1})
		all := crowd(100, func(i int) (azcore.AccessToken, error) {
			ctx, cancel := context.WithTimeout(t.Context(), time.Duration(i+1)*2*time.Second)
			defer cancel()
			return get(ctx, c)
		})
		budget := all[99].waited
		between(t, 75*time.Second, 90*time.Second, budget)
		for i, g := range all {
			deadline := time.Duration(i+1) * 2 * time.Second
			if deadline < budget {
				require.ErrorIs(t, g.err, context.DeadlineExceeded)
				require.Equal(t, deadline, g.waited)
				continue
			}
			require.ErrorIs(t, g.err, credential.ErrUnavailable)
			require.NotErrorIs(t, g.err, context.DeadlineExceeded)
			require.Equal(t, budget, g.waited)
		}
		var e *credential.Error
		require.ErrorAs(t, all[99].err, &e)
		require.Len(t, srv.Requests(), 1+e.Attempts, "one budget for all")
	})
}
