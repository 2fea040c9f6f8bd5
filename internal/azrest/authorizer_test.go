package azrest_test

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/policy"
	"github.com/stretchr/testify/require"

	"github.com/keyless-go/azure/internal/azrest"
)

func TestOneTokenServesManyRequests(t *testing.T) {
	t.Parallel()
	cred := &tokens{list: []string{"token-1"}}
	s := (&script{}).then(200, "{}")
	client := newClient(t, s.serve, withBearer(cred))
	for range 3 {
		_, err := get(t.Context(), client)
		require.NoError(t, err)
	}
	require.Equal(t, []policy.TokenRequestOptions{{Scopes: []string{scope}, EnableCAE: true}}, cred.asked)
	require.Equal(t, "Bearer token-1", s.seen[2].authorization)
}

func TestManyCallersShareOneTokenRequestAndOneFailure(t *testing.T) {
	t.Parallel()
	for _, fails := range []bool{false, true} {
		synctest.Test(t, func(t *testing.T) {
			var asked atomic.Int32
			cred := credential(func(ctx context.Context) (azcore.AccessToken, error) {
				asked.Add(1)
				time.Sleep(70 * time.Second)
				if fails {
					return azcore.AccessToken{}, errors.New("no identity")
				}
				return azcore.AccessToken{Token: "t", ExpiresOn: time.Now().Add(time.Hour)}, ctx.Err()
			})
			client := newClient(t, always(200, "{}"), withBearer(cred))
			start := time.Now()
			var group sync.WaitGroup
			for range 100 {
				group.Go(func() {
					_, err := get(t.Context(), client)
					require.Equal(t, fails, err != nil)
				})
			}
			group.Go(func() {
				ctx, cancel := context.WithTimeout(t.Context(), time.Second)
				defer cancel()
				_, err := get(ctx, client)
				require.ErrorIs(t, err, context.DeadlineExceeded)
				require.Equal(t, time.Second, time.Since(start), "each leaves on its own deadline")
			})
			group.Wait()
			require.Equal(t, int32(1), asked.Load())
			require.Equal(t, 70*time.Second, time.Since(start))
		})
	}
}

// credential is a function that answers tokens.
type credential func(context.Context) (azcore.AccessToken, error)

func (c credential) GetToken(ctx context.Context, _ policy.TokenRequestOptions) (azcore.AccessToken, error) {
	return c(ctx)
}

type ownError struct{ hint string }

func (e *ownError) Error() string { return "no identity\n\thint: " + e.hint }

func TestACredentialsErrorIsNotRetriedAndFound(t *testing.T) {
	t.Parallel()
	cred := &tokens{err: fmt.Errorf("wrapped: %w", &ownError{"assign one"})}
	s := (&script{}).then(200, "{}")
	_, err := get(t.Context(), newClient(t, s.serve, withBearer(cred)))
	require.EqualError(t, err, `keyvault: get secret "db" in contoso.vault.azure.net: wrapped: no identity hint: assign one`)
	var own *ownError
	require.ErrorAs(t, err, &own)
	require.Len(t, cred.asked, 1)
	require.Empty(t, s.seen)
}

func TestUselessTokensAreRefused(t *testing.T) {
	t.Parallel()
	expiry := time.Now().Add(time.Hour)
	for name, token := range map[string]azcore.AccessToken{
		"empty":       {ExpiresOn: expiry},
		"a line":      {Token: "t0ken\r\nX-Evil: 1", ExpiresOn: expiry},
		"a blank":     {Token: "t0ken and more", ExpiresOn: expiry},
		"not ASCII":   {Token: "t0kén", ExpiresOn: expiry},
		"no expiry":   {Token: "t0ken"},
		"in the past": {Token: "t0ken", ExpiresOn: time.Now().Add(-time.Minute)},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			cred := credential(func(context.Context) (azcore.AccessToken, error) { return token, nil })
			s := (&script{}).then(200, "{}")
			_, err := get(t.Context(), newClient(t, s.serve, withBearer(cred)))
			require.ErrorIs(t, err, azrest.ErrInvalidToken)
			require.NotContains(t, err.Error(), "t0k")
			require.Empty(t, s.seen)
		})
	}
}
