package azuresql

import (
	"context"
	"errors"
	"math/rand/v2"
	"time"
)

const (
	firstDelay = 250 * time.Millisecond
	maxDelay   = 10 * time.Second
	// maxBrief is how often the network, or a database that is not found, is
	// tried again: often enough for a restart, not long enough for a typo.
	maxBrief = 4
	// maxExpired is how often a credential may be too slow for its own tokens.
	maxExpired = 10
	// tooLate is what has to be left of the time for another try.
	tooLate = 50 * time.Millisecond
)

// retries is what has been tried for one connection.
type retries struct {
	made    int // logins
	failed  int // in a row, for reasons that pass
	brief   int // of these, for reasons that pass at once or not at all
	expired int // tokens
	renewed bool
}

// next says whether to try again after err, and when.
func (r *retries) next(ctx context.Context, err error) (time.Duration, bool) {
	if ctx.Err() != nil || !r.passes(err) {
		return 0, false
	}
	delay := min(firstDelay<<min(r.failed, 10), maxDelay)
	if isBusy(numberOf(err)) {
		delay = maxDelay // what the service asks for
	}
	r.failed++
	if errors.Is(err, errUsedUp) || errors.Is(err, errExpired) {
		delay /= 25 // nobody is in trouble, we were slow
	}
	delay -= rand.N(delay/5 + 1) //nolint:gosec // spreads the load, hides nothing
	if deadline, ok := ctx.Deadline(); ok {
		left := time.Until(deadline)
		return min(delay, left/4), left > tooLate
	}
	return delay, true
}

// passes says whether the reason for a failed try may be gone soon.
func (r *retries) passes(err error) bool {
	switch {
	case errors.Is(err, errUsedUp):
		return true
	case errors.Is(err, errExpired):
		r.expired++
		return r.expired <= maxExpired
	}
	number := numberOf(err)
	if isBusy(number) || isMoving(number) {
		return true
	}
	if number == noDatabase || isNetwork(err) {
		r.brief++
		return r.brief <= maxBrief
	}
	return false
}

// isNetwork says whether the network failed, in a way that passes. A try that
// was given up because it took too long did, too.
func isNetwork(err error) bool {
	if _, ok := errors.AsType[*tokenError](err); ok {
		return false // the credential has tried again by itself
	}
	if errors.Is(err, context.DeadlineExceeded) {
		return true
	}
	broken, ok := errors.AsType[*networkError](err)
	return ok && IsTransient(broken.cause)
}

// sleep waits, unless ctx ends before.
func sleep(ctx context.Context, d time.Duration) bool {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-ctx.Done():
		return false
	}
}
