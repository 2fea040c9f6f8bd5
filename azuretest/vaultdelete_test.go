package azuretest_test

import (
	"net/http"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/keyless-go/azure/azuretest"
)

func TestVaultDeleteRecoverPurge(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		srv := azuretest.New(t)
		v, kept := contoso(srv), srv.Vault("contoso")
		version := kept.SetSecret("A", "1")
		now := time.Now()

		got := v.do(t, http.MethodDelete, "/secrets/a", "")
		require.Equal(t, http.StatusOK, got.Status, got.Body)
		require.Equal(t, "https://contoso.vault.azure.net/deletedsecrets/A", got.At(t, "recoveryId"))
		require.Equal(t, "https://contoso.vault.azure.net/secrets/A/"+version, got.At(t, "id"))
		require.InDelta(t, now.Unix(), got.At(t, "deletedDate"), 0)
		require.InDelta(t, now.AddDate(0, 0, 90).Unix(), got.At(t, "scheduledPurgeDate"), 0)
		require.NotContains(t, got.Body, `"value"`)

		require.Equal(t, 404, v.do(t, http.MethodGet, "/secrets/a", "").Status)
		_, ok := kept.Secret("a")
		require.False(t, ok)
		require.Equal(t, got.Body, v.do(t, http.MethodGet, "/deletedsecrets/a", "").Body)
		conflict := v.do(t, http.MethodPut, "/secrets/a", `{"value":"2"}`)
		require.Equal(t, http.StatusConflict, conflict.Status)
		require.Equal(t, "Conflict", conflict.At(t, "error", "code"))
		require.Equal(t, "ObjectIsDeletedButRecoverable", conflict.At(t, "error", "innererror", "code"))

		got = v.do(t, http.MethodPost, "/deletedsecrets/a/recover", "")
		require.Equal(t, http.StatusOK, got.Status)
		require.Equal(t, "https://contoso.vault.azure.net/secrets/A/"+version, got.At(t, "id"))
		require.Equal(t, "1", v.do(t, http.MethodGet, "/secrets/a", "").At(t, "value"))
		require.Equal(t, 404, v.do(t, http.MethodGet, "/deletedsecrets/a", "").Status)

		v.do(t, http.MethodDelete, "/secrets/a", "")
		got = v.do(t, http.MethodDelete, "/deletedsecrets/a", "")
		require.Equal(t, http.StatusNoContent, got.Status)
		require.Empty(t, got.Body)
		require.Equal(t, 404, v.do(t, http.MethodGet, "/deletedsecrets/a", "").Status)
		require.Equal(t, 200, v.do(t, http.MethodPut, "/secrets/a", `{"value":"2"}`).Status)
		require.Len(t, kept.Versions("a"), 1)
	})
}

func TestVaultIsEventuallyConsistent(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		srv := azuretest.New(t)
		v, kept := contoso(srv), srv.Vault("contoso")
		kept.SetSecret("a", "1")
		kept.ConsistencyDelay(10 * time.Second)
		inner := func(method, path string) any {
			got := v.do(t, method, path, `{"value":"2"}`)
			require.Equal(t, http.StatusConflict, got.Status, got.Body)
			return got.At(t, "error", "innererror", "code")
		}
		status := func(path string) int { return v.do(t, http.MethodGet, path, "").Status }

		v.do(t, http.MethodDelete, "/secrets/a", "")
		require.Equal(t, []int{404, 404}, []int{status("/secrets/a"), status("/deletedsecrets/a")})
		require.Equal(t, "ObjectIsBeingDeleted", inner(http.MethodPut, "/secrets/a"))
		require.Equal(t, "ObjectIsBeingDeleted", inner(http.MethodPost, "/deletedsecrets/a/recover"))
		require.Equal(t, "ObjectIsBeingDeleted", inner(http.MethodDelete, "/deletedsecrets/a"))
		time.Sleep(10 * time.Second)
		require.Equal(t, []int{404, 200}, []int{status("/secrets/a"), status("/deletedsecrets/a")})

		v.do(t, http.MethodPost, "/deletedsecrets/a/recover", "")
		require.Equal(t, []int{404, 200}, []int{status("/secrets/a"), status("/deletedsecrets/a")})
		require.Equal(t, "ObjectIsBeingRecovered", inner(http.MethodPut, "/secrets/a"))
		require.Equal(t, "ObjectIsBeingRecovered", inner(http.MethodPost, "/deletedsecrets/a/recover"))
		srv.Advance(10 * time.Second)
		require.Equal(t, []int{200, 404}, []int{status("/secrets/a"), status("/deletedsecrets/a")})

		v.do(t, http.MethodDelete, "/secrets/a", "")
		time.Sleep(10 * time.Second)
		v.do(t, http.MethodDelete, "/deletedsecrets/a", "")
		require.Equal(t, []int{404, 404}, []int{status("/secrets/a"), status("/deletedsecrets/a")})
		require.Equal(t, "ObjectIsBeingDeleted", inner(http.MethodPut, "/secrets/a"))
		kept.SetSecret("a", "a seed does not wait")
		require.Equal(t, 200, status("/secrets/a"))
	})
}

