package azuretest_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/keyless-go/azure/azuretest"
)

// The tutorial's steps: a SAS, a file up, the file down.
func TestTutorialStorageSAS(t *testing.T) {
	t.Parallel()
	srv := azuretest.New(t)
	c := caller{client: srv.Client()}
	token := c.do(t, http.MethodGet, imdsToken+"?api-version=2018-02-01&resource=https%3A%2F%2Fmanagement.azure.com%2F", "", "Metadata", "true")
	access, ok := token.At(t, "access_token").(string)
	require.True(t, ok, token.Body)

	got := caller{srv.Client(), access}.do(t, http.MethodPost, armURL+tutorialPath+"/providers/Microsoft.Storage/storageAccounts/mystorageacct/listServiceSas/?api-version=2017-06-01",
		`{"canonicalizedResource":"/blob/mystorageacct/mycontainer","signedResource":"c","signedPermission":"rcw","signedProtocol":"https","signedExpiry":"2035-09-23T00:00:00Z"}`,
		"Content-Type", "application/x-www-form-urlencoded")
	require.Equal(t, http.StatusOK, got.Status, got.Body)
	require.Regexp(t, `^\{"serviceSasToken":"sv=2015-04-05&sr=c&spr=https&se=2035-09-23T00%3A00%3A00Z&sp=rcw&sig=[A-Za-z0-9%]+%3D"\}$`, got.Body)
	sas, ok := got.At(t, "serviceSasToken").(string)
	require.True(t, ok)

	const text = "This is a test text file.\r\n"
	blob := "https://mystorageacct.blob.core.windows.net/mycontainer/testblob?" + sas
	got = c.do(t, http.MethodPut, blob, text, "x-ms-blob-type", "BlockBlob")
	require.Equal(t, http.StatusCreated, got.Status, got.Body)
	got = c.do(t, http.MethodGet, blob, "")
	require.Equal(t, http.StatusOK, got.Status, got.Body)
	require.Equal(t, text, got.Body)
	require.Equal(t, "application/octet-stream", got.Header.Get("Content-Type"))
	require.Equal(t, "BlockBlob", got.Header.Get("X-Ms-Blob-Type"))
	list := c.do(t, http.MethodGet, "https://mystorageacct.blob.core.windows.net/mycontainer?restype=container&comp=list&"+sas, "")
	require.Equal(t, http.StatusForbidden, list.Status, "rcw is no l")
	require.Equal(t, "AuthorizationPermissionMismatch", list.Header.Get("X-Ms-Error-Code"))

	data, there := srv.StorageAccount("mystorageacct").Container("mycontainer").Blob("testblob")
	require.True(t, there)
	require.Equal(t, text, string(data))
	for _, r := range srv.Requests() {
		require.NotContains(t, r.URL, strings.SplitAfter(sas, "sig=")[1], "signatures are redacted")
	}
}

func TestStorageAccountInResourceManager(t *testing.T) {
	t.Parallel()
	srv := azuretest.New(t)
	a := srv.StorageAccount("contoso")
	c := armMachine(srv)
	account := armURL + a.ID() + "?api-version=2024-01-01"
	got := c.do(t, http.MethodGet, account, "")
	require.Equal(t, http.StatusOK, got.Status, got.Body)
	require.Equal(t, a.ID(), got.At(t, "id"))
	require.Equal(t, "https://contoso.blob.core.windows.net/", got.At(t, "properties", "primaryEndpoints", "blob"))
	require.Equal(t, true, got.At(t, "properties", "allowSharedKeyAccess"))
	a.AllowSharedKey(false)
	require.Equal(t, false, c.do(t, http.MethodGet, account, "").At(t, "properties", "allowSharedKeyAccess"))
	gov := caller{srv.Client(), srv.SystemIdentity().Token("https://management.usgovcloudapi.net/", 1e12)}.
		do(t, http.MethodGet, strings.Replace(account, "azure.com", "usgovcloudapi.net", 1), "")
	require.Equal(t, "https://contoso.blob.core.usgovcloudapi.net/", gov.At(t, "properties", "primaryEndpoints", "blob"))
	a.HandOver("http://127.0.0.1:10000/devstoreaccount1/", "devstoreaccount1", "a2V5")
	require.Equal(t, "http://127.0.0.1:10000/devstoreaccount1/", c.do(t, http.MethodGet, account, "").At(t, "properties", "primaryEndpoints", "blob"))

	srv.StorageAccount("another").Move(srv.Subscription(tutorialSub).Group("elsewhere"))
	const list = "/providers/Microsoft.Storage/storageAccounts?api-version=2024-01-01"
	require.Equal(t, [][]string{{"contoso", "mystorageacct"}}, c.pages(t, armURL+tutorialPath+list))
	require.Equal(t, [][]string{{"contoso", "mystorageacct", "another"}}, c.pages(t, armURL+"/subscriptions/"+tutorialSub+list))
	require.Equal(t, http.StatusNotFound, c.do(t, http.MethodGet, strings.Replace(account, "contoso", "another", 1), "").Status, "it is in another group")
}

