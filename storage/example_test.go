package storage_test

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log"
	"strings"
	"time"

	"github.com/keyless-go/azure/azuretest"
	"github.com/keyless-go/azure/storage"
)

// emulated makes a client for the storage account of the emulator. Against Azure
// there is no HTTPClient, and the credential is credential.ManagedIdentityCredential.
func emulated(srv *azuretest.Server) *storage.SASClient {
	client, err := storage.NewSASClient("98f51385-2edc-4b79-bed9-7718de4cb861", "DevTest", "mystorageacct",
		&identity{of: srv.SystemIdentity()}, &storage.ClientOptions{HTTPClient: srv.Client()})
	if err != nil {
		log.Fatal(err)
	}
	return client
}

// emulatedContainer makes a client that may do everything in a container.
func emulatedContainer(srv *azuretest.Server) *storage.ContainerClient {
	sas := emulated(srv).NewSASCredential(storage.ServiceSASParameters{Container: "mycontainer", Permissions: "racwdl", Protocol: "https"}, time.Hour)
	client, err := storage.NewContainerClient("https://mystorageacct.blob.core.windows.net/mycontainer", sas, &storage.ClientOptions{HTTPClient: srv.Client()})
	if err != nil {
		log.Fatal(err)
	}
	return client
}

func start() *azuretest.Server {
	srv, err := azuretest.Start()
	if err != nil {
		log.Fatal(err)
	}
	return srv
}

func Example() {
	ctx := context.Background()
	srv := start()
	defer srv.Close()
	cred := &identity{of: srv.SystemIdentity()} // for example credential.NewManagedIdentityCredential(nil)
	options := &storage.ClientOptions{HTTPClient: srv.Client()}

	client, err := storage.NewSASClient("98f51385-2edc-4b79-bed9-7718de4cb861", "DevTest", "mystorageacct", cred, options)
	if err != nil {
		log.Fatal(err)
	}
	sas := client.NewSASCredential(storage.ServiceSASParameters{Container: "mycontainer", Permissions: "rcw", Protocol: "https"}, time.Hour)
	container, err := storage.NewContainerClient("https://mystorageacct.blob.core.windows.net/mycontainer", sas, options)
	if err != nil {
		log.Fatal(err)
	}
	if err := container.Upload(ctx, "testblob", strings.NewReader("This is a test text file."), nil); err != nil {
		log.Fatal(err)
	}
	blob, properties, err := container.Download(ctx, "testblob")
	if err != nil {
		log.Fatal(err)
	}
	defer blob.Close()
	content, err := io.ReadAll(blob)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(properties.Size, string(content))
	// Output: 25 This is a test text file.
}

func ExampleNewSASClient() {
	srv := start()
	defer srv.Close()
	client, err := storage.NewSASClient("98f51385-2edc-4b79-bed9-7718de4cb861", "DevTest", "mystorageacct",
		&identity{of: srv.SystemIdentity()}, &storage.ClientOptions{HTTPClient: srv.Client()})
	fmt.Println(client != nil, err)
	// Output: true <nil>
}

func ExampleSASClient_ListServiceSAS() {
	srv := start()
	defer srv.Close()
	sas, err := emulated(srv).ListServiceSAS(context.Background(), storage.ServiceSASParameters{
		Container: "mycontainer", Permissions: "wcr", Protocol: "https", Expiry: time.Date(2096, 9, 23, 0, 0, 0, 0, time.UTC),
	})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(sas)
	fmt.Println(strings.Contains(sas.Token(), "REDACTED"))
	// Output:
	// sv=2015-04-05&sr=c&spr=https&se=2096-09-23T00%3A00%3A00Z&sp=rcw&sig=REDACTED
	// false
}

func ExampleSASClient_ListAccountSAS() {
	srv := start()
	defer srv.Close()
	sas, err := emulated(srv).ListAccountSAS(context.Background(), storage.AccountSASParameters{
		Services: "b", ResourceTypes: "co", Permissions: "rl", Protocol: "https", Expiry: time.Date(2096, 9, 23, 0, 0, 0, 0, time.UTC),
	})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(sas.Permissions(), sas.Expiry())
	// Output: rl 2096-09-23 00:00:00 +0000 UTC
}

