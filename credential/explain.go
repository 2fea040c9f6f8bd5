package credential

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/keyless-go/azure/internal/fresh"
)

// explain completes the errors that do not come from a fetch.
func (c *ManagedIdentityCredential) explain(ctx context.Context, scope string, err error) error {
	if _, ok := errors.AsType[*Error](err); ok {
		return err
	}
	resource, scopeErr := resourceOf(scope)
	if scopeErr != nil {
		return fmt.Errorf("credential: %w", scopeErr)
	}
	from := c.fetcher.origin.Load()
	if ctx.Err() != nil {
		return c.stoppedWaiting(resource, err)
	}
	e := &Error{
		Source: from.source, reason: from.reason, resource: resource, identity: describeID(from.source, c.fetcher.id), Attempts: 1,
		kind: ErrUnavailable, cause: err,
	}
	if errors.Is(err, fresh.ErrStillRejected) {
		e.kind, e.cause, e.detail = nil, nil, "the source answered with the token that was rejected, or one as old: it has none that is newer"
	}
	return e
}

// stoppedWaiting tells a caller who did not wait for the end what has been met
// until then.
func (c *ManagedIdentityCredential) stoppedWaiting(resource string, err error) error {
	if met := c.fetcher.meanwhile.last(resource); met != nil {
		return fmt.Errorf("credential: the caller stopped waiting: %w; until then: %w", err, met)
	}
	return fmt.Errorf("credential: token for %q from %s: the caller stopped waiting: %w", resource, c.fetcher.origin.Load().source, err)
}

// retryAfterOf is how long a source asked to be left alone.
func retryAfterOf(err error) time.Duration {
	if e, ok := errors.AsType[*Error](err); ok {
		return e.RetryAfter
	}
	return 0
}

// isPermanent: a definite no does not become a yes within seconds.
func isPermanent(err error) bool {
	e, ok := errors.AsType[*Error](err)
	return ok && !e.retryable && e.StatusCode >= 400 && !errors.Is(err, ErrUnavailable) || errors.Is(err, fresh.ErrStillRejected)
}
