package datalake

import (
	"net/http"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore/policy"

	"github.com/keyless-go/azure/internal/azrest"
)

// stranger is a client for other origins: nothing of the caller's goes there,
// and where to go is asked again rather than tried again.
func stranger(config azrest.Config) azrest.Config {
	config.Options.PerCallPolicies, config.Options.PerRetryPolicies = nil, nil
	config.Options.APIVersion = ""
	config.Options.Retry.MaxRetries = -1
	config.HTTPClient = withoutCookies(config.HTTPClient)
	if client, ok := config.Options.Transport.(*http.Client); ok {
		config.Options.Transport = withoutCookies(client)
	}
	return config
}

// withoutCookies: a jar looks at the name of a host only, not at the port.
func withoutCookies(client *http.Client) *http.Client {
	if client == nil {
		return nil
	}
	own := *client
	own.Jar = nil
	return &own
}

// emptyDelete says that a DELETE has no body, as Gen1 wants to be told. net/http
// does so for PUT and POST only.
type emptyDelete struct{}

// Do runs in every try.
func (emptyDelete) Do(req *policy.Request) (*http.Response, error) {
	if raw := req.Raw(); raw.Method == http.MethodDelete && raw.Body == nil {
		raw.TransferEncoding = []string{"identity"}
	}
	return req.Next()
}
