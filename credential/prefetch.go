package credential

import (
	"context"
	"errors"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore/policy"
)

// Prefetch fetches the tokens for scopes, all at once, and waits for them: at
// start-up, so that the first request need not, or before the machine is called
// ready. Scopes that have a token cost nothing; no scope at all is an error. The
// error joins those of all scopes that failed, each as
// [ManagedIdentityCredential.GetToken] gives it.
func (c *ManagedIdentityCredential) Prefetch(ctx context.Context, scopes ...string) error {
	if len(scopes) == 0 {
		return errors.New("credential: Prefetch needs a scope")
	}
	errs := make(chan error, len(scopes))
	for _, scope := range scopes {
		go func() {
			_, err := c.GetToken(ctx, policy.TokenRequestOptions{Scopes: []string{scope}})
			errs <- err
		}()
	}
	var joined error
	for range scopes {
		joined = errors.Join(joined, <-errs)
	}
	return joined
}
