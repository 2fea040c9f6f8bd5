// Command official reads a secret with azidentity and azsecrets. It is here for
// its size.
package main

import (
	"context"
	"fmt"
	"log"
	"os"

	"github.com/Azure/azure-sdk-for-go/sdk/azidentity"
	"github.com/Azure/azure-sdk-for-go/sdk/security/keyvault/azsecrets"
)

func main() {
	if len(os.Args) != 3 {
		log.Fatal("usage: official vault-url secret")
	}
	cred, err := azidentity.NewManagedIdentityCredential(nil)
	if err != nil {
		log.Fatal(err)
	}
	client, err := azsecrets.NewClient(os.Args[1], cred, nil)
	if err != nil {
		log.Fatal(err)
	}
	secret, err := client.GetSecret(context.Background(), os.Args[2], "", nil)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(len(*secret.Value), "bytes")
}
