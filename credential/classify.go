package credential

import (
	"context"
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
		RequestID:  scrub(a.header.Get("x-ms-request-id"), 64),
		RetryAfter: retryAfter(a.header, time.Now()),
	}
	if server := a.header.Get("Server"); !strings.HasPrefix(server, rules.server) {
		e.server = scrub(server, 64)
	}
	return e
}

// statusError classifies an answer that is no token. Control flow goes by the
// status and the error code; a description only chooses the sentinel, as
// sources promise nothing about its words.
func statusError(a answer, rules retryRules) *Error {
	e := answerError(a, rules)
	p := decodeProblem(a.body)
	e.Code, e.Description, e.CorrelationID = p.code, p.description, p.correlationID
	if p == (problem{}) {
		e.detail = strings.TrimPrefix(excerpt(a), ": ")
	}
	switch {
	case a.status == http.StatusTooManyRequests:
		e.kind = ErrThrottled
	case a.status >= 200 && a.status < 400:
		e.kind, e.detail = ErrUnexpectedResponse, unexpectedStatus(a.status)
	case rules.retry(a.status), strings.Contains(string(a.body), "unreachable") && a.status == http.StatusForbidden:
		e.kind = ErrUnavailable
	default:
		e.kind = refusal(p)
	}
	e.retryable = rules.retry(a.status)
	return e
}

func unexpectedStatus(status int) string {
	if status >= 300 {
		return "redirects are not followed: a managed identity's endpoint sends none"
	}
	return "not a status of a token response"
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
		{"aadsts50001", ErrResourceNotFound},
		{"aadsts700016", ErrIdentityNotFound},
		{"audiencenotsupported", ErrResourceNotFound},
		{"identity not found", ErrIdentityNotFound},
		{"managedidentitynotfound", ErrIdentityNotFound},
		{"unable to load the proper managed identity", ErrIdentityNotFound},
	} {
		if strings.Contains(text, known.words) {
			return known.kind
		}
	}
	return nil
}

// transportError classifies a try that got no answer.
func (f *fetcher) transportError(err error) *Error {
	if own, ok := errors.AsType[*Error](err); ok {
		return own
	}
	e := &Error{kind: ErrUnavailable, retryable: true}
	switch dial, ok := errors.AsType[*net.OpError](err); {
	case errors.Is(err, context.DeadlineExceeded):
		// Not as the cause: it would look like the caller's own deadline.
		e.detail = "no answer within " + f.tryTimeout.String()
	case ok && dial.Op == "dial":
		e.offAzure = !f.reached.Load()
		e.cause = azrest.ScrubError(err)
	case errors.Is(err, azrest.ErrTooLarge):
		e.kind, e.retryable, e.detail = ErrUnexpectedResponse, false, err.Error()
	default:
		e.cause = azrest.ScrubError(err)
	}
	return e
}

// retryAfter reads the header in both of its forms. Zero: there is none.
func retryAfter(h http.Header, now time.Time) time.Duration {
	value := h.Get("Retry-After")
	if seconds, err := strconv.Atoi(value); err == nil && seconds > 0 {
		return time.Duration(min(seconds, 86400)) * time.Second
	}
	if date, err := http.ParseTime(value); err == nil && date.After(now) {
		return date.Sub(now).Round(time.Second)
	}
	return 0
}
