package datalake_test

import (
	"context"
	"fmt"

	"github.com/keyless-go/azure/azuretest"
	"github.com/keyless-go/azure/datalake"
)

func ExampleParseACL() {
	for _, entry := range must(datalake.ParseACL("user:carla:r-x,default:group::rwx")) {
		fmt.Println(entry.Default, entry.Kind, entry.Name, entry.Permissions)
	}
	// Output:
	// false user carla -------r-x
	// true group  -------rwx
}

// lakeWithACL is a client for a lake with a directory that carla may look into.
func lakeWithACL() (client *datalake.Client, end func()) {
	client, end = emulator(azuretest.Hadoop)
	ctx := context.Background()
	check(client.Mkdir(ctx, "/logs", 0o750))
	check(client.ModifyACL(ctx, "/logs", datalake.ACLEntry{Kind: "user", Name: "carla", Permissions: 5}))
	return client, end
}

func ExampleClient_ACL() {
	client, end := lakeWithACL()
	defer end()
	acl := must(client.ACL(context.Background(), "/logs"))
	fmt.Println(acl.Owner, acl.Entries)
	// Output: alice [user::rwx user:carla:r-x group::r-x mask::r-x other::---]
}

func ExampleClient_ModifyACL() {
	client, end := lakeWithACL()
	defer end()
	ctx := context.Background()
	check(client.ModifyACL(ctx, "/logs", must(datalake.ParseACL("user:carla:rwx,user:dan:--x"))...))
	fmt.Println(must(client.ACL(ctx, "/logs")).Entries)
	// Output: [user::rwx user:carla:rwx user:dan:--x group::r-x mask::rwx other::---]
}

func ExampleClient_SetACL() {
	client, end := lakeWithACL()
	defer end()
	ctx := context.Background()
	check(client.SetACL(ctx, "/logs", must(datalake.ParseACL("user::rwx,group::---,other::---"))...))
	fmt.Println(must(client.ACL(ctx, "/logs")).Entries)
	// Output: [user::rwx group::--- other::---]
}

func ExampleClient_RemoveACLEntries() {
	client, end := lakeWithACL()
	defer end()
	ctx := context.Background()
	check(client.RemoveACLEntries(ctx, "/logs", datalake.ACLEntry{Kind: "user", Name: "carla"}))
	fmt.Println(must(client.ACL(ctx, "/logs")).Entries)
	// Output: [user::rwx group::r-x other::---]
}

func ExampleClient_RemoveDefaultACL() {
	client, end := lakeWithACL()
	defer end()
	ctx := context.Background()
	check(client.ModifyACL(ctx, "/logs", datalake.ACLEntry{Default: true, Kind: "user", Name: "carla", Permissions: 4}))
	check(client.RemoveDefaultACL(ctx, "/logs"))
	fmt.Println(must(client.ACL(ctx, "/logs")).Entries)
	// Output: [user::rwx user:carla:r-x group::r-x mask::r-x other::---]
}

func ExampleClient_RemoveACL() {
	client, end := lakeWithACL()
	defer end()
	ctx := context.Background()
	check(client.RemoveACL(ctx, "/logs"))
	fmt.Println(must(client.ACL(ctx, "/logs")).Entries)
	// Output: [user::rwx group::r-x other::---]
}

func ExampleClient_SetXAttr() {
	client, end := emulator(azuretest.Hadoop)
	defer end()
	ctx := context.Background()
	put(client, "/log", "")
	check(client.SetXAttr(ctx, "/log", "user.origin", []byte("sensor 7")))
	fmt.Println(string(must(client.XAttr(ctx, "/log", "user.origin"))))
	// Output: sensor 7
}

func ExampleClient_XAttrs() {
	client, end := emulator(azuretest.Gen2)
	defer end()
	ctx := context.Background()
	put(client, "/log", "")
	check(client.SetXAttr(ctx, "/log", "origin", []byte("sensor 7")), client.SetXAttr(ctx, "/log", "checked", nil))
	fmt.Println(must(client.XAttrs(ctx, "/log")))
	check(client.RemoveXAttr(ctx, "/log", "checked"))
	fmt.Println(must(client.XAttrs(ctx, "/log")))
	// Output:
	// [checked origin]
	// [origin]
}
