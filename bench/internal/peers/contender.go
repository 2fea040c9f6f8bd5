package peers

import (
	"context"
	"net/http"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/policy"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/runtime"
	"github.com/Azure/azure-sdk-for-go/sdk/azidentity"

	"github.com/keyless-go/azure/credential"
)

// Call gets a token and makes use of it, in whatever way the contender does.
type Call func(context.Context) error

// Contender is a way to get tokens.
type Contender struct {
	Name string
	// Ours: what the tables promise is asserted.
	Ours bool
	New  func(*Azure) (Call, error)
}

// Contenders returns them in the order of the tables. Each credential is called
// directly, as drivers and new clients do, and behind azcore's bearer policy, as
// one Azure SDK client does.
func Contenders() []Contender {
	return []Contender{
		{Name: "this library", Ours: true, New: direct(Ours)},
		{Name: "this library in an SDK client", New: behindPolicy(Ours)},
		{Name: "azidentity", New: direct(Azidentity)},
		{Name: "azidentity in an SDK client", New: behindPolicy(Azidentity)},
	}
}

// Ours makes this library's credential.
func Ours(a *Azure) (azcore.TokenCredential, error) {
	return credential.NewManagedIdentityCredential(&credential.ManagedIdentityCredentialOptions{
		HTTPClient: a.HTTPClient(), ID: credential.ClientID(a.Identity.ClientID()),
	})
}

// Azidentity makes azidentity's credential.
func Azidentity(a *Azure) (azcore.TokenCredential, error) {
	return azidentity.NewManagedIdentityCredential(&azidentity.ManagedIdentityCredentialOptions{
		ClientOptions: azcore.ClientOptions{Transport: a.HTTPClient()}, ID: azidentity.ClientID(a.Identity.ClientID()),
	})
}

type newCredential func(*Azure) (azcore.TokenCredential, error)

func direct(newCred newCredential) func(*Azure) (Call, error) {
	return func(a *Azure) (Call, error) {
		cred, err := newCred(a)
		return func(ctx context.Context) error {
			_, err := cred.GetToken(ctx, policy.TokenRequestOptions{Scopes: []string{Scope}})
			return err
		}, err
	}
}

// behindPolicy makes a client whose service answers at once and nothing.
func behindPolicy(newCred newCredential) func(*Azure) (Call, error) {
	return func(a *Azure) (Call, error) {
		cred, err := newCred(a)
		if err != nil {
			return nil, err
		}
		client := runtime.NewPipeline("bench", "v1.0.0", runtime.PipelineOptions{
			PerRetry: []policy.Policy{runtime.NewBearerTokenPolicy(cred, []string{Scope}, nil)},
		}, &policy.ClientOptions{Transport: nothing{}, Retry: policy.RetryOptions{MaxRetries: -1}})
		return func(ctx context.Context) error {
			req, err := runtime.NewRequest(ctx, http.MethodGet, "https://contoso.vault.azure.net")
			if err != nil {
				return err
			}
			resp, err := client.Do(req)
			if err != nil {
				return err
			}
			return resp.Body.Close()
		}, nil
	}
}

// nothing is a service without content.
type nothing struct{}

// Do answers 204.
func (nothing) Do(req *http.Request) (*http.Response, error) {
	return &http.Response{StatusCode: http.StatusNoContent, Header: http.Header{}, Body: http.NoBody, Request: req}, nil
}
