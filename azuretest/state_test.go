package azuretest_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/keyless-go/azure/azuretest"
)

// saved is a Server's state.
func saved(t *testing.T, srv *azuretest.Server) string {
	t.Helper()
	var out bytes.Buffer
	require.NoError(t, srv.Save(&out))
	require.True(t, json.Valid(out.Bytes()))
	return out.String()
}

// restarted returns another Server with the same state.
func restarted(t *testing.T, srv *azuretest.Server) *azuretest.Server {
	t.Helper()
	state := saved(t, srv)
	again := azuretest.New(t, azuretest.Empty())
	again.Vault("notinthestate").SetSecret("a", "b")
	require.NoError(t, again.Load(strings.NewReader(state)))
	require.Equal(t, state, saved(t, again))
	return again
}

// lakeOf sends requests to a lake of a Server.
func lakeOf(srv *azuretest.Server, name string, profile azuretest.Profile) lakeSide {
	client := srv.Client()
	client.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	return lakeSide{srv, srv.DataLake(name, profile), profile, client, "", &sync.Map{}}
}

func TestStateOfTheTutorials(t *testing.T) {
	t.Parallel()
	srv := azuretest.New(t)
	again := restarted(t, srv)
	got := machine(again).do(t, http.MethodGet, tutorialSecret, "")
	require.Equal(t, `"p@ssw0rd!"`, jsonAt(t, got, "value"))
	require.Len(t, again.Vaults(), 2)
	require.Equal(t, srv.SystemIdentity().ObjectID(), again.SystemIdentity().ObjectID())
	require.Equal(t, []string{"TestFolder"}, again.DataLake("mydatalake", azuretest.Gen1).Names("/"))
}

func TestStateOfTheServerItself(t *testing.T) {
	t.Parallel()
	srv := azuretest.New(t)
	srv.RemoveSystemIdentity()
	one := srv.AddUserIdentity("one")
	srv.AddUserIdentity("two")
	header := srv.RotateIdentityHeader()
	srv.SetTokenLife(time.Hour)
	srv.SetPlatformCache(true)
	srv.SetOldArcAgent(true)
	srv.SetAppServicePlan(azuretest.WindowsPlan)
	srv.Advance(48 * time.Hour)
	token := one.Token(vaultAud, time.Hour)
	again := restarted(t, srv)

	require.Nil(t, again.SystemIdentity())
	require.Equal(t, one.ClientID(), again.AddUserIdentity("one").ClientID())
	require.Len(t, again.Directory(), 3)
	require.WithinDuration(t, time.Now().Add(48*time.Hour), again.Now(), time.Minute)
	require.Equal(t, header, again.Environment("AppService")["IDENTITY_HEADER"])
	require.Equal(t, http.StatusForbidden, caller{again.Client(), token}.do(t, http.MethodGet, tutorialSecret, "").Status, "the token is good, the identity may not")
}

func TestStateKeepsIdentities(t *testing.T) {
	t.Parallel()
	srv := azuretest.New(t)
	id := srv.AddUserIdentity("one")
	require.NoError(t, srv.Load(strings.NewReader(saved(t, srv))))
	require.Same(t, id, srv.AddUserIdentity("one"))
	require.Len(t, srv.Directory(), 3)
}

func TestStateOfVaults(t *testing.T) {
	t.Parallel()
	srv := azuretest.New(t)
	v := contoso(srv)
	set := func(name, body string) { require.Equal(t, 200, v.do(t, http.MethodPut, "/secrets/"+name, body).Status) }
	set("a", `{"value":"one","contentType":"text/plain","tags":{"x":"<y>"},"attributes":{"nbf":1,"exp":4000000000}}`)
	set("a", `{"value":"two","attributes":{"enabled":false}}`)
	set("gone", `{"value":"three"}`)
	set("back", `{"value":"four"}`)
	require.Equal(t, 200, v.do(t, http.MethodDelete, "/secrets/gone", "").Status)
	srv.Vault("contoso").ConsistencyDelay(time.Hour)
	require.Equal(t, 200, v.do(t, http.MethodDelete, "/secrets/back", "").Status)
	bytesOnly := srv.Vault("contoso").SetSecret("raw", "\xff\x00")
	srv.Vault("closed.vault.usgovcloudapi.net").Allow(srv.AddUserIdentity("reader"), "get", "list")
	again := restarted(t, srv)

	for _, path := range []string{"/secrets", "/secrets/a/versions", "/secrets/a", "/secrets/raw", "/deletedsecrets", "/deletedsecrets/gone", "/secrets/back"} {
		want, got := v.do(t, http.MethodGet, path, ""), contoso(again).do(t, http.MethodGet, path, "")
		require.Equal(t, want.Status, got.Status)
		require.Equal(t, want.Body, got.Body)
	}
	require.Equal(t, srv.Vault("contoso").Versions("a"), again.Vault("contoso").Versions("a"))
	require.Equal(t, []string{bytesOnly}, again.Vault("contoso").Versions("raw"))
	value, _ := again.Vault("contoso").Secret("raw")
	require.Equal(t, "\xff\x00", value)
	require.Len(t, again.Vaults(), 4)
	again.Advance(time.Hour)
	require.Equal(t, []string{"back", "gone"}, again.Vault("contoso").DeletedSecretNames())
}

