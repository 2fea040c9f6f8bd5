package credential

import (
	"errors"
	"net"
	"net/http"
	"time"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/policy"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/runtime"

	"github.com/keyless-go/azure/internal/azrest"
)

// The rules for talking to the endpoint of a managed identity: no proxy, no
// redirects, no cookies, and no answer over a size no token has. An answer that
// comes another way is not the machine's, and would be believed all the same.

const maxBody = 1 << 20

// transportFor: Entra is on the internet, where a proxy may be the only way.
func transportFor(o *ManagedIdentityCredentialOptions, source Source) (policy.Transporter, error) {
	if source == SourceWorkloadIdentity {
		return azrest.Transport(o.HTTPClient, o.Transport)
	}
	return localTransport(o)
}

// localTransport applies the rules to the user's client, or makes one. Of any
// other Transporter nothing can be known.
func localTransport(o *ManagedIdentityCredentialOptions) (policy.Transporter, error) {
	if _, isClient := o.Transport.(*http.Client); o.Transport != nil && !isClient && o.HTTPClient == nil {
		return o.Transport, nil
	}
	client, err := clientOf(o)
	if err != nil {
		return nil, err
	}
	local := *client
	local.Jar = nil
	local.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	local.Transport = withoutProxy(client.Transport)
	return &local, nil
}

// clientOf finds the user's client in either of its places, or makes one.
func clientOf(o *ManagedIdentityCredentialOptions) (*http.Client, error) {
	if o.HTTPClient != nil && o.Transport != nil {
		return nil, errors.New("HTTPClient and Transport are both set in the options: set one")
	}
	if client, ok := o.Transport.(*http.Client); ok && client != nil {
		return client, nil
	}
	if o.HTTPClient != nil {
		return o.HTTPClient, nil
	}
	return &http.Client{}, nil
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

// newSender makes the sender of a credential: an azcore pipeline, for its
// telemetry, logging, tracing and the user's policies, without its retries.
func newSender(o *ManagedIdentityCredentialOptions, source Source) (sender, error) {
	transport, err := transportFor(o, source)
	if err != nil {
		return nil, err
	}
	options := o.ClientOptions
	options.APIVersion = ""
	options.Transport = transport
	options.Retry = policy.RetryOptions{MaxRetries: -1}
	options.Logging = azrest.SafeLogging(options.Logging)
	options.PerRetryPolicies = append(options.PerRetryPolicies[:len(options.PerRetryPolicies):len(options.PerRetryPolicies)], notForwarded{})
	client, err := azcore.NewClient("keyless-credential", azrest.Version, runtime.PipelineOptions{}, &options)
	if err != nil {
		return nil, err
	}
	return func(req *http.Request) (answer, error) { return send(client.Pipeline(), req) }, nil
}

// notForwarded takes off a header that tracing middleware adds, and for which
// the metadata service refuses a request.
type notForwarded struct{}

func (notForwarded) Do(req *policy.Request) (*http.Response, error) {
	req.Raw().Header.Del("X-Forwarded-For")
	return req.Next()
}

func send(pipeline runtime.Pipeline, raw *http.Request) (answer, error) {
	req, err := runtime.NewRequestFromRequest(raw)
	if err != nil {
		return answer{}, err
	}
	runtime.SkipBodyDownload(req)
	sent := time.Now().Round(0)
	resp, err := pipeline.Do(req)
	if err != nil {
		return answer{}, err
	}
	defer func() { _ = resp.Body.Close() }()
	body, err := azrest.ReadAll(resp.Body, maxBody)
	if err != nil {
		return answer{}, err
	}
	return answer{status: resp.StatusCode, header: resp.Header, body: body, sent: sent}, nil
}
