package credential

import (
	"context"
	"errors"
	"net/url"
	"regexp"
	"time"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore/policy"
)

// serviceFabric asks a Service Fabric cluster, over TLS with a certificate that
// no authority vouches for: its thumbprint does.
// https://learn.microsoft.com/azure/service-fabric/how-to-managed-identity-service-fabric-app-code
type serviceFabric struct {
	endpoint   *url.URL
	header     string
	thumbprint []byte
	apiVersion string
}

func newServiceFabric(o *ManagedIdentityCredentialOptions) (*serviceFabric, error) {
	address := firstOf(o.Endpoint, env("IDENTITY_ENDPOINT"))
	if address == "" || !isSet("IDENTITY_HEADER") {
		return nil, errors.New("IDENTITY_HEADER and Endpoint or IDENTITY_ENDPOINT must be set")
	}
	endpoint, err := parseEndpoint(address, imdsPath)
	if err != nil {
		return nil, err
	}
	if endpoint.Scheme != "https" {
		return nil, errors.New("endpoint: the URL of a cluster must start with https://")
	}
	thumbprint, err := parseThumbprint(env("IDENTITY_SERVER_THUMBPRINT"))
	if err != nil {
		return nil, err
	}
	s := &serviceFabric{endpoint: endpoint, header: env("IDENTITY_HEADER"), thumbprint: thumbprint, apiVersion: fabricVersion()}
	return s, checkID(o.ID, SourceServiceFabric, idParameters{})
}

func fabricVersion() string {
	wanted := env("IDENTITY_API_VERSION")
	if regexp.MustCompile(`^\d{4}-\d\d-\d\d(-preview)?$`).MatchString(wanted) {
		return wanted
	}
	return "2019-07-01-preview"
}

// transport is the user's or the usual one, with the certificate pinned.
func (s *serviceFabric) transport(o *ManagedIdentityCredentialOptions) (policy.Transporter, error) {
	client, err := clientOf(o)
	if err != nil {
		return nil, err
	}
	if client == nil {
		return nil, errors.New("the certificate of Service Fabric must be checked: Transport must be an *http.Client")
	}
	pinned := *client
	if pinned.Transport, err = pin(withoutProxy(client.Transport), s.thumbprint); err != nil {
		return nil, err
	}
	return localTransport(&ManagedIdentityCredentialOptions{HTTPClient: &pinned})
}

func (s *serviceFabric) try(ctx context.Context, send sender, a ask) (answer, error) {
	query := url.Values{"api-version": {s.apiVersion}, "resource": {a.resource}}
	got, err := get(ctx, send, s.endpoint, query, "Secret", s.header, "Accept", "application/json")
	got.secret = s.header
	return got, err
}

// rules: a 404 is a definite no here, unlike from a virtual machine.
func (s *serviceFabric) rules() retryRules {
	return retryRules{retry: isTransient, base: time.Second, ceiling: 16 * time.Second, limit: 6}
}
