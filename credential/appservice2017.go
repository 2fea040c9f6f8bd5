package credential

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"time"
)

// appService2017 asks App Service in the protocol of 2017-09-01.
type appService2017 struct {
	endpoint          string // from the options; empty: MSI_ENDPOINT
	id                ManagedIDKind
	identityVariables bool // use IDENTITY_ENDPOINT and IDENTITY_HEADER instead
}

func newAppService2017(o *ManagedIdentityCredentialOptions) (*appService2017, error) {
	s := &appService2017{endpoint: o.Endpoint, id: o.ID}
	if _, err := s.address(); err != nil {
		return nil, err
	}
	if s.secret() == "" {
		return nil, errors.New("MSI_SECRET is not set")
	}
	return s, checkID(o.ID, SourceAppService2017, appService2017Parameters())
}

func appService2017Parameters() idParameters { return idParameters{client: "clientid"} }

func (s *appService2017) address() (*url.URL, error) {
	address := firstOf(s.endpoint, env("MSI_ENDPOINT"))
	if s.identityVariables {
		address = firstOf(s.endpoint, env("IDENTITY_ENDPOINT"))
	}
	if address == "" {
		return nil, errors.New("set Endpoint or MSI_ENDPOINT")
	}
	return parseEndpoint(address, appServicePath)
}

func (s *appService2017) secret() string {
	if s.identityVariables {
		return env("IDENTITY_HEADER")
	}
	return env("MSI_SECRET")
}

func (s *appService2017) try(ctx context.Context, send sender, a ask) (answer, error) {
	endpoint, err := s.address()
	if err != nil {
		return answer{}, err
	}
	query := identityQuery(a.resource, s.id, appService2017Parameters())
	query.Set("api-version", "2017-09-01")
	return get(ctx, send, endpoint, query, "Secret", s.secret())
}

func (s *appService2017) rules() retryRules {
	return retryRules{
		retry: func(status int) bool { return status == http.StatusRequestTimeout || isTransient(status) },
		base:  800 * time.Millisecond, ceiling: 15 * time.Second, limit: 4,
	}
}
