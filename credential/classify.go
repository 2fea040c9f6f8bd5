package credential

import (
	"context"
	"crypto/tls"
	"errors"
	"net"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/keyless-go/azure/internal/azrest"
)

// answerError starts the error of an answer with what every answer tells.
func answerError(a answer, rules retryRules) *Error {
	e := &Error{
		StatusCode: a.status,
		RequestID:  a.clean(a.header.Get("x-ms-request-id"), 64),
		RetryAfter: retryAfter(a.header, time.Now()),
	}
	if server := a.header.Get("Server"); !strings.HasPrefix(server, rules.server) {
		e.server = a.clean(server, 64)
	}
	return e
}

// statusError classifies an answer that is no token. Control flow goes by the
// status and the error code; a description only chooses the sentinel, as
// sources promise nothing about its words.
func statusError(a answer, rules retryRules) *Error {
	e := answerError(a, rules)
	p := decodeProblem(a.body)
	e.quote(p, a)
	if e.Code == "" && e.Description == "" {
		e.detail = a.excerpt()
	}
	e.retryable = rules.retry(a.status) || p.passing
	switch {
	case a.status == http.StatusTooManyRequests:
		e.kind = ErrThrottled
	case a.status < http.StatusBadRequest:
		e.kind, e.detail = ErrUnexpectedResponse, unexpectedStatus(a.status)
	case rules.retry(a.status) || isProxy(a):
		e.kind = ErrUnavailable
	default:
		e.kind = refusal(p)
	}
	return e
}

// quote adds the problem that an answer names.
func (e *Error) quote(p problem, a answer) {
	e.Code = a.clean(p.code, 256)
	e.Description = a.clean(p.description, 2048)
	e.CorrelationID = a.clean(p.correlationID, 64)
}

func unexpectedStatus(status int) string {
	if status >= http.StatusMultipleChoices {
		return "redirects are not followed: a managed identity's endpoint sends none"
	}
	return "not a status of a token response"
}

// isProxy recognises the proxy of Docker Desktop, which answers for addresses
// it cannot reach.
func isProxy(a answer) bool {
	return a.status == http.StatusForbidden && strings.Contains(string(a.body), "unreachable")
}

// refusal finds the sentinel of a definite no, nil if there is none for it.
func refusal(p problem) error {
	text := strings.ToLower(p.code + " " + p.description)
	for _, known := range []struct {
		words string
		kind  error
	}{
		{"multiple user assigned identities", ErrMultipleIdentities},
		{"invalid_resource", ErrResourceNotFound},
		{"aadsts500011", ErrResourceNotFound},
		{"aadsts50001:", ErrResourceNotFound},
		{"audiencenotsupported", ErrResourceNotFound},
		{"aadsts700016", ErrIdentityNotFound},
		{"aadsts70021", ErrIdentityNotFound}, // and 700211, 700213
		{"identity not found", ErrIdentityNotFound},
		{"managedidentitynotfound", ErrIdentityNotFound},
		{"unable to load the proper managed identity", ErrIdentityNotFound},
		{"found for specified clientid", ErrIdentityNotFound}, // "No Managed Identity", and older "No MSI"
	} {
		if strings.Contains(text, known.words) {
			return known.kind
		}
	}
	return nil
}

// noAnswer classifies a try that got no answer, or not all of one.
func (f *fetcher) noAnswer(err error) *Error {
	if own, ok := errors.AsType[*Error](err); ok {
		return own
	}
	_, final := errors.AsType[interface { // as azcore knows it
		error
		NonRetriable()
	}](err)
	e := &Error{kind: ErrUnavailable, retryable: !final, cause: azrest.ScrubError(err)}
	switch dial, ok := errors.AsType[*net.OpError](err); {
	case isFraud(err):
		e.kind, e.retryable = ErrUnexpectedResponse, false
	case errors.Is(err, errBrokeOff):
		e.kind = ErrUnexpectedResponse
	case ok && dial.Op == "dial":
		e.offAzure = !f.reached.Load()
	}
	if errors.Is(e.cause, context.DeadlineExceeded) {
		// A limit of the connection's own, which as the cause would look like
		// the end of the caller's wait.
		e.cause, e.detail = nil, e.cause.Error()
	}
	return e
}

// isFraud says whether what answered is not what it should be, which another
// try would not change.
func isFraud(err error) bool {
	_, unverified := errors.AsType[*tls.CertificateVerificationError](err)
	return unverified || errors.Is(err, errWrongCertificate) || errors.Is(err, azrest.ErrTooLarge)
}

// retryAfter reads the header in both of its forms. Zero: there is none.
func retryAfter(h http.Header, now time.Time) time.Duration {
	value := h.Get("Retry-After")
	if n, err := strconv.Atoi(value); err == nil && n > 0 {
		return time.Duration(min(n, 86400)) * time.Second
	}
	if date, err := http.ParseTime(value); err == nil && date.After(now) {
		return min(date.Sub(now).Round(time.Second), 24*time.Hour)
	}
	return 0
}
