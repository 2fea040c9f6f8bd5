package keyvault

import (
	"context"
	"errors"
	"time"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore/policy"

	"github.com/keyless-go/azure/internal/azrest"
	"github.com/keyless-go/azure/internal/fresh"
)

const (
	defaultTTL      = 10 * time.Minute
	defaultStaleFor = time.Hour
	// renewalBudget is how long a reader with an old value waits for a new one.
	renewalBudget = 10 * time.Second
)

// SecretCacheOptions tune a [SecretCache]. The zero value and nil are ready to use.
type SecretCacheOptions struct {
	// TTL is how long a secret is served before it must have been read again.
	// Zero or less: 10 minutes. It is renewed in the background before that: at
	// half of a TTL of up to 10 minutes or of over 2 hours, else 5 minutes before
	// its end, or a tenth of it if that is more, and a little earlier by chance.
	TTL time.Duration
	// StaleFor is how long after its TTL a secret is still served if it cannot
	// be read, for whatever reason. Zero: one hour. Negative: not at all.
	StaleFor time.Duration
	// OnChange is told that a renewal has found another version or another
	// time of update. The cache serves the new secret by then. It runs in a
	// goroutine of its own; what it panics with is dropped. Nil: nobody is told.
	OnChange func(previous, current Properties)
}

func (o *SecretCacheOptions) withDefaults() SecretCacheOptions {
	if o == nil {
		o = &SecretCacheOptions{}
	}
	own := *o
	if own.TTL <= 0 {
		own.TTL = defaultTTL
	}
	switch {
	case own.StaleFor == 0:
		own.StaleFor = defaultStaleFor
	case own.StaleFor < 0:
		own.StaleFor = 0
	}
	return own
}

// SecretCache keeps the latest versions of secrets at hand: up to 1,000 by name,
// in memory only. Make it with [NewSecretCache]. It is safe for concurrent use,
// starts nothing on its own, and need not be closed.
type SecretCache struct {
	client  *SecretClient
	options SecretCacheOptions
	secrets *fresh.Cache[string, Secret]
}

// NewSecretCache makes an empty cache in front of client. It does no I/O.
func NewSecretCache(client *SecretClient, options *SecretCacheOptions) *SecretCache {
	c := &SecretCache{client: client, options: options.withDefaults()}
	c.secrets = fresh.New(c.fetch, fresh.Options[string, Secret]{
		Canonical:    func(name string) (string, error) { return name, checkName(name) },
		WaitedBudget: 2 * time.Minute, // the credential may wait long for a first token
		RetryAfter:   retryAfter,
		Permanent:    permanent,
		Replaced:     c.replaced,
	})
	return c
}

// Get answers the latest version of a secret, as it was within the TTL.
//
// It waits only when it holds no secret of that age. All who wait share one
// request, which no caller's ctx can cancel. If that fails, an older secret is
// served until StaleFor is over, also if the reason is that the secret has been
// disabled or deleted; after that the error is.
func (c *SecretCache) Get(ctx context.Context, name string) (Secret, error) {
	if c.client == nil {
		return Secret{}, errors.New("keyvault: the cache was made without a client")
	}
	v, err := c.secrets.Get(ctx, name)
	if err != nil {
		if _, ok := errors.AsType[*azrest.Error](err); !ok {
			err = c.client.rest.Fail(getCall(name), err)
		}
		return Secret{}, err
	}
	secret := v.V
	secret.Properties = secret.clone()
	return secret, nil
}

// fetch tries once if nobody waits, and not for long if there is an old secret
// to serve to those who do: the schedule of the cache is the retry then.
func (c *SecretCache) fetch(ctx context.Context, name string, request fresh.Request) (fresh.Value[Secret], error) {
	if !request.Waited {
		ctx = policy.WithRetryOptions(ctx, policy.RetryOptions{MaxRetries: -1})
	}
	if old, ok := c.secrets.Peek(name); ok && time.Now().Before(old.StaleUntil) {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, renewalBudget)
		defer cancel()
	}
	secret, err := c.client.Get(ctx, name)
	if err != nil {
		return fresh.Value[Secret]{}, err
	}
	expires := time.Now().Round(0).Add(c.options.TTL) // by the wall clock: a machine may sleep
	return fresh.Value[Secret]{V: secret, Expires: expires, StaleUntil: expires.Add(c.options.StaleFor)}, nil
}

// replaced passes on what is a change of the secret.
func (c *SecretCache) replaced(_ string, old, current Secret) {
	changed := old.Version != current.Version || !old.Updated.Equal(current.Updated)
	if changed && c.options.OnChange != nil {
		c.options.OnChange(old.clone(), current.clone())
	}
}

func retryAfter(err error) time.Duration {
	if e, ok := errors.AsType[*azrest.Error](err); ok {
		return e.RetryAfter()
	}
	return 0
}

// permanent says that asking again at once is of no use.
func permanent(err error) bool {
	return errors.Is(err, ErrNotFound) || errors.Is(err, ErrForbidden) || errors.Is(err, ErrUnauthorized)
}
