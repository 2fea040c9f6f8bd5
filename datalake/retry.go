package datalake

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"math"
	"math/rand/v2"
	"net/http"
	"slices"
	"syscall"
	"time"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore/policy"

	"github.com/keyless-go/azure/internal/azrest"
)

// patience is for the tries of what takes more than one request, or must not be
// sent twice before a look at what became of it. azcore's retry has the rest.
type patience struct {
	retries     int
	first, most time.Duration
}

// newPatience has azcore's defaults.
func newPatience(o policy.RetryOptions) patience {
	p := patience{retries: int(o.MaxRetries), first: o.RetryDelay, most: o.MaxRetryDelay}
	if o.MaxRetries == 0 {
		p.retries = 3
	}
	if o.RetryDelay == 0 {
		p.first = 800 * time.Millisecond
	}
	switch {
	case o.MaxRetryDelay == 0:
		p.most = time.Minute
	case o.MaxRetryDelay < 0:
		p.most = math.MaxInt64
	}
	return p
}

// again waits before the next try. It is false, at once, if there is to be none:
// err would stay, or after as many tries it has been enough.
func (p patience) again(ctx context.Context, tries int, err error) bool {
	return tries <= p.retries && temporary(err) && p.pause(ctx, tries, err)
}

// pause waits longer after each try, or as long as the server asks.
func (p patience) pause(ctx context.Context, tries int, err error) bool {
	delay := p.most
	if shift := min(tries-1, 10); p.first <= p.most>>shift {
		delay = p.first << shift
	}
	if delay > 0 {
		delay = delay/2 + rand.N(delay/2+1) //nolint:gosec // spreads the load, hides nothing
	}
	if asked := retryAfter(err); asked > p.most {
		return false
	} else if asked > 0 {
		delay = asked
	}
	timer := time.NewTimer(delay)
	defer timer.Stop()
	select {
	case <-timer.C:
		return ctx.Err() == nil
	case <-ctx.Done():
		return false
	}
}

// gaveUp is the error after the last try. If that is the last because the caller's
// time is over, it says so too.
func gaveUp(ctx context.Context, err error) error {
	if ended := ctx.Err(); ended != nil && err != nil && !errors.Is(err, ended) {
		return fmt.Errorf("%w: %w", ended, err)
	}
	return err
}

func retryAfter(err error) time.Duration {
	if e, ok := errors.AsType[*azrest.ServiceError](err); ok {
		return e.RetryAfter()
	}
	return 0
}

// temporary says whether the same may go well a little later. It is also what
// leaves open whether a request has been carried out.
func temporary(err error) bool {
	var final interface{ NonRetriable() }
	switch {
	case err == nil || errors.As(err, &final):
		return false
	case errors.Is(err, context.Canceled) || errors.Is(err, ErrForeignLink):
		return false
	}
	if e, ok := asRemote(err); ok {
		return e.temporary()
	}
	return !slices.ContainsFunc([]error{
		fs.ErrNotExist, fs.ErrExist, fs.ErrPermission, fs.ErrInvalid, fs.ErrClosed, errors.ErrUnsupported,
		syscall.EISDIR, syscall.ENOTDIR, ErrChanged, ErrChecksum,
	}, func(definite error) bool { return errors.Is(err, definite) })
}

func (e *RemoteError) temporary() bool {
	switch judge(e.Status, e.Exception) {
	case azrest.TryAgain:
		return true
	case azrest.TryNever:
		return false
	}
	return slices.Contains([]int{
		http.StatusRequestTimeout, http.StatusTooManyRequests, http.StatusInternalServerError,
		http.StatusBadGateway, http.StatusServiceUnavailable, http.StatusGatewayTimeout,
	}, e.Status)
}

// judge knows which exceptions pass, whatever the status: Hadoop answers 403 for
// a server that is starting, HttpFS 500 for a file that exists.
func judge(_ int, code string) azrest.Verdict {
	switch code {
	case "RetriableException", "StandbyException", "SafeModeException", "ThrottledException":
		return azrest.TryAgain
	}
	if meaning(code) != nil || code == "IOException" || code == "RemoteException" {
		return azrest.TryNever
	}
	return azrest.TryByStatus
}