func TestStateOfResourceManager(t *testing.T) {
	t.Parallel()
	srv := azuretest.New(t)
	sub := srv.Subscription("11111111-2222-4333-8444-555555555555")
	sub.SetPageSize(7)
	g := sub.Group("Web")
	g.SetTags(map[string]string{"team": "blue"})
	g.SetLocation("westeurope")
	g.Lock(true)
	g.AddResource(azuretest.Resource{Type: "Microsoft.Web/sites", Name: "shop", Kind: "app", Tags: map[string]string{"a": "b"}})
	g.Assign(srv.AddUserIdentity("reader"), azuretest.RoleReader)
	sub.Assign(srv.SystemIdentity(), azuretest.RoleOwner)
	stuck := sub.Group("stuck")
	stuck.AddResource(azuretest.Resource{Type: "Microsoft.Web/sites", Name: "x", Stuck: "it is in use"})
	sub.SetDeletion(azuretest.Deletion{Takes: time.Hour, RetryAfter: time.Minute})
	sub.Group("slow")
	c := caller{srv.Client(), srv.SystemIdentity().Token("https://management.azure.com/", 10*time.Hour)}
	at := "https://management.azure.com" + sub.ID()
	remove := func(name string) string {
		got := c.do(t, http.MethodDelete, at+"/resourceGroups/"+name+"?api-version=2021-04-01", "")
		require.Equal(t, 202, got.Status, got.Body)
		return got.Header.Get("Location")
	}
	failed := remove("stuck")
	srv.Advance(2 * time.Hour)
	require.Equal(t, 409, c.do(t, http.MethodGet, failed, "").Status)
	running := remove("slow")
	again := restarted(t, srv)

	d := caller{again.Client(), c.token}
	for url, status := range map[string]int{
		at + "/resourcegroups?api-version=2021-04-01":                                   200,
		at + "/resourceGroups/web?api-version=2021-04-01":                               200,
		at + "/resourceGroups/web/resources?api-version=2021-04-01&$expand=createdTime": 200,
		"https://management.azure.com" + g.ID() + "?api-version=2021-04-01":             200,
		failed:  409,
		running: 202,
	} {
		want, got := c.do(t, http.MethodGet, url, ""), d.do(t, http.MethodGet, url, "")
		require.Equal(t, status, got.Status, got.Body)
		require.Equal(t, want.Body, got.Body)
	}
	require.Equal(t, 409, d.do(t, http.MethodDelete, at+"/resourceGroups/web?api-version=2021-04-01", "").Status, "it is locked")
	reader := caller{again.Client(), again.AddUserIdentity("reader").Token("https://management.azure.com/", time.Hour)}
	require.Equal(t, 200, reader.do(t, http.MethodGet, at+"/resourceGroups/web?api-version=2021-04-01", "").Status)
	require.Equal(t, 403, reader.do(t, http.MethodGet, at+"/resourceGroups/stuck?api-version=2021-04-01", "").Status)
	again.Advance(2 * time.Hour)
	require.Equal(t, 200, d.do(t, http.MethodGet, running, "").Status)
	require.Equal(t, []string{"stuck", "Web"}, again.Subscription("11111111-2222-4333-8444-555555555555").Groups())
}

func TestStateOfStorage(t *testing.T) {
	t.Parallel()
	srv := azuretest.New(t)
	b := storageOf(srv)
	box := b.account.Container("box")
	box.SetPolicy("readers", azuretest.AccessPolicy{Expiry: time.Date(2035, 1, 1, 0, 0, 0, 0, time.UTC), Permissions: "r"})
	b.account.RotateKey("key1")
	require.Equal(t, 201, b.do(t, http.MethodPut, "/box/a%20b/%FF", "hello", blockBlob, "BlockBlob", "Content-Type", "text/plain", "x-ms-meta-k", "v").Status)
	for _, id := range []string{"a1", "b2"} {
		require.Equal(t, 201, b.stage(t, "blocks", id, strings.Repeat(id, 100)).Status)
	}
	require.Equal(t, 201, b.commit(t, "blocks", "Latest:b2", "Latest:a1", "Latest:b2").Status)
	require.Equal(t, 201, b.stage(t, "blocks", "\xffc", "waits").Status)
	require.Equal(t, 201, b.stage(t, "onlyblocks", "zz", "waits too").Status)
	box.SetBlob("large", bytes.Repeat([]byte("0123456789"), 100_000))
	box.SetBlob("empty", nil)
	srv.StorageAccount("other").HandOver("http://127.0.0.1:10000/devstoreaccount1", "devstoreaccount1", "a2V5")
	srv.StorageAccount("other").AllowSharedKey(false)
	again := restarted(t, srv)

	d := storageOf(again)
	for _, path := range []string{
		"/?comp=list", "/box?restype=container&comp=list&include=metadata,uncommittedblobs", "/box?restype=container&comp=acl",
		"/box/a%20b/%FF", "/box/blocks", "/box/blocks?comp=blocklist&blocklisttype=all", "/box/onlyblocks?comp=blocklist&blocklisttype=all",
		"/box/large", "/box/empty", "/box/onlyblocks",
	} {
		want, got := b.do(t, http.MethodGet, path, ""), d.do(t, http.MethodGet, path, "")
		require.Equal(t, want.Status, got.Status, path)
		require.Equal(t, want.Header.Get("ETag"), got.Header.Get("ETag"))
		require.Equal(t, want.Header.Get("Last-Modified"), got.Header.Get("Last-Modified"))
		require.Equal(t, want.Header.Get("Content-Type"), got.Header.Get("Content-Type"))
		if want.Status == 200 {
			require.Equal(t, want.Body, got.Body, path)
		}
	}
	require.Equal(t, 201, d.commit(t, "onlyblocks", "Uncommitted:zz").Status)
	require.Equal(t, b.account.Key("key1"), d.account.Key("key1"))
	require.Equal(t, "contoso mystorageacct other", fmt.Sprint(again.StorageAccounts()[0], again.StorageAccounts()[1], again.StorageAccounts()[2]))
}
