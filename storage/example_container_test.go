package storage_test

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"log"
	"os"
	"strings"
	"time"

	"github.com/keyless-go/azure/azuretest"
	"github.com/keyless-go/azure/storage"
)

func ExampleNewContainerClient() {
	srv := start()
	defer srv.Close()
	sas := emulated(srv).NewSASCredential(storage.ServiceSASParameters{Container: "mycontainer", Permissions: "l", Protocol: "https"}, time.Hour)
	client, err := storage.NewContainerClient("https://mystorageacct.blob.core.windows.net/mycontainer", sas, &storage.ClientOptions{HTTPClient: srv.Client()})
	fmt.Println(client != nil, err)
	// Output: true <nil>
}

func ExampleNewContainerClientWithCredential() {
	srv := start()
	defer srv.Close()
	srv.StorageAccount("mystorageacct").Assign(srv.SystemIdentity(), azuretest.RoleBlobDataContributor)
	client, err := storage.NewContainerClientWithCredential("https://mystorageacct.blob.core.windows.net/mycontainer",
		&identity{of: srv.SystemIdentity()}, &storage.ClientOptions{HTTPClient: srv.Client()})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(client.Upload(context.Background(), "testblob", strings.NewReader("no SAS at all"), nil))
	// Output: <nil>
}

func ExampleContainerClient_Upload() {
	srv := start()
	defer srv.Close()
	client := emulatedContainer(srv)
	content := bytes.Repeat([]byte("0123456789"), 100_000)
	err := client.Upload(context.Background(), "numbers", bytes.NewReader(content), &storage.UploadOptions{
		BlockSize:   256 << 10,
		Concurrency: 1,
		ContentType: "text/plain",
		Checksum:    true,
		Progress:    func(sent int64) { fmt.Printf("%d of %d bytes\n", sent, len(content)) },
	})
	fmt.Println(err)
	// Output:
	// 262144 of 1000000 bytes
	// 524288 of 1000000 bytes
	// 786432 of 1000000 bytes
	// 1000000 of 1000000 bytes
	// <nil>
}

func ExampleContainerClient_Download() {
	srv := start()
	defer srv.Close()
	srv.StorageAccount("mystorageacct").Container("mycontainer").SetBlob("greeting", []byte("hello\n"))
	blob, _, err := emulatedContainer(srv).Download(context.Background(), "greeting")
	if err != nil {
		log.Fatal(err)
	}
	defer blob.Close()
	_, err = io.Copy(os.Stdout, blob)
	fmt.Println(err)
	// Output:
	// hello
	// <nil>
}

func ExampleContainerClient_DownloadTo() {
	srv := start()
	defer srv.Close()
	srv.StorageAccount("mystorageacct").Container("mycontainer").SetBlob("greeting", []byte("hello"))
	file, err := os.CreateTemp("", "greeting")
	if err != nil {
		log.Fatal(err)
	}
	defer os.Remove(file.Name())
	defer file.Close()
	properties, err := emulatedContainer(srv).DownloadTo(context.Background(), "greeting", file, &storage.DownloadOptions{Concurrency: 8})
	if err != nil {
		log.Fatal(err)
	}
	info, err := file.Stat()
	fmt.Println(properties.Size, info.Size(), err)
	// Output: 5 5 <nil>
}

func ExampleContainerClient_Properties() {
	srv := start()
	defer srv.Close()
	srv.StorageAccount("mystorageacct").Container("mycontainer").SetBlob("greeting", []byte("hello"))
	properties, err := emulatedContainer(srv).Properties(context.Background(), "greeting")
	fmt.Println(properties.Name, properties.Size, properties.ContentType, err)
	// Output: greeting 5 application/octet-stream <nil>
}

func ExampleContainerClient_List() {
	srv := start()
	defer srv.Close()
	container := srv.StorageAccount("mystorageacct").Container("mycontainer")
	for _, name := range []string{"logs/2", "logs/1", "other"} {
		container.SetBlob(name, []byte("x"))
	}
	for blob, err := range emulatedContainer(srv).List(context.Background(), "logs/") {
		if err != nil {
			log.Fatal(err)
		}
		fmt.Println(blob.Name, blob.Size)
	}
	// Output:
	// logs/1 1
	// logs/2 1
}

func ExampleContainerClient_Delete() {
	srv := start()
	defer srv.Close()
	srv.StorageAccount("mystorageacct").Container("mycontainer").SetBlob("old", nil)
	client := emulatedContainer(srv)
	fmt.Println(client.Delete(context.Background(), "old"))
	err := client.Delete(context.Background(), "old")
	fmt.Println(strings.Contains(err.Error(), "404 BlobNotFound"))
	// Output:
	// <nil>
	// true
}
