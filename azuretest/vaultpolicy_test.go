package azuretest_test

import (
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/keyless-go/azure/azuretest"
)

func TestVaultPermissionPerOperation(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		method, path, body, operation, permission string
	}{
		"get":           {http.MethodGet, "/secrets/a", "", "keyvault.get", "get"},
		"get a version": {http.MethodGet, "/secrets/a/7c2204c6093c4d859bc5b9eff8f29050", "", "keyvault.get", "get"},
		"set":           {http.MethodPut, "/secrets/a", "{}", "keyvault.set", "set"},
		"update":        {http.MethodPatch, "/secrets/a/", "{}", "keyvault.update", "set"},
		"delete":        {http.MethodDelete, "/secrets/a", "", "keyvault.delete", "delete"},
		"list":          {http.MethodGet, "/secrets", "", "keyvault.list", "list"},
		"list versions": {http.MethodGet, "/secrets/a/versions", "", "keyvault.listversions", "list"},
		"list deleted":  {http.MethodGet, "/deletedsecrets", "", "keyvault.listdeleted", "list"},
		"get deleted":   {http.MethodGet, "/deletedsecrets/a", "", "keyvault.getdeleted", "get"},
		"recover":       {http.MethodPost, "/deletedsecrets/a/recover", "", "keyvault.recover", "recover"},
		"purge":         {http.MethodDelete, "/deletedsecrets/a", "", "keyvault.purge", "purge"},
		"backup":        {http.MethodPost, "/secrets/a/backup", "", "keyvault.backup", "backup"},
		"restore":       {http.MethodPost, "/secrets/restore", "{}", "keyvault.restore", "restore"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			srv := azuretest.New(t)
			v, system := contoso(srv), srv.SystemIdentity()
			kept := srv.Vault("contoso")

			kept.Deny(system, test.permission)
			got := v.do(t, test.method, test.path, test.body)
			require.Equal(t, http.StatusForbidden, got.Status, got.Body)
			require.Equal(t, "ForbiddenByPolicy", got.At(t, "error", "innererror", "code"))
			message, _ := got.At(t, "error", "message").(string)
			require.Contains(t, message, "does not have secrets "+test.permission+" permission on key vault 'contoso;")
			require.Contains(t, message, "DevTestVM")
			require.Contains(t, message, system.ObjectID())
			require.Equal(t, test.operation, srv.Requests()[0].Operation)
			require.Equal(t, message, srv.Requests()[0].Reason)

			kept.Deny(system)
			kept.Allow(system, test.permission)
			require.NotEqual(t, http.StatusForbidden, v.do(t, test.method, test.path, test.body).Status)
		})
	}
}

func TestVaultOpenAndClosed(t *testing.T) {
	t.Parallel()
	srv := azuretest.New(t)
	user := srv.AddUserIdentity("user")
	kept := srv.Vault("contoso")
	kept.SetSecret("a", "1")
	get := func(id *azuretest.Identity) int {
		c := caller{srv.Client(), id.Token(vaultAud, time.Hour)}
		return c.do(t, http.MethodGet, kept.URL()+"/secrets/a?api-version=7.4", "").Status
	}
	require.Equal(t, http.StatusOK, get(srv.SystemIdentity()), "open to the machine")
	require.Equal(t, http.StatusForbidden, get(user), "and to nobody else")

	kept.Allow(user, "get")
	require.Equal(t, http.StatusOK, get(user))
	require.Equal(t, http.StatusForbidden, get(srv.SystemIdentity()), "closed by the first Allow")

	kept.Allow(srv.SystemIdentity())
	require.Equal(t, http.StatusOK, get(srv.SystemIdentity()))
	kept.Deny(user)
	require.Equal(t, http.StatusForbidden, get(user))

	require.Panics(t, func() { kept.Allow(user, "read") })
	require.Panics(t, func() { kept.Deny(user, "Get") })
}
