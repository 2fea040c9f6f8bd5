package arm_test

import (
	"context"
	"io"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/policy"
	"github.com/stretchr/testify/require"

	"github.com/keyless-go/azure/arm"
)

const (
	subscription = "98f51385-2edc-4b79-bed9-7718de4cb861"
	endpoint     = "https://management.azure.com"
	token        = "eyJ0eXAiOiJKV1QifQ.eyJhdWQiOiJ4In0.c2lnbmF0dXJl"
	devTest      = `{"id":"/subscriptions/98f51385-2edc-4b79-bed9-7718de4cb861/resourceGroups/DevTest","name":"DevTest",` +
		`"type":"Microsoft.Resources/resourceGroups","location":"westus","managedBy":"/subscriptions/x","tags":{"env":"dev"},` +
		`"properties":{"provisioningState":"Succeeded"}}`
)

// service answers requests without a network.
type service func(*http.Request) (*http.Response, error)

func (s service) RoundTrip(req *http.Request) (*http.Response, error) {
	resp, err := s(req)
	if resp != nil {
		resp.Request = req
	}
	return resp, err
}

func answer(status int, body string, headers ...string) *http.Response {
	header := http.Header{}
	for i := 0; i < len(headers); i += 2 {
		header.Add(headers[i], headers[i+1])
	}
	return &http.Response{StatusCode: status, Header: header, Body: io.NopCloser(strings.NewReader(body)), ContentLength: int64(len(body))}
}

func always(status int, body string, headers ...string) service {
	return func(*http.Request) (*http.Response, error) { return answer(status, body, headers...), nil }
}

// script answers request after request, and the last one ever after. It keeps
// what arrived.
type script struct {
	mu      sync.Mutex
	answers []func() (*http.Response, error)
	seen    []seen
}

type seen struct{ line, authorization, body string }

func (s *script) then(status int, body string, headers ...string) *script {
	s.answers = append(s.answers, func() (*http.Response, error) { return answer(status, body, headers...), nil })
	return s
}

func (s *script) serve(req *http.Request) (*http.Response, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	one := seen{line: req.Method + " " + req.URL.String(), authorization: req.Header.Get("Authorization")}
	if req.Body != nil {
		body, err := io.ReadAll(req.Body)
		if err != nil {
			return nil, err
		}
		one.body = string(body)
	}
	s.seen = append(s.seen, one)
	return s.answers[min(len(s.seen), len(s.answers))-1]()
}

func (s *script) lines() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	var lines []string
	for _, one := range s.seen {
		lines = append(lines, one.line)
	}
	return lines
}

// fixed is a credential with one token. It keeps what it is asked for.
type fixed struct {
	mu    sync.Mutex
	asked []policy.TokenRequestOptions
}

func (f *fixed) GetToken(_ context.Context, options policy.TokenRequestOptions) (azcore.AccessToken, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.asked = append(f.asked, options)
	return azcore.AccessToken{Token: token, ExpiresOn: time.Now().Add(time.Hour)}, nil
}

type change func(*arm.ClientOptions)

func apiVersion(version string) change {
	return func(o *arm.ClientOptions) { o.APIVersion = version }
}

func noRetries(o *arm.ClientOptions) { o.Retry.MaxRetries = -1 }

func newClient(tb testing.TB, s service, changes ...change) (*arm.ResourceGroupClient, *fixed) {
	tb.Helper()
	options := &arm.ClientOptions{HTTPClient: &http.Client{Transport: s}}
	for _, c := range changes {
		c(options)
	}
	cred := &fixed{}
	client, err := arm.NewResourceGroupClient(subscription, cred, options)
	require.NoError(tb, err)
	return client, cred
}
