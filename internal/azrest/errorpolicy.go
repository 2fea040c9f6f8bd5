package azrest

import (
	"net/http"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore/policy"
)

// errorPolicy is the outermost of a pipeline, so that pollers and pagers of
// azcore return this package's errors too.
type errorPolicy struct {
	client *Client
	poll   *operation // whose status is asked for; nil: each request is a call of its own
}

// Do runs once per call.
func (p *errorPolicy) Do(req *policy.Request) (*http.Response, error) {
	op := p.operation(req)
	resp, err := req.Next()
	if err != nil {
		return nil, fail(op.text, err)
	}
	refusal := p.refusal(req, resp, op)
	if refusal == nil {
		return withoutToken(resp), nil
	}
	_ = resp.Body.Close()
	// The copy is what policy.WithCaptureResponse shows.
	return safeResponse(resp, nil), fail(op.text, refusal)
}

// refusal is what is wrong with an answer, nil if nothing is.
func (p *errorPolicy) refusal(req *policy.Request, resp *http.Response, op operation) *ServiceError {
	switch why := (explanation{}); {
	case !op.accepts(resp.StatusCode) && req.OperationValue(&why) && why.status == resp.StatusCode:
		return newServiceError(resp, why.err)
	case !op.accepts(resp.StatusCode):
		return newServiceError(resp)
	case p.poll != nil:
		return failedOperation(resp)
	default:
		return nil
	}
}

// operation is that of the call. A request of azcore's own is described by what
// it asks for.
func (p *errorPolicy) operation(req *policy.Request) operation {
	if p.poll != nil {
		return *p.poll
	}
	var op operation
	if !req.OperationValue(&op) {
		raw := req.Raw()
		op.text = p.client.describe(Call{Action: raw.Method + " " + raw.URL.EscapedPath()})
		op.accept = []int{http.StatusOK, http.StatusCreated, http.StatusAccepted, http.StatusNoContent}
	}
	return op
}
