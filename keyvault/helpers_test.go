package keyvault_test

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

	"github.com/keyless-go/azure/azuretest"
	"github.com/keyless-go/azure/keyvault"
)

// identity is a credential with the tokens of an emulated identity. It keeps
// what it is asked for.
type identity struct {
	of    *azuretest.Identity
	mu    sync.Mutex
	asked []policy.TokenRequestOptions
}

func (i *identity) GetToken(_ context.Context, options policy.TokenRequestOptions) (azcore.AccessToken, error) {
	i.mu.Lock()
	defer i.mu.Unlock()
	i.asked = append(i.asked, options)
	audience := strings.TrimSuffix(options.Scopes[0], "/.default")
	return azcore.AccessToken{Token: i.of.Token(audience, time.Hour), ExpiresOn: time.Now().Add(time.Hour)}, nil
}

// world is an emulator with a vault and a client for it.
type world struct {
	*azuretest.Server
	vault  *azuretest.Vault
	cred   *identity
	client *keyvault.SecretClient
}

type change func(*keyvault.ClientOptions)

func apiVersion(version string) change {
	return func(o *keyvault.ClientOptions) { o.APIVersion = version }
}

func noRetries(o *keyvault.ClientOptions) { o.Retry.MaxRetries = -1 }

func newWorld(t *testing.T, vault string, changes ...change) *world {
	t.Helper()
	server := azuretest.New(t)
	w := &world{Server: server, vault: server.Vault(vault), cred: &identity{of: server.SystemIdentity()}}
	options := &keyvault.ClientOptions{HTTPClient: server.Client()}
	for _, c := range changes {
		c(options)
	}
	client, err := keyvault.NewSecretClient(w.vault.URL(), w.cred, options)
	require.NoError(t, err)
	w.client = client
	return w
}

// lines are the request lines that reached the emulator.
func (w *world) lines() []string {
	var lines []string
	for _, r := range w.Requests() {
		lines = append(lines, r.Method+" "+strings.TrimPrefix(r.URL, w.vault.URL()))
	}
	return lines
}

// last is the request that came last.
func (w *world) last(t *testing.T) azuretest.Request {
	t.Helper()
	all := w.Requests()
	require.NotEmpty(t, all)
	return all[len(all)-1]
}

// service answers requests without an emulator.
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
	return &http.Response{StatusCode: status, Header: header, Body: io.NopCloser(strings.NewReader(body))}
}

// fixed is a credential with one token.
type fixed struct {
	mu    sync.Mutex
	asked []policy.TokenRequestOptions
}

const fixedToken = "eyJ0eXAiOiJKV1QifQ.eyJhdWQiOiJ4In0.c2ln"

func (f *fixed) GetToken(_ context.Context, options policy.TokenRequestOptions) (azcore.AccessToken, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.asked = append(f.asked, options)
	return azcore.AccessToken{Token: fixedToken, ExpiresOn: time.Now().Add(time.Hour)}, nil
}

func newClient(t *testing.T, vaultURL string, s service, changes ...change) (*keyvault.SecretClient, *fixed) {
	t.Helper()
	options := &keyvault.ClientOptions{HTTPClient: &http.Client{Transport: s}}
	for _, c := range changes {
		c(options)
	}
	cred := &fixed{}
	client, err := keyvault.NewSecretClient(vaultURL, cred, options)
	require.NoError(t, err)
	return client, cred
}

// badNames are refused before any request.
func badNames() []string {
	return []string{"", ".", "..", "a/b", "../x", "a%2Fb", "a b", "a_b", "a?b", "ä", "a\n", strings.Repeat("a", 128)}
}
