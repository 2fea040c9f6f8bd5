package datalake_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"strings"

	"github.com/keyless-go/azure/azuretest"
	"github.com/keyless-go/azure/credential"
	"github.com/keyless-go/azure/datalake"
)

// On an Azure machine this is all. The Examples below run on the emulator of
// package azuretest, which an HTTPClient leads to.
func Example() {
	ctx := context.Background()
	azure, err := azuretest.Start()
	if err != nil {
		panic(err)
	}
	defer azure.Close()

	cred, err := credential.NewManagedIdentityCredential(&credential.ManagedIdentityCredentialOptions{HTTPClient: azure.Client()})
	if err != nil {
		panic(err)
	}
	client, err := datalake.NewClient("https://mydatalake.azuredatalakestore.net", cred, &datalake.ClientOptions{HTTPClient: azure.Client()})
	if err != nil {
		panic(err)
	}
	if err := client.Upload(ctx, "/TestFolder/Test1.txt", strings.NewReader("Test file."), nil); err != nil {
		panic(err)
	}
	text, err := fs.ReadFile(client.FS(ctx), "TestFolder/Test1.txt")
	if err != nil {
		panic(err)
	}
	fmt.Println(string(text))
	// Output: Test file.
}

// emulator is a client for an empty data lake of the emulator, and its end.
func emulator(profile azuretest.Profile) (client *datalake.Client, end func()) {
	azure, err := azuretest.Start()
	if err != nil {
		panic(err)
	}
	cred, err := credential.NewManagedIdentityCredential(&credential.ManagedIdentityCredentialOptions{HTTPClient: azure.Client()})
	if err != nil {
		panic(err)
	}
	options := &datalake.ClientOptions{HTTPClient: azure.Client()}
	endpoint := azure.DataLake("contoso", profile).URL()
	if profile == azuretest.Hadoop {
		options.User = "alice"
		client, err = datalake.NewClient(endpoint, nil, options)
	} else {
		client, err = datalake.NewClient(endpoint, cred, options)
	}
	if err != nil {
		panic(err)
	}
	return client, func() { _ = azure.Close() }
}

// must ends an Example at an error.
func must[T any](value T, err error) T {
	check(err)
	return value
}

func check(errs ...error) {
	for _, err := range errs {
		if err != nil {
			panic(err)
		}
	}
}

// put makes a file.
func put(client *datalake.Client, name, content string) {
	check(client.Upload(context.Background(), name, strings.NewReader(content), nil))
}

// show prints a file.
func show(client *datalake.Client, name string) {
	fmt.Println(string(must(fs.ReadFile(client.FS(context.Background()), name[1:]))))
}

func ExampleNewClient() {
	cred := must(credential.NewManagedIdentityCredential(nil))
	_, err := datalake.NewClient("http://contoso.dfs.core.windows.net/logs", cred, nil)
	fmt.Println(err)
	// Output: datalake: the endpoint cannot be used: it must begin with https://, as everything of Azure
}

// A cluster with Hadoop's simple authentication believes whoever one says one is.
func ExampleNewClient_hadoop() {
	client := must(datalake.NewClient("webhdfs://namenode:9870", nil, &datalake.ClientOptions{User: "alice"}))
	_, err := client.Stat(context.Background(), "logs")
	fmt.Println(err)
	// Output: stat logs: invalid argument: the name must begin with a slash
}

// A gateway sends data to other hosts only if they are named, and without the token.
func ExampleClientOptions() {
	cred := must(credential.NewManagedIdentityCredential(nil))
	_ = must(datalake.NewClient("https://gateway.contoso.com:8443/gateway/default/webhdfs/v1", cred, &datalake.ClientOptions{
		Scope:         "api://gateway.contoso.com/.default",
		RedirectHosts: []string{"node1.contoso.com", "node2.contoso.com"},
	}))
	// Output:
}

