package credential

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"time"
)

// azureML asks Azure Machine Learning, in the protocol of App Service of 2017
// with a client ID that is always there.
type azureML struct {
	endpoint *url.URL
	clientID string
}

func newAzureML(o *ManagedIdentityCredentialOptions) (*azureML, error) {
	address := firstOf(o.Endpoint, env("MSI_ENDPOINT"))
	if address == "" || env("MSI_SECRET") == "" {
		return nil, errors.New("MSI_SECRET and Endpoint or MSI_ENDPOINT must be set")
	}
	endpoint, err := parseEndpoint(address, appServicePath)
	if err != nil {
		return nil, err
	}
	if err := checkID(o.ID, SourceAzureML, appService2017Parameters()); err != nil {
		return nil, err
	}
	s := &azureML{endpoint: endpoint, clientID: env("DEFAULT_IDENTITY_CLIENT_ID")}
	if o.ID != nil {
		s.clientID = o.ID.String()
	}
	return s, s.checkClientID()
}

// checkClientID fails closed: without an identity the platform sets the
// variable to a word, and to a client ID that is none the endpoint answers with
// the token of a person.
func (s *azureML) checkClientID() error {
	if !isGUID(s.clientID) {
		return fmt.Errorf("%w: DEFAULT_IDENTITY_CLIENT_ID is not a client ID, so the compute has no identity; assign one, or name one in ID", ErrIdentityNotFound)
	}
	return nil
}

func (s *azureML) try(ctx context.Context, send sender, a ask) (answer, error) {
	query := url.Values{"api-version": {"2017-09-01"}, "resource": {a.resource}, "clientid": {s.clientID}}
	return get(ctx, send, s.endpoint, query, "Secret", env("MSI_SECRET"))
}

func (s *azureML) rules() retryRules {
	return retryRules{retry: isTransient, base: 800 * time.Millisecond, ceiling: 15 * time.Second, limit: 4}
}
