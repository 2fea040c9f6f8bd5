package storage_test

import (
	"context"
	"io"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/policy"
	"github.com/stretchr/testify/require"

	"github.com/keyless-go/azure/azuretest"
	"github.com/keyless-go/azure/storage"
)

const (
	subscription = "98f51385-2edc-4b79-bed9-7718de4cb861"
	group        = "DevTest"
	account      = "mystorageacct"
	containerURL = "https://mystorageacct.blob.core.windows.net/mycontainer"
	inARM        = "https://management.azure.com/subscriptions/" + subscription + "/resourceGroups/DevTest/providers/Microsoft.Storage/storageAccounts/mystorageacct"
)

// identity is a credential with the tokens of an emulated identity. It keeps what
// it is asked for.
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
	return azcore.AccessToken{Token: i.of.Token(audience, 24*time.Hour), ExpiresOn: time.Now().Add(24 * time.Hour)}, nil
}

// world is the tutorials' Azure, and clients for its storage account.
type world struct {
	*azuretest.Server
	account   *azuretest.StorageAccount
	container *azuretest.Container
	cred      *identity
	client    *storage.SASClient
}

type change func(*storage.ClientOptions)

func apiVersion(version string) change {
	return func(o *storage.ClientOptions) { o.APIVersion = version }
}

func noRetries(o *storage.ClientOptions) { o.Retry.MaxRetries = -1 }

func hosts(names ...string) change {
	return func(o *storage.ClientOptions) { o.SASHosts = names }
}

func newWorld(tb testing.TB, changes ...change) *world {
	tb.Helper()
	server := azuretest.New(tb)
	w := &world{Server: server, account: server.StorageAccount(account), cred: &identity{of: server.SystemIdentity()}}
	w.container = w.account.Container("mycontainer")
	client, err := storage.NewSASClient(subscription, group, account, w.cred, w.options(changes...))
	require.NoError(tb, err)
	w.client = client
	return w
}

func (w *world) options(changes ...change) *storage.ClientOptions {
	options := &storage.ClientOptions{HTTPClient: w.Client()}
	for _, c := range changes {
		c(options)
	}
	return options
}

// rcw is what the tutorial's SAS allows.
func rcw() storage.ServiceSASParameters {
	return storage.ServiceSASParameters{Container: "mycontainer", Permissions: "rcw", Protocol: "https", Expiry: time.Now().Add(time.Hour)}
}

// withLetters makes a client whose SAS has the permissions and the lifetime.
func (w *world) withLetters(tb testing.TB, letters string, lifetime time.Duration, changes ...change) (*storage.ContainerClient, *storage.SASCredential) {
	tb.Helper()
	parameters := rcw()
	parameters.Permissions = letters
	sas := w.client.NewSASCredential(parameters, lifetime)
	client, err := storage.NewContainerClient(containerURL, sas, w.options(changes...))
	require.NoError(tb, err)
	return client, sas
}

// all makes a client that may do everything.
func (w *world) all(tb testing.TB, changes ...change) *storage.ContainerClient {
	tb.Helper()
	client, _ := w.withLetters(tb, "racwdl", time.Hour, changes...)
	return client
}

// count is how many requests of an operation have arrived.
func (w *world) count(operation string) int {
	n := 0
	for _, r := range w.Requests() {
		if r.Operation == operation {
			n++
		}
	}
	return n
}

// last is the request of an operation that came last.
func (w *world) last(tb testing.TB, operation string) azuretest.Request {
	tb.Helper()
	for _, r := range slices.Backward(w.Requests()) {
		if r.Operation == operation {
			return r
		}
	}
	require.Fail(tb, "no request of "+operation)
	return azuretest.Request{}
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

func (s service) client() *http.Client { return &http.Client{Transport: s} }

func answer(status int, body string, headers ...string) *http.Response {
	header := http.Header{}
	for i := 0; i < len(headers); i += 2 {
		header.Add(headers[i], headers[i+1])
	}
	return &http.Response{StatusCode: status, Header: header, Body: io.NopCloser(strings.NewReader(body)), ContentLength: int64(len(body))}
}

// fixed is a credential with one token.
type fixed struct{}

const fixedToken = "eyJ0eXAiOiJKV1QifQ.eyJhdWQiOiJ4In0.c2lnbmF0dXJl"

func (fixed) GetToken(context.Context, policy.TokenRequestOptions) (azcore.AccessToken, error) {
	return azcore.AccessToken{Token: fixedToken, ExpiresOn: time.Now().Add(time.Hour)}, nil
}

// tutorialSAS is the one the documentation shows.
const tutorialSAS = "sv=2015-04-05&sr=c&spr=https&se=2017-09-23T00%3A00%3A00Z&sp=rcw&sig=JVhIWG48nmxqhTIuN0uiFBppdzhwHdehdYan1W%2F4O0E%3D"

// sasOf is a client whose SAS are always the same.
func sasOf(tb testing.TB, token string, changes ...change) *storage.SASClient {
	tb.Helper()
	body := `{"serviceSasToken":"` + token + `"}`
	always := service(func(*http.Request) (*http.Response, error) { return answer(200, body), nil })
	options := &storage.ClientOptions{HTTPClient: always.client()}
	for _, c := range changes {
		c(options)
	}
	client, err := storage.NewSASClient(subscription, group, account, fixed{}, options)
	require.NoError(tb, err)
	return client
}
