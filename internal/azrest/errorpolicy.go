package azrest

import (
	"fmt"
	"net/http"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore/policy"
)

// errorPolicy is the outermost of a pipeline, so that pollers and pagers of
// azcore return this package's errors too.
type errorPolicy struct {
	client *Client
	poll   *Call // whose status is asked for; nil: each request is a call of its own
}

// Do runs once per call.
func (p *errorPolicy) Do(req *policy.Request) (*http.Response, error) {
	resp, err := answered(req.Next())
	if err != nil {
		return nil, p.client.Fail(*p.call(req), staged(req, err))
	}
	// Tries have headers and queries of their own, with what signs them. The
	// answer is shown by policy.WithCaptureResponse, and by its errors.
	resp.Request = withoutToken(req.Raw())
	refusal := p.refusal(req, resp)
	if refusal == nil {
		return resp, nil
	}
	if resp.Body != nil { // a policy of the user's may answer by itself
		_ = resp.Body.Close()
	}
	return safeResponse(resp, nil), p.client.Fail(*p.call(req), refusal)
}

// staged adds to an error what the call was at.
func staged(req *policy.Request, err error) error {
	var at stage
	if req.OperationValue(&at) && at != "" {
		return fmt.Errorf("%s: %w", at, err)
	}
	return err
}

// refusal is what is wrong with an answer, nil if nothing is.
func (p *errorPolicy) refusal(req *policy.Request, resp *http.Response) error {
	if p.call(req).accepts(resp.StatusCode) {
		if p.poll != nil {
			return failedOperation(resp)
		}
		return nil
	}
	var why explanation
	if req.OperationValue(&why) && why.status == resp.StatusCode {
		return newServiceError(resp, why.err)
	}
	return newServiceError(resp)
}

// call is what the request is sent for. One of azcore's own is described by
// what it asks for.
func (p *errorPolicy) call(req *policy.Request) *Call {
	raw := req.Raw()
	switch call := callOf(raw.Context()); {
	case p.poll != nil:
		return p.poll
	case call != nil:
		return call
	default:
		return &Call{Action: raw.Method + " " + raw.URL.EscapedPath(), Accept: []int{200, 201, 202, 204}}
	}
}
