package azuretest_test

import (
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/keyless-go/azure/azuretest"
)

func TestGroupDeletionAtOnce(t *testing.T) {
	t.Parallel()
	srv := azuretest.New(t)
	sub, groups := openSub(srv)
	g := sub.Group("box")
	srv.StorageAccount("boxdata").Move(g)
	c := armMachine(srv)

	got := c.do(t, http.MethodDelete, groups+"/box"+armVersion, "")
	require.Equal(t, http.StatusAccepted, got.Status, got.Body)
	require.Empty(t, got.Body)
	require.Empty(t, got.Header.Get("Retry-After"))
	location := got.Header.Get("Location")
	require.True(t, strings.HasPrefix(location, armURL+sub.ID()+"/operationresults/"), location)
	require.Contains(t, location, "api-version=2021-04-01")
	require.Empty(t, sub.Groups())
	require.Empty(t, g.State())

	for range 2 {
		got = c.do(t, http.MethodGet, location, "")
		require.Equal(t, http.StatusOK, got.Status, got.Body)
		require.Empty(t, got.Body)
	}
	_, err := c.try(t, http.MethodGet, "https://boxdata.blob.core.windows.net/x", "")
	require.ErrorContains(t, err, "no such host", "the account is deleted with its group")
	require.Equal(t, http.StatusNotFound, c.do(t, http.MethodGet, strings.Replace(location, "eyJ", "eyK", 1), "").Status)
	require.Equal(t, http.StatusNotFound, c.do(t, http.MethodDelete, groups+"/box"+armVersion, "").Status)
}

func TestGroupDeletionByPolls(t *testing.T) {
	t.Parallel()
	srv := azuretest.New(t)
	sub, groups := openSub(srv)
	sub.SetDeletion(azuretest.Deletion{Polls: 2, RetryAfter: 1500 * time.Millisecond})
	g := sub.Group("box")
	c := armMachine(srv)

	got := c.do(t, http.MethodDelete, groups+"/box"+armVersion, "")
	require.Equal(t, "2", got.Header.Get("Retry-After"))
	location := got.Header.Get("Location")
	require.Equal(t, "Deleting", g.State())
	require.Equal(t, "Deleting", c.do(t, http.MethodGet, groups+"/box"+armVersion, "").At(t, "properties", "provisioningState"))
	for body, method := range map[string]string{`{"location":"westus"}`: http.MethodPut, `{"location":"westus2"}`: http.MethodPut, `{}`: http.MethodPatch} {
		got = c.do(t, method, groups+"/box"+armVersion, body)
		require.Equal(t, http.StatusConflict, got.Status)
		require.Equal(t, "ResourceGroupBeingDeleted", got.At(t, "error", "code"))
	}
	require.Equal(t, location, c.do(t, http.MethodDelete, groups+"/box"+armVersion, "").Header.Get("Location"), "it is the same deletion")

	srv.Fail(azuretest.Fault{Operation: "arm.operations.result", Location: "https://evil.example/"})
	got = c.do(t, http.MethodGet, location, "")
	require.Equal(t, http.StatusAccepted, got.Status)
	require.Equal(t, "https://evil.example/", got.Header.Get("Location"))
	got = c.do(t, http.MethodGet, location, "")
	require.Equal(t, http.StatusAccepted, got.Status)
	require.Equal(t, location, got.Header.Get("Location"))
	require.Equal(t, http.StatusOK, c.do(t, http.MethodGet, location, "").Status)
	require.Equal(t, http.StatusNotFound, c.do(t, http.MethodGet, groups+"/box"+armVersion, "").Status)

	require.Equal(t, http.StatusCreated, c.do(t, http.MethodPut, groups+"/box"+armVersion, `{"location":"westus"}`).Status)
	got = c.do(t, http.MethodDelete, groups+"/box"+armVersion, "")
	require.NotEqual(t, location, got.Header.Get("Location"), "it is another deletion")
	srv.Fail(azuretest.Fault{Operation: "arm.groups.delete", Location: "https://evil.example/"})
	require.Equal(t, "https://evil.example/", c.do(t, http.MethodDelete, groups+"/box"+armVersion, "").Header.Get("Location"))
}

