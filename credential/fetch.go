package credential

import (
	"context"
	"net/http"
	"sync"
	"sync/atomic"
	"time"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/runtime"

	"github.com/keyless-go/azure/internal/fresh"
)

// fetcher gets tokens from a source, trying again by the source's rules.
type fetcher struct {
	origin     atomic.Pointer[origin]
	agent      *origin // replaces origin at the first fetch if agentFile is there; may be nil
	agentFile  string
	settled    sync.Once
	id         ManagedIDKind
	client     *azcore.Client
	tryTimeout time.Duration
	observer   func(Event)
	slots      chan struct{} // bounds what the machine's endpoint is asked at once
	reached    atomic.Bool   // something has answered before
	meanwhile  meanwhile
}

// maxConcurrent stays below the limit of the metadata service, which is five
// requests at once for all processes of the machine.
const maxConcurrent = 3

// from is the origin to fetch from, settled at the first fetch.
func (f *fetcher) from() *origin {
	f.settled.Do(func() {
		if f.agent != nil && isInstalled(f.agentFile) {
			f.origin.Store(f.agent)
		}
	})
	return f.origin.Load()
}

// job is one fetch: what it asks for, of whom, and how far it has come.
type job struct {
	ask
	*tries

	from *origin
}

// fetchFor makes the [fresh.Fetch] of a cache. With cae its tokens are for
// clients that can answer claims challenges.
func (f *fetcher) fetchFor(cae bool) fresh.Fetch[string, *token] {
	return func(ctx context.Context, resource string, request fresh.Request) (value fresh.Value[*token], err error) {
		ctx, end := runtime.StartSpan(ctx, "ManagedIdentityCredential.GetToken", f.client.Tracer(), nil)
		defer func() { end(err) }()
		from := f.from()
		return f.run(ctx, job{
			ask:  ask{resource: resource, claims: request.Claims, cae: cae, waited: request.Waited},
			from: from, tries: startTries(ctx, from.rules),
		})
	}
}

// run tries until there is a token or no sense in trying on.
func (f *fetcher) run(ctx context.Context, j job) (fresh.Value[*token], error) {
	defer f.meanwhile.forget(j.resource)
	for {
		j.count++
		value, err := f.try(ctx, j)
		if err == nil {
			value.V.claims, value.V.received = j.claims, time.Now().Round(0)
			f.report(j, Event{Kind: kindOf(nil, j.waited), Expires: value.Expires})
			return value, nil
		}
		f.sign(err, j)
		f.meanwhile.note(j.resource, err)
		pause, again := j.next(err)
		if !j.waited || !again || !sleep(ctx, pause) {
			f.report(j, Event{Kind: kindOf(err, j.waited), Err: err})
			return fresh.Value[*token]{}, err
		}
	}
}

// sign adds to an error what it is about.
func (f *fetcher) sign(e *Error, j job) {
	e.Source, e.reason, e.resource, e.identity = j.from.source, j.from.reason, j.resource, describeID(j.from.source, f.id)
	e.Attempts, e.Elapsed = j.count, time.Since(j.start)
}

func (f *fetcher) report(j job, e Event) {
	if f.observer == nil {
		return
	}
	e.Source, e.Resource, e.Time = j.from.source, j.resource, time.Now().UTC().Round(0)
	e.Duration, e.Attempt = time.Since(j.start), j.count
	f.observer(e)
}

// try asks once, when it is its turn.
func (f *fetcher) try(ctx context.Context, j job) (fresh.Value[*token], *Error) {
	if !f.enter(ctx) {
		return fresh.Value[*token]{}, &Error{kind: ErrUnavailable, detail: "requests for other resources are under way, and none has been answered"}
	}
	defer func() { <-f.slots }()
	start := time.Now()
	tryCtx, cancel := context.WithTimeout(ctx, f.tryTimeout)
	defer cancel()
	a, err := j.from.provider.try(tryCtx, f.send, j.ask)
	if err != nil {
		if tryCtx.Err() != nil {
			err = &Error{kind: ErrUnavailable, retryable: true, detail: "no answer within " + time.Since(start).Round(100*time.Millisecond).String()}
		}
		return fresh.Value[*token]{}, f.noAnswer(err)
	}
	f.reached.Store(true)
	if a.fellBack {
		f.report(j, Event{Kind: EventFallback})
	}
	return f.judge(a, j.from.rules)
}

// enter waits for a slot, unless ctx ends first.
func (f *fetcher) enter(ctx context.Context) bool {
	select {
	case f.slots <- struct{}{}:
		if ctx.Err() == nil {
			return true
		}
		<-f.slots
	case <-ctx.Done():
	}
	return false
}

// judge turns an answer into a token or into the error it is.
func (f *fetcher) judge(a answer, rules retryRules) (fresh.Value[*token], *Error) {
	if a.status != http.StatusOK && a.status != http.StatusAccepted {
		return fresh.Value[*token]{}, statusError(a, rules)
	}
	value, body, err := decodeToken(a, time.Now().Round(0))
	if err == nil {
		err = checkEcho(f.id, body, a.mustEcho)
	}
	if err != nil {
		e := answerError(a, rules)
		e.kind, e.cause = ErrUnexpectedResponse, err
		if body.AccessToken == "" {
			e.quote(decodeProblem(a.body), a)
		}
		return fresh.Value[*token]{}, e
	}
	return value, nil
}
