package azrest

import (
	"context"
	"fmt"
	"net/http"
	"time"

	"github.com/keyless-go/azure/internal/fresh"
)

// forever is how long an endpoint's audience is kept. A 401 corrects it.
const forever = 50 * 365 * 24 * time.Hour

// discover answers the audience of the endpoint. Where it is not known from the
// start, one request without token asks the service, for all who wait.
func (p *bearerPolicy) discover(ctx context.Context) (Audience, error) {
	if audience := p.audience.Load(); audience != nil {
		return *audience, nil
	}
	v, err := p.discovery.Get(ctx, struct{}{})
	if err != nil {
		return Audience{}, err
	}
	p.audience.CompareAndSwap(nil, &v.V)
	return v.V, nil
}

// discoverWith makes the probe the way to the audience.
func (p *bearerPolicy) discoverWith(probe func(context.Context) (*http.Response, error)) {
	fetch := func(ctx context.Context, _ struct{}, _ fresh.Request) (fresh.Value[Audience], error) {
		audience, err := p.ask(ctx, probe)
		return fresh.Value[Audience]{V: audience, Expires: time.Now().Add(forever)}, err
	}
	p.discovery = fresh.New(fetch, fresh.Options[struct{}, Audience]{RetryAfter: errorRetryAfter})
}

func (p *bearerPolicy) ask(ctx context.Context, probe func(context.Context) (*http.Response, error)) (Audience, error) {
	resp, err := probe(ctx) //nolint:bodyclose // the pipeline has read and closed it
	if err != nil {
		return Audience{}, err
	}
	switch {
	case resp.StatusCode == http.StatusUnauthorized:
		audience, err := p.challenge(resp.Header)
		if err != nil {
			return Audience{}, fmt.Errorf("%w: %w", ErrUnauthorized, err)
		}
		return audience, nil
	case resp.StatusCode >= http.StatusMultipleChoices:
		return Audience{}, newServiceError(resp)
	default:
		return Audience{}, fmt.Errorf("%w: %d to a request without token, where a challenge was to come", ErrUnexpectedResponse, resp.StatusCode)
	}
}
