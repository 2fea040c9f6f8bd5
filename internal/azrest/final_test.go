package azrest_test

import (
	"context"
	"net/http"
	"testing"
	"testing/synctest"
	"time"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore"
	"github.com/stretchr/testify/require"

	"github.com/keyless-go/azure/internal/azrest"
)

// The end of a context says nothing of whom the call was waiting for.
func TestTheEndOfAWaitSaysForWhat(t *testing.T) {
	t.Parallel()
	const operation = `keyvault: get secret "db" in contoso.vault.azure.net: `
	tests := map[string]struct {
		token, answer, try time.Duration
		want               string
	}{
		"for the token":       {time.Hour, 0, 0, "waiting for a token: context deadline exceeded"},
		"for the token again": {time.Hour, 0, 10 * time.Second, "waiting for a token: context deadline exceeded"},
		"for the answer":      {0, time.Hour, 0, "context deadline exceeded"},
		"first for the token": {15 * time.Second, time.Hour, 10 * time.Second, "context deadline exceeded"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				defer time.Sleep(2 * time.Hour)
				cred := credential(func(context.Context) (azcore.AccessToken, error) {
					time.Sleep(test.token)
					return azcore.AccessToken{Token: "t", ExpiresOn: time.Now().Add(24 * time.Hour)}, nil
				})
				s := service(func(req *http.Request) (*http.Response, error) {
					select {
					case <-time.After(test.answer):
						return answer(200, "{}"), nil
					case <-req.Context().Done():
						return nil, req.Context().Err()
					}
				})
				client := newClient(t, s, withBearer(cred), func(c *azrest.Config) { c.Options.Retry.TryTimeout = test.try })
				ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
				defer cancel()
				start := time.Now()
				_, err := get(ctx, client)
				require.ErrorIs(t, err, context.DeadlineExceeded)
				require.EqualError(t, err, operation+test.want)
				require.Equal(t, 30*time.Second, time.Since(start))
			})
		})
	}
}

// A constructor's error that nobody looked at leaves a pointer that is nil, in an
// interface that is not.
func TestNilCredentials(t *testing.T) {
	t.Parallel()
	for name, cred := range map[string]azcore.TokenCredential{"nil": nil, "a nil pointer": (*tokens)(nil)} {
		_, err := azrest.New(config(t, always(200, "{}"), withBearer(cred)))
		require.EqualError(t, err, "the credential is nil", name)
	}
}
