package azuresql

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore/policy"
)

// staleToken is how old a rejected token has to be for a newer one to help: one
// made since then has all the memberships that the directory knows of.
const staleToken = 5 * time.Minute

// pass is a token for one connection, however often the driver asks for it.
type pass struct {
	token   string
	expires time.Time     // zero: unknown
	life    time.Duration // when it was fetched
}

// fetch asks the credential, past a token that was rejected if claims say so.
func (c *Connector) fetch(ctx context.Context, claims string) (pass, error) {
	got, err := c.token(ctx, policy.TokenRequestOptions{Scopes: []string{c.scope}, Claims: claims})
	if err == nil && got.Token == "" {
		err = errors.New("the credential answered with an empty one")
	}
	if err != nil {
		return pass{}, &tokenError{text: fmt.Sprintf("no token for %s: %s", c.scope, oneLine(err)), cause: err}
	}
	p := pass{token: got.Token, expires: got.ExpiresOn.Round(0)} // by the wall clock: a machine may sleep
	p.life = max(time.Until(p.expires), 0)
	if p.usedUp(time.Now()) {
		return pass{}, errExpired
	}
	return p, nil
}

// errExpired is a token that came too late.
var errExpired = errors.New("the credential's token has expired already: is this machine's clock right?")

// usedUp says whether too little of the token's life is left for a connection.
func (p pass) usedUp(now time.Time) bool {
	return !p.expires.IsZero() && p.expires.Sub(now) <= p.life/4
}

// newer is another token after the server has rejected this one, if there is a
// point in it: groups and identities may have changed since it was made, and the
// server's clock may be ahead.
func (c *Connector) newer(ctx context.Context, rejected pass, rejection error) (pass, bool) {
	since, made := time.Now().Truncate(staleToken), bearerOf(rejected.token).made()
	if !made.IsZero() {
		if time.Since(made) < staleToken && !IsTransient(rejection) {
			return pass{}, false
		}
		since = made.Add(time.Second)
	}
	// The form in which services revoke tokens: none from before this time.
	p, err := c.fetch(ctx, fmt.Sprintf(`{"access_token":{"nbf":{"essential":true,"value":"%d"}}}`, since.Unix()))
	return p, err == nil && p.token != rejected.token
}

// tokenError is a credential's failure. The credential has tried again already.
type tokenError struct {
	text  string
	cause error
}

// Error is one line.
func (e *tokenError) Error() string { return e.text }

// Unwrap gives the credential's error.
func (e *tokenError) Unwrap() error { return e.cause }
