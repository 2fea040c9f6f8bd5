package azrest

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"strings"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore/policy"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/runtime"
)

// Poller follows an operation that goes on after the answer to call. Its
// requests go to the client's own endpoint only, and its errors are those of
// the call.
func (c *Client) Poller(call Call, resp *http.Response) (*runtime.Poller[struct{}], error) {
	call.Accept = []int{http.StatusOK, http.StatusCreated, http.StatusAccepted, http.StatusNoContent}
	pipeline := c.with(&errorPolicy{client: c, poll: &call}, pollPolicy{c.endpoint})
	poller, err := runtime.NewPoller(resp, pipeline, &runtime.NewPollerOptions[struct{}]{Tracer: c.tracer})
	if err != nil { // it may quote the answer
		return nil, c.Fail(call, fmt.Errorf("%w: %d without a usable link to the operation's status", ErrUnexpectedResponse, resp.StatusCode))
	}
	return poller, nil
}

// pollPolicy keeps a poller from following a link to elsewhere.
type pollPolicy struct{ endpoint *url.URL }

// Do runs once per poll.
func (p pollPolicy) Do(req *policy.Request) (*http.Response, error) {
	if _, err := CheckLink("operation status", p.endpoint, req.Raw().URL.String()); err != nil {
		return nil, err
	}
	return req.Next()
}

// failedOperation is the error in an answer that says that the operation has
// failed, nil if it has not. Such an answer has a status of success. azcore's
// own error for it would quote the body.
// https://learn.microsoft.com/azure/azure-resource-manager/management/async-operations
func failedOperation(resp *http.Response) error {
	var answer struct {
		Status     string
		Properties struct{ ProvisioningState string }
	}
	body, _ := runtime.Payload(resp)
	_ = json.Unmarshal(body, &answer) // what cannot be read says nothing
	for _, state := range []string{answer.Status, answer.Properties.ProvisioningState} {
		switch strings.ToLower(state) {
		case "failed":
			return newOperationError(resp, body, "the operation has failed")
		case "canceled", "cancelled": // Resource Manager writes the first, azcore knows both
			return newOperationError(resp, body, "the operation was canceled")
		}
	}
	return nil
}

func newOperationError(resp *http.Response, body []byte, text string) *ServiceError {
	said := parseServiceMessage(resp, body)
	e := &ServiceError{text: text, codes: said.codes, causes: []error{newResponseError(resp, said)}}
	if len(said.codes) > 0 {
		e.text += ": " + said.title(resp.StatusCode)
	}
	if said.message != "" {
		e.text += ": " + said.message
	}
	if id := requestID(resp.Header); id != "" {
		e.text += fmt.Sprintf(" (request id %s)", id)
	}
	return e
}