func ExampleSAS() {
	srv := start()
	defer srv.Close()
	sas, err := emulated(srv).ListServiceSAS(context.Background(), storage.ServiceSASParameters{
		Container: "mycontainer", Permissions: "r", Expiry: time.Date(2096, 9, 23, 0, 0, 0, 0, time.UTC),
	})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(sas.Version(), sas.Resource(), sas.Permissions(), sas.Expiry().Format(time.DateOnly))
	// Output: 2015-04-05 c r 2096-09-23
}

func ExampleSAS_Token() {
	srv := start()
	defer srv.Close()
	sas, err := emulated(srv).ListServiceSAS(context.Background(), storage.ServiceSASParameters{
		Container: "mycontainer", Permissions: "r", Expiry: time.Date(2096, 9, 23, 0, 0, 0, 0, time.UTC),
	})
	if err != nil {
		log.Fatal(err)
	}
	link := "https://mystorageacct.blob.core.windows.net/mycontainer/testblob?" + sas.Token()
	fmt.Println(strings.HasPrefix(link, "https://mystorageacct.blob.core.windows.net/mycontainer/testblob?sv=2015-04-05&sr=c&"))
	// Output: true
}

func ExampleSAS_String() {
	srv := start()
	defer srv.Close()
	sas, err := emulated(srv).ListServiceSAS(context.Background(), storage.ServiceSASParameters{
		Container: "mycontainer", Permissions: "r", Expiry: time.Date(2096, 9, 23, 0, 0, 0, 0, time.UTC),
	})
	if err != nil {
		log.Fatal(err)
	}
	inJSON, err := json.Marshal(map[string]any{"permissions": sas.Permissions(), "sas": sas})
	fmt.Println(strings.Contains(string(inJSON), "sig=REDACTED"), err)
	fmt.Printf("%v\n", sas)
	// Output:
	// true <nil>
	// sv=2015-04-05&sr=c&se=2096-09-23T00%3A00%3A00Z&sp=r&sig=REDACTED
}

func ExampleSASClient_NewSASCredential() {
	srv := start()
	defer srv.Close()
	sas := emulated(srv).NewSASCredential(storage.ServiceSASParameters{Container: "mycontainer", Permissions: "r", Protocol: "https"}, time.Hour)
	first, err := sas.SAS(context.Background())
	if err != nil {
		log.Fatal(err)
	}
	again, err := sas.SAS(context.Background())
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(first.Token() == again.Token(), time.Until(first.Expiry()) > 59*time.Minute)
	// Output: true true
}

func ExampleSASCredential_SAS() {
	srv := start()
	defer srv.Close()
	sas := emulated(srv).NewSASCredential(storage.ServiceSASParameters{Container: "mycontainer", Permissions: "r", Protocol: "https"}, time.Hour)
	now, err := sas.SAS(context.Background())
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(now.Permissions())
	// Output: r
}

// The policy keeps the SAS of a client fresh that can only be given one: here one
// of azcore's, in the same way as Microsoft's azblob.
func ExampleSASCredential_Policy() {
	srv := start()
	defer srv.Close()
	sas := emulated(srv).NewSASCredential(storage.ServiceSASParameters{Container: "mycontainer", Permissions: "rcw", Protocol: "https"}, time.Hour)
	// options := &container.ClientOptions{}
	// options.PerRetryPolicies = []policy.Policy{sas.Policy()}
	// client, err := container.NewClientWithNoCredential(containerURL, options)
	client := newForeignClient(sas.Policy(), srv.Client())
	resp, err := client.get(context.Background(), "https://mystorageacct.blob.core.windows.net/mycontainer/nothing")
	if err != nil {
		log.Fatal(err)
	}
	defer resp.Body.Close()
	fmt.Println(resp.StatusCode, resp.Header.Get("x-ms-error-code"))
	// Output: 404 BlobNotFound
}
