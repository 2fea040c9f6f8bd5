package credential

import (
	"context"
	"math/rand/v2"
	"net/http"
	"time"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore/policy"
)

// retryRules are a source's rules for asking again.
type retryRules struct {
	retry   func(status int) bool // worth another try
	base    time.Duration         // the first pause, doubled each time
	ceiling time.Duration         // the longest pause
	limit   int                   // tries at most; 0: as many as the budget holds
	gone    time.Duration         // how long 410 is tried on; 0: like any other
	server  string                // how the source's Server header starts, if it has one
}

const (
	tryTimeout = 10 * time.Second
	goneDelay  = 10 * time.Second
	// Off Azure nobody listens, and nobody will. A machine that has never got
	// an answer is tried this often before the caller is told.
	quickTries = 3
	quickDelay = 200 * time.Millisecond
)

// isTransient says whether a status means: the same request may succeed soon.
func isTransient(status int) bool {
	return status == http.StatusTooManyRequests || status >= http.StatusInternalServerError
}

// with applies what the user asked for by azcore's options.
func (r retryRules) with(o policy.RetryOptions) retryRules {
	if o.MaxRetries != 0 {
		r.limit = 1 + max(0, int(o.MaxRetries))
	}
	if o.RetryDelay > 0 {
		r.base = o.RetryDelay
	}
	if o.MaxRetryDelay > 0 {
		r.ceiling = o.MaxRetryDelay
	}
	return r
}

// backoff is the pause after the nth try: ever longer up to the ceiling, less a
// random part of up to a half, so that machines do not ask in step.
func (r retryRules) backoff(n int) time.Duration {
	pause := min(r.base, r.ceiling)
	for range n - 1 {
		pause = min(2*pause, r.ceiling)
	}
	return pause - rand.N(pause/2+1) //nolint:gosec // it is no secret
}

// tries follows the tries of one fetch.
type tries struct {
	rules     retryRules
	start     time.Time
	deadline  time.Time
	count     int
	firstGone time.Time
}

func startTries(ctx context.Context, rules retryRules) *tries {
	deadline, _ := ctx.Deadline()
	return &tries{rules: rules, start: time.Now(), deadline: deadline}
}

// next says how long to pause after a failure, or that there is no next try:
// it is useless, or the pause would outlast the budget.
func (t *tries) next(err *Error) (time.Duration, bool) {
	if !err.retryable || t.rules.limit > 0 && t.count >= t.rules.limit {
		return 0, false
	}
	pause, ok := t.pause(err)
	pause = max(pause, err.RetryAfter)
	return pause, ok && time.Now().Add(pause).Before(t.deadline)
}

func (t *tries) pause(err *Error) (time.Duration, bool) {
	switch {
	case err.StatusCode == http.StatusGone && t.rules.gone > 0:
		return t.gonePause()
	case err.offAzure:
		return quickDelay << (t.count - 1), t.count < quickTries
	default:
		return t.rules.backoff(t.count), true
	}
}

// gonePause is steady, up to a last try when the update must be over.
func (t *tries) gonePause() (time.Duration, bool) {
	if t.firstGone.IsZero() {
		t.firstGone = time.Now()
	}
	left := t.rules.gone - time.Since(t.firstGone)
	return min(goneDelay, left), left > 0
}

// sleep waits, unless ctx ends first.
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
