package credential

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"strings"
	"sync/atomic"
	"time"
)

// appService asks App Service, Functions or Container Apps.
// https://learn.microsoft.com/azure/app-service/overview-managed-identity#rest-endpoint-reference
type appService struct {
	endpoint string // from the options; empty: IDENTITY_ENDPOINT
	id       ManagedIDKind
	started  time.Time
	older    atomic.Pointer[appService2017] // in use since 2019-08-01 was refused
}

const appServicePath = "/msi/token"

func newAppService(o *ManagedIdentityCredentialOptions) (*appService, error) {
	s := &appService{endpoint: o.Endpoint, id: o.ID, started: time.Now()}
	if _, err := s.address(); err != nil {
		return nil, err
	}
	if env("IDENTITY_HEADER") == "" {
		return nil, errors.New("IDENTITY_HEADER is not set")
	}
	return s, checkID(o.ID, SourceAppService, appServiceParameters())
}

// appServiceParameters: msi_res_id, which virtual machines take, is ignored
// here, and the answer would be the system-assigned identity's token.
func appServiceParameters() idParameters {
	return idParameters{client: "client_id", object: "principal_id", resource: "mi_res_id"}
}

func (s *appService) address() (*url.URL, error) {
	address := firstOf(s.endpoint, env("IDENTITY_ENDPOINT"))
	if address == "" {
		return nil, errors.New("set Endpoint or IDENTITY_ENDPOINT")
	}
	return parseEndpoint(address, appServicePath)
}

func (s *appService) try(ctx context.Context, send sender, a ask) (answer, error) {
	if older := s.older.Load(); older != nil {
		return older.try(ctx, send, a)
	}
	header := env("IDENTITY_HEADER") // the platform changes it while the program runs
	got, err := s.ask(ctx, send, a, header)
	if refusedHeader(got) && env("IDENTITY_HEADER") != header {
		got, err = s.ask(ctx, send, a, env("IDENTITY_HEADER"))
	}
	if err != nil || !isUnsupportedVersion(got) {
		return got, err
	}
	return s.fallBack(ctx, send, a, got)
}

func refusedHeader(got answer) bool {
	return got.status == http.StatusUnauthorized || got.status == http.StatusForbidden
}

func (s *appService) ask(ctx context.Context, send sender, a ask, header string) (answer, error) {
	endpoint, err := s.address()
	if err != nil {
		return answer{}, err
	}
	query := identityQuery(a.resource, s.id, appServiceParameters())
	query.Set("api-version", "2019-08-01")
	return get(ctx, send, endpoint, query, "X-IDENTITY-HEADER", header)
}

// isUnsupportedVersion recognises the Linux Consumption plan of Functions,
// which announces this protocol and answers only to the older one.
func isUnsupportedVersion(got answer) bool {
	refused := got.status == http.StatusBadRequest || got.status == http.StatusNotFound
	return refused && strings.EqualFold(decodeProblem(got.body).code, "UnsupportedApiVersion")
}

// fallBack asks in the older protocol, and stays with it if that works. What
// the older protocol cannot say, such as an object ID, is not asked in it.
func (s *appService) fallBack(ctx context.Context, send sender, a ask, refused answer) (answer, error) {
	if appService2017Parameters().parameter(s.id) == "" && s.id != nil {
		return refused, nil
	}
	older := &appService2017{endpoint: s.endpoint, id: s.id, identityVariables: !isSet("MSI_ENDPOINT", "MSI_SECRET")}
	got, err := older.try(ctx, send, a)
	if err == nil && got.status == http.StatusOK {
		got.fellBack = s.older.CompareAndSwap(nil, older)
	}
	return got, err
}

// rules: the identity's sidecar may start after the program, and answers 404 so long.
func (s *appService) rules() retryRules {
	return retryRules{
		retry: func(status int) bool {
			starting := status == http.StatusNotFound && time.Since(s.started) < 30*time.Second
			return starting || status == http.StatusRequestTimeout || isTransient(status)
		},
		base: 800 * time.Millisecond, ceiling: 15 * time.Second, limit: 4,
	}
}
