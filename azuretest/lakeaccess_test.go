package azuretest_test

import (
	"io/fs"
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/keyless-go/azure/azuretest"
)

func TestLakeTokens(t *testing.T) {
	t.Parallel()
	srv := azuretest.New(t)
	srv.DataLake("contoso", azuretest.Gen1)
	srv.DataLake("contoso", azuretest.Knox)
	srv.DataLake("contoso/files", azuretest.Gen2)
	const (
		gen1 = "https://contoso.azuredatalakestore.net/webhdfs/v1/?op=LISTSTATUS"
		knox = "https://knox.contoso.test:8443/gateway/default/webhdfs/v1/?op=LISTSTATUS"
		gen2 = "https://contoso.dfs.core.windows.net/files?resource=filesystem&recursive=false"
	)
	id := srv.SystemIdentity()
	tests := map[string]struct {
		url, token string
		status     int
		reason     string
	}{
		"Gen1":                            {gen1, id.Token("https://datalake.azure.net/", time.Hour), 200, ""},
		"Gen1 without the slash":          {gen1, id.Token("https://datalake.azure.net", time.Hour), 401, `https://datalake.azure.net\", the service wants`},
		"Gen1 with a token for Gen2":      {gen1, id.Token("https://storage.azure.com/", time.Hour), 401, `https://storage.azure.com/\", the service wants`},
		"Gen1 without a token":            {gen1, "", 401, "no bearer token"},
		"Gen1 expired":                    {gen1, id.Token("https://datalake.azure.net/", -time.Second), 401, "expired"},
		"Gen1 by http":                    {"http" + gen1[5:], id.Token("https://datalake.azure.net/", time.Hour), 401, "by http"},
		"Knox":                            {knox, id.Token("api://contoso", time.Hour), 200, ""},
		"Knox with a token for data":      {knox, id.Token("https://datalake.azure.net/", time.Hour), 200, ""},
		"Knox with a token for a vault":   {knox, id.Token("https://vault.azure.net", time.Hour), 401, "audience"},
		"Gen2":                            {gen2, id.Token("https://storage.azure.com/", time.Hour), 200, ""},
		"Gen2 by the second protocol":     {gen2, id.Token("https://storage.azure.com", time.Hour), 200, ""},
		"Gen2 for the account":            {gen2, id.Token("https://contoso.dfs.core.windows.net", time.Hour), 200, ""},
		"Gen2 with a token for Gen1":      {gen2, id.Token("https://datalake.azure.net/", time.Hour), 401, "audience"},
		"Gen2 without a token":            {gen2, "", 401, "no bearer token"},
		"Gen2 by http":                    {"http" + gen2[5:], id.Token("https://storage.azure.com/", time.Hour), 400, "does not support http"},
		"nobody's":                        {gen1, id.Token("https://datalake.azure.net/", time.Hour) + "x", 401, ""},
		"of somebody who is not let in":   {gen1, srv.AddUserIdentity("other").Token("https://datalake.azure.net/", time.Hour), 403, "access=READ_EXECUTE"},
		"of the same somebody, with Gen2": {gen2, srv.AddUserIdentity("other").Token("https://storage.azure.com/", time.Hour), 403, "access=READ_EXECUTE"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got := caller{srv.Client(), test.token}.do(t, http.MethodGet, test.url, "", "X-Ms-Version", "2023-11-03")
			require.Equal(t, test.status, got.Status, got.Body)
			require.Contains(t, got.Body, test.reason)
			if test.status == http.StatusUnauthorized {
				require.Contains(t, got.Header.Get("WWW-Authenticate"), "Bearer")
			}
		})
	}
}

// What a test seeds is open to the machine, and to others once it says so.
func TestLakeAllow(t *testing.T) {
	t.Parallel()
	onProfiles(t, []azuretest.Profile{azuretest.Gen1, azuretest.Knox}, func(t *testing.T, s lakeSide) {
		t.Helper()
		s.lake.WriteFile("/d/f", []byte("hello"))
		s.lake.Mkdir("/d/e")
		for _, name := range []string{"/", "/d", "/d/e"} {
			s.lake.Chmod(name, 0o770)
			s.lake.Chown(name, s.nameOf(""), "nobody")
		}
		s.lake.Chmod("/d/f", 0o660)
		other := s.as("other")
		require.Equal(t, 200, s.do(t, http.MethodGet, "/d?op=LISTSTATUS", "").Status)
		closed := other.do(t, http.MethodGet, "/d/f?op=OPEN", "")
		require.Equal(t, 403, closed.Status)
		require.Equal(t, "AccessControlException", closed.exception(t))
		require.Contains(t, closed.Body, "access=EXECUTE")

		id := s.srv.AddUserIdentity("other")
		s.lake.AllowOnly(id, "/", "--x")
		s.lake.AllowOnly(id, "/d", "r-x")
		s.lake.AllowOnly(id, "/d/f", "r--")
		require.Equal(t, "hello", other.do(t, http.MethodGet, "/d/f?op=OPEN", "").Body)
		require.Equal(t, 403, other.do(t, http.MethodPost, "/d/f?op=APPEND", "x").Status)
		require.Equal(t, 403, other.do(t, http.MethodPut, "/d/g?op=CREATE", "x").Status)
		require.Contains(t, other.do(t, http.MethodGet, "/?op=LISTSTATUS", "").Body, "access=READ_EXECUTE")

		s.lake.Allow(id, "/d/e", "rwx")
		require.Equal(t, 201, other.do(t, http.MethodPut, "/d/e/g?op=CREATE", "x").Status)
		require.Equal(t, 200, s.as("other").do(t, http.MethodDelete, "/d/e/g?op=DELETE", "").Status)
		require.Contains(t, s.lake.ACL("/d/e"), "default:user:"+s.nameOf("other")+":rwx")
		require.NotContains(t, s.lake.ACL("/d"), "default:")
	})
}

