package azrest

import (
	"context"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore/policy"
)

// authError keeps azcore from trying again: the credential has done so.
type authError struct{ error }

func (e *authError) Unwrap() error { return e.error }

// NonRetriable is the mark azcore's retry looks for.
func (e *authError) NonRetriable() {}

// Final marks the error of a credential, unless it is the end of the caller's
// own wait: a try may end before the token comes, and the next one finds it.
func Final(ctx context.Context, err error) error {
	if ctx.Err() != nil {
		return ctx.Err()
	}
	return &authError{err}
}

// stage travels to the error of a call that its context has ended: what it was at.
// azcore's retry puts the context's bare error in the place of any other.
type stage string

// unsigned is the error of a try that never got a token.
func unsigned(req *policy.Request, err error) error {
	var at stage
	if req.Raw().Context().Err() != nil {
		at = "waiting for a token"
	}
	req.SetOperationValue(at)
	return Final(req.Raw().Context(), err)
}

// signed is the error of a try that had a token.
func signed(req *policy.Request, err error) error {
	req.SetOperationValue(stage(""))
	return err
}

// explanation travels to the error of a call that ends with the status.
type explanation struct {
	status int
	err    error
}

// Explain adds err to the error of the call, should the status be its answer's:
// why a rejected token could not be renewed, for example.
func Explain(req *policy.Request, status int, err error) {
	req.SetOperationValue(explanation{status, ScrubError(err)})
}
