package credential

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"strings"
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
		err = checkLoopback(endpoint)
	}
	if err != nil {
		return nil, err
	}
	return &cloudShell{endpoint: endpoint}, checkID(o.ID, SourceCloudShell, idParameters{})
}

func (s *cloudShell) try(ctx context.Context, send sender, a ask) (answer, error) {
	form := url.Values{"resource": {a.resource}}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, s.endpoint.String(), strings.NewReader(form.Encode()))
	if err != nil {
		return answer{}, err
	}
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	req.Header.Set("Metadata", "true")
	return send(req)
}

func (s *cloudShell) rules() retryRules {
	return retryRules{retry: isTransient, base: time.Second, ceiling: 15 * time.Second}
}