func ExampleClient_Stat() {
	client, end := emulator(azuretest.Gen2)
	defer end()
	ctx := context.Background()
	put(client, "/report.csv", "a,b,c")
	info := must(client.Stat(ctx, "/report.csv"))
	fmt.Println(info.Name(), info.Size(), info.Mode(), info.Sys().(*datalake.FileStatus).ETag != "")
	_, err := client.Stat(ctx, "/none")
	fmt.Println(errors.Is(err, fs.ErrNotExist))
	// Output:
	// report.csv 5 -rw-r----- true
	// true
}

func ExampleClient_Open() {
	client, end := emulator(azuretest.Gen1)
	defer end()
	put(client, "/log", "first line\nsecond line\n")
	f := must(client.Open(context.Background(), "/log"))
	defer f.Close()
	line := make([]byte, 6)
	must(f.ReadAt(line, 11))
	fmt.Println(string(line))
	must(f.Seek(-5, io.SeekEnd))
	fmt.Print(string(must(io.ReadAll(f))))
	// Output:
	// second
	// line
}

func ExampleFile_ReadDir() {
	client, end := emulator(azuretest.Gen2)
	defer end()
	put(client, "/a", "")
	put(client, "/b", "")
	dir := must(client.Open(context.Background(), "/"))
	defer dir.Close()
	for _, entry := range must(dir.ReadDir(1)) {
		fmt.Println(entry.Name())
	}
	// Output: a
}

func ExampleClient_Create() {
	client, end := emulator(azuretest.Gen2)
	defer end()
	ctx := context.Background()
	w := must(client.Create(ctx, "/report.csv"))
	fmt.Fprintln(w, "a,b,c")
	_, err := client.Stat(ctx, "/report.csv")
	fmt.Println("before Close:", errors.Is(err, fs.ErrNotExist))
	check(w.Close())
	fmt.Println("after Close:", must(client.Stat(ctx, "/report.csv")).Size())
	// Output:
	// before Close: true
	// after Close: 6
}

// A writer whose context ends leaves nothing behind.
func ExampleClient_Create_abandon() {
	client, end := emulator(azuretest.Hadoop)
	defer end()
	ctx, cancel := context.WithCancel(context.Background())
	w := must(client.Create(ctx, "/report.csv"))
	fmt.Fprintln(w, "a,b,c")
	cancel()
	fmt.Println(w.Close())
	_, err := client.Stat(context.Background(), "/report.csv")
	fmt.Println(errors.Is(err, fs.ErrNotExist))
	// Output:
	// close /report.csv: context canceled
	// true
}

func ExampleClient_Append() {
	client, end := emulator(azuretest.Gen1)
	defer end()
	put(client, "/log", "one")
	check(client.Append(context.Background(), "/log", strings.NewReader(", two")))
	show(client, "/log")
	// Output: one, two
}

func ExampleClient_ReadDir() {
	client, end := emulator(azuretest.Gen2)
	defer end()
	ctx := context.Background()
	put(client, "/report.csv", "a,b,c")
	check(client.Mkdir(ctx, "/archive", 0o750))
	for entry, err := range client.ReadDir(ctx, "/") {
		check(err)
		fmt.Println(entry.Name(), entry.IsDir())
	}
	// Output:
	// archive true
	// report.csv false
}

func ExampleClient_FS() {
	client, end := emulator(azuretest.Gen2)
	defer end()
	check(client.MkdirAll(context.Background(), "/2026/11", 0o750))
	put(client, "/2026/11/20.csv", "")
	fsys := client.FS(context.Background())
	check(fs.WalkDir(fsys, ".", func(path string, _ fs.DirEntry, err error) error {
		fmt.Println(path)
		return err
	}))
	fmt.Println(must(fs.Glob(fsys, "2026/*/*.csv")))
	// Output:
	// .
	// 2026
	// 2026/11
	// 2026/11/20.csv
	// [2026/11/20.csv]
}

func ExampleRemoteError() {
	client, end := emulator(azuretest.Hadoop)
	defer end()
	err := client.Chmod(context.Background(), "/none", 0o600)
	if remote, ok := errors.AsType[*datalake.RemoteError](err); ok {
		fmt.Println(remote.Status, remote.Exception)
	}
	// Output: 404 FileNotFoundException
}
