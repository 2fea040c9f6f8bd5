package azuretest_test

import (
	"net/http"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/keyless-go/azure/azuretest"
)

// What each role opens. The account's blobs are asked with a token for storage.
func TestRoles(t *testing.T) {
	t.Parallel()
	const account = armURL + tutorialPath + "/providers/Microsoft.Storage/storageAccounts/contoso"
	requests := map[string]func(t *testing.T, srv *azuretest.Server, id *azuretest.Identity) answer{
		"read the group": func(t *testing.T, srv *azuretest.Server, id *azuretest.Identity) answer {
			t.Helper()
			return armOf(srv, id).do(t, http.MethodGet, armURL+tutorialPath+armVersion, "")
		},
		"tag the group": func(t *testing.T, srv *azuretest.Server, id *azuretest.Identity) answer {
			t.Helper()
			return armOf(srv, id).do(t, http.MethodPatch, armURL+tutorialPath+armVersion, `{"tags":{}}`)
		},
		"list resources": func(t *testing.T, srv *azuretest.Server, id *azuretest.Identity) answer {
			t.Helper()
			return armOf(srv, id).do(t, http.MethodGet, armURL+tutorialPath+"/resources"+armVersion, "")
		},
		"list SAS": func(t *testing.T, srv *azuretest.Server, id *azuretest.Identity) answer {
			t.Helper()
			return armOf(srv, id).do(t, http.MethodPost, account+"/listServiceSas?api-version=2017-06-01",
				`{"canonicalizedResource":"/blob/contoso/box","signedResource":"c","signedPermission":"r","signedExpiry":"2035-01-01T00:00:00Z"}`)
		},
		"list keys": func(t *testing.T, srv *azuretest.Server, id *azuretest.Identity) answer {
			t.Helper()
			return armOf(srv, id).do(t, http.MethodPost, account+"/listKeys?api-version=2024-01-01", "")
		},
		"read a blob": func(t *testing.T, srv *azuretest.Server, id *azuretest.Identity) answer {
			t.Helper()
			return blobsOf(srv, id).do(t, http.MethodGet, "https://contoso.blob.core.windows.net/box/b", "", "x-ms-version", "2020-10-02")
		},
		"write a blob": func(t *testing.T, srv *azuretest.Server, id *azuretest.Identity) answer {
			t.Helper()
			return blobsOf(srv, id).do(t, http.MethodPut, "https://contoso.blob.core.windows.net/box/c", "x", "x-ms-version", "2020-10-02", "x-ms-blob-type", "BlockBlob")
		},
		"create a container": func(t *testing.T, srv *azuretest.Server, id *azuretest.Identity) answer {
			t.Helper()
			return blobsOf(srv, id).do(t, http.MethodPut, "https://contoso.blob.core.windows.net/new?restype=container", "", "x-ms-version", "2020-10-02")
		},
	}
	tests := map[string]struct {
		role  azuretest.Role
		opens []string
	}{
		"none":                        {"", nil},
		"Owner":                       {azuretest.RoleOwner, []string{"read the group", "tag the group", "list resources", "list SAS", "list keys", "create a container"}},
		"Contributor":                 {azuretest.RoleContributor, []string{"read the group", "tag the group", "list resources", "list SAS", "list keys", "create a container"}},
		"Reader":                      {azuretest.RoleReader, []string{"read the group", "list resources"}},
		"Storage Account Contributor": {azuretest.RoleStorageAccountContributor, []string{"read the group", "list resources", "list SAS", "list keys", "create a container"}},
		"Blob Data Reader":            {azuretest.RoleBlobDataReader, []string{"read a blob"}},
		"Blob Data Contributor":       {azuretest.RoleBlobDataContributor, []string{"read a blob", "write a blob", "create a container"}},
		"Blob Data Owner":             {azuretest.RoleBlobDataOwner, []string{"read a blob", "write a blob", "create a container"}},
	}
	for name, test := range tests {
		for request, send := range requests {
			t.Run(name+", "+request, func(t *testing.T) {
				t.Parallel()
				srv := azuretest.New(t)
				srv.StorageAccount("contoso").Container("box").SetBlob("b", []byte("data"))
				app := srv.AddUserIdentity("app")
				if test.role != "" {
					srv.Subscription(tutorialSub).Group("DevTest").Assign(app, test.role)
				}
				got := send(t, srv, app)
				if slices.Contains(test.opens, request) {
					require.Less(t, got.Status, 300, got.Body)
					return
				}
				require.Equal(t, http.StatusForbidden, got.Status, got.Body)
				require.Contains(t, got.Body, "app", "the reason names the identity")
				require.NotEmpty(t, srv.Requests()[0].Reason)
			})
		}
	}
}

// blobsOf returns a caller with an identity's token for storage.
func blobsOf(srv *azuretest.Server, id *azuretest.Identity) caller {
	return caller{srv.Client(), id.Token("https://storage.azure.com/", time.Hour)}
}

// What a test makes itself is open to the machine until the test restricts it, and
// nothing is open to anybody else.
func TestScopesAreOpenUntilRestricted(t *testing.T) {
	t.Parallel()
	srv := azuretest.New(t)
	me, app := srv.SystemIdentity(), srv.AddUserIdentity("app")
	sub, groups := openSub(srv)
	box, other := sub.Group("box"), sub.Group("other")
	status := func(id *azuretest.Identity, group string) int {
		return armOf(srv, id).do(t, http.MethodPatch, groups+"/"+group+armVersion, `{}`).Status
	}
	require.Equal(t, 200, status(me, "box"))
	require.Equal(t, 403, status(app, "box"))

	box.Assign(app, azuretest.RoleContributor)
	require.Equal(t, 403, status(me, "box"), "the group is closed")
	require.Equal(t, 200, status(app, "box"))
	require.Equal(t, 200, status(me, "other"), "the other is not")
	require.Equal(t, 403, armOf(srv, me).do(t, http.MethodPut, groups+"/new"+armVersion, `{"location":"westus"}`).Status, "the subscription is closed")

	sub.Assign(me, azuretest.RoleContributor)
	require.Equal(t, 200, status(me, "box"), "roles are inherited")
	require.Equal(t, 201, armOf(srv, me).do(t, http.MethodPut, groups+"/new"+armVersion, `{"location":"westus"}`).Status)
	require.Equal(t, 200, status(me, "new"))
	sub.Unassign(me, azuretest.RoleReader)
	require.Equal(t, 200, status(me, "new"), "another role was taken")
	sub.Unassign(me)
	require.Equal(t, 403, status(me, "new"))
	require.Equal(t, 200, status(me, "other"))
	other.Assign(me)
	require.Equal(t, 403, status(me, "other"), "closed with no role")

	require.Panics(t, func() { box.Assign(app, "King") })
	require.Panics(t, func() { box.Unassign(app, "King") })
}

func TestAccountsAreOpenUntilRestricted(t *testing.T) {
	t.Parallel()
	srv := azuretest.New(t)
	me := srv.SystemIdentity()
	a := srv.StorageAccount("contoso")
	keys := armURL + a.ID() + "/listKeys?api-version=2024-01-01"
	require.Equal(t, 200, armOf(srv, me).do(t, http.MethodPost, keys, "").Status, "in the tutorials' group, where the machine is a Reader")
	a.Assign(me, azuretest.RoleReader)
	require.Equal(t, 403, armOf(srv, me).do(t, http.MethodPost, keys, "").Status)
	srv.RemoveSystemIdentity()
	require.Equal(t, 401, armOf(srv, me).do(t, http.MethodPost, keys, "").Status)
}
