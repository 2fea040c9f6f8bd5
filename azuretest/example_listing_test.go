package azuretest_test

import (
	"fmt"
	"time"

	"github.com/keyless-go/azure/azuretest"
)

// What a page about a Server shows.
func ExampleServer_Vaults() {
	srv := start()
	defer srv.Close()
	for _, v := range srv.Vaults() {
		fmt.Println(v.URL(), v.SecretNames())
	}
	for _, a := range srv.StorageAccounts() {
		fmt.Println(a.URL(), a.Containers())
	}
	for _, l := range srv.DataLakes() {
		fmt.Println(l.URL(), l.Names("/"))
	}
	// Output:
	// https://mi-lab-vault.vault.azure.net [mi-test]
	// https://mytestkeyvault.vault.azure.net [MyTestSecret]
	// https://mystorageacct.blob.core.windows.net [mycontainer]
	// https://mydatalake.azuredatalakestore.net [TestFolder]
	// https://mystorageacct.dfs.core.windows.net/mycontainer []
}

func ExampleServer_Subscriptions() {
	srv := start()
	defer srv.Close()
	for _, s := range srv.Subscriptions() {
		for _, name := range s.Groups() {
			g := s.Group(name)
			fmt.Println(g.Name(), g.Location(), g.State())
			for _, r := range g.Resources() {
				fmt.Println(r.Type, r.Name)
			}
		}
	}
	// Output:
	// DevTest westus Succeeded
	// Microsoft.Compute/virtualMachines DevTestVM
	// Microsoft.Storage/storageAccounts mystorageacct
}

// What tokens are out, without a token.
func ExampleServer_IssuedTokens() {
	srv := start(azuretest.Empty())
	defer srv.Close()
	srv.SystemIdentity().Token("https://vault.azure.net", time.Hour)
	for _, token := range srv.IssuedTokens() {
		fmt.Println(token.Identity, token.Audience, token.Expires.Sub(token.Issued) >= time.Hour)
	}
	// Output:
	// DevTestVM https://vault.azure.net true
}

func ExampleSubscription_ResourceGroups() {
	srv := start()
	defer srv.Close()
	for _, s := range srv.Subscriptions() {
		for _, g := range s.ResourceGroups() {
			fmt.Println(g.Name(), g.Location(), len(g.Resources()))
		}
	}
	// Output:
	// DevTest westus 2
}

func ExampleStorageAccount_AllContainers() {
	srv := start()
	defer srv.Close()
	account := srv.StorageAccount("mystorageacct")
	account.Container("inbox").SetBlob("hello.txt", []byte("Hello"))
	for _, c := range account.AllContainers() {
		fmt.Println(c.Name(), c.Blobs())
	}
	// Output:
	// inbox [hello.txt]
	// mycontainer []
}
