package azrest

import (
	"errors"
	"net/http"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore/runtime"
)

// Verdict is what an error's answer says about asking again.
type Verdict int

// The verdicts.
const (
	TryByStatus Verdict = iota // azcore's retry decides
	TryNever                   // the answer would stay the same
	TryAgain                   // another try may go well, whatever the status
)

// judged is what azcore's retry gets to see of a try.
func (c *Client) judged(call *Call, resp *http.Response, err error) (*http.Response, error) {
	switch {
	case call == nil || err == nil && resp.StatusCode < http.StatusBadRequest:
		return resp, err
	case err != nil && call.Once:
		return nil, &onceError{err}
	case err != nil:
		return nil, err
	}
	switch c.verdict(call, resp) {
	case TryNever:
		return nil, &onceError{&answerError{resp}}
	case TryAgain:
		return nil, &answerError{resp}
	default:
		return resp, nil
	}
}

func (c *Client) verdict(call *Call, resp *http.Response) Verdict {
	switch {
	case call.Once:
		return TryNever
	case c.judge == nil:
		return TryByStatus
	}
	body, _ := runtime.Payload(resp)
	said := parseServiceMessage(resp, body)
	return c.judge(resp.StatusCode, said.code())
}

// answerError carries an answer past azcore's retry.
type answerError struct{ resp *http.Response }

// Error is seen by azcore's log only.
func (e *answerError) Error() string { return e.resp.Status }

// onceError ends the tries of azcore's retry, and is not seen outside.
type onceError struct{ error }

func (e *onceError) Unwrap() error { return e.error }

// NonRetriable is the mark azcore's retry looks for.
func (e *onceError) NonRetriable() {}

// answered undoes what judged did.
func answered(resp *http.Response, err error) (*http.Response, error) {
	if e, ok := any(err).(*onceError); ok {
		err = e.error
	}
	if e, ok := errors.AsType[*answerError](err); ok {
		return e.resp, nil
	}
	return resp, err
}
