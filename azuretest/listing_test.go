package azuretest_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/keyless-go/azure/azuretest"
)

func TestListingsOfTheTutorialsWorld(t *testing.T) {
	t.Parallel()
	srv := azuretest.New(t)
	srv.Vault("contoso").SetSecret("b", "2")
	srv.Vault("contoso").SetSecret("A", "1")
	srv.DataLake("cluster", azuretest.Hadoop)

	var vaults, subscriptions, accounts, lakes []string
	for _, v := range srv.Vaults() {
		vaults = append(vaults, v.Name()+strings.Join(v.SecretNames(), ","))
	}
	require.Equal(t, []string{"contosoA,b", "mi-lab-vaultmi-test", "mytestkeyvaultMyTestSecret"}, vaults)
	for _, s := range srv.Subscriptions() {
		subscriptions = append(subscriptions, s.ID()+strings.Join(s.Groups(), ","))
	}
	require.Equal(t, []string{"/subscriptions/98f51385-2edc-4b79-bed9-7718de4cb861DevTest"}, subscriptions)
	for _, a := range srv.StorageAccounts() {
		accounts = append(accounts, a.Name())
	}
	require.Equal(t, []string{"mystorageacct"}, accounts)
	for _, l := range srv.DataLakes() {
		lakes = append(lakes, fmt.Sprint(l.Profile(), " ", l.Name()))
	}
	require.Equal(t, []string{"Gen1 mydatalake", "Hadoop cluster", "Gen2 mystorageacct/mycontainer"}, lakes)

	g := srv.Subscriptions()[0].Group("devtest")
	require.Equal(t, "westus", g.Location())
	require.Len(t, g.Resources(), 2)
	require.Equal(t, "DevTestVM", g.Resources()[0].Name)
	require.Equal(t, "mystorageacct", g.Resources()[1].Name)
}

func TestListingsOfAnEmptyServer(t *testing.T) {
	t.Parallel()
	srv := azuretest.New(t, azuretest.Empty())
	require.Empty(t, srv.Vaults())
	require.Empty(t, srv.Subscriptions())
	require.Empty(t, srv.StorageAccounts())
	require.Empty(t, srv.DataLakes())
	require.Empty(t, srv.IssuedTokens())
	require.Empty(t, srv.IssuedSAS())
	require.Empty(t, srv.Vault("contoso").SecretNames())
}

func TestDeletedSecretNames(t *testing.T) {
	t.Parallel()
	srv := azuretest.New(t)
	v := contoso(srv)
	srv.Vault("contoso").SetSecret("a", "1")
	srv.Vault("contoso").SetSecret("b", "2")
	require.Equal(t, 200, v.do(t, http.MethodDelete, "/secrets/a", "").Status)
	require.Equal(t, []string{"b"}, srv.Vault("contoso").SecretNames())
	require.Equal(t, []string{"a"}, srv.Vault("contoso").DeletedSecretNames())
	srv.Advance(91 * 24 * time.Hour)
	require.Empty(t, srv.Vault("contoso").DeletedSecretNames())
}

func TestBlobStat(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		c := azuretest.New(t).StorageAccount("mystorageacct").Container("mycontainer")
		c.SetBlob("a/b.txt", []byte("12345"))
		info, ok := c.Stat("a/b.txt")
		require.True(t, ok)
		require.Equal(t, "a/b.txt", info.Name())
		require.Equal(t, int64(5), info.Size())
		require.True(t, info.ModTime().Equal(time.Now()))
		require.False(t, info.IsDir())
		_, ok = c.Stat("a")
		require.False(t, ok)
	})
}

func TestIssuedTokens(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		srv := azuretest.New(t)
		c := caller{client: srv.Client()}
		c.do(t, http.MethodGet, imdsToken+"?api-version=2018-02-01&resource="+vaultAud, "", "Metadata", "true")
		srv.AddUserIdentity("other").Token("https://management.azure.com/", time.Minute)
		now := time.Now()
		list := srv.IssuedTokens()
		require.Len(t, list, 2)
		require.Equal(t, "DevTestVM "+vaultAud, list[0].Identity+" "+list[0].Audience)
		require.True(t, list[0].Issued.Equal(now))
		require.True(t, list[0].Expires.Equal(now.Add(86399*time.Second)))
		require.Equal(t, "other", list[1].Identity)
		require.True(t, list[1].Expires.Equal(now.Add(time.Minute)))
	})
}

func TestIssuedTokensAreTheLast(t *testing.T) {
	t.Parallel()
	srv := azuretest.New(t)
	for i := range 1001 {
		srv.SystemIdentity().Token(fmt.Sprint(i), time.Hour)
	}
	list := srv.IssuedTokens()
	require.Len(t, list, 1000)
	require.Equal(t, "1", list[0].Audience)
	require.Equal(t, "1000", list[999].Audience)
}

func TestIssuedSAS(t *testing.T) {
	t.Parallel()
	srv := azuretest.New(t)
	c := caller{srv.Client(), srv.SystemIdentity().Token("https://management.azure.com/", time.Hour)}
	at := "https://management.azure.com" + srv.StorageAccount("mystorageacct").ID()
	service := c.do(t, http.MethodPost, at+"/listServiceSas?api-version=2017-06-01",
		`{"canonicalizedResource":"/blob/mystorageacct/mycontainer","signedResource":"c","signedPermission":"rl","signedExpiry":"2099-01-02T03:04:05Z"}`)
	require.Equal(t, 200, service.Status, service.Body)
	account := c.do(t, http.MethodPost, at+"/listAccountSas?api-version=2017-06-01",
		`{"signedServices":"b","signedResourceTypes":"co","signedPermission":"r","signedStart":"2026-01-01","signedExpiry":"2099-01-02T03:04:05Z","keyToSign":"key2"}`)
	require.Equal(t, 200, account.Status, account.Body)
	refused := c.do(t, http.MethodPost, at+"/listAccountSas?api-version=2017-06-01", `{}`)
	require.Equal(t, 400, refused.Status)

	list := srv.IssuedSAS()
	require.Len(t, list, 2)
	expiry := time.Date(2099, 1, 2, 3, 4, 5, 0, time.UTC)
	require.False(t, list[0].Issued.IsZero())
	list[0].Issued, list[1].Issued = time.Time{}, time.Time{}
	require.Equal(t, []azuretest.IssuedSAS{{
		Account: "mystorageacct", Identity: "DevTestVM", Resource: "/blob/mystorageacct/mycontainer",
		Permissions: "rl", Key: "key1", Expiry: expiry,
	}, {
		Account: "mystorageacct", Identity: "DevTestVM", Services: "b", ResourceTypes: "co",
		Permissions: "r", Key: "key2", Start: time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC), Expiry: expiry,
	}}, list)
	data, err := json.Marshal(list)
	require.NoError(t, err)
	require.NotContains(t, string(data), "sig")
}
