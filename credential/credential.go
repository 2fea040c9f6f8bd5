package credential

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"time"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/policy"

	"github.com/keyless-go/azure/internal/fresh"
)

// ManagedIdentityCredential is an [azcore.TokenCredential] that gets its tokens
// from the machine the program runs on. It keeps one token per resource and
// renews it in the background before it expires. Make it with
// [NewManagedIdentityCredential], and make one per program: its tokens belong
// to it, so clients that share it share them. All methods are safe for
// concurrent use. There is nothing to close.
type ManagedIdentityCredential struct {
	fetcher *fetcher
	cache   *fresh.Cache[string, token]
	// caeCache holds the tokens for clients that answer claims challenges. It
	// is another cache only where the source tells such clients apart.
	caeCache *fresh.Cache[string, token]
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

func newFetcher(source Source, reason string, o ManagedIdentityCredentialOptions) (*fetcher, error) {
	from, err := newOrigin(source, reason, &o)
	if err != nil {
		return nil, err
	}
	send, err := newSender(&o, source)
	if err != nil {
		return nil, err
	}
	f := &fetcher{id: o.ID, send: send, tryTimeout: tryTimeout, observer: o.Observer, slots: make(chan struct{}, maxConcurrent)}
	f.origin.Store(from)
	if source == SourceIMDS {
		f.settle = settleByFiles(o)
	}
	if o.Retry.TryTimeout > 0 {
		f.tryTimeout = o.Retry.TryTimeout
	}
	return f, nil
}

func (f *fetcher) newCache(cae bool) *fresh.Cache[string, token] {
	return fresh.New(f.fetchFor(cae), fresh.Options[string]{
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
// EnableCAE has one with workload identity alone. With Claims, a token that the challenge rejects is
// not returned again; many callers with one challenge cost one fetch.
//
// Errors are an [*Error], except for a scope that no source would understand
// and for the end of ctx, which [errors.Is] finds as context.Canceled or
// context.DeadlineExceeded.
func (c *ManagedIdentityCredential) GetToken(ctx context.Context, options policy.TokenRequestOptions) (azcore.AccessToken, error) {
	if len(options.Scopes) != 1 {
		return azcore.AccessToken{}, fmt.Errorf("credential: GetToken takes one scope, not %d", len(options.Scopes))
	}
	cache := c.cache
	if options.EnableCAE {
		cache = c.caeCache
	}
	value, err := getToken(ctx, cache, options.Scopes[0], options.Claims)
	if err != nil {
		return azcore.AccessToken{}, c.explain(options.Scopes[0], err)
	}
	return accessToken(value), nil
}

// getToken answers from cache, past what claims reject.
func getToken[K comparable](ctx context.Context, cache *fresh.Cache[K, token], key K, claims string) (fresh.Value[token], error) {
	if claims == "" {
		return cache.Get(ctx, key)
	}
	return cache.Renew(ctx, key, claims, rejectedBy(claims, inHand(cache, key)))
}

// explain completes the errors that do not come from a fetch.
func (c *ManagedIdentityCredential) explain(scope string, err error) error {
	if _, ok := errors.AsType[*Error](err); ok {
		return err
	}
	resource, scopeErr := resourceOf(scope)
	source := c.fetcher.origin.Load().source
	switch {
	case scopeErr != nil:
		return fmt.Errorf("credential: %w", scopeErr)
	case errors.Is(err, fresh.ErrStillRejected):
		return &Error{
			Source: source, resource: resource, identity: describeID(c.fetcher.id), Attempts: 1,
			detail: "the source answered with the very token that was rejected: it has none that is newer",
		}
	case errors.Is(err, context.Canceled), errors.Is(err, context.DeadlineExceeded):
		return fmt.Errorf("credential: token for %q from %s: the caller stopped waiting: %w", resource, source, err)
	default:
		return fmt.Errorf("credential: token for %q from %s: %w", resource, source, err)
	}
}

// Prefetch fetches the tokens for scopes, all at once, and waits for them: at
// start-up, so that the first request need not, or before the machine is called
// ready. Scopes that have a token cost nothing. The error joins those of all
// scopes that failed, each as [ManagedIdentityCredential.GetToken] gives it.
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

// Status tells where tokens come from, which identity they are for, and how
// each one is doing. It does no I/O.
func (c *ManagedIdentityCredential) Status() Status {
	from := c.fetcher.origin.Load()
	infos := c.cache.Infos()
	if c.caeCache != c.cache {
		infos = append(infos, c.caeCache.Infos()...)
	}
	return Status{
		Source:   from.source,
		Reason:   from.reason,
		Identity: describeID(c.fetcher.id),
		Tokens:   tokenStatus(infos, func(resource string) string { return resource }),
	}
}

// String names the source and the identity.
func (c *ManagedIdentityCredential) String() string {
	return fmt.Sprintf("ManagedIdentityCredential(%s, %s)", c.fetcher.origin.Load().source, describeID(c.fetcher.id))
}

// Format prints what String does, whichever verb is used: never a token.
func (c *ManagedIdentityCredential) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, c.String()) }

// LogValue is what slog prints: what String does.
func (c *ManagedIdentityCredential) LogValue() slog.Value { return slog.StringValue(c.String()) }

// MarshalText makes JSON print what String does.
func (c *ManagedIdentityCredential) MarshalText() ([]byte, error) { return []byte(c.String()), nil }

func retryAfterOf(err error) time.Duration {
	if e, ok := errors.AsType[*Error](err); ok {
		return e.RetryAfter
	}
	return 0
}

// isPermanent: a definite no does not become a yes within seconds.
func isPermanent(err error) bool {
	e, ok := errors.AsType[*Error](err)
	return ok && !e.retryable && e.StatusCode >= 400 || errors.Is(err, fresh.ErrStillRejected)
}

var _ azcore.TokenCredential = (*ManagedIdentityCredential)(nil)
