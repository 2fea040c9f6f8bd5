package azuretest_test

import (
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/keyless-go/azure/azuretest"
)

// ask prints the status of one request and one line of its answer's header.
func ask(client *http.Client, url, line string, header ...string) string {
	req, err := http.NewRequest(http.MethodGet, url, nil)
	if err != nil {
		fmt.Println(err)
		return ""
	}
	for i := 0; i+1 < len(header); i += 2 {
		req.Header.Set(header[i], header[i+1])
	}
	resp, err := client.Do(req)
	if err != nil {
		fmt.Println(err)
		return ""
	}
	defer resp.Body.Close()
	fmt.Println(resp.StatusCode)
	return resp.Header.Get(line)
}

const forVault = "?api-version=2019-08-01&resource=https://vault.azure.net"

// In a test, t.Setenv puts the program there; here the test is the program.
func ExampleServer_Environment_appService() {
	srv := start()
	defer srv.Close()
	env := srv.Environment("AppService")
	fmt.Println(env["IDENTITY_ENDPOINT"])
	ask(srv.Client(), env["IDENTITY_ENDPOINT"]+forVault, "", "X-IDENTITY-HEADER", env["IDENTITY_HEADER"])
	// Output:
	// http://localhost:8081/msi/token
	// 200
}

func ExampleServer_RotateIdentityHeader() {
	srv := start()
	defer srv.Close()
	env := srv.Environment("AppService")
	header := srv.RotateIdentityHeader()
	ask(srv.Client(), env["IDENTITY_ENDPOINT"]+forVault, "", "X-IDENTITY-HEADER", env["IDENTITY_HEADER"])
	ask(srv.Client(), env["IDENTITY_ENDPOINT"]+forVault, "", "X-IDENTITY-HEADER", header)
	// Output:
	// 403
	// 200
}

func ExampleServer_SetAppServicePlan() {
	srv := start()
	defer srv.Close()
	srv.SetAppServicePlan(azuretest.LinuxConsumptionPlan)
	env := srv.Environment("AppService")
	ask(srv.Client(), env["IDENTITY_ENDPOINT"]+forVault, "", "X-IDENTITY-HEADER", env["IDENTITY_HEADER"])
	older := strings.Replace(env["MSI_ENDPOINT"]+forVault, "2019-08-01", "2017-09-01", 1)
	ask(srv.Client(), older, "", "secret", env["MSI_SECRET"])
	// Output:
	// 400
	// 200
}

func ExampleAppServicePlan() {
	fmt.Println(azuretest.LinuxPlan, azuretest.WindowsPlan, azuretest.LinuxConsumptionPlan)
	// Output: Linux Windows Linux Consumption
}

func ExampleServer_SetArcKeyDirectory() {
	srv := start()
	defer srv.Close()
	dir, err := os.MkdirTemp("", "keys")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer os.RemoveAll(dir)
	srv.SetArcKeyDirectory(dir)

	endpoint := srv.Environment("AzureArc")["IDENTITY_ENDPOINT"] + "?api-version=2020-06-01&resource=https://vault.azure.net"
	challenge := ask(srv.Client(), endpoint, "WWW-Authenticate", "Metadata", "true")
	file, _ := strings.CutPrefix(challenge, "Basic realm=")
	key, err := os.ReadFile(file)
	fmt.Println(filepath.Ext(file), err)
	ask(srv.Client(), endpoint, "", "Metadata", "true", "Authorization", "Basic "+string(key))
	// Output:
	// 401
	// .key <nil>
	// 200
}

func ExampleServer_TLSClient() {
	srv := start()
	defer srv.Close()
	resp, err := srv.TLSClient().Get("https://mytestkeyvault.vault.azure.net/secrets")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer resp.Body.Close()
	fmt.Println(resp.TLS.PeerCertificates[0].DNSNames)
	// Output: [mytestkeyvault.vault.azure.net]
}

func ExampleServer_SignedInUser() {
	srv := start()
	defer srv.Close()
	person := srv.SignedInUser()
	fmt.Println(person)
	token := person.Token("https://vault.azure.net", time.Hour)
	url := "https://mytestkeyvault.vault.azure.net/secrets/MyTestSecret?api-version=7.4"
	ask(srv.Client(), url, "", "Authorization", "Bearer "+token)
	srv.Vault("mytestkeyvault").Allow(person, "get")
	ask(srv.Client(), url, "", "Authorization", "Bearer "+token)
	// Output:
	// mia@contoso.onmicrosoft.com
	// 403
	// 200
}
