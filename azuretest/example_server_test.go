package azuretest_test

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"time"
)

// status prints that of a request for a secret of the tutorials, which arrives at
// the address given.
func status(client *http.Client, address, token string) {
	req, err := http.NewRequestWithContext(context.Background(), get, address+"/secrets/MyTestSecret?api-version=7.4", nil)
	if err != nil {
		fmt.Println(err)
		return
	}
	req.Host = "mytestkeyvault.vault.azure.net"
	req.Header.Set("Authorization", "Bearer "+token)
	resp, err := client.Do(req)
	if err != nil {
		fmt.Println(err)
		return
	}
	_ = resp.Body.Close()
	fmt.Println(resp.Status)
}

// A socket, for code that brings its own client.
func ExampleServer_ServeHTTP() {
	srv := start()
	defer srv.Close()
	socket := httptest.NewTLSServer(srv)
	defer socket.Close()
	status(socket.Client(), socket.URL, srv.SystemIdentity().Token("https://vault.azure.net", time.Hour))
	// Output:
	// 200 OK
}

// Tokens of a test's own making: too old, for something else, for somebody else.
func ExampleIdentity_Token() {
	srv := start()
	defer srv.Close()
	machine, stranger := srv.SystemIdentity(), srv.AddUserIdentity("stranger")
	for _, token := range []string{
		machine.Token("https://vault.azure.net", time.Hour),
		machine.Token("https://vault.azure.net", -time.Hour),
		machine.Token("https://management.azure.com/", time.Hour),
		stranger.Token("https://vault.azure.net", time.Hour),
	} {
		status(srv.Client(), "https://mytestkeyvault.vault.azure.net", token)
	}
	// Output:
	// 200 OK
	// 401 Unauthorized
	// 401 Unauthorized
	// 403 Forbidden
}

// A vault of another cloud, and what a client has left in it.
func ExampleServer_Vault() {
	srv := start()
	defer srv.Close()
	v := srv.Vault("contoso.vault.usgovcloudapi.net")
	v.SetSecret("db", "one")
	token := srv.SystemIdentity().Token("https://vault.usgovcloudapi.net", time.Hour)
	put, err := http.NewRequestWithContext(context.Background(), http.MethodPut, v.URL()+"/secrets/db?api-version=7.4", strings.NewReader(`{"value":"two"}`))
	if err != nil {
		fmt.Println(err)
		return
	}
	put.Header.Set("Authorization", "Bearer "+token)
	resp, err := srv.Client().Do(put)
	if err != nil {
		fmt.Println(err)
		return
	}
	_ = resp.Body.Close()
	value, ok := v.Secret("db")
	fmt.Println(resp.Status, value, ok, len(v.Versions("db")))
	// Output:
	// 200 OK two true 2
}

func ExampleVault_DisableSecret() {
	srv := start()
	defer srv.Close()
	v := srv.Vault("contoso")
	v.SetSecret("db", "one")
	v.DisableSecret("db")
	token := srv.SystemIdentity().Token("https://vault.azure.net", time.Hour)
	send(srv.Client(), get, v.URL()+"/secrets/db?api-version=7.4", token, "")
	// Output:
	// 403 {"error":{"code":"Forbidden","message":"Operation get is not allowed on a disabled secret.","innererror":{"code":"SecretDisabled"}}}
}
