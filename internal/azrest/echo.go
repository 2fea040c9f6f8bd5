package azrest

import (
	"net/http"
	"strings"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore/policy"
)

// The lengths from which a text is looked for as what it is. Shorter ones are
// words of any sentence, and no token is that short.
const (
	minSecret = 4
	minToken  = 8
)

// unechoed is what an answer says without what it was asked with.
func unechoed(resp *http.Response, text string) string {
	if resp.Request == nil {
		return text
	}
	call := callOf(resp.Request.Context())
	if call == nil {
		return text
	}
	text = without(text, minToken, strings.TrimPrefix(call.bearer, "Bearer "))
	return without(without(text, minSecret, call.Secret), minSecret, call.signature...)
}

func without(text string, shortest int, secrets ...string) string {
	for _, secret := range secrets {
		if len(secret) >= shortest {
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
