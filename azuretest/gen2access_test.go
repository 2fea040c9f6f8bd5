package azuretest_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/keyless-go/azure/azuretest"
)

func TestGen2Renames(t *testing.T) {
	t.Parallel()
	s := newLake(t, azuretest.Gen2)
	for _, name := range []string{"d/f", "d/g", "e/x", "o d+%d/f ü"} {
		s.lake.WriteFile(name, []byte(name))
	}
	s.lake.Mkdir("empty")
	from := func(path string) []string { return []string{"X-Ms-Rename-Source", "/mycontainer" + path} }
	s.gen2Play(t, []gen2Step{
		{"PUT /d/h", from("/d/f"), "", 201, ""},
		{"PUT /d/h", from("/d/f"), "", 404, "SourcePathNotFound"},
		{"PUT /none/h", from("/d/h"), "", 404, "RenameDestinationParentPathNotFound"},
		{"PUT /d/g", append(from("/d/h"), "If-None-Match", "*"), "", 409, "PathAlreadyExists"},
		{"PUT /d/g", append(from("/d/h"), "X-Ms-Source-If-Match", `"0x8D1"`), "", 412, "SourceConditionNotMet"},
		{"PUT /d/g", from("/d/h"), "", 201, ""},
		{"PUT /e", from("/d/g"), "", 409, "InvalidSourceOrDestinationResourceType"},
		{"PUT /e", from("/d"), "", 409, "PathAlreadyExists"},
		{"PUT /empty", from("/d"), "", 201, ""},
		{"PUT /empty/in", from("/empty"), "", 409, "InvalidRenameSourcePath"},
		{"PUT /plain", from("/o%20d%2B%25d/f%20%C3%BC"), "", 201, ""},
		{"PUT /other", from("/not escaped"), "", 400, "InvalidSourceUri"},
		{"PUT /other", from("/not%zz"), "", 400, "InvalidSourceUri"},
		{"PUT /other", []string{"X-Ms-Rename-Source", "/elsewhere/f"}, "", 400, "InvalidSourceUri"},
	})
	data, _ := s.lake.ReadFile("/empty/g")
	require.Equal(t, "d/f", string(data))
	data, _ = s.lake.ReadFile("/plain")
	require.Equal(t, "o d+%d/f ü", string(data))
}

func TestGen2AccessControl(t *testing.T) {
	t.Parallel()
	s := newLake(t, azuretest.Gen2)
	s.lake.WriteFile("/d/f", []byte("hello"))
	s.lake.WriteFile("/d/e/g", nil)
	other := s.srv.AddUserIdentity("other")
	user := "user:" + other.ObjectID()
	require.Equal(t, 403, s.as("other").gen2(t, "GET /d/f", "").Status)
	s.lake.AllowOnly(other, "/", "--x")
	s.gen2Play(t, []gen2Step{
		{"PATCH /d/f?action=setAccessControl", nil, "", 400, "InvalidInput"},
		{"PATCH /d/f?action=setAccessControl", []string{"X-Ms-Permissions", "0640", "X-Ms-Acl", "user::rwx"}, "", 400, "InvalidInput"},
		{"PATCH /d/f?action=setAccessControl", []string{"X-Ms-Acl", "user::rwx"}, "", 400, "InvalidHeaderValue"},
		{"PATCH /d/f?action=setAccessControl", []string{"X-Ms-Acl", "nonsense"}, "", 400, "InvalidHeaderValue"},
		{"PATCH /d/f?action=setAccessControl", []string{"X-Ms-Owner", other.ObjectID()}, "", 403, "AuthorizationPermissionMismatch"},
		{"PATCH /d/f?action=setAccessControl", []string{"X-Ms-Permissions", "rwxr-x---"}, "", 200, ""},
		{"PATCH /d?action=setAccessControlRecursive&mode=modify", []string{"X-Ms-Acl", user + ":r-x"}, "", 200, ""},
	})
	got := s.as("other").gen2(t, "GET /d/f", "")
	require.Equal(t, "hello", got.Body)
	got = s.gen2(t, "HEAD /d/f?action=getAccessControl", "")
	require.Equal(t, "user::rwx,"+user+":r-x,group::r-x,mask::r-x,other::---", got.Header.Get("X-Ms-Acl"))
	require.Equal(t, "rwxr-x---+", got.Header.Get("X-Ms-Permissions"))
	require.Equal(t, 403, s.as("other").gen2(t, "PATCH /d/f?action=append&position=5", "x").Status)
	require.Equal(t, 403, s.as("other").gen2(t, "PATCH /d/f?action=setAccessControl", "", "X-Ms-Permissions", "0777").Status)

	got = s.gen2(t, "PATCH /d?action=setAccessControlRecursive&mode=remove&maxRecords=3", "", "X-Ms-Acl", user)
	require.JSONEq(t, `{"directoriesSuccessful":2,"filesSuccessful":1,"failureCount":0,"failedEntries":[]}`, got.Body)
	token := got.Header.Get("X-Ms-Continuation")
	require.NotEmpty(t, token)
	got = s.gen2(t, "PATCH /d?action=setAccessControlRecursive&mode=remove&continuation="+token, "", "X-Ms-Acl", user)
	require.JSONEq(t, `{"directoriesSuccessful":0,"filesSuccessful":1,"failureCount":0,"failedEntries":[]}`, got.Body)
	require.Empty(t, got.Header.Get("X-Ms-Continuation"))

	s.lake.Chown("/d/e", "somebody", "")
	got = s.gen2(t, "PATCH /d?action=setAccessControlRecursive&mode=modify&forceFlag=true", "", "X-Ms-Acl", user+":rwx")
	require.InDelta(t, 1, got.At(t, "failureCount"), 0)
	require.Contains(t, got.Body, `"name":"d/e","type":"DIRECTORY"`)
	require.InDelta(t, 2, got.At(t, "filesSuccessful"), 0)
}

