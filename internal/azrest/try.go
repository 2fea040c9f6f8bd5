package azrest

import (
	"net/http"
	"strings"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore/policy"
)

// tryPolicy runs in every try, before all others of it.
type tryPolicy struct {
	client    *Client
	authorize policy.Policy // nil: the request goes out as it is
}

// Do gives the try a body of its own, since azcore's retry winds back any other
// kind only, and the API version. It calls the next policy itself: a step of
// azcore's costs an allocation.
func (p *tryPolicy) Do(req *policy.Request) (*http.Response, error) {
	raw := req.Raw()
	if content, ok := req.Body().(*Content); ok {
		content.attach(raw)
	}
	if call := callOf(raw.Context()); call != nil && call.unversioned {
		raw.URL.RawQuery = strings.TrimPrefix(p.client.versionQuery, "?")
	}
	resp, err := p.next(req)
	return p.client.judged(callOf(raw.Context()), resp, err)
}

func (p *tryPolicy) next(req *policy.Request) (*http.Response, error) {
	if p.authorize == nil {
		return req.Next()
	}
	return p.authorize.Do(req)
}
