package azrest

import (
	"net/http"
	"strings"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore/policy"
)

// minSecret is the length from which a text is looked for as a secret. Shorter
// ones are part of any sentence.
const minSecret = 4

// unechoed is what an answer says without what it was asked with.
func unechoed(resp *http.Response, text string) string {
	if resp.Request == nil {
		return text
	}
	call := callOf(resp.Request.Context())
	if call == nil {
		return text
	}
	for _, secret := range append([]string{call.Secret, strings.TrimPrefix(call.bearer, "Bearer ")}, call.signature...) {
		if len(secret) >= minSecret {
			text = strings.ReplaceAll(text, secret, Redacted)
		}
	}
	return text
}

// Signed notes what a policy of another package signs a try with, in all ways to
// write it. A request that is no call's is left alone.
func Signed(req *policy.Request, signature ...string) {
	if call := callOf(req.Raw().Context()); call != nil {
		call.signature = signature
	}
}
