package azuretest_test

import (
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/keyless-go/azure/azuretest"
)

func TestVaultBackupAndRestore(t *testing.T) {
	t.Parallel()
	srv := azuretest.New(t)
	v, kept := contoso(srv), srv.Vault("contoso")
	first := kept.SetSecret("Db", "1")
	v.do(t, http.MethodPatch, "/secrets/db/"+first, `{"contentType":"c","tags":{"t":"1"},"attributes":{"nbf":1,"exp":2}}`)
	kept.SetSecret("Db", "2")

	blob := v.do(t, http.MethodPost, "/secrets/db/backup", "")
	require.Equal(t, http.StatusOK, blob.Status)
	require.Regexp(t, `^[A-Za-z0-9_-]+$`, blob.At(t, "value"), "base64url, no padding")

	other := vault{v.caller, srv.Vault("fabrikam").URL(), "7.4"}
	got := other.do(t, http.MethodPost, "/secrets/restore", blob.Body)
	require.Equal(t, http.StatusOK, got.Status, got.Body)
	require.NotContains(t, got.Body, `"value"`)
	versions := kept.Versions("db")
	require.Equal(t, "https://fabrikam.vault.azure.net/secrets/Db/"+versions[1], got.At(t, "id"))
	require.Equal(t, versions, srv.Vault("fabrikam").Versions("Db"))
	for _, version := range versions {
		want, have := v.do(t, http.MethodGet, "/secrets/db/"+version, ""), other.do(t, http.MethodGet, "/secrets/db/"+version, "")
		for _, key := range []string{"value", "attributes", "tags", "contentType"} {
			require.Equal(t, want.At(t, key), have.At(t, key))
		}
	}
}

func TestVaultRestoreConflicts(t *testing.T) {
	t.Parallel()
	srv := azuretest.New(t)
	v := contoso(srv)
	srv.Vault("contoso").SetSecret("a", "1")
	blob := v.do(t, http.MethodPost, "/secrets/a/backup", "").Body
	restore := func(v vault) answer { return v.do(t, http.MethodPost, "/secrets/restore", blob) }

	got := restore(v)
	require.Equal(t, http.StatusConflict, got.Status, "it is there")
	require.Equal(t, "Conflict", got.At(t, "error", "code"))

	v.do(t, http.MethodDelete, "/secrets/a", "")
	got = restore(v)
	require.Equal(t, http.StatusConflict, got.Status)
	require.Equal(t, "ObjectIsDeletedButRecoverable", got.At(t, "error", "innererror", "code"))

	v.do(t, http.MethodDelete, "/deletedsecrets/a", "")
	require.Equal(t, http.StatusOK, restore(v).Status)

	abroad := srv.Vault("contoso.vault.azure.cn")
	got = restore(vault{caller{srv.Client(), srv.SystemIdentity().Token("https://vault.azure.cn", time.Hour)}, abroad.URL(), "7.4"})
	require.Equal(t, http.StatusBadRequest, got.Status)
	require.Contains(t, got.At(t, "error", "message"), "vault.azure.net")
}
