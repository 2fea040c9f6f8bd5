package credential

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/policy"

	"github.com/keyless-go/azure/internal/fresh"
)

// ManagedIdentityCredential is an [azcore.TokenCredential] that gets its tokens
// from the machine the program runs on. It keeps one token per resource, for up
// to 1,000 of them, and renews it in the background before it expires. Make it
// with [NewManagedIdentityCredential], and make one per program: its tokens
// belong to it, so clients that share it share them. All methods are safe for
// concurrent use. There is nothing to close.
type ManagedIdentityCredential struct {
	fetcher *fetcher
	cache   *fresh.Cache[string, *token]
	// caeCache holds the tokens for clients that answer claims challenges. It
	// is another cache only where the source tells such clients apart.
	caeCache *fresh.Cache[string, *token]
}

// NewManagedIdentityCredential finds the source by the environment, unless the
// options name it, and checks that it understands the options. It does no I/O:
// the first token is fetched when it is asked for. Nil options mean the
// system-assigned identity. An ID of a kind the source cannot choose by gives
// [ErrUnsupportedID].
func NewManagedIdentityCredential(options *ManagedIdentityCredentialOptions) (*ManagedIdentityCredential, error) {
	o := ManagedIdentityCredentialOptions{}
	if options != nil {
		o = *options
	}
	source, reason := choose(&o)
	f, err := newFetcher(source, reason, o)
	if err != nil {
		return nil, fmt.Errorf("credential: %s (%s): %w", source, reason, err)
	}
	c := &ManagedIdentityCredential{fetcher: f}
	c.cache = f.newCache(false)
	c.caeCache = c.cache
	if source == SourceWorkloadIdentity {
		c.caeCache = f.newCache(true)
	}
	return c, nil
}

// newFetcher makes what both caches share.
func newFetcher(source Source, reason string, o ManagedIdentityCredentialOptions) (*fetcher, error) {
	first, err := newOrigin(source, reason, &o)
	if err != nil {
		return nil, err
	}
	agent, err := newAgentOrigin(source, &o)
	if err != nil {
		return nil, err
	}
	client, err := newPipeline(&o, first.provider)
	if err != nil {
		return nil, err
	}
	f := &fetcher{
		agent: agent, agentFile: arcAgentFile(), id: o.ID, client: client,
		tryTimeout: tryTimeout, observer: o.Observer, slots: make(chan struct{}, maxConcurrent),
	}
	f.origin.Store(first)
	if o.Retry.TryTimeout > 0 {
		f.tryTimeout = o.Retry.TryTimeout
	}
	return f, nil
}

func (f *fetcher) newCache(cae bool) *fresh.Cache[string, *token] {
	return fresh.New(f.fetchFor(cae), fresh.Options[string, *token]{
		Canonical:        resourceOf,
		BackgroundBudget: f.tryTimeout + time.Second,
		RetryAfter:       retryAfterOf,
		Permanent:        isPermanent,
	})
}

// GetToken returns a token for the one scope in options: at once while there is
// a valid one, else after a fetch that all callers who wait share. Its
// ExpiresOn and RefreshOn are UTC and always set. ctx bounds the wait alone: a
// fetch goes on without its callers, for at most 90 s.
//
// The scope is a resource followed by /.default, or the bare resource. Tokens
// of a managed identity belong to its own tenant, so TenantID has no effect;
// EnableCAE has one with workload identity alone. With Claims, a token that the
// challenge rejects is not returned again; many callers with one challenge cost
// one fetch.
//
// Errors are an [*Error], except for a scope that no source would understand
// and for the end of ctx, which [errors.Is] finds as context.Canceled or
// context.DeadlineExceeded.
func (c *ManagedIdentityCredential) GetToken(ctx context.Context, options policy.TokenRequestOptions) (azcore.AccessToken, error) {
	if len(options.Scopes) != 1 {
		return azcore.AccessToken{}, fmt.Errorf("credential: GetToken takes one scope, not %d", len(options.Scopes))
	}
	if c.fetcher == nil {
		return azcore.AccessToken{}, errors.New("credential: the credential was not made by NewManagedIdentityCredential")
	}
	cache := c.cache
	if options.EnableCAE {
		cache = c.caeCache
	}
	var value fresh.Value[*token]
	var err error
	if options.Claims == "" {
		value, err = cache.Get(ctx, options.Scopes[0])
	} else {
		value, err = pastClaims(ctx, cache, options.Scopes[0], options.Claims)
	}
	if err != nil {
		return azcore.AccessToken{}, c.explain(ctx, options.Scopes[0], err)
	}
	return accessToken(value), nil
}

var _ azcore.TokenCredential = (*ManagedIdentityCredential)(nil)
