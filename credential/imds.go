package credential

import (
	"context"
	"net/http"
	"net/url"
	"time"
)

const (
	imdsEndpoint   = "http://169.254.169.254"
	imdsPath       = "/metadata/identity/oauth2/token"
	imdsAPIVersion = "2018-02-01"
)

// imds asks the instance metadata service of a virtual machine.
// https://learn.microsoft.com/entra/identity/managed-identities-azure-resources/how-to-use-vm-token
type imds struct {
	endpoint *url.URL
	id       ManagedIDKind
}

func newIMDS(o *ManagedIdentityCredentialOptions) (*imds, error) {
	endpoint, err := imdsAddress(o)
	if err != nil {
		return nil, err
	}
	return &imds{endpoint: endpoint, id: o.ID}, checkID(o.ID, SourceIMDS, vmParameters())
}

func imdsAddress(o *ManagedIdentityCredentialOptions) (*url.URL, error) {
	if o.Endpoint != "" {
		return parseEndpoint(o.Endpoint, imdsPath)
	}
	return parseAuthority(firstOf(env(podIdentityHost), imdsEndpoint), imdsPath)
}

// vmParameters are those of a virtual machine. It would take mi_res_id as well,
// but container instances only take msi_res_id.
func vmParameters() idParameters {
	return idParameters{client: "client_id", object: "object_id", resource: "msi_res_id"}
}

func (s *imds) try(ctx context.Context, send sender, a ask) (answer, error) {
	query := identityQuery(a.resource, s.id, vmParameters())
	query.Set("api-version", imdsAPIVersion)
	return get(ctx, send, s.endpoint, query, "Metadata", "true")
}

// rules: the service documents 404, 410 and 429 as passing while it is being
// updated, and that an update is over 70 s after the first 410.
func (s *imds) rules() retryRules {
	return retryRules{
		retry: func(status int) bool {
			return status == http.StatusNotFound || status == http.StatusGone || isTransient(status)
		},
		base:    time.Second,
		ceiling: 15 * time.Second,
		gone:    75 * time.Second,
		server:  "IMDS",
	}
}
