package azuretest_test

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"net/http"
	"net/url"
	"time"

	"github.com/keyless-go/azure/azuretest"
)

const post = http.MethodPost

func ExampleServer_Subscription() {
	srv := start()
	defer srv.Close()
	token := srv.SystemIdentity().Token("https://management.azure.com/", time.Hour)

	send(srv.Client(), get, "https://management.azure.com/subscriptions/98f51385-2edc-4b79-bed9-7718de4cb861/resourceGroups/DevTest?api-version=2016-06-01", token, "")
	// Output:
	// 200 {"id":"/subscriptions/98f51385-2edc-4b79-bed9-7718de4cb861/resourceGroups/DevTest","name":"DevTest","location":"westus","properties":{"provisioningState":"Succeeded"}}
}

func ExampleSubscription_Group() {
	srv := start(azuretest.Empty())
	defer srv.Close()
	sub := srv.Subscription("11111111-2222-4333-8444-555555555555")
	g := sub.Group("web")
	g.SetLocation("westeurope")
	g.SetTags(map[string]string{"team": "blue"})
	g.AddResource(azuretest.Resource{Type: "Microsoft.Web/sites", Name: "shop", Kind: "app"})

	token := srv.SystemIdentity().Token("https://management.azure.com/", time.Hour)
	send(srv.Client(), get, "https://management.azure.com"+g.ID()+"/resources?api-version=2021-04-01", token, "")
	fmt.Println(sub.Groups(), g.Name(), g.Tags(), g.State())
	// Output:
	// 200 {"value":[{"id":"/subscriptions/11111111-2222-4333-8444-555555555555/resourceGroups/web/providers/Microsoft.Web/sites/shop","name":"shop","type":"Microsoft.Web/sites","kind":"app","location":"westeurope"}]}
	// [web] web map[team:blue] Succeeded
}

func ExampleSubscription_SetDeletion() {
	srv := start(azuretest.Empty())
	defer srv.Close()
	sub := srv.Subscription("11111111-2222-4333-8444-555555555555")
	sub.SetDeletion(azuretest.Deletion{Takes: time.Minute, RetryAfter: 15 * time.Second})
	g := sub.Group("web")

	token := srv.SystemIdentity().Token("https://management.azure.com/", time.Hour)
	send(srv.Client(), http.MethodDelete, "https://management.azure.com"+g.ID()+"?api-version=2021-04-01", token, "")
	fmt.Println(g.State())
	srv.Advance(time.Minute)
	fmt.Println(sub.Groups())
	// Output:
	// 202
	// Deleting
	// []
}

func ExampleResourceGroup_Lock() {
	srv := start(azuretest.Empty())
	defer srv.Close()
	g := srv.Subscription("11111111-2222-4333-8444-555555555555").Group("web")
	g.Lock(true)

	token := srv.SystemIdentity().Token("https://management.azure.com/", time.Hour)
	send(srv.Client(), http.MethodDelete, "https://management.azure.com"+g.ID()+"?api-version=2021-04-01", token, "")
	fmt.Println(g.State())
	// Output:
	// 409
	// Succeeded
}

func ExampleScope_Assign() {
	srv := start(azuretest.Empty())
	defer srv.Close()
	g := srv.Subscription("11111111-2222-4333-8444-555555555555").Group("web")
	app := srv.AddUserIdentity("app")
	g.Assign(app, azuretest.RoleReader)

	token := app.Token("https://management.azure.com/", time.Hour)
	send(srv.Client(), get, "https://management.azure.com"+g.ID()+"?api-version=2016-06-01", token, "")
	g.Unassign(app)
	send(srv.Client(), get, "https://management.azure.com"+g.ID()+"?api-version=2016-06-01", token, "")
	fmt.Println(srv.Requests()[1].Operation)
	// Output:
	// 200 {"id":"/subscriptions/11111111-2222-4333-8444-555555555555/resourceGroups/web","name":"web","location":"westus","properties":{"provisioningState":"Succeeded"}}
	// 403
	// arm.groups.get
}

