package azrest

import (
	"io"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore/policy"
)

// replayable is false once a part of a body that cannot be wound back is gone.
func replayable(req *policy.Request) bool {
	call := callOf(req.Raw().Context())
	return call == nil || !call.gone()
}

// Replay prepares the request's body for one more try within a policy.
func Replay(req *policy.Request) error {
	if content, ok := req.Body().(*Content); ok {
		content.attach(req.Raw())
		return nil
	}
	if err := req.RewindBody(); err != nil {
		return err
	}
	if body := req.Body(); body != nil {
		req.Raw().Body = io.NopCloser(body)
	}
	return nil
}
