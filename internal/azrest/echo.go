package azrest

import (
	"net/http"
	"strings"
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
	for _, secret := range []string{call.Secret, strings.TrimPrefix(call.bearer, "Bearer ")} {
		if len(secret) >= minSecret {
			text = strings.ReplaceAll(text, secret, Redacted)
		}
	}
	return text
}