func ExampleServer_StorageAccount() {
	srv := start()
	defer srv.Close()
	account := srv.StorageAccount("mystorageacct")
	box := account.Container("mycontainer")
	box.SetBlob("testblob", []byte("This is a test text file."))

	token := srv.SystemIdentity().Token("https://management.azure.com/", time.Hour)
	send(srv.Client(), post, "https://management.azure.com"+account.ID()+"/listServiceSas/?api-version=2017-06-01", token,
		`{"canonicalizedResource":"/blob/mystorageacct/mycontainer","signedResource":"c","signedPermission":"rcw","signedProtocol":"https","signedExpiry":"2035-09-23T00:00:00Z"}`)
	// Output:
	// 200 {"serviceSasToken":"sv=2015-04-05&sr=c&spr=https&se=2035-09-23T00%3A00%3A00Z&sp=rcw&sig=RL%2BbMbqRUKUVhjoe%2Bdn7e1TA7OGQQzFBG8NaCDFF20I%3D"}
}

func ExampleStorageAccount_HandOver() {
	srv := start()
	defer srv.Close()
	account := srv.StorageAccount("mystorageacct")
	account.SetSASVersion("2020-12-06")
	// Azurite's well-known account; SAS minted from now on open it.
	account.HandOver("http://127.0.0.1:10000/devstoreaccount1", "devstoreaccount1",
		"Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw==")

	token := srv.SystemIdentity().Token("https://management.azure.com/", time.Hour)
	send(srv.Client(), post, "https://management.azure.com"+account.ID()+"/listServiceSas?api-version=2017-06-01", token,
		`{"canonicalizedResource":"/blob/devstoreaccount1/mycontainer","signedResource":"c","signedPermission":"rw","signedExpiry":"2035-09-23T00:00:00Z"}`)
	// Output:
	// 200 {"serviceSasToken":"sv=2020-12-06&sr=c&se=2035-09-23T00%3A00%3A00Z&sp=rw&sig=YRd049AeO0IhRn0zVjiHgox9eTshEjaQ%2F3NkAFNauc4%3D"}
}

func ExampleStorageAccount_AllowSharedKey() {
	srv := start()
	defer srv.Close()
	account := srv.StorageAccount("contoso")
	account.AllowSharedKey(false)
	account.Assign(srv.SystemIdentity(), azuretest.RoleBlobDataReader)
	fmt.Println(account.Name(), account.URL())

	send(srv.Client(), http.MethodHead, account.URL()+"/box/b?sv=2015-04-05&sig=x", "", "")
	fmt.Println(srv.Requests()[0].URL, srv.Requests()[0].Reason)
	// Output:
	// contoso https://contoso.blob.core.windows.net
	// 403
	// https://contoso.blob.core.windows.net/box/b?sv=2015-04-05&sig=REDACTED Key based authentication is not permitted on this storage account: the request is signed by an account key, the account wants a bearer token or a user delegation SAS.
}

func ExampleContainer() {
	srv := start()
	defer srv.Close()
	box := srv.StorageAccount("contoso").Container("box")
	box.SetBlob("a/1.txt", []byte("one"))
	box.SetBlob("a/2.txt", []byte("two"))
	data, ok := box.Blob("a/2.txt")
	fmt.Println(box.Name(), box.URL(), box.Blobs(), string(data), ok)
	blocks, size := box.UncommittedBlocks("a/3.txt")
	fmt.Println(blocks, size, srv.StorageAccount("contoso").Containers())
	// Output:
	// box https://contoso.blob.core.windows.net/box [a/1.txt a/2.txt] two true
	// 0 0 [box]
}

func ExampleContainer_SetPolicy() {
	srv := start()
	defer srv.Close()
	account := srv.StorageAccount("contoso")
	box := account.Container("box")
	box.SetBlob("b", []byte("data"))
	box.SetPolicy("readers", azuretest.AccessPolicy{Expiry: time.Date(2035, 1, 1, 0, 0, 0, 0, time.UTC), Permissions: "r"})

	// A SAS that names the policy and says nothing else, made by other means.
	mac := hmac.New(sha256.New, decode(account.Key("key1")))
	fmt.Fprintf(mac, "\n\n\n/blob/contoso/box\nreaders\n\n\n2015-04-05\n\n\n\n\n")
	sas := url.Values{"sv": {"2015-04-05"}, "sr": {"c"}, "si": {"readers"}, "sig": {base64.StdEncoding.EncodeToString(mac.Sum(nil))}}.Encode()
	send(srv.Client(), get, box.URL()+"/b?"+sas, "", "")
	box.RemovePolicy("readers")
	send(srv.Client(), http.MethodHead, box.URL()+"/b?"+sas, "", "")
	// Output:
	// 200 data
	// 403
}

