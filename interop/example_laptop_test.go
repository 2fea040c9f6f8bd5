package interop_test

import (
	"context"
	"fmt"
	"log"
	"net/http"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore"
	"github.com/Azure/azure-sdk-for-go/sdk/azidentity"

	"github.com/keyless-go/azure/azuretest"
	"github.com/keyless-go/azure/credential"
	"github.com/keyless-go/azure/keyvault"
)

// newCredential is the one place of a program that knows where it runs: on Azure
// it is the machine, on a laptop the developer who has run "az login". Which of
// the two is said by a flag or the configuration: a program that tries one after
// the other waits for the first wherever it is wrong, and may find an identity
// that nobody has meant.
//
// azidentity starts the az program for every token it is asked for; NewCached
// starts it about once an hour. In production client is nil.
func newCredential(laptop bool, client *http.Client) (azcore.TokenCredential, error) {
	if !laptop {
		return credential.NewManagedIdentityCredential(&credential.ManagedIdentityCredentialOptions{HTTPClient: client})
	}
	login, err := azidentity.NewAzureCLICredential(nil)
	if err != nil {
		return nil, err
	}
	return credential.NewCached(login, nil), nil
}

// One program for the virtual machine and for the developer's laptop.
func Example_laptop() {
	azure, err := azuretest.Start() // instead of a virtual machine
	if err != nil {
		log.Fatal(err)
	}
	defer azure.Close()

	cred, err := newCredential(false, azure.Client())
	if err != nil {
		log.Fatal(err)
	}
	secrets, err := keyvault.NewSecretClient("https://mytestkeyvault.vault.azure.net", cred, &keyvault.ClientOptions{HTTPClient: azure.Client()})
	if err != nil {
		log.Fatal(err)
	}
	secret, err := secrets.Get(context.Background(), "MyTestSecret")
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(secret.Value.Reveal())
	// Output: p@ssw0rd!
}
