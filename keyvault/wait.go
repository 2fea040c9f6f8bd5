package keyvault

import (
	"context"
	"errors"
	"time"

	"github.com/keyless-go/azure/internal/azrest"
)

const (
	firstPause = 500 * time.Millisecond
	maxPause   = 5 * time.Second
	// settleTime is longer than a deletion takes.
	settleTime = 30 * time.Second
)

// WaitDeleted waits until a deletion is complete: the secret is among the
// deleted ones, and can be recovered or purged. It needs the permission get.
//
// A vault without soft delete keeps no deleted secrets: there it is enough that
// the secret is gone. The same holds, after 30 s, where it is not among the
// deleted ones: somebody has purged it. WaitDeleted waits on while the secret is
// there; ctx is what ends that.
func (c *SecretClient) WaitDeleted(ctx context.Context, name string) error {
	start := time.Now()
	return c.poll(ctx, "wait for deletion of secret", name, func() (bool, error) {
		_, err := c.GetDeleted(ctx, name)
		switch {
		case hasCode(err, "NotSupported"):
		case !errors.Is(err, ErrNotFound):
			return err == nil, err
		case time.Since(start) < settleTime:
			return false, nil
		}
		there, err := c.exists(ctx, name)
		return !there, err
	})
}

// WaitRecovered waits until a recovery is complete: the secret can be read
// again, or is disabled. It needs the permission get. It waits on while there is
// no such secret; ctx is what ends that.
func (c *SecretClient) WaitRecovered(ctx context.Context, name string) error {
	return c.poll(ctx, "wait for recovery of secret", name, func() (bool, error) { return c.exists(ctx, name) })
}

// exists says whether there is a secret, be it disabled.
func (c *SecretClient) exists(ctx context.Context, name string) (bool, error) {
	_, err := c.Get(ctx, name)
	switch {
	case hasCode(err, "SecretDisabled"):
		return true, nil
	case errors.Is(err, ErrNotFound), errors.Is(err, ErrConflict):
		return false, nil
	default:
		return err == nil, err
	}
}

func hasCode(err error, code string) bool {
	refusal, ok := errors.AsType[*azrest.Error](err)
	return ok && refusal.HasCode(code)
}

// poll repeats a question, ever less often, until the answer is yes or an error.
func (c *SecretClient) poll(ctx context.Context, action, name string, done func() (bool, error)) error {
	timer := time.NewTimer(0)
	defer timer.Stop()
	for pause := firstPause; ; pause = min(2*pause, maxPause) {
		select {
		case <-ctx.Done():
			return c.rest.Fail(azrest.Call{Action: action, Object: name}, ctx.Err())
		case <-timer.C:
		}
		if ok, err := done(); ok || err != nil {
			return err
		}
		timer.Reset(pause)
	}
}