// A default ACL is passed on; without one the umask takes from the mode.
func TestGen2Inheritance(t *testing.T) {
	t.Parallel()
	s := newLake(t, azuretest.Gen2)
	other := s.srv.AddUserIdentity("other")
	s.lake.Mkdir("/d")
	s.lake.Allow(other, "/d", "rwx")
	s.gen2Play(t, []gen2Step{
		{"PUT /plain?resource=file", nil, "", 201, ""},
		{"PUT /d/f?resource=file", nil, "", 201, ""},
		{"PUT /d/sub?resource=directory", nil, "", 201, ""},
	})
	require.Equal(t, "user::rw-,group::r--,other::---", s.lake.ACL("/plain"))
	require.Equal(t, "user::rw-,user:"+other.ObjectID()+":rwx,group::rwx,mask::rw-,other::---", s.lake.ACL("/d/f"))
	require.Contains(t, s.lake.ACL("/d/sub"), "default:user:"+other.ObjectID()+":rwx")
}

func TestGen2Leases(t *testing.T) {
	t.Parallel()
	const id, next = "11111111-1111-4111-8111-111111111111", "22222222-2222-4222-8222-222222222222"
	s := newLake(t, azuretest.Gen2)
	s.lake.WriteFile("/f", nil)
	lease := func(action string, header ...string) []string { return append(header, "X-Ms-Lease-Action", action) }
	with := []string{"X-Ms-Lease-Id", id}
	s.gen2Play(t, []gen2Step{
		{"POST /f", lease("acquire"), "", 400, "InvalidHeaderValue"},
		{"POST /f", lease("acquire", "X-Ms-Lease-Duration", "5"), "", 400, "InvalidHeaderValue"},
		{"POST /f", lease("acquire", "X-Ms-Lease-Duration", "15", "X-Ms-Proposed-Lease-Id", id), "", 201, ""},
		{"POST /f", lease("acquire", "X-Ms-Lease-Duration", "15"), "", 409, "LeaseAlreadyPresent"},
		{"PATCH /f?action=append&position=0", nil, "x", 412, "LeaseIdMissing"},
		{"PATCH /f?action=append&position=0", []string{"X-Ms-Lease-Id", next}, "x", 412, "LeaseIdMismatchWithBlobOperation"},
		{"PATCH /f?action=append&position=0", with, "x", 202, ""},
		{"PATCH /f?action=flush&position=1", nil, "", 412, "LeaseIdMissing"},
		{"PATCH /f?action=flush&position=1", with, "", 200, ""},
		{"PUT /f?resource=file", nil, "", 412, "LeaseIdMissing"},
		{"DELETE /f", nil, "", 412, "LeaseIdMissing"},
		{"PUT /g", []string{"X-Ms-Rename-Source", "/mycontainer/f"}, "", 412, "LeaseIdMissing"},
		{"GET /f", nil, "", 200, ""},
		{"POST /f", lease("renew", with...), "", 200, ""},
		{"POST /f", lease("change", "X-Ms-Lease-Id", id, "X-Ms-Proposed-Lease-Id", next), "", 200, ""},
		{"POST /f", lease("renew", with...), "", 409, "LeaseIdMismatchWithLeaseOperation"},
		{"POST /f", lease("release", "X-Ms-Lease-Id", next), "", 200, ""},
		{"PATCH /f?action=append&position=1", with, "x", 412, "LeaseNotPresentWithBlobOperation"},
		{"POST /f", lease("break"), "", 409, "LeaseNotPresentWithLeaseOperation"},
		{"POST /f", lease("acquire", "X-Ms-Lease-Duration", "-1", "X-Ms-Proposed-Lease-Id", id), "", 201, ""},
		{"POST /f", lease("break", "X-Ms-Lease-Break-Period", "10"), "", 202, ""},
		{"POST /f", lease("renew", with...), "", 409, "LeaseIsBrokenAndCannotBeRenewed"},
		{"POST /f", lease("fly"), "", 400, "InvalidHeaderValue"},
		{"POST /none", lease("acquire", "X-Ms-Lease-Duration", "15"), "", 404, "PathNotFound"},
	})
	require.Equal(t, "breaking", s.gen2(t, "HEAD /f", "").Header.Get("X-Ms-Lease-State"))
	s.srv.Advance(11 * time.Second)
	require.Equal(t, "broken", s.gen2(t, "HEAD /f", "").Header.Get("X-Ms-Lease-State"))
	require.Equal(t, 201, s.gen2(t, "POST /f", "", lease("acquire", "X-Ms-Lease-Duration", "15")...).Status)
	s.srv.Advance(16 * time.Second)
	require.Equal(t, "expired", s.gen2(t, "HEAD /f", "").Header.Get("X-Ms-Lease-State"))
	require.Equal(t, 200, s.gen2(t, "DELETE /f", "").Status)
}

