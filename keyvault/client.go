package keyvault

import (
	"context"
	"fmt"
	"net/http"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore"

	"github.com/keyless-go/azure/internal/azrest"
)

// defaultAPIVersion is served by every vault and emulator.
const defaultAPIVersion = "7.4"

// ClientOptions tune a [SecretClient]. The zero value and nil are ready to use.
type ClientOptions struct {
	// HTTPClient sends the requests. It is copied, and the copy follows no
	// redirects. Nil: a client of its own, which obeys the proxy variables of
	// the environment. It and Transport must not both be set.
	HTTPClient *http.Client
	// ClientOptions are azcore's: Retry, Logging, TracingProvider, Transport,
	// APIVersion. The default API version is 7.4; every one from 2016-10-01 to
	// 2026-04-01 may be chosen. A Transport that is no *http.Client must not
	// follow redirects. Bodies, tokens and signatures are never logged, whatever
	// Logging allows. InsecureAllowCredentialWithHTTP permits a vault URL with
	// http. Cloud has no meaning here: the vault's name says which cloud.
	azcore.ClientOptions
	// ChallengeHosts are further hosts that a vault outside of Azure's own
	// domains may name as the resource of its tokens. A parent domain of the
	// vault's host needs no mention.
	ChallengeHosts []string
}

// SecretClient works with the secrets of one vault. Make it with
// [NewSecretClient]. It is immutable and safe for concurrent use.
type SecretClient struct {
	rest *azrest.Client
}

// NewSecretClient makes a client for the vault at vaultURL, for example
// https://contoso.vault.azure.net, with nothing after the host. It does no I/O.
//
// Tokens are asked for the vault's cloud, as its domain tells. A vault in any
// other domain is asked once, without a token, for whom it wants them.
func NewSecretClient(vaultURL string, cred azcore.TokenCredential, options *ClientOptions) (*SecretClient, error) {
	if options == nil {
		options = &ClientOptions{}
	}
	endpoint, err := azrest.ParseEndpoint(vaultURL, options.InsecureAllowCredentialWithHTTP)
	if err != nil {
		return nil, fmt.Errorf("keyvault: the vault URL cannot be used: %w", err)
	}
	trust, err := newTrust(endpoint, options.ChallengeHosts)
	if err != nil {
		return nil, fmt.Errorf("keyvault: %w", err)
	}
	rest, err := azrest.New(azrest.Config{
		Module:     "keyvault",
		Namespace:  "Microsoft.KeyVault",
		Endpoint:   endpoint,
		APIVersion: defaultAPIVersion,
		HTTPClient: options.HTTPClient,
		Options:    options.ClientOptions,
		Bearer: &azrest.Bearer{
			Credential: cred,
			Scope:      knownScope(endpoint.Hostname()),
			Challenge:  trust.audience,
			ProbePath:  []string{"secrets"},
		},
	})
	if err != nil {
		return nil, fmt.Errorf("keyvault: %w", err)
	}
	return &SecretClient{rest: rest}, nil
}

// call sends a call, unless what it is made from is invalid.
func call[T any](ctx context.Context, c *SecretClient, request azrest.Call, invalid ...error) (T, error) {
	if err := first(invalid); err != nil {
		var none T
		return none, c.rest.Fail(request, err)
	}
	return azrest.Do[T](ctx, c.rest, request)
}

func first(errs []error) error {
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	return nil
}
