package credential

import "fmt"

// newAzureML asks Azure Machine Learning, in the protocol of App Service of 2017
// with a client ID that is always there.
//
// It fails closed: without an identity the platform sets the variable to a word,
// and to a client ID that is none the endpoint answers with the token of a person.
func newAzureML(o *ManagedIdentityCredentialOptions) (*appService2017, error) {
	if err := checkID(o.ID, SourceAzureML, appService2017Parameters()); err != nil {
		return nil, err
	}
	named := *o
	if named.ID == nil {
		named.ID = ClientID(env(azureMLClientID))
	}
	if !isGUID(named.ID.String()) {
		return nil, fmt.Errorf("%w: %s is not a client ID, so the compute has no identity; assign one, or name one in ID", ErrIdentityNotFound, azureMLClientID)
	}
	return newAppService2017(&named)
}
