package credential_test

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore/policy"
	"github.com/stretchr/testify/require"

	"github.com/keyless-go/azure/azuretest"
	"github.com/keyless-go/azure/credential"
)

// TestPrefetch fetches all at once; afterwards nobody waits.
func TestPrefetch(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		srv := azuretest.New(t)
		srv.Fail(azuretest.Fault{Operation: "imds.token", Delay: time.Second, Times: -1})
		c := onIMDS(t, srv, options{})
		scopes := []string{vaultScope, "https://management.azure.com//.default", "https://database.windows.net//.default"}
		start := time.Now()
		require.NoError(t, c.Prefetch(t.Context(), append(scopes, vault)...))
		require.Equal(t, time.Second, time.Since(start))
		require.Len(t, srv.Requests(), 3)
		require.NoError(t, c.Prefetch(t.Context(), scopes...))
		for _, scope := range scopes {
			_, err := c.GetToken(t.Context(), policy.TokenRequestOptions{Scopes: []string{scope}})
			require.NoError(t, err)
		}
		require.Equal(t, time.Second, time.Since(start))
		require.Len(t, srv.Requests(), 3)
	})
}

// TestPrefetchErrors: of all scopes that failed; the others have their tokens.
func TestPrefetchErrors(t *testing.T) {
	t.Parallel()
	srv := azuretest.New(t)
	c := onIMDS(t, srv, options{})
	err := c.Prefetch(t.Context(), vaultScope, "https://nowhere.example", "https://graph.microsoft.com/User.Read")
	require.ErrorIs(t, err, credential.ErrResourceNotFound)
	require.ErrorContains(t, err, "nowhere.example")
	require.ErrorContains(t, err, "names a permission")
	n := len(srv.Requests())
	mustGet(t, c)
	require.Len(t, srv.Requests(), n)
	require.ErrorContains(t, c.Prefetch(t.Context()), "credential: Prefetch needs a scope")
}

// TestPrefetchLeaves when its context ends.
func TestPrefetchLeaves(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		defer drain()
		c := newCred(t, newSite(hang), options{Source: credential.SourceIMDS})
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		start := time.Now()
		require.ErrorIs(t, c.Prefetch(ctx, vaultScope, "https://other.example"), context.DeadlineExceeded)
		require.Equal(t, time.Second, time.Since(start))
	})
}
