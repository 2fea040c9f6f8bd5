package interop_test

import (
	"context"
	"errors"
	"fmt"
	"log"
	"net/http"
	"time"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/policy"
	"github.com/Azure/azure-sdk-for-go/sdk/azidentity"
	"github.com/Azure/azure-sdk-for-go/sdk/security/keyvault/azsecrets"

	"github.com/keyless-go/azure/azuretest"
	"github.com/keyless-go/azure/credential"
	"github.com/keyless-go/azure/keyvault"
)

// The compiled half of MIGRATING.md. Each pair does the same, before with
// azidentity and azsecrets, after with this library. The client is the emulator's
// here, and absent in a program on Azure.

const tutorialVault = "https://mytestkeyvault.vault.azure.net"

// One import and, for a test's sake, one field.
func before(client *http.Client, id azidentity.ManagedIDKind) (azcore.TokenCredential, error) {
	options := azidentity.ManagedIdentityCredentialOptions{ID: id}
	options.Transport = client
	return azidentity.NewManagedIdentityCredential(&options)
}

func after(client *http.Client, id credential.ManagedIDKind) (azcore.TokenCredential, error) {
	options := credential.ManagedIdentityCredentialOptions{ID: id}
	options.HTTPClient = client // options.Transport = client works as before
	return credential.NewManagedIdentityCredential(&options)
}

func Example_migrateConstructor() {
	azure := startAzure()
	defer azure.Close()
	id := azure.AddUserIdentity("app")

	old, err := before(azure.Client(), azidentity.ClientID(id.ClientID()))
	fmt.Printf("%T, %v\n", old, err)
	cred, err := after(azure.Client(), credential.ClientID(id.ClientID()))
	fmt.Printf("%T, %v\n", cred, err)
	// Output:
	// *azidentity.ManagedIdentityCredential, <nil>
	// *credential.ManagedIdentityCredential, <nil>
}

// The clients that take the old credential take the new one.
func Example_migrateCredentialOnly() {
	azure := startAzure()
	defer azure.Close()
	cred, err := after(azure.Client(), nil)
	if err != nil {
		log.Fatal(err)
	}
	client, err := azsecrets.NewClient(tutorialVault, cred, &azsecrets.ClientOptions{ClientOptions: azcore.ClientOptions{Transport: azure.Client()}})
	if err != nil {
		log.Fatal(err)
	}
	secret, err := client.GetSecret(context.Background(), "MyTestSecret", "", nil)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(*secret.Value)
	// Output: p@ssw0rd!
}

func Example_migrateSecrets() {
	azure := startAzure()
	defer azure.Close()
	cred, err := after(azure.Client(), nil)
	if err != nil {
		log.Fatal(err)
	}
	client, err := keyvault.NewSecretClient(tutorialVault, cred, &keyvault.ClientOptions{HTTPClient: azure.Client()})
	if err != nil {
		log.Fatal(err)
	}
	secret, err := client.Get(context.Background(), "MyTestSecret") // GetVersion for another than the latest
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(secret.Value.Reveal())
	for listed, err := range client.List(context.Background()) { // no pager
		fmt.Println(listed.Name, listed.Enabled, err)
	}
	// Output:
	// p@ssw0rd!
	// MyTestSecret true <nil>
}

func Example_migrateErrors() {
	azure := startAzure()
	defer azure.Close()
	azure.RemoveSystemIdentity()
	ctx, request := context.Background(), policy.TokenRequestOptions{Scopes: []string{"https://vault.azure.net/.default"}}

	old, err := before(azure.Client(), azidentity.ClientID("00000000-0000-0000-0000-000000000002"))
	if err != nil {
		log.Fatal(err)
	}
	_, err = old.GetToken(ctx, request)
	var failed *azidentity.AuthenticationFailedError
	fmt.Println(errors.As(err, &failed) && failed.RawResponse.StatusCode == http.StatusBadRequest) // whatever the reason

	cred, err := after(azure.Client(), credential.ClientID("00000000-0000-0000-0000-000000000002"))
	if err != nil {
		log.Fatal(err)
	}
	_, err = cred.GetToken(ctx, request)
	var problem *credential.Error
	fmt.Println(errors.Is(err, credential.ErrIdentityNotFound))
	fmt.Println(errors.As(err, &problem) && problem.StatusCode == http.StatusBadRequest, problem.Code)
	// Output:
	// true
	// true
	// true invalid_request
}

func Example_migrateOptions() {
	azure := startAzure()
	defer azure.Close()
	options := credential.ManagedIdentityCredentialOptions{
		// The ones of before, from azcore.
		ClientOptions: policy.ClientOptions{
			Retry: policy.RetryOptions{MaxRetries: 2, RetryDelay: 100 * time.Millisecond, TryTimeout: 5 * time.Second},
		},
		// New ones.
		HTTPClient: azure.Client(),
		Source:     credential.SourceIMDS, // do not look at the environment
		Observer:   func(e credential.Event) { fmt.Println(e.Kind, e.Resource, e.Attempt, e.Err) },
	}
	cred, err := credential.NewManagedIdentityCredential(&options)
	if err != nil {
		log.Fatal(err)
	}
	if err := cred.Prefetch(context.Background(), "https://vault.azure.net/.default"); err != nil {
		log.Fatal(err)
	}
	// Output: fetched https://vault.azure.net 1 <nil>
}

// chained lets azidentity's chain go on to its next credential where no managed
// identity answers.
type chained struct{ azcore.TokenCredential }

func (c chained) GetToken(ctx context.Context, options policy.TokenRequestOptions) (azcore.AccessToken, error) {
	token, err := c.TokenCredential.GetToken(ctx, options)
	if errors.Is(err, credential.ErrUnavailable) {
		err = azidentity.NewCredentialUnavailableError(err.Error())
	}
	return token, err
}

func Example_migrateChain() {
	azure, elsewhere := startAzure(), startAzure()
	defer azure.Close()
	elsewhere.Close() // a place where nobody answers
	first, err := credential.NewManagedIdentityCredential(&credential.ManagedIdentityCredentialOptions{
		HTTPClient:    elsewhere.Client(),
		ClientOptions: azcore.ClientOptions{Retry: policy.RetryOptions{MaxRetries: -1}}, // there is another credential
	})
	if err != nil {
		log.Fatal(err)
	}
	next, err := before(azure.Client(), nil) // here for a developer's own login
	if err != nil {
		log.Fatal(err)
	}
	chain, err := azidentity.NewChainedTokenCredential([]azcore.TokenCredential{chained{first}, next}, nil)
	if err != nil {
		log.Fatal(err)
	}
	token, err := chain.GetToken(context.Background(), policy.TokenRequestOptions{Scopes: []string{"https://vault.azure.net/.default"}})
	fmt.Println(token.Token != "", err)
	// Output: true <nil>
}

func startAzure() *azuretest.Server {
	azure, err := azuretest.Start()
	if err != nil {
		log.Fatal(err)
	}
	return azure
}
