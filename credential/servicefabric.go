package credential

import (
	"context"
	"crypto/sha1" //nolint:gosec // the platform names its certificate by SHA-1
	"crypto/subtle"
	"crypto/tls"
	"encoding/hex"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"time"
)

// serviceFabric asks a Service Fabric cluster, over TLS with a certificate that
// no authority vouches for: its thumbprint does.
// https://learn.microsoft.com/azure/service-fabric/how-to-managed-identity-service-fabric-app-code
type serviceFabric struct {
	endpoint   *url.URL
	apiVersion string
}

func newServiceFabric(o *ManagedIdentityCredentialOptions) (*serviceFabric, error) {
	address := firstOf(o.Endpoint, env("IDENTITY_ENDPOINT"))
	if address == "" || env("IDENTITY_HEADER") == "" {
		return nil, errors.New("IDENTITY_HEADER and Endpoint or IDENTITY_ENDPOINT must be set")
	}
	endpoint, err := parseEndpoint(address, imdsPath)
	if err != nil {
		return nil, err
	}
	if endpoint.Scheme != "https" {
		return nil, errors.New("endpoint: Service Fabric's must be https")
	}
	if err := checkID(o.ID, SourceServiceFabric, idParameters{}); err != nil {
		return nil, err
	}
	s := &serviceFabric{endpoint: endpoint, apiVersion: fabricVersion(env("IDENTITY_API_VERSION"))}
	return s, s.pin(o)
}

func fabricVersion(wanted string) string {
	if regexp.MustCompile(`^\d{4}-\d\d-\d\d(-preview)?$`).MatchString(wanted) {
		return wanted
	}
	return "2019-07-01-preview"
}

// pin makes o's client accept the platform's certificate and no other.
func (s *serviceFabric) pin(o *ManagedIdentityCredentialOptions) error {
	thumbprint, err := parseThumbprint(env("IDENTITY_SERVER_THUMBPRINT"))
	if err != nil {
		return err
	}
	client, err := clientOf(o)
	if err != nil {
		return err
	}
	base, ok := withoutProxy(client.Transport).(*http.Transport)
	if !ok || base.DialTLSContext != nil || base.DialTLS != nil { //nolint:staticcheck // DialTLS is deprecated, and still obeyed
		return errors.New("Service Fabric's certificate must be checked: HTTPClient needs an *http.Transport without a DialTLS function of its own") //nolint:revive,staticcheck // a product's name
	}
	if c := base.TLSClientConfig; c != nil && (c.VerifyConnection != nil || c.VerifyPeerCertificate != nil) {
		return errors.New("Service Fabric's certificate must be checked: HTTPClient must not have a verification of its own") //nolint:revive,staticcheck // a product's name
	}
	pinned := *client
	pinned.Transport = pinnedTransport(base, thumbprint)
	o.HTTPClient, o.Transport = &pinned, nil
	return nil
}

// pinnedTransport checks the certificate in VerifyConnection, because
// VerifyPeerCertificate is not called when a session is resumed.
func pinnedTransport(base *http.Transport, thumbprint []byte) *http.Transport {
	t := base.Clone()
	t.TLSNextProto, t.ForceAttemptHTTP2 = map[string]func(string, *tls.Conn) http.RoundTripper{}, false
	if t.TLSClientConfig == nil {
		t.TLSClientConfig = &tls.Config{MinVersion: tls.VersionTLS12}
	}
	t.TLSClientConfig.InsecureSkipVerify = true // replaced by the check below
	t.TLSClientConfig.VerifyConnection = func(state tls.ConnectionState) error {
		if len(state.PeerCertificates) == 0 {
			return errors.New("the cluster's endpoint showed no certificate")
		}
		sum := sha1.Sum(state.PeerCertificates[0].Raw) //nolint:gosec // see above
		if subtle.ConstantTimeCompare(sum[:], thumbprint) != 1 {
			return errors.New("the endpoint's certificate is not the one of IDENTITY_SERVER_THUMBPRINT")
		}
		return nil
	}
	return t
}

func parseThumbprint(text string) ([]byte, error) {
	thumbprint, err := hex.DecodeString(strings.NewReplacer(":", "", " ", "").Replace(text))
	if err != nil || len(thumbprint) != sha1.Size {
		return nil, fmt.Errorf("IDENTITY_SERVER_THUMBPRINT must be the %d hexadecimal digits of a SHA-1", 2*sha1.Size)
	}
	return thumbprint, nil
}

func (s *serviceFabric) try(ctx context.Context, send sender, a ask) (answer, error) {
	query := url.Values{"api-version": {s.apiVersion}, "resource": {a.resource}}
	return get(ctx, send, s.endpoint, query, "Secret", env("IDENTITY_HEADER"))
}

// rules: a 404 is a definite no here, unlike from a virtual machine.
func (s *serviceFabric) rules() retryRules {
	return retryRules{retry: isTransient, base: time.Second, ceiling: 16 * time.Second}
}