func TestVaultPurgesWhenItsTimeHasCome(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		srv := azuretest.New(t)
		v, kept := contoso(srv), srv.Vault("contoso")
		kept.Retention(7)
		kept.SetSecret("a", "1")
		v.do(t, http.MethodDelete, "/secrets/a", "")
		srv.Advance(7*24*time.Hour - time.Second)
		v.token = srv.SystemIdentity().Token(vaultAud, time.Hour)
		require.Equal(t, 200, v.do(t, http.MethodGet, "/deletedsecrets/a", "").Status)
		srv.Advance(time.Second)
		require.Equal(t, 404, v.do(t, http.MethodGet, "/deletedsecrets/a", "").Status)
		require.Equal(t, []any{}, v.do(t, http.MethodGet, "/deletedsecrets", "").At(t, "value"))
	})
}

func TestVaultPurgeProtection(t *testing.T) {
	t.Parallel()
	srv := azuretest.New(t)
	v, kept := contoso(srv), srv.Vault("contoso")
	kept.PurgeProtection(true)
	kept.SetSecret("a", "1")
	require.Equal(t, "Recoverable", v.do(t, http.MethodDelete, "/secrets/a", "").At(t, "attributes", "recoveryLevel"))
	got := v.do(t, http.MethodDelete, "/deletedsecrets/a", "")
	require.Equal(t, http.StatusForbidden, got.Status)
	require.Contains(t, got.At(t, "error", "message"), "purge protection")
	kept.Retention(30)
	require.Equal(t, "CustomizedRecoverable", v.do(t, http.MethodGet, "/deletedsecrets/a", "").At(t, "attributes", "recoveryLevel"))
}

func TestVaultWithoutSoftDelete(t *testing.T) {
	t.Parallel()
	srv := azuretest.New(t)
	v, kept := contoso(srv), srv.Vault("contoso")
	kept.SoftDelete(false)
	kept.SetSecret("a", "1")

	got := v.do(t, http.MethodDelete, "/secrets/a", "")
	require.Equal(t, http.StatusOK, got.Status)
	require.Equal(t, "Purgeable", got.At(t, "attributes", "recoveryLevel"))
	require.InDelta(t, 0, got.At(t, "attributes", "recoverableDays"), 0)
	for _, key := range []string{"recoveryId", "deletedDate", "scheduledPurgeDate"} {
		require.Empty(t, got.At(t, key))
	}
	require.Equal(t, 404, v.do(t, http.MethodGet, "/secrets/a", "").Status)
	for method, path := range map[string]string{http.MethodGet: "/deletedsecrets/a", http.MethodDelete: "/deletedsecrets/a", http.MethodPost: "/deletedsecrets/a/recover"} {
		got := v.do(t, method, path, "")
		require.Equal(t, http.StatusBadRequest, got.Status)
		require.Equal(t, "NotSupported", got.At(t, "error", "code"))
	}
	require.Equal(t, 200, v.do(t, http.MethodPut, "/secrets/a", `{"value":"2"}`).Status, "the name is free at once")
}
