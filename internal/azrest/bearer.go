package azrest

import (
	"net/http"
	"net/url"
	"sync/atomic"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/policy"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/runtime"

	"github.com/keyless-go/azure/internal/fresh"
)

// Bearer says how the requests of a client get their token.
type Bearer struct {
	Credential azcore.TokenCredential
	// Scope is what tokens are asked for. Empty: what Challenge reads in the
	// answer to a first request without token.
	Scope string
	// Challenge reads an audience out of a 401 answer, and answers an error if
	// that is not to be trusted. Nil: challenges change no audience.
	Challenge func(http.Header) (Audience, error)
	// ProbePath is where the first request without token goes.
	ProbePath []string
}

// bearerPolicy attaches a token to each try of each request, to its own
// endpoint only. azcore's policy waits where no context can interrupt it, and
// asks a failing credential again for each one who waits.
type bearerPolicy struct {
	endpoint   *url.URL
	authorizer *Authorizer
	challenge  func(http.Header) (Audience, error)
	audience   atomic.Pointer[Audience] // nil until it is known
	discovery  *fresh.Cache[struct{}, Audience]
}

func newBearerPolicy(endpoint *url.URL, b *Bearer) *bearerPolicy {
	p := &bearerPolicy{endpoint: endpoint, authorizer: NewAuthorizer(b.Credential), challenge: b.Challenge}
	if b.Scope != "" {
		p.audience.Store(&Audience{Scope: b.Scope})
	}
	return p
}

// Do runs in every try.
func (p *bearerPolicy) Do(req *policy.Request) (*http.Response, error) {
	if !p.isHome(req.Raw().URL) {
		err := &LinkError{Kind: "request", Link: Scrub(Origin(req.Raw().URL)), Base: Origin(p.endpoint)}
		return nil, &authError{err}
	}
	ctx := req.Raw().Context()
	audience, err := p.discover(ctx)
	if err != nil {
		return nil, unsigned(req, err)
	}
	header, err := p.authorizer.Header(ctx, audience)
	if err != nil {
		return nil, unsigned(req, err)
	}
	sign(req, header)
	resp, err := req.Next()
	if err != nil {
		return nil, signed(req, err)
	}
	if resp.StatusCode != http.StatusUnauthorized || !replayable(req) {
		return resp, nil
	}
	return p.again(req, resp, audience, header)
}

func sign(req *policy.Request, header string) {
	req.Raw().Header.Set("Authorization", header)
	if call := callOf(req.Raw().Context()); call != nil {
		call.bearer = header
	}
}

func (p *bearerPolicy) isHome(u *url.URL) bool {
	return u.Scheme == p.endpoint.Scheme && u.Host == p.endpoint.Host || Origin(u) == Origin(p.endpoint)
}

// again answers a 401 with a new token, once. If there is none to be had, the
// 401 is the answer.
func (p *bearerPolicy) again(req *policy.Request, resp *http.Response, audience Audience, rejected string) (*http.Response, error) {
	if p.challenge != nil {
		if named, err := p.challenge(resp.Header); err == nil {
			audience = named
		}
	}
	ctx := req.Raw().Context()
	header, err := p.authorizer.Renew(ctx, audience, BearerClaims(resp.Header), rejected)
	switch {
	case err != nil && ctx.Err() != nil:
		return nil, unsigned(req, err)
	case err != nil:
		Explain(req, resp.StatusCode, err)
		return resp, nil
	}
	runtime.Drain(resp)
	// The transport may still read the request it has sent.
	req = req.Clone(ctx)
	if err := Replay(req); err != nil {
		return nil, &authError{err}
	}
	sign(req, header)
	resp, err = req.Next()
	if err != nil {
		return nil, signed(req, err)
	}
	if resp.StatusCode != http.StatusUnauthorized {
		p.audience.Store(&audience)
	}
	return resp, nil
}
