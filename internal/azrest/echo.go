package azrest

import (
	"net/http"
	"strings"
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
	if len(call.Secret) >= minSecret {
		text = strings.ReplaceAll(text, call.Secret, Redacted)
	}
	if token := strings.TrimPrefix(call.bearer, "Bearer "); len(token) >= minToken {
		text = strings.ReplaceAll(text, token, Redacted)
	}
	return text
}
