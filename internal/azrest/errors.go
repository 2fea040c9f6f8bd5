package azrest

import (
	"errors"
	"net/http"
	"net/url"
	"time"
)

// What errors.Is finds in the error of a failed call. Each service package
// exports the same values.
var (
	ErrNotFound     = errors.New("not found")
	ErrForbidden    = errors.New("forbidden")
	ErrConflict     = errors.New("conflict")
	ErrThrottled    = errors.New("throttled")
	ErrUnauthorized = errors.New("unauthorized")
	// ErrUnexpectedResponse is in the chain of the error for an answer that is
	// none of the service's: not JSON, cut short, too large, a foreign page.
	ErrUnexpectedResponse = errors.New("unexpected response")
)

// sentinel is what errors.Is finds for a status, nil if nothing special.
func sentinel(status int) error {
	switch status {
	case http.StatusUnauthorized:
		return ErrUnauthorized
	case http.StatusForbidden:
		return ErrForbidden
	case http.StatusNotFound:
		return ErrNotFound
	case http.StatusConflict, http.StatusPreconditionFailed:
		return ErrConflict
	case http.StatusTooManyRequests:
		return ErrThrottled
	default:
		return nil
	}
}

// Error is the error of every call: what was tried on which target, and why it
// failed, in one line.
type Error struct {
	operation string
	cause     error
}

// Error is for example
//
//	keyvault: get secret "db" in contoso.vault.azure.net: 404 SecretNotFound: … (request id …)
func (e *Error) Error() string { return e.operation + ": " + causeText(e.cause) }

// Unwrap leads to the sentinel and the *azcore.ResponseError of a service's
// error, and to the context's or the connection's of any other.
func (e *Error) Unwrap() error { return e.cause }

// RetryAfter is how long the service asked to be left alone, zero if it did not.
func (e *Error) RetryAfter() time.Duration {
	if s, ok := errors.AsType[*ServiceError](e.cause); ok {
		return s.RetryAfter()
	}
	return 0
}

// HasCode says whether the service's error has the code, at any depth.
func (e *Error) HasCode(code string) bool {
	s, ok := errors.AsType[*ServiceError](e.cause)
	return ok && s.hasCode(code)
}

// fail is the Error of an operation. What a ServiceError says is clean already.
func fail(operation string, err error) error {
	if _, ok := any(err).(*ServiceError); !ok {
		err = ScrubError(err)
	}
	return &Error{operation: operation, cause: err}
}

// causeText leaves out what the operation has said already.
func causeText(err error) string {
	if u, ok := any(err).(*url.Error); ok {
		return causeText(u.Err)
	}
	return err.Error()
}