func TestGroupDeletionByTime(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		srv := azuretest.New(t)
		sub, groups := openSub(srv)
		sub.SetDeletion(azuretest.Deletion{Takes: time.Minute, AsyncOperation: true})
		g := sub.Group("box")
		c := armMachine(srv)
		status := c.do(t, http.MethodDelete, groups+"/box"+armVersion, "").Header.Get("Azure-AsyncOperation")
		require.Contains(t, status, "/operationstatuses/")

		time.Sleep(59 * time.Second)
		got := c.do(t, http.MethodGet, status, "")
		require.Equal(t, http.StatusOK, got.Status, got.Body)
		require.Equal(t, "Running", got.At(t, "status"))
		require.Equal(t, status, got.Header.Get("Azure-AsyncOperation"))
		require.Equal(t, "Deleting", g.State())

		srv.Advance(time.Second)
		require.Empty(t, g.State())
		got = c.do(t, http.MethodGet, status, "")
		require.Equal(t, "Succeeded", got.At(t, "status"))
		require.InDelta(t, 100, got.At(t, "percentComplete"), 0)
		require.NotEmpty(t, got.At(t, "startTime"))
		require.NotEmpty(t, got.At(t, "endTime"))

		srv.Advance(25 * time.Hour)
		require.Equal(t, http.StatusNotFound, armMachine(srv).do(t, http.MethodGet, status, "").Status, "outcomes are not kept for ever")
	})
}

func TestGroupDeletionFails(t *testing.T) {
	t.Parallel()
	for name, async := range map[string]bool{"Location": false, "Azure-AsyncOperation": true} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			srv := azuretest.New(t)
			sub, groups := openSub(srv)
			sub.SetDeletion(azuretest.Deletion{Polls: 1, AsyncOperation: async})
			g := sub.Group("box")
			g.AddResource(azuretest.Resource{Type: "Microsoft.Network/virtualNetworks", Name: "net", Stuck: "in use by a gateway"})
			g.AddResource(azuretest.Resource{Type: "Microsoft.Web/sites", Name: "site"})
			c := armMachine(srv)

			address := c.do(t, http.MethodDelete, groups+"/box"+armVersion, "").Header.Get(name)
			c.do(t, http.MethodGet, address, "")
			got := c.do(t, http.MethodGet, address, "")
			if async {
				require.Equal(t, http.StatusOK, got.Status)
				require.Equal(t, "Failed", got.At(t, "status"))
			} else {
				require.Equal(t, http.StatusConflict, got.Status)
			}
			require.Equal(t, "ResourceGroupDeletionBlocked", got.At(t, "error", "code"))
			require.Contains(t, got.Body, `"details":[{"code":"ResourceNotDeletable","message":"in use by a gateway","target":"`+g.ID()+`/providers/Microsoft.Network/virtualNetworks/net"}]`)
			require.Equal(t, "Succeeded", g.State(), "the group is as it was")
			require.Len(t, c.pages(t, groups+"/box/resources"+armVersion)[0], 2)
		})
	}
}

func TestGroupLock(t *testing.T) {
	t.Parallel()
	srv := azuretest.New(t)
	sub, groups := openSub(srv)
	c := armMachine(srv)
	sub.Group("box").Lock(true)
	got := c.do(t, http.MethodDelete, groups+"/box"+armVersion, "")
	require.Equal(t, http.StatusConflict, got.Status)
	require.Equal(t, "ScopeLocked", got.At(t, "error", "code"))
	sub.Group("box").Lock(false)
	require.Equal(t, http.StatusAccepted, c.do(t, http.MethodDelete, groups+"/box"+armVersion, "").Status)
}