func TestGen2Expiry(t *testing.T) {
	t.Parallel()
	s := newLake(t, azuretest.Gen2)
	for _, name := range []string{"a", "b", "c"} {
		s.lake.WriteFile(name, nil)
	}
	s.lake.Mkdir("d")
	in := func(option, when string) []string {
		return []string{"X-Ms-Expiry-Option", option, "X-Ms-Expiry-Time", when}
	}
	s.gen2Play(t, []gen2Step{
		{"PUT /a?comp=expiry", in("RelativeToNow", "60000"), "", 200, ""},
		{"PUT /b?comp=expiry", in("Absolute", s.srv.Now().Add(time.Hour).UTC().Format(http.TimeFormat)), "", 200, ""},
		{"PUT /c?comp=expiry", in("NeverExpire", ""), "", 200, ""},
		{"PUT /c?comp=expiry", in("Absolute", "soon"), "", 400, "InvalidHeaderValue"},
		{"PUT /c?comp=expiry", in("Sometime", ""), "", 400, "InvalidHeaderValue"},
		{"PUT /d?comp=expiry", in("NeverExpire", ""), "", 409, "PathConflict"},
	})
	require.True(t, strings.HasSuffix(s.gen2(t, "HEAD /b", "").Header.Get("X-Ms-Expiry-Time"), "GMT"))
	blobs := strings.Replace(s.lake.URL(), ".dfs.", ".blob.", 1)
	require.Equal(t, 200, s.once(t, http.MethodPut, blobs+"/b?comp=expiry", "", in("RelativeToNow", "3600000")...).Status, "where the documentation has it")
	got := s.once(t, http.MethodGet, blobs+"/b", "")
	require.Equal(t, 405, got.Status, "it has no blobs")
	s.srv.StorageAccount(strings.Split(s.lake.URL()[8:], ".")[0])
	require.Equal(t, 200, s.once(t, http.MethodPut, blobs+"/b?comp=expiry", "", in("RelativeToNow", "3600000")...).Status)
	require.NotEqual(t, 405, s.once(t, http.MethodGet, blobs+"/b", "").Status)
	s.srv.Advance(2 * time.Minute)
	require.Equal(t, []string{"b", "c", "d"}, s.lake.Names("/"))
}

// Roles come before ACLs.
func TestGen2Roles(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		role                azuretest.Role
		read, write, change int
	}{
		"none":        {"", 403, 403, 403},
		"reader":      {azuretest.RoleBlobDataReader, 200, 403, 403},
		"contributor": {azuretest.RoleBlobDataContributor, 200, 201, 403},
		"owner":       {azuretest.RoleBlobDataOwner, 200, 201, 200},
		"of control":  {azuretest.RoleOwner, 403, 403, 403},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newLake(t, azuretest.Gen2)
			s.lake.WriteFile("/f", nil)
			s.lake.Chmod("/f", 0o600)
			if test.role != "" {
				s.srv.StorageAccount("lakegen2").Assign(s.srv.AddUserIdentity("other"), test.role)
			}
			other := s.as("other")
			require.Equal(t, test.read, other.gen2(t, "GET /f", "").Status)
			require.Equal(t, test.write, other.gen2(t, "PUT /g?resource=file", "").Status)
			require.Equal(t, test.change, other.gen2(t, "PATCH /f?action=setAccessControl", "", "X-Ms-Permissions", "0640").Status)
		})
	}
}
