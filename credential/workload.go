package credential

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"regexp"
	"time"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore/policy"

	"github.com/keyless-go/azure/internal/azrest"
)

// workload exchanges the token that Kubernetes gives a pod for one of Entra.
// https://learn.microsoft.com/entra/workload-id/workload-identity-federation
type workload struct {
	endpoint *url.URL
	clientID string
	file     string
}

func newWorkload(o *ManagedIdentityCredentialOptions) (*workload, error) {
	if err := checkID(o.ID, SourceWorkloadIdentity, idParameters{client: "client_id"}); err != nil {
		return nil, err
	}
	s := &workload{clientID: env("AZURE_CLIENT_ID"), file: env("AZURE_FEDERATED_TOKEN_FILE")}
	if o.ID != nil {
		s.clientID = o.ID.String()
	}
	if s.file == "" {
		return nil, errors.New("AZURE_FEDERATED_TOKEN_FILE is not set")
	}
	if !isGUID(s.clientID) {
		return nil, errors.New("AZURE_CLIENT_ID or ID must be a client ID, a GUID")
	}
	var err error
	s.endpoint, err = tokenEndpoint(o, env("AZURE_TENANT_ID"))
	return s, err
}

// tokenEndpoint is where the tenant's tokens come from, in the cloud named.
func tokenEndpoint(o *ManagedIdentityCredentialOptions, tenant string) (*url.URL, error) {
	if !regexp.MustCompile(`^[0-9A-Za-z][0-9A-Za-z.-]*$`).MatchString(tenant) {
		return nil, errors.New("AZURE_TENANT_ID must be a tenant's GUID or domain")
	}
	authority := firstOf(o.Endpoint, o.Cloud.ActiveDirectoryAuthorityHost, env("AZURE_AUTHORITY_HOST"), "https://login.microsoftonline.com/")
	endpoint, err := parseAuthority(authority, tenant+"/oauth2/v2.0/token")
	if err != nil {
		return nil, err
	}
	if endpoint.Scheme != "https" {
		return nil, errors.New("endpoint: the URL of an authority must start with https://")
	}
	return endpoint, nil
}

// transport uses the proxy there may be: Entra is on the internet.
func (s *workload) transport(o *ManagedIdentityCredentialOptions) (policy.Transporter, error) {
	return azrest.Transport(o.HTTPClient, o.Transport)
}

func (s *workload) try(ctx context.Context, send sender, a ask) (answer, error) {
	assertion, err := readAssertion(s.file)
	if err != nil {
		return answer{}, &Error{kind: ErrUnavailable, cause: err}
	}
	form := url.Values{
		"client_id":             {s.clientID},
		"grant_type":            {"client_credentials"},
		"scope":                 {a.resource + defaultSuffix},
		"client_assertion_type": {"urn:ietf:params:oauth:client-assertion-type:jwt-bearer"},
		"client_assertion":      {assertion},
	}
	if claims := requestedClaims(a); claims != "" {
		form.Set("claims", claims)
	}
	got, err := post(ctx, send, s.endpoint, form)
	got.secret = assertion
	return got, err
}

func (s *workload) rules() retryRules {
	return retryRules{
		retry: func(status int) bool { return status == http.StatusRequestTimeout || isTransient(status) },
		base:  time.Second, ceiling: 15 * time.Second,
	}
}
