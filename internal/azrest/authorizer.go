package azrest

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/policy"

	"github.com/keyless-go/azure/internal/fresh"
)

// ErrInvalidToken is in the chain of the error for a credential that answers
// without a usable token.
var ErrInvalidToken = errors.New("the credential's token is unusable")

var errSameToken = errors.New("the credential answered with the same token again")

// Audience is whom a token is for.
type Audience struct {
	Scope  string // as azcore's credentials take it, with /.default
	Tenant string // empty: the credential's own
}

// Authorizer keeps ready Authorization headers in front of any credential:
// some of them start a process at each call. Callers wait together for one
// token request, each on its own context, and only while no valid token is there.
type Authorizer struct {
	cred    azcore.TokenCredential
	headers *fresh.Cache[Audience, string]
}

// NewAuthorizer makes an Authorizer. It asks cred for nothing yet.
func NewAuthorizer(cred azcore.TokenCredential) *Authorizer {
	a := &Authorizer{cred: cred}
	a.headers = fresh.New(a.fetch, fresh.Options[Audience, string]{
		// Longer than a credential's own patience, so that its error arrives.
		WaitedBudget: 2 * time.Minute,
	})
	return a
}

// Header answers the value of the Authorization header for the audience,
// beginning with "Bearer ".
func (a *Authorizer) Header(ctx context.Context, audience Audience) (string, error) {
	v, err := a.headers.Get(ctx, audience)
	return v.V, err
}

// Renew answers a header other than the rejected one, for a token with the
// claims a service asked for, if any. The credential may have no other token:
// that is an error too.
func (a *Authorizer) Renew(ctx context.Context, audience Audience, claims, rejected string) (string, error) {
	v, err := a.headers.Renew(ctx, audience, claims, func(header string) bool { return header == rejected })
	if errors.Is(err, fresh.ErrStillRejected) {
		err = errSameToken
	}
	return v.V, err
}

func (a *Authorizer) fetch(ctx context.Context, audience Audience, request fresh.Request) (fresh.Value[string], error) {
	token, err := a.cred.GetToken(ctx, policy.TokenRequestOptions{
		Scopes:    []string{audience.Scope},
		TenantID:  audience.Tenant,
		Claims:    request.Claims,
		EnableCAE: true,
	})
	if err != nil {
		return fresh.Value[string]{}, err
	}
	if err := checkToken(token); err != nil {
		return fresh.Value[string]{}, err
	}
	return fresh.Value[string]{V: "Bearer " + token.Token, Expires: token.ExpiresOn, RefreshAfter: token.RefreshOn}, nil
}

func checkToken(token azcore.AccessToken) error {
	switch {
	case token.Token == "":
		return fmt.Errorf("%w: it is empty", ErrInvalidToken)
	case strings.ContainsFunc(token.Token, func(r rune) bool { return r <= ' ' || r > '~' }):
		return fmt.Errorf("%w: it has characters that no header can carry", ErrInvalidToken)
	case token.ExpiresOn.IsZero():
		return fmt.Errorf("%w: it has no expiry", ErrInvalidToken)
	case !token.ExpiresOn.After(time.Now()):
		return fmt.Errorf("%w: it has expired already", ErrInvalidToken)
	default:
		return nil
	}
}
