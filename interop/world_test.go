package interop_test

import (
	"crypto/rand"
	"net/url"
	"os"
	"strings"
	"testing"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/policy"
	"github.com/Azure/azure-sdk-for-go/sdk/azidentity"
	"github.com/Azure/azure-sdk-for-go/sdk/security/keyvault/azsecrets"
	"github.com/stretchr/testify/require"

	"github.com/keyless-go/azure/azuretest"
	"github.com/keyless-go/azure/credential"
	"github.com/keyless-go/azure/keyvault"
)

// TestMain takes away what would make a credential look elsewhere than at IMDS.
func TestMain(m *testing.M) {
	for _, name := range []string{
		"IDENTITY_ENDPOINT", "IDENTITY_HEADER", "IDENTITY_SERVER_THUMBPRINT", "IMDS_ENDPOINT",
		"MSI_ENDPOINT", "MSI_SECRET", "DEFAULT_IDENTITY_CLIENT_ID", "AZURE_POD_IDENTITY_AUTHORITY_HOST",
	} {
		_ = os.Unsetenv(name) // fails for no such name
	}
	m.Run()
}

// world is an emulator with one identity and one vault, which is open to it.
//
// The token cache under azidentity is one for the whole process, and its key
// holds no endpoint: a test with an identity or a scope that another test has
// used would get that one's token. So each world has an identity of its own.
type world struct {
	srv   *azuretest.Server
	id    *azuretest.Identity
	vault *azuretest.Vault
}

func newWorld(tb testing.TB) world {
	tb.Helper()
	srv := azuretest.New(tb, azuretest.Empty())
	w := world{srv: srv, id: srv.AddUserIdentity("interop-" + rand.Text()), vault: srv.Vault("contoso")}
	w.vault.Allow(w.id)
	return w
}

func (w world) transport() azcore.ClientOptions {
	return azcore.ClientOptions{Transport: w.srv.Client()}
}

// officialCredential is azidentity's, for the world's identity.
func (w world) officialCredential(tb testing.TB) *azidentity.ManagedIdentityCredential {
	tb.Helper()
	return w.officialCredentialFor(tb, azidentity.ClientID(w.id.ClientID()))
}

func (w world) officialCredentialFor(tb testing.TB, id azidentity.ManagedIDKind) *azidentity.ManagedIdentityCredential {
	tb.Helper()
	cred, err := azidentity.NewManagedIdentityCredential(&azidentity.ManagedIdentityCredentialOptions{ClientOptions: w.transport(), ID: id})
	require.NoError(tb, err)
	return cred
}

// ourCredential is this library's, for the world's identity.
func (w world) ourCredential(tb testing.TB) *credential.ManagedIdentityCredential {
	tb.Helper()
	cred, err := credential.NewManagedIdentityCredential(&credential.ManagedIdentityCredentialOptions{
		HTTPClient: w.srv.Client(), ID: credential.ClientID(w.id.ClientID()),
	})
	require.NoError(tb, err)
	return cred
}

// officialClient is azsecrets' with azcore's own retries, at cred's behest.
func (w world) officialClient(tb testing.TB, cred azcore.TokenCredential) *azsecrets.Client {
	tb.Helper()
	client, err := azsecrets.NewClient(w.vault.URL(), cred, &azsecrets.ClientOptions{ClientOptions: w.transport()})
	require.NoError(tb, err)
	return client
}

// impatientClient is azsecrets' without retries.
func (w world) impatientClient(tb testing.TB) *azsecrets.Client {
	tb.Helper()
	options := azsecrets.ClientOptions{ClientOptions: w.transport()}
	options.Retry.MaxRetries = -1
	client, err := azsecrets.NewClient(w.vault.URL(), w.officialCredential(tb), &options)
	require.NoError(tb, err)
	return client
}

// ourClient is this library's.
func (w world) ourClient(tb testing.TB, cred azcore.TokenCredential) *keyvault.SecretClient {
	tb.Helper()
	client, err := keyvault.NewSecretClient(w.vault.URL(), cred, &keyvault.ClientOptions{HTTPClient: w.srv.Client()})
	require.NoError(tb, err)
	return client
}

// requests returns those of an operation, or of all that a prefix with a dot
// at its end stands for.
func (w world) requests(operation string) []azuretest.Request {
	var found []azuretest.Request
	for _, r := range w.srv.Requests() {
		if r.Operation == operation || strings.HasSuffix(operation, ".") && strings.HasPrefix(r.Operation, operation) {
			found = append(found, r)
		}
	}
	return found
}

func query(tb testing.TB, r azuretest.Request) url.Values {
	tb.Helper()
	u, err := url.Parse(r.URL)
	require.NoError(tb, err)
	return u.Query()
}

// uniqueScope is one that no other test asks a token for; see [world].
func uniqueScope() string { return "api://" + rand.Text() + "/.default" }

// together makes n calls at once and fails the test if one of them fails.
func together(tb testing.TB, n int, call func(i int) error) {
	tb.Helper()
	errs := make(chan error, n)
	for i := range n {
		go func() { errs <- call(i) }()
	}
	for range n {
		require.NoError(tb, <-errs)
	}
}

// secretScope is what every vault of the public cloud wants tokens for.
const secretScope = "https://vault.azure.net/.default"

func scope(name string) policy.TokenRequestOptions {
	return policy.TokenRequestOptions{Scopes: []string{name}}
}
