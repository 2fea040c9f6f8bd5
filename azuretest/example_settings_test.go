package azuretest_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"time"

	"github.com/keyless-go/azure/azuretest"
)

const imdsVault = "http://169.254.169.254/metadata/identity/oauth2/token?api-version=2018-02-01&resource=https%3A%2F%2Fvault.azure.net"

// outcome is the status of a request, and its body.
func outcome(client *http.Client, method, url, token string) (status int, body []byte) {
	req, err := http.NewRequestWithContext(context.Background(), method, url, http.NoBody)
	if err != nil {
		return 0, nil
	}
	req.Header.Set("Metadata", "true")
	if token != "" {
		req.Header.Set("Authorization", "Bearer "+token)
	}
	resp, err := client.Do(req)
	if err != nil {
		return 0, nil
	}
	defer resp.Body.Close()
	body, _ = io.ReadAll(resp.Body)
	return resp.StatusCode, body
}

// vaultToken asks IMDS for a token as a program does.
func vaultToken(srv *azuretest.Server) string {
	var answer struct {
		Token string `json:"access_token"`
	}
	_, body := outcome(srv.Client(), get, imdsVault, "")
	_ = json.Unmarshal(body, &answer)
	return answer.Token
}

func ExampleServer_SetTokenLife() {
	srv := start()
	defer srv.Close()
	srv.SetTokenLife(time.Hour)
	token := vaultToken(srv)
	_, expires, err := srv.Authenticate(token, "https://vault.azure.net")
	fmt.Println(expires.Sub(srv.Now()).Round(time.Minute), err)

	srv.Advance(2 * time.Hour)
	_, _, err = srv.Authenticate(token, "https://vault.azure.net")
	fmt.Println(errors.Is(err, azuretest.ErrTokenExpired))
	// Output:
	// 1h0m0s <nil>
	// true
}

func ExampleServer_SetPlatformCache() {
	srv := start()
	defer srv.Close()
	first, second := vaultToken(srv), vaultToken(srv)
	fmt.Println(first == second)
	srv.SetPlatformCache(true)
	first, second = vaultToken(srv), vaultToken(srv)
	fmt.Println(first == second)
	// Output:
	// false
	// true
}

func ExampleVault_SetSecretVersion() {
	srv := start(azuretest.Empty())
	defer srv.Close()
	v := srv.Vault("contoso")
	v.SetSecretVersion("db", "00000000000000000000000000000001", "old", time.Date(2025, 1, 1, 0, 0, 0, 0, time.UTC))
	v.SetSecretVersion("db", "00000000000000000000000000000002", "new", time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC))
	fmt.Println(v.Secret("db"))
	fmt.Println(v.Versions("db"))
	// Output:
	// new true
	// [00000000000000000000000000000001 00000000000000000000000000000002]
}

func ExampleVault_PurgeProtection() {
	srv := start(azuretest.Empty())
	defer srv.Close()
	v := srv.Vault("contoso")
	v.SetSecret("db", "s3cret")
	v.Retention(7)
	v.PurgeProtection(true)

	token := vaultToken(srv)
	remove := func(path string) {
		status, _ := outcome(srv.Client(), http.MethodDelete, v.URL()+path+"?api-version=7.4", token)
		fmt.Println(status, v.SecretNames(), v.DeletedSecretNames())
	}
	remove("/secrets/db")
	remove("/deletedsecrets/db") // before its time
	srv.Advance(7 * 24 * time.Hour)
	fmt.Println(v.DeletedSecretNames())
	// Output:
	// 200 [] [db]
	// 403 [] [db]
	// []
}

func ExampleVault_Deny() {
	srv := start(azuretest.Empty())
	defer srv.Close()
	v := srv.Vault("contoso")
	v.SetSecret("db", "s3cret")
	v.Deny(srv.SystemIdentity(), "get")
	for _, path := range []string{"/secrets/db", "/secrets"} {
		status, _ := outcome(srv.Client(), get, v.URL()+path+"?api-version=7.4", vaultToken(srv))
		fmt.Println(path, status)
	}
	// Output:
	// /secrets/db 403
	// /secrets 200
}

func ExampleDataLake_SetACL() {
	srv := start()
	defer srv.Close()
	lake := srv.DataLake("cluster", azuretest.Hadoop)
	lake.WriteFile("/data/a.csv", []byte("1,2"))
	lake.Chown("/data/a.csv", "alice", "analysts")
	lake.Chmod("/data/a.csv", 0o640)
	lake.SetACL("/data/a.csv", "user::rw-,user:bob:r--,group::r--,other::---")
	lake.AddToGroup("carla", "analysts")
	for _, user := range []string{"alice", "bob", "carla", "dora"} {
		status, _ := outcome(srv.Client(), get, lake.URL()+"/data/a.csv?op=CHECKACCESS&fsaction=r--&user.name="+user, "")
		fmt.Println(user, status)
	}
	fmt.Println(lake.Owner("/data/a.csv"))
	fmt.Println(lake.ACL("/data/a.csv"))
	// Output:
	// alice 200
	// bob 200
	// carla 200
	// dora 403
	// alice analysts
	// user::rw-,user:bob:r--,group::r--,mask::r--,other::---
}

func ExamplePipe() {
	client, server := azuretest.Pipe("myserver.database.windows.net:1433")
	_, _ = client.Write([]byte("hello"))
	_ = client.Close()
	data, err := io.ReadAll(server)
	fmt.Println(string(data), err, client.RemoteAddr())
	// Output:
	// hello <nil> myserver.database.windows.net:1433
}

func ExampleServer_Receive() {
	srv := start()
	defer srv.Close()
	srv.Fail(azuretest.Fault{Operation: "sql.login", Code: "40613"})
	arrival := srv.Receive(azuretest.Request{Method: "LOGIN", URL: "tds://contoso", Operation: "sql.login"})
	arrival.Finish(40613, "", "the fault says so")
	fmt.Println(arrival.Fault.Code, srv.Requests()[0].Reason)
	// Output:
	// 40613 the fault says so
}
