package credential

import (
	"context"
	"net/http"
	"sync"
	"sync/atomic"
	"time"

	"github.com/keyless-go/azure/internal/fresh"
)

// fetcher gets tokens from a source, trying again by the source's rules.
type fetcher struct {
	origin     atomic.Pointer[origin]
	settle     func() *origin // looks for an agent's files at the first fetch; nil: not needed
	settled    sync.Once
	id         ManagedIDKind
	send       sender
	tryTimeout time.Duration
	observer   func(Event)
	slots      chan struct{} // bounds what the machine's endpoint is asked at once
	reached    atomic.Bool   // something has answered before
}

// origin is where tokens come from and why from there.
type origin struct {
	source   Source
	reason   string
	provider provider
	rules    retryRules
}

// maxConcurrent stays below the limit of the metadata service, which is five
// requests at once for all processes of the machine.
const maxConcurrent = 3

// from is the origin to fetch from, settled at the first fetch.
func (f *fetcher) from() *origin {
	f.settled.Do(func() {
		if f.settle == nil {
			return
		}
		if o := f.settle(); o != nil {
			f.origin.Store(o)
		}
	})
	return f.origin.Load()
}

// job is one fetch: what it asks for, of whom, and how far it has come.
type job struct {
	ask
	*tries
	from   *origin
	waited bool
}

// fetchFor makes the [fresh.Fetch] of a cache. With cae its tokens are for
// clients that can answer claims challenges.
func (f *fetcher) fetchFor(cae bool) fresh.Fetch[string, token] {
	return func(ctx context.Context, resource string, request fresh.Request) (fresh.Value[token], error) {
		from := f.from()
		return f.run(ctx, job{
			ask:  ask{resource: resource, claims: request.Claims, cae: cae},
			from: from, tries: startTries(ctx, from.rules), waited: request.Waited,
		})
	}
}

func (f *fetcher) run(ctx context.Context, j job) (fresh.Value[token], error) {
	for {
		j.count++
		value, err := f.try(ctx, j)
		if err == nil {
			value.V.claims, value.V.received = j.claims, time.Now().Round(0)
			f.report(j, Event{Kind: kindOf(nil, j.waited), Expires: value.Expires})
			return value, nil
		}
		pause, again := j.next(err)
		if !j.waited || !again || !sleep(ctx, pause) {
			err.Attempts, err.Elapsed = j.count, time.Since(j.start)
			f.report(j, Event{Kind: kindOf(err, j.waited), Err: err})
			return fresh.Value[token]{}, err
		}
	}
}

func (f *fetcher) report(j job, e Event) {
	if f.observer == nil {
		return
	}
	e.Source, e.Resource, e.Time = j.from.source, j.resource, time.Now().UTC().Round(0)
	e.Duration, e.Attempt = time.Since(j.start), j.count
	f.observer(e)
}

func kindOf(err error, waited bool) EventKind {
	switch {
	case err == nil && waited:
		return EventFetched
	case err == nil:
		return EventRefreshed
	case waited:
		return EventFetchFailed
	default:
		return EventRefreshFailed
	}
}

// try asks once.
func (f *fetcher) try(ctx context.Context, j job) (value fresh.Value[token], problem *Error) {
	defer func() {
		if problem != nil {
			problem.Source, problem.resource, problem.identity = j.from.source, j.resource, describeID(f.id)
		}
	}()
	ctx, cancel := context.WithTimeout(ctx, f.tryTimeout)
	defer cancel()
	select {
	case f.slots <- struct{}{}:
		defer func() { <-f.slots }()
	case <-ctx.Done():
		return value, f.transportError(ctx.Err())
	}
	a, err := j.from.provider.try(ctx, f.send, j.ask)
	if err != nil {
		return value, f.transportError(err)
	}
	f.reached.Store(true)
	if a.fellBack {
		f.report(j, Event{Kind: EventFallback})
	}
	return f.judge(a, j.from.rules)
}

// judge turns an answer into a token or into the error it is.
func (f *fetcher) judge(a answer, rules retryRules) (fresh.Value[token], *Error) {
	if a.status != http.StatusOK && a.status != http.StatusAccepted {
		return fresh.Value[token]{}, statusError(a, rules)
	}
	value, body, err := decodeToken(a, time.Now().Round(0))
	if err == nil {
		err = checkEcho(f.id, body, rules.mustEcho)
	}
	if err == nil {
		return value, nil
	}
	e := answerError(a, rules)
	e.kind, e.detail = kindOfBadAnswer(err), err.Error()
	return value, e
}
