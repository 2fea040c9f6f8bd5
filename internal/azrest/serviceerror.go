package azrest

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/runtime"
)

// ServiceError is a service's refusal: `404 SecretNotFound: … (request id …)`.
type ServiceError struct {
	text       string
	message    string
	codes      []string
	retryAfter time.Duration
	causes     []error
}

// Error is one line without any secret.
func (e *ServiceError) Error() string { return e.text }

// Unwrap gives the sentinel of the status, the *azcore.ResponseError, and why
// a rejected token could not be renewed.
func (e *ServiceError) Unwrap() []error { return e.causes }

// RetryAfter is how long the service asked to be left alone, zero if it did not.
func (e *ServiceError) RetryAfter() time.Duration { return e.retryAfter }

// Message is what the service said, besides its code; often nothing.
func (e *ServiceError) Message() string { return e.message }

func (e *ServiceError) hasCode(code string) bool {
	return slices.ContainsFunc(e.codes, func(c string) bool { return strings.EqualFold(c, code) })
}

// newServiceError makes the error for an answer that was not accepted. The
// extra errors are added to its text and its chain.
func newServiceError(resp *http.Response, extra ...error) *ServiceError {
	var body []byte
	if resp.StatusCode >= http.StatusBadRequest {
		body, _ = runtime.Payload(resp)
	}
	said := parseServiceMessage(resp, body)
	e := &ServiceError{message: said.message, codes: said.codes, retryAfter: retryAfter(resp.Header)}
	if s := sentinel(resp.StatusCode); s != nil {
		e.causes = append(e.causes, s)
	}
	if resp.StatusCode < http.StatusBadRequest {
		extra = append(extra, unexpectedStatus(resp))
	}
	e.causes = append(e.causes, newResponseError(resp, said))
	e.causes = append(e.causes, extra...)
	e.text = serviceErrorText(resp, said, extra)
	return e
}

func serviceErrorText(resp *http.Response, said serviceMessage, extra []error) string {
	var text strings.Builder
	fmt.Fprintf(&text, "%d %s", resp.StatusCode, said.title(resp.StatusCode))
	if said.message != "" {
		text.WriteString(": " + said.message)
	}
	for _, err := range extra {
		text.WriteString(": " + causeText(err))
	}
	if id := requestID(resp.Header); id != "" {
		fmt.Fprintf(&text, " (request id %s)", id)
	}
	return text.String()
}

// unexpectedStatus says what is wrong with a status that is no error.
func unexpectedStatus(resp *http.Response) error {
	location := resp.Header.Get("Location")
	if resp.StatusCode < 300 || location == "" || resp.Request == nil {
		return ErrUnexpectedResponse
	}
	link := &LinkError{Kind: "redirect", Link: "a malformed address", Base: Origin(resp.Request.URL)}
	if u, err := resp.Request.URL.Parse(location); err == nil {
		link.Link = Scrub(Origin(u))
	}
	if link.Link == link.Base {
		return fmt.Errorf("%w: a redirect, and none is followed", ErrUnexpectedResponse)
	}
	return link
}

func requestID(header http.Header) string {
	for _, name := range []string{"X-Ms-Request-Id", "X-Ms-Correlation-Request-Id", "X-Ms-Client-Request-Id"} {
		if id := header.Get(name); id != "" {
			return cut(Scrub(id), 128)
		}
	}
	return ""
}

// newResponseError makes the error azcore's users know. Of the answer it keeps
// the status, the headers and what the service said, of the request no header
// with a secret and no query.
func newResponseError(resp *http.Response, said serviceMessage) *azcore.ResponseError {
	e := &azcore.ResponseError{ErrorCode: said.code(), StatusCode: resp.StatusCode}
	e.RawResponse = safeResponse(resp, said.json()) //nolint:bodyclose // it is in memory
	// azcore composes the text on the first use, without a lock. Errors are
	// shared by the callers of one flight.
	_ = e.Error()
	return e
}
