package credential

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/policy"

	"github.com/keyless-go/azure/internal/fresh"
)

// CachedOptions tune [NewCached]. The zero value, and nil, are fine.
type CachedOptions struct {
	// Observer, if not nil, is told of every call of the inner credential when
	// it has ended. See [ManagedIdentityCredentialOptions] for its duties.
	Observer func(Event)
}

// CachedCredential puts this package's cache in front of any credential. Make
// it with [NewCached]. All methods are safe for concurrent use.
type CachedCredential struct {
	inner    azcore.TokenCredential
	observer func(Event)
	cache    *fresh.Cache[tokenKey, *token]
}

// tokenKey is what decides which token is right.
type tokenKey struct {
	scopes, tenant string
	cae            bool
}

// NewCached makes a credential that asks inner only when it has no valid token,
// or when one is due for renewal: once, in the background, however many callers
// there are. That helps most with credentials that start a process or a browser
// for every token, such as those of a developer's own login. It does no I/O.
//
// A CachedCredential that is wrapped without options comes back as it is. A nil
// inner is an error of every GetToken.
func NewCached(inner azcore.TokenCredential, options *CachedOptions) *CachedCredential {
	if cached, ok := inner.(*CachedCredential); ok {
		switch {
		case cached == nil:
			inner = nil // of which GetToken tells
		case options == nil:
			return cached
		}
	}
	c := &CachedCredential{inner: inner}
	if options != nil {
		c.observer = options.Observer
	}
	c.cache = fresh.New(c.fetch, fresh.Options[tokenKey, *token]{
		// Over any credential's own, whose error says more: a login may need a person.
		WaitedBudget:     5 * time.Minute,
		BackgroundBudget: 2 * time.Minute,
		RetryAfter:       retryAfterOf,
		Permanent:        isPermanent,
	})
	return c
}

// GetToken returns a token for the scopes in options, which need not be in
// order: at once while there is a valid one, else from the inner credential,
// whose errors it passes on. ctx bounds the wait alone. A token that the Claims
// in options reject is not returned again.
func (c *CachedCredential) GetToken(ctx context.Context, options policy.TokenRequestOptions) (azcore.AccessToken, error) {
	if c.inner == nil {
		return azcore.AccessToken{}, errors.New("credential: NewCached was given no credential")
	}
	key := keyOf(options)
	if strings.TrimSpace(key.scopes) == "" {
		return azcore.AccessToken{}, errors.New("credential: GetToken needs a scope")
	}
	var value fresh.Value[*token]
	var err error
	if options.Claims == "" {
		value, err = c.cache.Get(ctx, key)
	} else {
		value, err = pastClaims(ctx, c.cache, key, options.Claims)
	}
	if err != nil {
		return azcore.AccessToken{}, c.explain(ctx, key, err)
	}
	return accessToken(value), nil
}

func keyOf(options policy.TokenRequestOptions) tokenKey {
	key := tokenKey{tenant: options.TenantID, cae: options.EnableCAE}
	if len(options.Scopes) == 1 { // the usual case, without an allocation
		key.scopes = options.Scopes[0]
		return key
	}
	key.scopes = strings.Join(slices.Sorted(slices.Values(options.Scopes)), " ")
	return key
}

func (c *CachedCredential) fetch(ctx context.Context, key tokenKey, request fresh.Request) (fresh.Value[*token], error) {
	start := time.Now()
	got, err := c.inner.GetToken(ctx, policy.TokenRequestOptions{
		Scopes: strings.Fields(key.scopes), TenantID: key.tenant, EnableCAE: key.cae, Claims: request.Claims,
	})
	if err == nil {
		err = checkInner(got)
	}
	c.report(Event{Resource: key.scopes, Expires: got.ExpiresOn, Duration: time.Since(start), Err: err}, request.Waited)
	if err != nil {
		return fresh.Value[*token]{}, err
	}
	kept := &token{raw: got.Token, claims: request.Claims, received: time.Now().Round(0)}
	kept.issued, _ = jwtTimes(got.Token)
	return fresh.Value[*token]{V: kept, Expires: got.ExpiresOn.UTC(), RefreshAfter: got.RefreshOn}, nil
}

// checkInner refuses an answer that is no token.
func checkInner(got azcore.AccessToken) error {
	err := checkToken(got.Token)
	if err == nil && !got.ExpiresOn.After(time.Now()) {
		err = errors.New("the access token has no expiry, or has expired already")
	}
	if err != nil {
		return fmt.Errorf("credential: %w: %w", ErrUnexpectedResponse, err)
	}
	return nil
}

func (c *CachedCredential) report(e Event, waited bool) {
	if c.observer == nil {
		return
	}
	if e.Err != nil {
		e.Expires = time.Time{}
	}
	e.Kind, e.Time = kindOf(e.Err, waited), time.Now().UTC().Round(0)
	c.observer(e)
}

// explain leaves the inner credential's errors as they are.
func (c *CachedCredential) explain(ctx context.Context, key tokenKey, err error) error {
	switch {
	case errors.Is(err, fresh.ErrStillRejected):
		return fmt.Errorf("credential: token for %q: the credential answered with the token that was rejected, or one as old: %w", key.scopes, err)
	case ctx.Err() != nil && errors.Is(err, ctx.Err()):
		return fmt.Errorf("credential: token for %q: the caller stopped waiting: %w", key.scopes, err)
	default:
		return err
	}
}

// Status tells how the token of each set of scopes is doing. Its Source,
// Reason and Identity are empty: only the inner credential knows them. It does
// no I/O.
func (c *CachedCredential) Status() Status {
	if c.cache == nil {
		return Status{}
	}
	return Status{Tokens: tokenStatus(c.cache.Infos(), func(key tokenKey) string { return key.scopes })}
}

var _ azcore.TokenCredential = (*CachedCredential)(nil)
