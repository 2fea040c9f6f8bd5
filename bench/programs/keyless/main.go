// Command keyless reads a secret with this library. It is here for its size.
package main

import (
	"context"
	"fmt"
	"log"
	"os"

	"github.com/keyless-go/azure/credential"
	"github.com/keyless-go/azure/keyvault"
)

func main() {
	if len(os.Args) != 3 {
		log.Fatal("usage: keyless vault-url secret")
	}
	cred, err := credential.NewManagedIdentityCredential(nil)
	if err != nil {
		log.Fatal(err)
	}
	client, err := keyvault.NewSecretClient(os.Args[1], cred, nil)
	if err != nil {
		log.Fatal(err)
	}
	secret, err := client.Get(context.Background(), os.Args[2])
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(len(secret.Value.Reveal()), "bytes")
}
