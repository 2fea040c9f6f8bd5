package azuretest_test

import (
	"context"
	"fmt"
	"time"

	"github.com/keyless-go/azure/azuretest"
)

// A live list of what happens, with the reason of each refusal.
func ExampleServer_Watch() {
	srv := start()
	defer srv.Close()
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	requests := srv.Watch(ctx)
	status(srv.Client(), "https://mytestkeyvault.vault.azure.net", srv.SystemIdentity().Token("https://vault.azure.net", time.Hour))
	status(srv.Client(), "https://mytestkeyvault.vault.azure.net", "nonsense")
	for r := range requests {
		fmt.Printf("%d %d %s %q\n", r.Number, r.Status, r.Operation, r.Reason)
		if r.Number == 2 {
			break
		}
	}
	// Output:
	// 200 OK
	// 401 Unauthorized
	// 1 200 keyvault.get ""
	// 2 401 keyvault.get "Invalid token: the token is not a JWT of three parts, the service wants one for \"https://vault.azure.net\"."
}

// Faults can be looked at and taken back.
func ExampleServer_Faults() {
	srv := start()
	defer srv.Close()
	srv.Fail(azuretest.Fault{Operation: "keyvault.*", Status: 503, Times: 2})
	token := srv.SystemIdentity().Token("https://vault.azure.net", time.Hour)
	status(srv.Client(), "https://mytestkeyvault.vault.azure.net", token)
	for _, f := range srv.Faults() {
		fmt.Println(f.Operation, f.Status, f.Struck, f.Left)
		srv.RemoveFault(f.ID)
	}
	status(srv.Client(), "https://mytestkeyvault.vault.azure.net", token)
	// Output:
	// 503 Service Unavailable
	// keyvault.* 503 1 1
	// 200 OK
}

// What a proxy asks before it lets somebody through.
func ExampleServer_Reach() {
	srv := start()
	defer srv.Close()
	fmt.Println(srv.Reach("mytestkeyvault.vault.azure.net:443", true))
	fmt.Println(srv.Reach("example.com:443", true))
	// Output:
	// <nil>
	// lookup example.com: no such host
}