// nameOf is what a user is called in the lake.
func (s lakeSide) nameOf(user string) string {
	id := s.as(user).identity()
	if s.profile == azuretest.Knox {
		return id.Name()
	}
	return id.ObjectID()
}

func TestLakeGroups(t *testing.T) {
	t.Parallel()
	s := newLake(t, azuretest.Hadoop)
	s.lake.WriteFile("/f", []byte("hello"))
	s.lake.Chmod("/f", 0o640)
	s.lake.Chown("/f", "alice", "staff")
	require.Equal(t, 403, s.as("bob").do(t, http.MethodGet, "/f?op=OPEN", "").Status)
	s.lake.AddToGroup("bob", "staff")
	require.Equal(t, 200, s.as("bob").do(t, http.MethodGet, "/f?op=OPEN", "").Status)
	require.Equal(t, 403, s.as("bob").do(t, http.MethodPost, "/f?op=APPEND", "x").Status)
	require.Equal(t, 200, s.as("alice").do(t, http.MethodPost, "/f?op=APPEND", "x").Status)
	require.Equal(t, 403, s.as("alice").do(t, http.MethodPut, "/f?op=SETOWNER&group=admins", "").Status)
	s.lake.AddToGroup("alice", "admins")
	require.Equal(t, 200, s.as("alice").do(t, http.MethodPut, "/f?op=SETOWNER&group=admins", "").Status)

	s.lake.SetACL("/f", "user::rw-,group::---,group:staff:rw-,mask::r--,other::---")
	require.Equal(t, 200, s.as("bob").do(t, http.MethodGet, "/f?op=OPEN", "").Status)
	require.Equal(t, 403, s.as("bob").do(t, http.MethodPost, "/f?op=APPEND", "x").Status, "the mask")
	s.lake.AddToGroup("eve", "supergroup")
	require.Equal(t, 200, s.as("eve").do(t, http.MethodPut, "/f?op=SETOWNER&owner=eve", "").Status)
	require.Equal(t, 200, s.as("hdfs").do(t, http.MethodPut, "/f?op=SETOWNER&owner=hdfs", "").Status)
}

func TestLakeSticky(t *testing.T) {
	t.Parallel()
	s := newLake(t, azuretest.Hadoop)
	s.lake.Mkdir("/shared")
	s.lake.Chmod("/shared", fs.ModeSticky|0o777)
	s.as("alice").put(t, "/shared/a", "x")
	got := s.as("bob").do(t, http.MethodDelete, "/shared/a?op=DELETE", "")
	require.Equal(t, 403, got.Status)
	require.Contains(t, got.Body, "sticky bit")
	require.Equal(t, 403, s.as("bob").do(t, http.MethodPut, "/shared/a?op=RENAME&destination=/shared/b", "").Status)
	require.Equal(t, 200, s.as("alice").do(t, http.MethodDelete, "/shared/a?op=DELETE", "").Status)
}

// A leak of the token to a data node can be seen.
func TestLakeSeesLeaks(t *testing.T) {
	t.Parallel()
	s := newLake(t, azuretest.Hadoop)
	location := s.once(t, http.MethodPut, s.url("/f?op=CREATE"), "").Header.Get("Location")
	s.once(t, http.MethodPut, location, "x", "Authorization", "Bearer "+s.srv.SystemIdentity().Token(gen1Audience, time.Hour))
	requests := s.srv.Requests()
	require.Equal(t, "datalake.create", requests[0].Operation)
	require.Empty(t, requests[0].Header.Get("Authorization"))
	require.Equal(t, "datalake.create.data", requests[1].Operation)
	require.Equal(t, "Bearer REDACTED", requests[1].Header.Get("Authorization"))
	require.Equal(t, "machine", requests[1].Identity)
}

func TestLakeGen1ACLs(t *testing.T) {
	t.Parallel()
	s := newLake(t, azuretest.Gen1)
	s.lake.WriteFile("/f", nil)
	other := s.srv.AddUserIdentity("other")
	got := s.do(t, http.MethodPut, "/f?op=MODIFYACLENTRIES&aclSpec=user:"+other.ObjectID()+":r--,user:a@b.example:r-x", "")
	require.Equal(t, 200, got.Status, got.Body)
	got = s.do(t, http.MethodGet, "/f?op=MSGETACLSTATUS", "")
	require.JSONEq(t, `["user::rwx","user:`+other.ObjectID()+`:r--","user:a@b.example:r-x","group::rwx","mask::rwx","other::---"]`, jsonAt(t, got, "AclStatus", "entries"))
	require.Contains(t, s.do(t, http.MethodGet, "/f?op=GETFILESTATUS", "").Body, `"aclBit":true`)
	got = s.do(t, http.MethodPut, "/f?op=REMOVEACL", "")
	require.Equal(t, 200, got.Status)
	require.Equal(t, "user::rwx,group::rwx,other::---", s.lake.ACL("/f"))
	got = s.do(t, http.MethodPut, "/f?op=SETACL&aclspec=nonsense", "")
	require.Equal(t, 400, got.Status)
}
