package credential

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"time"
)

// appService2017 asks App Service in the protocol of 2017-09-01, which Azure
// Machine Learning speaks as well.
type appService2017 struct {
	endpoint *url.URL
	secret   string // the variable that holds it
	id       ManagedIDKind
}

func newAppService2017(o *ManagedIdentityCredentialOptions) (*appService2017, error) {
	address := firstOf(o.Endpoint, env("MSI_ENDPOINT"))
	if address == "" || !isSet("MSI_SECRET") {
		return nil, errors.New("MSI_SECRET and Endpoint or MSI_ENDPOINT must be set")
	}
	endpoint, err := parseEndpoint(address, appServicePath)
	if err != nil {
		return nil, err
	}
	s := &appService2017{endpoint: endpoint, secret: "MSI_SECRET", id: o.ID}
	return s, checkID(o.ID, SourceAppService2017, appService2017Parameters())
}

func appService2017Parameters() idParameters { return idParameters{client: "clientid"} }

func (s *appService2017) try(ctx context.Context, send sender, a ask) (answer, error) {
	query := identityQuery(a.resource, s.id, appService2017Parameters())
	query.Set("api-version", "2017-09-01")
	secret := env(s.secret) // the platform changes it while the program runs
	got, err := get(ctx, send, s.endpoint, query, "Secret", secret)
	got.secret = secret
	return got, err
}

func (s *appService2017) rules() retryRules { return appServiceRules() }

func appServiceRules() retryRules {
	return retryRules{
		retry: func(status int) bool { return status == http.StatusRequestTimeout || isTransient(status) },
		base:  800 * time.Millisecond, ceiling: 15 * time.Second, limit: 4,
	}
}
