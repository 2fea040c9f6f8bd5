package azuretest_test

import (
	"net/http"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/keyless-go/azure/azuretest"
)

const remaining = "X-Ms-Ratelimit-Remaining-Subscription-"

func TestARMBuckets(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		srv := azuretest.New(t)
		sub, groups := openSub(srv)
		sub.Group("box")
		c := armMachine(srv)
		read := func() answer { return c.do(t, http.MethodGet, groups+"/box"+armVersion, "") }
		require.Equal(t, "249", read().Header.Get(remaining+"Reads"))
		require.Equal(t, "248", read().Header.Get(remaining+"Reads"))
		for range 300 {
			require.Equal(t, http.StatusOK, read().Status, "not limited yet")
		}
		require.Equal(t, "0", read().Header.Get(remaining+"Reads"))

		sub.Limit(true)
		for range 250 {
			require.Equal(t, http.StatusOK, read().Status)
		}
		got := read()
		require.Equal(t, http.StatusTooManyRequests, got.Status)
		require.Equal(t, "SubscriptionRequestsThrottled", got.At(t, "error", "code"))
		require.Equal(t, "1", got.Header.Get("Retry-After"))
		require.Equal(t, "199", c.do(t, http.MethodDelete, groups+"/none"+armVersion, "").Header.Get(remaining+"Deletes"), "another bucket")
		require.Equal(t, "199", c.do(t, http.MethodPut, groups+"/box"+armVersion, `{"location":"westus"}`).Header.Get(remaining+"Writes"), "another bucket")

		app := srv.AddUserIdentity("app")
		sub.Assign(app, azuretest.RoleReader)
		sub.Assign(srv.SystemIdentity(), azuretest.RoleOwner)
		require.Equal(t, "249", armOf(srv, app).do(t, http.MethodGet, groups+armVersion, "").Header.Get(remaining+"Reads"), "another's bucket")

		time.Sleep(time.Second)
		for range 25 {
			require.Equal(t, http.StatusOK, read().Status)
		}
		require.Equal(t, http.StatusTooManyRequests, read().Status)
		sub.Limit(false)
		require.Equal(t, http.StatusOK, read().Status)
	})
}

func TestStorageProviderLimits(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		srv := azuretest.New(t)
		srv.StorageAccount("contoso")
		srv.Subscription(tutorialSub).Limit(true)
		c := armMachine(srv)
		account := armURL + tutorialPath + "/providers/Microsoft.Storage/storageAccounts/contoso"
		keys := func() answer { return c.do(t, http.MethodPost, account+"/listKeys?api-version=2024-01-01", "") }
		for range 100 {
			require.Equal(t, http.StatusOK, keys().Status)
		}
		time.Sleep(10 * time.Second)
		got := keys()
		require.Equal(t, http.StatusTooManyRequests, got.Status)
		require.Equal(t, "TooManyRequests", got.At(t, "error", "code"))
		require.Contains(t, got.Body, "List_ObservationWindow_00:05:00")
		require.Equal(t, "290", got.Header.Get("Retry-After"))
		require.Equal(t, http.StatusOK, c.do(t, http.MethodGet, account+"?api-version=2024-01-01", "").Status, "reads are counted apart")
		time.Sleep(290 * time.Second)
		require.Equal(t, http.StatusOK, armMachine(srv).do(t, http.MethodPost, account+"/listKeys?api-version=2024-01-01", "").Status)
	})
}
