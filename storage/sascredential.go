package storage

import (
	"context"
	"errors"
	"sync/atomic"
	"time"

	"github.com/keyless-go/azure/internal/azrest"
	"github.com/keyless-go/azure/internal/fresh"
)

const (
	defaultLifetime = time.Hour
	// maxSkew is how wrong a clock may be without being corrected for.
	maxSkew = 30 * time.Second
	// vainPause is how long a SAS is not renewed again that the service rejected
	// as soon as it was new: something else is wrong than its age.
	vainPause = 10 * time.Second
)

// SASCredential keeps one service SAS fresh. Make it with
// [SASClient.NewSASCredential]. It is safe for concurrent use, and one may serve
// many clients; it starts nothing on its own, and need not be closed.
type SASCredential struct {
	client     *SASClient
	parameters ServiceSASParameters
	lifetime   time.Duration
	cache      *fresh.Cache[struct{}, SAS]
	skew       atomic.Int64 // what the service's clock is ahead by, in nanoseconds
	vain       atomic.Pointer[vainRenewal]
}

// vainRenewal is a SAS that the service rejected as soon as it was new.
type vainRenewal struct {
	token string
	until time.Time
}

// NewSASCredential makes a credential that keeps a SAS of the parameters at hand.
// It does no I/O: parameters that cannot be are an error of [SASCredential.SAS].
//
// Each SAS lives for lifetime, by the service's clock; zero or less means an
// hour. The Expiry of the parameters has no meaning. With an Identifier, though,
// the stored access policy may say when a SAS ends: then Expiry is sent as it is,
// and lifetime is how long a SAS without one is used.
func (c *SASClient) NewSASCredential(p ServiceSASParameters, lifetime time.Duration) *SASCredential {
	if lifetime <= 0 {
		lifetime = defaultLifetime
	}
	credential := &SASCredential{client: c, parameters: p, lifetime: lifetime}
	credential.cache = fresh.New(credential.fetch, fresh.Options[struct{}, SAS]{
		WaitedBudget: 2 * time.Minute, // the token's credential may wait long for a first one
		RetryAfter:   retryAfter,
		Permanent:    permanent,
	})
	return credential
}

// SAS answers a SAS that the service accepts for some time to come. It waits only
// when there is none; all who wait share one request, which no caller's ctx can
// cancel. While a SAS is valid it is served, and renewed in the background: at
// half of a life of up to 10 minutes or of over 2 hours, else 5 minutes before its
// end, or a tenth of its life if that is more, and a little earlier by chance.
func (c *SASCredential) SAS(ctx context.Context) (SAS, error) {
	v, err := c.cache.Get(ctx, struct{}{})
	return v.V, c.named(err)
}

// renew answers a SAS other than the rejected one.
func (c *SASCredential) renew(ctx context.Context, rejected SAS) (SAS, error) {
	v, err := c.cache.Renew(ctx, struct{}{}, "", func(s SAS) bool { return s.Token() == rejected.Token() })
	return v.V, c.named(err)
}

// named is err in the form of all others, if it comes from the cache itself.
func (c *SASCredential) named(err error) error {
	if _, ours := errors.AsType[*azrest.Error](err); err == nil || ours {
		return err
	}
	return c.client.rest.Fail(c.client.call("Service", nil), err)
}

// fetch asks once, and a second time if the first answer showed that the clocks
// differ by other than was known: the SAS may have no life left by then.
func (c *SASCredential) fetch(ctx context.Context, _ struct{}, _ fresh.Request) (fresh.Value[SAS], error) {
	value, changed, err := c.ask(ctx)
	if changed {
		value, _, err = c.ask(ctx)
	}
	return value, err
}

func (c *SASCredential) ask(ctx context.Context) (value fresh.Value[SAS], skewChanged bool, err error) {
	skew := time.Duration(c.skew.Load())
	now := time.Now().Add(skew)
	sas, date, err := c.client.listServiceSAS(ctx, c.request(now), now)
	if !date.IsZero() {
		skewChanged = c.observe(date.Sub(time.Now().Round(0)), skew)
	}
	expires := sas.Expiry()
	if expires.IsZero() {
		expires = now.Add(c.lifetime)
	}
	return fresh.Value[SAS]{V: sas, Expires: expires.Add(-skew)}, skewChanged, err
}

// request rounds the expiry up to the second that will be sent.
func (c *SASCredential) request(now time.Time) ServiceSASParameters {
	p := c.parameters
	if p.Identifier == "" {
		p.Expiry = now.Add(c.lifetime).Add(time.Second - 1).Truncate(time.Second)
	}
	return p
}

// observe corrects the skew if it is not what it was taken for. Small ones are
// not told from the way of the answer.
func (c *SASCredential) observe(measured, assumed time.Duration) bool {
	if measured.Abs() <= maxSkew {
		measured = 0
	}
	if (measured - assumed).Abs() <= maxSkew {
		return false
	}
	c.skew.Store(int64(measured))
	return true
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
