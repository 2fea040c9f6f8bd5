package arm

import (
	"context"
	"fmt"
	"net/http"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore"

	"github.com/keyless-go/azure/internal/azrest"
)

// defaultAPIVersion is served by every cloud, Azure Stack Hub included.
const defaultAPIVersion = "2021-04-01"

// ClientOptions tune a [ResourceGroupClient]. The zero value and nil are ready
// to use.
type ClientOptions struct {
	// HTTPClient sends the requests. It is copied, and the copy follows no
	// redirects. Nil: a client of its own, which obeys the proxy variables of
	// the environment. It and Transport must not both be set.
	HTTPClient *http.Client
	// ClientOptions are azcore's: Cloud, Retry, Logging, TracingProvider,
	// Transport, APIVersion. The zero Cloud is the public one; of another its
	// authority, or its service cloud.ResourceManager, is what counts. The
	// default API version is 2021-04-01; the tutorial's 2016-06-01 and every
	// later one may be chosen. A Transport that is no *http.Client must not
	// follow redirects. Bodies and tokens are never logged, whatever Logging
	// allows. InsecureAllowCredentialWithHTTP permits an endpoint with http.
	azcore.ClientOptions
}

// ResourceGroupClient works with the resource groups of one subscription. Make
// it with [NewResourceGroupClient]. It is immutable and safe for concurrent use.
type ResourceGroupClient struct {
	rest         *azrest.Client
	subscription string
}

// NewResourceGroupClient makes a client for the groups of a subscription. It
// does no I/O.
//
// Tokens are asked for https://management.azure.com/, with the slash, or what
// stands for it in the cloud of the options.
func NewResourceGroupClient(subscriptionID string, cred azcore.TokenCredential, options *ClientOptions) (*ResourceGroupClient, error) {
	if options == nil {
		options = &ClientOptions{}
	}
	if err := azrest.CheckSubscription(subscriptionID); err != nil {
		return nil, fmt.Errorf("arm: %w", err)
	}
	management, err := azrest.NewManagement(options.ClientOptions)
	if err != nil {
		return nil, fmt.Errorf("arm: %w", err)
	}
	rest, err := azrest.New(azrest.Config{
		Module:     "arm",
		Namespace:  "Microsoft.Resources",
		Endpoint:   management.Endpoint,
		APIVersion: defaultAPIVersion,
		HTTPClient: options.HTTPClient,
		Options:    options.ClientOptions,
		Bearer:     &azrest.Bearer{Credential: cred, Scope: management.Scope},
	})
	if err != nil {
		return nil, fmt.Errorf("arm: %w", err)
	}
	return &ResourceGroupClient{rest: rest, subscription: subscriptionID}, nil
}

// group is the path of a group. Its case is that of the documentation, on which
// the tutorials insist.
func (c *ResourceGroupClient) group(name string, below ...string) []string {
	return append([]string{"subscriptions", c.subscription, "resourceGroups", name}, below...)
}

// one is a call that answers one group.
func (c *ResourceGroupClient) one(ctx context.Context, request azrest.Call, invalid ...error) (ResourceGroup, error) {
	for _, err := range invalid {
		if err != nil {
			return ResourceGroup{}, c.rest.Fail(request, err)
		}
	}
	wire, err := azrest.Do[groupWire](ctx, c.rest, request)
	if err == nil && wire.ID == "" {
		err = c.rest.Fail(request, fmt.Errorf("%w: the answer has no id", ErrUnexpectedResponse))
	}
	if err != nil {
		return ResourceGroup{}, err
	}
	return wire.group(), nil
}
