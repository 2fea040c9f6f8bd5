package azuretest_test

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"

	"github.com/keyless-go/azure/azuretest"
)

// send prints the status of one request, and its body if it is short.
func send(client *http.Client, method, url, token, body string) {
	req, err := http.NewRequestWithContext(context.Background(), method, url, strings.NewReader(body))
	if err != nil {
		fmt.Println(err)
		return
	}
	req.Header.Set("Metadata", "true")
	if token != "" {
		req.Header.Set("Authorization", "Bearer "+token)
	}
	resp, err := client.Do(req)
	if err != nil {
		fmt.Println(err)
		return
	}
	defer resp.Body.Close()
	data, _ := io.ReadAll(resp.Body)
	if len(data) > 300 {
		data = nil
	}
	fmt.Println(strings.TrimSpace(fmt.Sprint(resp.StatusCode, " ", string(data))))
}

func start(options ...azuretest.Option) *azuretest.Server {
	srv, err := azuretest.Start(options...)
	if err != nil {
		panic(err)
	}
	return srv
}

const get = http.MethodGet

func Example() {
	srv, err := azuretest.Start() // in a test: azuretest.New(t)
	if err != nil {
		fmt.Println(err)
		return
	}
	defer srv.Close()

	token := srv.SystemIdentity().Token("https://vault.azure.net", time.Hour)
	send(srv.Client(), get, "https://mytestkeyvault.vault.azure.net/secrets/MyTestSecret?api-version=2016-10-01", token, "")
	// Output:
	// 200 {"value":"p@ssw0rd!","id":"https://mytestkeyvault.vault.azure.net/secrets/MyTestSecret/7c2204c6093c4d859bc5b9eff8f29050","attributes":{"enabled":true,"created":1505088747,"updated":1505088747,"recoveryLevel":"Purgeable"}}
}

func ExampleStart() {
	srv, err := azuretest.Start()
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(srv.SystemIdentity())
	fmt.Println(srv.Close())
	// Output:
	// DevTestVM
	// <nil>
}

func ExampleEmpty() {
	srv := start(azuretest.Empty())
	defer srv.Close()
	_, err := srv.Client().Get("https://mytestkeyvault.vault.azure.net/")
	fmt.Println(err)
	// Output: Get "https://mytestkeyvault.vault.azure.net/": dial tcp mytestkeyvault.vault.azure.net:443: lookup mytestkeyvault.vault.azure.net: no such host
}

func ExampleServer_Client() {
	srv := start()
	defer srv.Close()
	client := srv.Client()
	send(client, get, "http://169.254.169.254/metadata/identity/oauth2/token?api-version=2018-02-01", "", "")
	_, err := client.Get("https://example.com/")
	fmt.Println(err)
	// Output:
	// 400 {"error":"invalid_request","error_description":"Required query variable 'resource' is missing"}
	// Get "https://example.com/": dial tcp example.com:443: lookup example.com: no such host
}

func ExampleServer_Fail() {
	srv := start()
	defer srv.Close()
	srv.Fail(azuretest.Fault{Operation: "keyvault.*", Status: http.StatusTooManyRequests, RetryAfter: time.Second})
	url := "https://mytestkeyvault.vault.azure.net/secrets?api-version=7.4&maxresults=1"
	token := srv.SystemIdentity().Token("https://vault.azure.net", time.Hour)
	send(srv.Client(), get, url, token, "")
	send(srv.Client(), get, url+"&$skiptoken="+"none", token, "")
	// Output:
	// 429 {"error":{"code":"Throttled","message":"fault injected by the test"}}
	// 400 {"error":{"code":"BadParameter","message":"the $skiptoken is none this vault has given"}}
}