func TestStorageKeys(t *testing.T) {
	t.Parallel()
	srv := azuretest.New(t)
	a := srv.StorageAccount("contoso")
	c := armMachine(srv)
	first, second := a.Key("key1"), a.Key("key2")
	require.Equal(t, first, azuretest.New(t).StorageAccount("contoso").Key("key1"), "keys are the same in every run")
	require.NotEqual(t, first, second)
	require.NotEqual(t, first, srv.StorageAccount("fabrikam").Key("key1"))

	got := c.do(t, http.MethodPost, armURL+a.ID()+"/listKeys?api-version=2024-01-01", "")
	require.JSONEq(t, `{"keys":[{"keyName":"key1","value":"`+first+`","permissions":"FULL"},{"keyName":"key2","value":"`+second+`","permissions":"FULL"}]}`, got.Body)

	got = c.do(t, http.MethodPost, armURL+a.ID()+"/regenerateKey?api-version=2024-01-01", `{"keyName":"key1"}`)
	require.Equal(t, http.StatusOK, got.Status, got.Body)
	require.NotEqual(t, first, a.Key("key1"))
	require.Contains(t, got.Body, a.Key("key1"))
	require.Equal(t, second, a.Key("key2"))
	a.RotateKey("key2")
	require.NotEqual(t, second, a.Key("key2"))

	require.Equal(t, 400, c.do(t, http.MethodPost, armURL+a.ID()+"/regenerateKey?api-version=2024-01-01", `{"keyName":"key9"}`).Status)
	require.Equal(t, 400, c.do(t, http.MethodPost, armURL+a.ID()+"/regenerateKey?api-version=2024-01-01", `[`).Status)
	require.Panics(t, func() { a.Key("key9") })
	require.Panics(t, func() { a.RotateKey("key9") })
}

func TestStorageAccountDoesNotPrintItsKeys(t *testing.T) {
	t.Parallel()
	a := azuretest.New(t).StorageAccount("contoso")
	a.HandOver("http://127.0.0.1:10000/x", "x", "c2VjcmV0")
	for verb, want := range map[string]string{"%v": "contoso", "%+v": "contoso", "%s": "contoso", "%q": `"contoso"`, "%#v": "azuretest.StorageAccount(contoso)"} {
		require.Equal(t, want, fmt.Sprintf(verb, a))
	}
}

func TestStorageNames(t *testing.T) {
	t.Parallel()
	srv := azuretest.New(t)
	for _, name := range []string{"", "ab", "Contoso", "con-toso", "contoso.blob.core.windows.net", "abcdefghijklmnopqrstuvwxy"} {
		require.Panics(t, func() { srv.StorageAccount(name) }, name)
	}
	a := srv.StorageAccount("contoso")
	require.Same(t, a, srv.StorageAccount("contoso"))
	require.Equal(t, "contoso", a.Name())
	require.Equal(t, "https://contoso.blob.core.windows.net", a.URL())
	for _, name := range []string{"", "ab", "Box", "-box", "box-", "b--x", "b_x", strings.Repeat("b", 64), "$other"} {
		require.Panics(t, func() { a.Container(name) }, name)
	}
	for _, name := range []string{"$root", "$logs", "$web", "box", "b-o-x", "123"} {
		require.Equal(t, "https://contoso.blob.core.windows.net/"+name, a.Container(name).URL())
		require.Equal(t, name, a.Container(name).Name())
	}
	require.Equal(t, []string{"$logs", "$root", "$web", "123", "b-o-x", "box"}, a.Containers())
	require.Panics(t, func() { a.Container("box").SetBlob("", nil) })
	require.Panics(t, func() { a.Container("box").SetPolicy("", azuretest.AccessPolicy{}) })
	require.PanicsWithValue(t, "azuretest: HandOver: the key is not base64", func() { a.HandOver("http://x", "x", "not base64!") })
}

func TestAccountsHaveAHome(t *testing.T) {
	t.Parallel()
	srv := azuretest.New(t, azuretest.Empty())
	_, err := armMachine(srv).try(t, http.MethodGet, "https://mystorageacct.blob.core.windows.net/", "")
	require.ErrorContains(t, err, "no such host")
	require.Equal(t, "SubscriptionNotFound", armMachine(srv).do(t, http.MethodGet, armURL+tutorialPath+armVersion, "").At(t, "error", "code"))
	a := srv.StorageAccount("contoso")
	require.Equal(t, tutorialPath+"/providers/Microsoft.Storage/storageAccounts/contoso", a.ID())
	require.Equal(t, http.StatusOK, armMachine(srv).do(t, http.MethodGet, armURL+tutorialPath+armVersion, "").Status)
}
