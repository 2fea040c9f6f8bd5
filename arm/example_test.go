package arm_test

import (
	"context"
	"errors"
	"fmt"
	"log"
	"strings"
	"time"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/policy"

	"github.com/keyless-go/azure/arm"
	"github.com/keyless-go/azure/azuretest"
)

// machine is a credential with the tokens of the emulated virtual machine.
// Against Azure it is credential.ManagedIdentityCredential.
type machine struct{ *azuretest.Identity }

func (m machine) GetToken(_ context.Context, options policy.TokenRequestOptions) (azcore.AccessToken, error) {
	audience := strings.TrimSuffix(options.Scopes[0], "/.default")
	return azcore.AccessToken{Token: m.Token(audience, time.Hour), ExpiresOn: time.Now().Add(time.Hour)}, nil
}

// emulated starts an emulator and makes a client for a subscription of it.
func emulated() (*arm.ResourceGroupClient, *azuretest.Server) {
	srv, err := azuretest.Start()
	if err != nil {
		log.Fatal(err)
	}
	client, err := arm.NewResourceGroupClient("00000000-0000-0000-0000-000000000001", machine{srv.SystemIdentity()}, &arm.ClientOptions{HTTPClient: srv.Client()})
	if err != nil {
		log.Fatal(err)
	}
	srv.Subscription("00000000-0000-0000-0000-000000000001").Group("shop").SetTags(map[string]string{"env": "prod"})
	return client, srv
}

func Example() {
	srv, err := azuretest.Start()
	if err != nil {
		log.Fatal(err)
	}
	defer srv.Close()
	client, err := arm.NewResourceGroupClient("98f51385-2edc-4b79-bed9-7718de4cb861", machine{srv.SystemIdentity()}, &arm.ClientOptions{HTTPClient: srv.Client()})
	if err != nil {
		log.Fatal(err)
	}
	group, err := client.Get(context.Background(), "DevTest")
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(group.Name, group.Location, group.ProvisioningState)
	// Output: DevTest westus Succeeded
}

func ExampleNewResourceGroupClient() {
	_, err := arm.NewResourceGroupClient("../subscriptions", machine{}, nil)
	fmt.Println(err)
	// Output: arm: the subscription is named by its ID, such as 00000000-0000-0000-0000-000000000000
}

func ExampleResourceGroupClient_Get() {
	client, srv := emulated()
	defer srv.Close()
	group, err := client.Get(context.Background(), "shop")
	fmt.Println(group.Tags["env"], err)
	_, err = client.Get(context.Background(), "nothing")
	fmt.Println(errors.Is(err, arm.ErrNotFound))
	// Output:
	// prod <nil>
	// true
}

func ExampleResourceGroupClient_Exists() {
	client, srv := emulated()
	defer srv.Close()
	fmt.Println(client.Exists(context.Background(), "SHOP"))
	fmt.Println(client.Exists(context.Background(), "nothing"))
	// Output:
	// true <nil>
	// false <nil>
}

func ExampleResourceGroupClient_List() {
	client, srv := emulated()
	defer srv.Close()
	srv.Subscription("00000000-0000-0000-0000-000000000001").Group("test")
	for group, err := range client.List(context.Background(), &arm.ListOptions{Filter: "tagName eq 'env' and tagValue eq 'prod'"}) {
		if err != nil {
			log.Fatal(err)
		}
		fmt.Println(group.Name)
	}
	// Output: shop
}

func ExampleResourceGroupClient_CreateOrUpdate() {
	client, srv := emulated()
	defer srv.Close()
	group, err := client.CreateOrUpdate(context.Background(), "new", arm.ResourceGroup{Location: "westeurope", Tags: map[string]string{"env": "test"}})
	fmt.Println(group.ID, group.Location, group.Tags, err)
	// Output: /subscriptions/00000000-0000-0000-0000-000000000001/resourceGroups/new westeurope map[env:test] <nil>
}

func ExampleResourceGroupClient_UpdateTags() {
	client, srv := emulated()
	defer srv.Close()
	group, err := client.UpdateTags(context.Background(), "shop", map[string]string{"owner": "me"})
	fmt.Println(group.Tags, err)
	// Output: map[owner:me] <nil>
}

func ExampleResourceGroupClient_Delete() {
	client, srv := emulated()
	defer srv.Close()
	fmt.Println(client.Delete(context.Background(), "shop"))
	fmt.Println(errors.Is(client.Delete(context.Background(), "shop"), arm.ErrNotFound))
	// Output:
	// <nil>
	// true
}

func ExampleResourceGroupClient_BeginDelete() {
	ctx := context.Background()
	client, srv := emulated()
	defer srv.Close()
	srv.Subscription("00000000-0000-0000-0000-000000000001").SetDeletion(azuretest.Deletion{Polls: 2})
	poller, err := client.BeginDelete(ctx, "shop")
	if err != nil {
		log.Fatal(err)
	}
	for !poller.Done() {
		resp, err := poller.Poll(ctx)
		if err != nil {
			log.Fatal(err)
		}
		fmt.Println(resp.StatusCode)
	}
	// Output:
	// 202
	// 202
	// 200
}

func ExampleResourceGroupClient_Resources() {
	client, srv := emulated()
	defer srv.Close()
	srv.Subscription("00000000-0000-0000-0000-000000000001").Group("shop").AddResource(azuretest.Resource{Type: "Microsoft.Web/sites", Name: "front"})
	for resource, err := range client.Resources(context.Background(), "shop") {
		if err != nil {
			log.Fatal(err)
		}
		fmt.Println(resource.Type, resource.Name)
	}
	// Output: Microsoft.Web/sites front
}
