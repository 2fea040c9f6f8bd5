package azrest

import (
	"net/http"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore/policy"
)

// errorPolicy is the outermost of a pipeline, so that pollers and pagers of
// azcore return this package's errors too.
type errorPolicy struct{ client *Client }

// Do runs once per call.
func (p *errorPolicy) Do(req *policy.Request) (*http.Response, error) {
	op := p.operation(req)
	resp, err := req.Next()
	if err != nil {
		return nil, fail(op.text, err)
	}
	if op.accepts(resp.StatusCode) {
		return withoutToken(resp), nil
	}
	var extra []error
	var renewal renewFailure
	if req.OperationValue(&renewal) && resp.StatusCode == http.StatusUnauthorized {
		extra = append(extra, renewal.err)
	}
	refusal := newServiceError(resp, extra...)
	_ = resp.Body.Close()
	// The copy is what policy.WithCaptureResponse shows.
	return safeResponse(resp, nil), fail(op.text, refusal)
}

// operation is that of the call. A request of azcore's own, such as a poller's,
// is described by what it asks for.
func (p *errorPolicy) operation(req *policy.Request) operation {
	var op operation
	if !req.OperationValue(&op) {
		raw := req.Raw()
		op.text = p.client.describe(Call{Action: raw.Method + " " + raw.URL.EscapedPath()})
		op.accept = []int{http.StatusOK, http.StatusCreated, http.StatusAccepted, http.StatusNoContent}
	}
	return op
}
