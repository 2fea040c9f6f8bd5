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
	endpoint *url.URL
	named    bool // endpoint comes from the options
	id       ManagedIDKind
	started  time.Time
	older    atomic.Pointer[appService2017] // in use since 2019-08-01 was refused
}

const appServicePath = "/msi/token"

func newAppService(o *ManagedIdentityCredentialOptions) (*appService, error) {
	address := firstOf(o.Endpoint, env("IDENTITY_ENDPOINT"))
	if address == "" || !isSet("IDENTITY_HEADER") {
		return nil, errors.New("IDENTITY_HEADER and Endpoint or IDENTITY_ENDPOINT must be set")
	}
	endpoint, err := parseEndpoint(address, appServicePath)
	if err != nil {
		return nil, err
	}
	s := &appService{endpoint: endpoint, named: o.Endpoint != "", id: o.ID, started: time.Now()}
	return s, checkID(o.ID, SourceAppService, appServiceParameters())
}

// appServiceParameters: msi_res_id, which virtual machines take, is ignored
// here, and the answer would be the system-assigned identity's token.
func appServiceParameters() idParameters {
	return idParameters{client: "client_id", object: "principal_id", resource: "mi_res_id"}
}

func (s *appService) try(ctx context.Context, send sender, a ask) (answer, error) {
	if older := s.older.Load(); older != nil {
		return older.try(ctx, send, a)
	}
	header := env("IDENTITY_HEADER") // the platform changes it while the program runs
	got, err := s.ask(ctx, send, a, header)
	if now := env("IDENTITY_HEADER"); a.waited && refusedHeader(got) && now != header {
		got, err = s.ask(ctx, send, a, now)
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
	query := identityQuery(a.resource, s.id, appServiceParameters())
	query.Set("api-version", "2019-08-01")
	got, err := get(ctx, send, s.endpoint, query, "X-IDENTITY-HEADER", header)
	got.secret = header
	_, got.mustEcho = s.id.(ClientID) // answers name no other ID
	return got, err
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
	if s.id != nil && appService2017Parameters().parameter(s.id) == "" {
		return refused, nil
	}
	older := s.inOlderProtocol()
	got, err := older.try(ctx, send, a)
	if err == nil && got.status == http.StatusOK {
		got.fellBack = s.older.CompareAndSwap(nil, older)
	}
	return got, err
}

// inOlderProtocol is the same identity by the older protocol's own variables,
// or by the endpoint and header there are.
func (s *appService) inOlderProtocol() *appService2017 {
	if !s.named && isSet("MSI_ENDPOINT", "MSI_SECRET") {
		if endpoint, err := parseEndpoint(env("MSI_ENDPOINT"), appServicePath); err == nil {
			return &appService2017{endpoint: endpoint, secret: "MSI_SECRET", id: s.id}
		}
	}
	return &appService2017{endpoint: s.endpoint, secret: "IDENTITY_HEADER", id: s.id}
}

// rules: the identity's sidecar may start after the program, and answers 404 so long.
func (s *appService) rules() retryRules {
	rules := appServiceRules()
	usual := rules.retry
	rules.retry = func(status int) bool {
		return usual(status) || status == http.StatusNotFound && time.Since(s.started) < 30*time.Second
	}
	return rules
}