func ExampleServer_Requests() {
	srv := start()
	defer srv.Close()
	token := srv.SystemIdentity().Token("https://management.azure.com/", time.Hour)
	send(srv.Client(), get, "https://mytestkeyvault.vault.azure.net/secrets/MyTestSecret?api-version=7.4", token, "")
	for _, r := range srv.Requests() {
		fmt.Println(r.Operation, "of", r.Identity, r.Status)
		fmt.Println(r.Header.Get("Authorization"))
		fmt.Println(r.Reason)
	}
	// Output:
	// 401 {"error":{"code":"Unauthorized","message":"AKV10022: Invalid audience: the token's audience is \"https://management.azure.com/\", the service wants \"https://vault.azure.net\"."}}
	// keyvault.get of DevTestVM 401
	// Bearer REDACTED
	// AKV10022: Invalid audience: the token's audience is "https://management.azure.com/", the service wants "https://vault.azure.net".
}

func ExampleServer_Advance() {
	srv := start()
	defer srv.Close()
	token := srv.SystemIdentity().Token("https://vault.azure.net", time.Hour)
	srv.Advance(time.Hour)
	send(srv.Client(), http.MethodHead, "https://mytestkeyvault.vault.azure.net/secrets", token, "")
	// Output: 401
}

func ExampleServer_AddUserIdentity() {
	srv := start()
	defer srv.Close()
	id := srv.AddUserIdentity("app")
	fmt.Println(id.Name())
	fmt.Println(id.ResourceID())
	srv.Vault("mytestkeyvault").Allow(id, "get")
	// Output:
	// app
	// /subscriptions/98f51385-2edc-4b79-bed9-7718de4cb861/resourcegroups/DevTest/providers/Microsoft.ManagedIdentity/userAssignedIdentities/app
}

func ExampleServer_RemoveSystemIdentity() {
	srv := start()
	defer srv.Close()
	srv.RemoveSystemIdentity()
	send(srv.Client(), get, "http://169.254.169.254/metadata/identity/oauth2/token?api-version=2018-02-01&resource=https://vault.azure.net", "", "")
	// Output: 400 {"error":"invalid_request","error_description":"Identity not found: the request names no identity, the machine has no identity"}
}

func ExampleServer_Environment() {
	srv := start()
	defer srv.Close()
	fmt.Println(srv.Environment("vmextension"))
	// Output: map[MSI_ENDPOINT:http://localhost:50342/oauth2/token]
}

func ExampleVault_SetSecret() {
	srv := start()
	defer srv.Close()
	v := srv.Vault("contoso")
	v.SetSecret("db", "one")
	v.SetSecret("db", "two")
	value, ok := v.Secret("DB")
	fmt.Println(value, ok, len(v.Versions("db")), v.URL())
	// Output: two true 2 https://contoso.vault.azure.net
}

func ExampleVault_Allow() {
	srv := start()
	defer srv.Close()
	v, id := srv.Vault("mytestkeyvault"), srv.SystemIdentity()
	v.Allow(id, "list")
	token := id.Token("https://vault.azure.net", time.Hour)
	send(srv.Client(), get, v.URL()+"/secrets?api-version=7.4", token, "")
	send(srv.Client(), get, v.URL()+"/secrets/MyTestSecret?api-version=7.4", token, "")
	fmt.Println(srv.Requests()[1].Operation, srv.Requests()[1].Status)
	// Output:
	// 200 {"value":[{"id":"https://mytestkeyvault.vault.azure.net/secrets/MyTestSecret","attributes":{"enabled":true,"created":1505088747,"updated":1505088747,"recoveryLevel":"Purgeable","recoverableDays":0}}],"nextLink":null}
	// 403
	// keyvault.get 403
}

func ExampleVault_ConsistencyDelay() {
	srv := start()
	defer srv.Close()
	v := srv.Vault("contoso")
	v.SetSecret("db", "one")
	v.ConsistencyDelay(5 * time.Second)
	token := srv.SystemIdentity().Token("https://vault.azure.net", time.Hour)
	send(srv.Client(), http.MethodDelete, v.URL()+"/secrets/db?api-version=7.4", token, "")
	send(srv.Client(), get, v.URL()+"/deletedsecrets/db?api-version=7.4", token, "")
	srv.Advance(5 * time.Second)
	send(srv.Client(), http.MethodDelete, v.URL()+"/deletedsecrets/db?api-version=7.4", token, "")
	// Output:
	// 200
	// 404 {"error":{"code":"SecretNotFound","message":"Deleted Secret not found: db"}}
	// 204
}
