package credential

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"maps"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/policy"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/runtime"

	"github.com/keyless-go/azure/internal/azrest"
)

const maxBody = 1 << 20

// errBrokeOff means that an answer began, and its rest did not come.
var errBrokeOff = errors.New("the answer broke off")

// newPipeline makes what requests go through: azcore's pipeline, for its
// telemetry, logging, tracing and the user's policies, without its retries.
func newPipeline(o *ManagedIdentityCredentialOptions, p provider) (*azcore.Client, error) {
	transport, err := transportOf(p, o)
	if err != nil {
		return nil, err
	}
	options := o.ClientOptions
	options.APIVersion = ""
	options.Transport = wire{transport}
	options.Retry = policy.RetryOptions{MaxRetries: -1}
	options.Logging = azrest.SafeLogging(options.Logging)
	options.PerRetryPolicies = append(slices.Clip(options.PerRetryPolicies), notForwarded{})
	return azcore.NewClient("keyless-credential", azrest.Version, runtime.PipelineOptions{}, &options)
}

// notForwarded takes off a header that tracing middleware adds, and for which
// the metadata service refuses a request.
type notForwarded struct{}

// Do takes it off, whatever its case.
func (notForwarded) Do(req *policy.Request) (*http.Response, error) {
	maps.DeleteFunc(req.Raw().Header, func(name string, _ []string) bool { return strings.EqualFold(name, "X-Forwarded-For") })
	return req.Next()
}

// wire is the innermost part of the pipeline, and reads answers: azcore would
// download the body of an error whatever its size.
type wire struct{ next policy.Transporter }

// Do sends the request.
func (w wire) Do(req *http.Request) (*http.Response, error) {
	resp, err := w.next.Do(req)
	if err != nil || resp == nil {
		return resp, err
	}
	if resp.Body == nil { // as no http.RoundTripper may answer, and some in tests do
		resp.Body = http.NoBody
	}
	body, err := readBody(resp)
	_ = resp.Body.Close()
	if err != nil {
		return nil, err
	}
	resp.Body = io.NopCloser(bytes.NewReader(body))
	return resp, nil
}

// readBody reads what may be a token whole or not at all. Of an error the
// status is what counts, and must not be lost with the body.
func readBody(resp *http.Response) ([]byte, error) {
	body, err := azrest.ReadAll(resp.Body, maxBody)
	switch {
	case err == nil || resp.StatusCode >= http.StatusBadRequest:
		return body, nil
	case errors.Is(err, azrest.ErrTooLarge):
		return nil, err
	default:
		return nil, fmt.Errorf("%w: %w", errBrokeOff, err)
	}
}

// send sends a request once and reads the answer.
func (f *fetcher) send(raw *http.Request) (answer, error) {
	req, err := runtime.NewRequestFromRequest(raw)
	if err != nil {
		return answer{}, err
	}
	sent := time.Now().Round(0)
	resp, err := f.client.Pipeline().Do(req) //nolint:bodyclose // wire has read and closed it
	if err != nil {
		return answer{}, err
	}
	body, err := runtime.Payload(resp)
	return answer{status: resp.StatusCode, header: resp.Header, body: body, sent: sent}, err
}
