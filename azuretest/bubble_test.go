package azuretest_test

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore/policy"
	"github.com/stretchr/testify/require"

	"github.com/keyless-go/azure/azuretest"
	"github.com/keyless-go/azure/credential"
	"github.com/keyless-go/azure/keyvault"
)

// A bubble that ends while somebody waits for time to pass is a deadlock.
func TestBubbleMayEndAtAnyMoment(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		fault azuretest.Fault
		at    time.Duration
	}{
		"right after a call":           {azuretest.Fault{Operation: "sql.reset", Status: -1}, 0},
		"IMDS hangs":                   {azuretest.Fault{Operation: "imds.token", Times: -1, Delay: time.Hour}, 0},
		"IMDS is down":                 {azuretest.Fault{Operation: "imds.token", Times: -1, Status: 500}, 0},
		"IMDS throttles":               {azuretest.Fault{Operation: "imds.token", Times: -1, Status: 429, RetryAfter: time.Minute}, 0},
		"the renewal hangs":            {azuretest.Fault{Operation: "imds.token", Nth: 2, Times: -1, Delay: time.Hour}, 13 * time.Hour},
		"no token after expiry":        {azuretest.Fault{Operation: "imds.token", Nth: 2, Times: -1, Status: 503}, 25 * time.Hour},
		"the vault hangs":              {azuretest.Fault{Operation: "keyvault.get", Nth: 2, Times: -1, Delay: time.Hour}, 8 * time.Minute},
		"the vault hangs after expiry": {azuretest.Fault{Operation: "keyvault.get", Nth: 2, Times: -1, Delay: time.Hour}, 11 * time.Minute},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				srv := azuretest.New(t)
				srv.Fail(test.fault)
				cache := newSecretCache(t, srv)
				for _, pause := range []time.Duration{0, test.at} {
					time.Sleep(pause)
					ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
					_, _ = cache.Get(ctx, "MyTestSecret")
					cancel()
				}
			})
		})
	}
}

func newSecretCache(t *testing.T, srv *azuretest.Server) *keyvault.SecretCache {
	t.Helper()
	cred, err := credential.NewManagedIdentityCredential(&credential.ManagedIdentityCredentialOptions{HTTPClient: srv.Client()})
	require.NoError(t, err)
	client, err := keyvault.NewSecretClient(tutorial, cred, &keyvault.ClientOptions{HTTPClient: srv.Client()})
	require.NoError(t, err)
	return keyvault.NewSecretCache(client, nil)
}

func TestNoTimePassesOutsideABubble(t *testing.T) {
	t.Parallel()
	start := time.Now()
	t.Run("test", func(t *testing.T) { azuretest.New(t) })
	require.Less(t, time.Since(start), time.Minute)
}

// A closed Server stays closed: azcore's retry policy is told so.
func TestClosedServerIsFinal(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		srv := azuretest.New(t)
		cred, err := credential.NewManagedIdentityCredential(&credential.ManagedIdentityCredentialOptions{HTTPClient: srv.Client()})
		require.NoError(t, err)
		client, err := keyvault.NewSecretClient(tutorial, cred, &keyvault.ClientOptions{HTTPClient: srv.Client()})
		require.NoError(t, err)
		_, err = cred.GetToken(t.Context(), policy.TokenRequestOptions{Scopes: []string{vaultAud}})
		require.NoError(t, err)
		require.NoError(t, srv.Close())
		start := time.Now()
		_, err = client.Get(t.Context(), "MyTestSecret")
		require.ErrorContains(t, err, "server closed")
		require.Zero(t, time.Since(start))
	})
}
