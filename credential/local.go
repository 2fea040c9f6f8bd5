package credential

import (
	"errors"
	"net"
	"net/http"
	"time"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore/policy"
)

// The rules for talking to the endpoint of a managed identity: no proxy, no
// redirects, no cookies, and no answer over a size no token has. An answer that
// comes another way is not the machine's, and would be believed all the same.

// transportOf is how to reach a source: by these rules, unless it has its own.
func transportOf(p provider, o *ManagedIdentityCredentialOptions) (policy.Transporter, error) {
	if own, ok := p.(interface {
		transport(*ManagedIdentityCredentialOptions) (policy.Transporter, error)
	}); ok {
		return own.transport(o)
	}
	return localTransport(o)
}

// localTransport applies the rules to the user's client, or makes one. Of any
// other Transporter nothing can be known.
func localTransport(o *ManagedIdentityCredentialOptions) (policy.Transporter, error) {
	client, err := clientOf(o)
	if client == nil || err != nil {
		return o.Transport, err
	}
	local := *client
	local.Jar = nil
	local.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	local.Transport = withoutProxy(client.Transport)
	return &local, nil
}

// clientOf finds the user's client in either of its places, or makes one. It is
// nil if the user has a Transporter of another kind.
func clientOf(o *ManagedIdentityCredentialOptions) (*http.Client, error) {
	inner, isClient := o.Transport.(*http.Client)
	switch {
	case o.HTTPClient != nil && o.Transport != nil:
		return nil, errors.New("HTTPClient and Transport are both set in the options: set one")
	case o.HTTPClient != nil:
		return o.HTTPClient, nil
	case inner != nil:
		return inner, nil
	case o.Transport != nil && !isClient:
		return nil, nil //nolint:nilnil // no client is no error here
	default:
		return &http.Client{}, nil
	}
}

// withoutProxy makes sure of a direct connection wherever that can be known.
func withoutProxy(base http.RoundTripper) http.RoundTripper {
	switch t := base.(type) {
	case nil:
		return &http.Transport{
			DialContext:         (&net.Dialer{Timeout: 3 * time.Second}).DialContext,
			MaxIdleConnsPerHost: 2,
			IdleConnTimeout:     30 * time.Second,
			DisableCompression:  true,
		}
	case *http.Transport:
		if t.Proxy == nil {
			return t // as it is: the user's idle connections stay the user's to close
		}
		direct := t.Clone()
		direct.Proxy = nil
		return direct
	default:
		return base
	}
}
