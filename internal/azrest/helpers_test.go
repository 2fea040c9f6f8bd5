package azrest_test

import (
	"context"
	"io"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/policy"
	"github.com/stretchr/testify/require"

	"github.com/keyless-go/azure/internal/azrest"
)

const (
	endpoint = "https://contoso.vault.azure.net"
	scope    = "https://vault.azure.net/.default"
	jwt      = "eyJhbGciOiJSUzI1NiIsInR5cCI6IkpXVCJ9.eyJhdWQiOiJ4In0.c2lnbmF0dXJl"
)

// service stands for the other side of the wire.
type service func(*http.Request) (*http.Response, error)

func (s service) RoundTrip(req *http.Request) (*http.Response, error) {
	resp, err := s(req)
	if resp != nil && resp.Request == nil {
		resp.Request = req
	}
	return resp, err
}

func (s service) client() *http.Client { return &http.Client{Transport: s} }

// answer makes a response; headers come in pairs.
func answer(status int, body string, headers ...string) *http.Response {
	header := http.Header{}
	for i := 0; i < len(headers); i += 2 {
		header.Add(headers[i], headers[i+1])
	}
	return &http.Response{
		StatusCode: status, Status: http.StatusText(status), Proto: "HTTP/1.1",
		Header: header, Body: io.NopCloser(strings.NewReader(body)), ContentLength: int64(len(body)),
	}
}

// always answers every request in the same way.
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

type seen struct{ method, url, authorization, body string }

func (s *script) then(status int, body string, headers ...string) *script {
	s.answers = append(s.answers, func() (*http.Response, error) { return answer(status, body, headers...), nil })
	return s
}

func (s *script) serve(req *http.Request) (*http.Response, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	one := seen{method: req.Method, url: req.URL.String(), authorization: req.Header.Get("Authorization")}
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

// tokens is a credential that answers with one token after the other, and the
// last one ever after.
type tokens struct {
	mu     sync.Mutex
	list   []string
	asked  []policy.TokenRequestOptions
	expiry time.Time
	err    error
}

func (c *tokens) GetToken(_ context.Context, options policy.TokenRequestOptions) (azcore.AccessToken, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.asked = append(c.asked, options)
	if c.err != nil {
		return azcore.AccessToken{}, c.err
	}
	expiry := c.expiry
	if expiry.IsZero() {
		expiry = time.Now().Add(time.Hour)
	}
	return azcore.AccessToken{Token: c.list[min(len(c.asked), len(c.list))-1], ExpiresOn: expiry}, nil
}

type option func(*azrest.Config)

func withBearer(cred azcore.TokenCredential) option {
	return func(c *azrest.Config) { c.Bearer = &azrest.Bearer{Credential: cred, Scope: scope} }
}

func withAPIVersion(version string) option {
	return func(c *azrest.Config) { c.Options.APIVersion = version }
}

func withoutRetries(c *azrest.Config) { c.Options.Retry.MaxRetries = -1 }

func config(t *testing.T, s service, options ...option) azrest.Config {
	t.Helper()
	u, err := url.Parse(endpoint)
	require.NoError(t, err)
	c := azrest.Config{
		Module: "keyvault", Namespace: "Microsoft.KeyVault", Endpoint: u,
		APIVersion: "7.4", HTTPClient: s.client(),
	}
	for _, o := range options {
		o(&c)
	}
	return c
}

func newClient(t *testing.T, s service, options ...option) *azrest.Client {
	t.Helper()
	c, err := azrest.New(config(t, s, options...))
	require.NoError(t, err)
	return c
}

func getCall() azrest.Call {
	return azrest.Call{
		Span: "SecretClient.Get", Action: "get secret", Object: "db",
		Method: http.MethodGet, Path: []string{"secrets", "db"},
	}
}

type thing struct {
	Name string `json:"name"`
	N    int64  `json:"n"`
}

func get(ctx context.Context, c *azrest.Client) (thing, error) {
	return azrest.Do[thing](ctx, c, getCall())
}
