package azrest

import (
	"io"
	"net/http"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore/policy"
)

// Replay prepares the request's body for one more try within a policy.
func Replay(req *policy.Request) error {
	if content, ok := req.Body().(*Content); ok {
		return content.attach(req.Raw())
	}
	if err := req.RewindBody(); err != nil {
		return err
	}
	if body := req.Body(); body != nil {
		req.Raw().Body = io.NopCloser(body)
	}
	return nil
}

// replayPolicy runs in every try, before all others. azcore's retry has wound
// back every other kind of body.
type replayPolicy struct{}

// Do gives the try a body of its own.
func (replayPolicy) Do(req *policy.Request) (*http.Response, error) {
	if content, ok := req.Body().(*Content); ok {
		if err := content.attach(req.Raw()); err != nil {
			return nil, err
		}
	}
	return req.Next()
}
