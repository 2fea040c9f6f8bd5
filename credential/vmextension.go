package credential

import (
	"context"
	"net/url"
	"time"
)

const (
	vmExtensionEndpoint = "http://localhost:50342"
	vmExtensionPath     = "/oauth2/token"
)

// vmExtension asks the extension that virtual machines had before IMDS.
// https://learn.microsoft.com/entra/identity/managed-identities-azure-resources/howto-migrate-vm-extension
type vmExtension struct {
	endpoint *url.URL
	id       ManagedIDKind
}

func newVMExtension(o *ManagedIdentityCredentialOptions) (*vmExtension, error) {
	endpoint, err := parseEndpoint(firstOf(o.Endpoint, env("MSI_ENDPOINT"), vmExtensionEndpoint), vmExtensionPath)
	if err == nil {
		err = checkClear(endpoint)
	}
	if err != nil {
		return nil, err
	}
	return &vmExtension{endpoint: endpoint, id: o.ID}, checkID(o.ID, SourceVMExtension, vmParameters())
}

func (s *vmExtension) try(ctx context.Context, send sender, a ask) (answer, error) {
	return get(ctx, send, s.endpoint, identityQuery(a.resource, s.id, vmParameters()), "Metadata", "true")
}

func (s *vmExtension) rules() retryRules {
	return retryRules{retry: isTransient, base: time.Second, ceiling: 15 * time.Second}
}
