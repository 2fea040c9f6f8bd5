package datalake_test

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"syscall"
	"time"

	"github.com/keyless-go/azure/azuretest"
	"github.com/keyless-go/azure/datalake"
)

func ExampleClient_Mkdir() {
	client, end := emulator(azuretest.Gen2)
	defer end()
	ctx := context.Background()
	check(client.Mkdir(ctx, "/logs", 0o750))
	fmt.Println(errors.Is(client.Mkdir(ctx, "/logs", 0o750), fs.ErrExist))
	fmt.Println(errors.Is(client.Mkdir(ctx, "/none/logs", 0o750), fs.ErrNotExist))
	// Output:
	// true
	// true
}

func ExampleClient_MkdirAll() {
	client, end := emulator(azuretest.Hadoop)
	defer end()
	ctx := context.Background()
	check(client.MkdirAll(ctx, "/2026/11/20", 0o750))
	fmt.Println(must(client.Stat(ctx, "/2026/11/20")).Mode())
	// Output: drwxr-x---
}

func ExampleClient_Rename() {
	client, end := emulator(azuretest.Hadoop)
	defer end()
	ctx := context.Background()
	put(client, "/new", "new")
	put(client, "/old", "old")
	check(client.Rename(ctx, "/new", "/old"))
	show(client, "/old")
	fmt.Println(client.Rename(ctx, "/none", "/old"))
	// Output:
	// new
	// rename /none /old: namenode.contoso.test:9870: 404 FileNotFoundException: File does not exist: /none
}

func ExampleClient_Remove() {
	client, end := emulator(azuretest.Gen2)
	defer end()
	ctx := context.Background()
	check(client.Mkdir(ctx, "/logs", 0o750))
	put(client, "/logs/today", "")
	fmt.Println(errors.Is(client.Remove(ctx, "/logs"), syscall.ENOTEMPTY))
	check(client.Remove(ctx, "/logs/today"), client.Remove(ctx, "/logs"))
	// Output: true
}

func ExampleClient_RemoveAll() {
	client, end := emulator(azuretest.Gen2)
	defer end()
	ctx := context.Background()
	check(client.Mkdir(ctx, "/logs", 0o750))
	put(client, "/logs/today", "")
	fmt.Println(client.RemoveAll(ctx, "/logs"), client.RemoveAll(ctx, "/logs"))
	// Output: <nil> <nil>
}

func ExampleClient_Truncate() {
	client, end := emulator(azuretest.Hadoop)
	defer end()
	put(client, "/log", "0123456789")
	check(client.Truncate(context.Background(), "/log", 4))
	show(client, "/log")
	// Output: 0123
}

func ExampleClient_Concat() {
	client, end := emulator(azuretest.Hadoop)
	defer end()
	ctx := context.Background()
	put(client, "/one", "one,")
	put(client, "/two", "two,")
	put(client, "/three", "three")
	check(client.Concat(ctx, "/one", "/two", "/three"))
	show(client, "/one")
	_, err := client.Stat(ctx, "/two")
	fmt.Println(errors.Is(err, fs.ErrNotExist))
	// Output:
	// one,two,three
	// true
}

func ExampleClient_Chmod() {
	client, end := emulator(azuretest.Gen2)
	defer end()
	ctx := context.Background()
	put(client, "/log", "")
	check(client.Chmod(ctx, "/log", 0o600))
	fmt.Println(must(client.Stat(ctx, "/log")).Mode())
	// Output: -rw-------
}

func ExampleClient_Chown() {
	client, end := emulator(azuretest.Hadoop)
	defer end()
	put(client, "/log", "")
	// Only a superuser gives files away.
	fmt.Println(errors.Is(client.Chown(context.Background(), "/log", "bob", ""), fs.ErrPermission))
	// Output: true
}

func ExampleClient_Chtimes() {
	client, end := emulator(azuretest.Hadoop)
	defer end()
	ctx := context.Background()
	put(client, "/log", "")
	check(client.Chtimes(ctx, "/log", time.Time{}, time.Date(2026, 11, 20, 0, 0, 0, 0, time.UTC)))
	fmt.Println(must(client.Stat(ctx, "/log")).ModTime())
	// Output: 2026-11-20 00:00:00 +0000 UTC
}

func ExampleClient_ContentSummary() {
	client, end := emulator(azuretest.Gen2)
	defer end()
	ctx := context.Background()
	check(client.Mkdir(ctx, "/logs", 0o750))
	put(client, "/logs/one", "12345")
	put(client, "/logs/two", "1234567")
	sum := must(client.ContentSummary(ctx, "/logs"))
	fmt.Println(sum.Directories, sum.Files, sum.Length)
	// Output: 1 2 12
}

func ExampleClient_SetExpiry() {
	client, end := emulator(azuretest.Gen1)
	defer end()
	ctx := context.Background()
	put(client, "/draft", "")
	check(client.SetExpiry(ctx, "/draft", time.Date(2040, 1, 1, 0, 0, 0, 0, time.UTC)))
	fmt.Println(must(client.Stat(ctx, "/draft")).Sys().(*datalake.FileStatus).Expires)
	// Output: 2040-01-01 00:00:00 +0000 UTC
}