func decode(text string) []byte {
	data, err := base64.StdEncoding.DecodeString(text)
	if err != nil {
		panic(err)
	}
	return data
}

func ExampleStorageAccount_RotateKey() {
	srv := start()
	defer srv.Close()
	account := srv.StorageAccount("contoso")
	old := account.Key("key1")
	account.RotateKey("key1") // what the old one has signed is refused from now on
	fmt.Println(old != account.Key("key1"), len(account.Key("key2")))
	// Output:
	// true 88
}

func ExampleStorageAccount_SetSASVersion() {
	srv := start()
	defer srv.Close()
	account := srv.StorageAccount("contoso")
	account.SetSASVersion("2018-11-09")
	account.Lax(true) // permissions as they come

	token := srv.SystemIdentity().Token("https://management.azure.com/", time.Hour)
	send(srv.Client(), post, "https://management.azure.com"+account.ID()+"/listAccountSas?api-version=2017-06-01", token,
		`{"signedServices":"b","signedResourceTypes":"sco","signedPermission":"wr","signedExpiry":"2035-09-23T00:00:00Z"}`)
	// Output:
	// 200 {"accountSasToken":"sv=2018-11-09&ss=b&srt=sco&sp=wr&se=2035-09-23T00%3A00%3A00Z&sig=0Vb1aRsU24n5CxB3vHoGnWFUwtjMTOUotiLGiZ968Tg%3D"}
}

func ExampleStorageAccount_AzuriteCompat() {
	srv := start()
	defer srv.Close()
	account := srv.StorageAccount("contoso")
	code := func() string {
		resp, err := srv.Client().Get(account.URL() + "/box/b?sv=2015-04-05&sr=c&sig=x")
		if err != nil {
			return err.Error()
		}
		defer resp.Body.Close()
		return resp.Header.Get("X-Ms-Error-Code")
	}
	fmt.Println(code())
	account.AzuriteCompat(true)
	fmt.Println(code())
	// Output:
	// AuthenticationFailed
	// AuthorizationFailure
}

func ExampleStorageAccount_Move() {
	srv := start(azuretest.Empty())
	defer srv.Close()
	account := srv.StorageAccount("contoso")
	account.Move(srv.Subscription("11111111-2222-4333-8444-555555555555").Group("web"))
	fmt.Println(account.ID())
	// Output:
	// /subscriptions/11111111-2222-4333-8444-555555555555/resourceGroups/web/providers/Microsoft.Storage/storageAccounts/contoso
}

func ExampleSubscription_SetPageSize() {
	srv := start(azuretest.Empty())
	defer srv.Close()
	sub := srv.Subscription("11111111-2222-4333-8444-555555555555")
	sub.SetPageSize(1)
	sub.Group("a")
	sub.Group("b")

	token := srv.SystemIdentity().Token("https://management.azure.com/", time.Hour)
	send(srv.Client(), get, "https://management.azure.com"+sub.ID()+"/resourcegroups?api-version=2016-06-01&$skiptoken=eyJOZXh0TWFya2VyIjoiYSJ9", token, "")
	// Output:
	// 200 {"value":[{"id":"/subscriptions/11111111-2222-4333-8444-555555555555/resourceGroups/b","name":"b","location":"westus","properties":{"provisioningState":"Succeeded"}}]}
}

func ExampleSubscription_Limit() {
	srv := start()
	defer srv.Close()
	sub := srv.Subscription("98f51385-2edc-4b79-bed9-7718de4cb861")
	sub.Limit(true)

	token := srv.SystemIdentity().Token("https://management.azure.com/", time.Hour)
	group := "https://management.azure.com" + sub.Group("DevTest").ID() + "?api-version=2016-06-01"
	for range 1000 {
		req, _ := http.NewRequestWithContext(context.Background(), http.MethodHead, group, http.NoBody)
		req.Header.Set("Authorization", "Bearer "+token)
		resp, err := srv.Client().Do(req)
		if err != nil {
			fmt.Println(err)
			return
		}
		resp.Body.Close()
		if resp.StatusCode == http.StatusTooManyRequests {
			fmt.Println("throttled, retry after", resp.Header.Get("Retry-After"))
			return
		}
	}
	// Output:
	// throttled, retry after 1
}
