package credential

import (
	"context"
	"errors"
	"net/url"
	"time"
)

// cloudShell asks Cloud Shell for a token of the person signed in. The old
// extension of virtual machines understands the same request, so this serves
// for both where MSI_ENDPOINT is all there is to go by.
type cloudShell struct {
	endpoint *url.URL
}

func newCloudShell(o *ManagedIdentityCredentialOptions) (*cloudShell, error) {
	address := firstOf(o.Endpoint, env("MSI_ENDPOINT"))
	if address == "" {
		return nil, errors.New("set Endpoint or MSI_ENDPOINT")
	}
	endpoint, err := parseEndpoint(address, vmExtensionPath)
	if err == nil {
		err = checkClear(endpoint)
	}
	if err != nil {
		return nil, err
	}
	return &cloudShell{endpoint: endpoint}, checkID(o.ID, SourceCloudShell, idParameters{})
}

func (s *cloudShell) try(ctx context.Context, send sender, a ask) (answer, error) {
	return post(ctx, send, s.endpoint, url.Values{"resource": {a.resource}}, "Metadata", "true")
}

func (s *cloudShell) rules() retryRules {
	return retryRules{retry: isTransient, base: time.Second, ceiling: 15 * time.Second}
}
