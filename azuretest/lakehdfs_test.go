package azuretest_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/keyless-go/azure/azuretest"
)

// lakeStep is one request of a script, and what must come of it.
type lakeStep struct {
	do     string // method, path, query
	body   string
	status int
	want   string // in the answer
}

// play sends the steps of a script one after the other.
func (s lakeSide) play(t *testing.T, steps []lakeStep) {
	t.Helper()
	for _, step := range steps {
		method, rest, _ := strings.Cut(step.do, " ")
		got := s.do(t, method, rest, step.body)
		require.Equal(t, step.status, got.Status, "%s\n%s", step.do, got.Body)
		require.Contains(t, got.Body, step.want, step.do)
	}
}

// What HDFS does is compared with the real one in the module interop; here is what no
// change may break.
func TestLakeHDFS(t *testing.T) {
	t.Parallel()
	for name, script := range hdfsScripts() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newLake(t, azuretest.Hadoop).as("alice")
			s.lake.Chmod("/", 0o777)
			s.play(t, script)
		})
	}
}

func hdfsScripts() map[string][]lakeStep {
	const bob = "&user.name=bob"
	return map[string][]lakeStep{
		"files": {
			{"PUT /d/f?op=CREATE&permission=640&blocksize=4096&replication=2", "hello", 201, ""},
			{"GET /d/f?op=GETFILESTATUS", "", 200, `"blockSize":4096,"group":"supergroup","length":5`},
			{"GET /d/f?op=GETFILESTATUS", "", 200, `"owner":"alice","pathSuffix":"","permission":"640","replication":2`},
			{"PUT /d/f?op=CREATE", "x", 403, "FileAlreadyExistsException"},
			{"PUT /d/f?op=CREATE&overwrite=true", "again", 201, ""},
			{"POST /d/f?op=APPEND", ", again", 200, ""},
			{"GET /d/f?op=OPEN&offset=5&length=4", "", 200, ", ag"},
			{"GET /d/f?op=OPEN&offset=99", "", 403, "out of the range"},
			{"POST /d/f?op=TRUNCATE&newlength=99", "", 400, "Cannot truncate to a larger file size"},
			{"POST /d/f?op=TRUNCATE&newlength=5", "", 200, "false"},
			{"GET /d/f?op=OPEN", "", 200, "again"},
			{"PUT /d?op=CREATE", "x", 403, "already exists as a directory"},
			{"PUT /d/f/x?op=CREATE", "x", 403, "ParentNotDirectoryException"},
			{"PUT /none/f?op=CREATE&createparent=false", "x", 404, "Parent directory doesn't exist"},
			{"GET /none?op=OPEN", "", 404, "FileNotFoundException"},
			{"GET /d?op=OPEN", "", 404, "Path is not a file"},
			{"POST /d?op=APPEND", "x", 403, "Cannot append to directory"},
		},
		"trees": {
			{"PUT /a/b/c?op=MKDIRS&permission=750", "", 200, "true"},
			{"GET /a?op=LISTSTATUS", "", 200, `"pathSuffix":"b","permission":"750"`},
			{"PUT /a/f?op=CREATE", "f", 201, ""},
			{"PUT /a/f?op=MKDIRS", "", 403, "FileAlreadyExistsException"},
			{"PUT /a/f?op=RENAME&destination=/a/b", "", 200, "true"},
			{"GET /a/b/f?op=OPEN", "", 200, "f"},
			{"PUT /a?op=RENAME&destination=/a/b/x", "", 200, "false"},
			{"PUT /a?op=RENAME&destination=/a/b/x&renameoptions=NONE", "", 403, "under source"},
			{"PUT /a/g?op=CREATE", "g", 201, ""},
			{"PUT /a/g?op=RENAME&destination=/a/b/f", "", 200, "false"},
			{"PUT /a/g?op=RENAME&destination=/a/b/f&renameoptions=NONE", "", 403, "already exists"},
			{"PUT /a/g?op=RENAME&destination=/a/b/f&renameoptions=OVERWRITE", "", 200, ""},
			{"GET /a/b/f?op=OPEN", "", 200, "g"},
			{"PUT /none?op=RENAME&destination=/x&renameoptions=OVERWRITE", "", 404, "rename source"},
			{"GET ?op=GETCONTENTSUMMARY", "", 200, `"directoryCount":4,"ecPolicy":"","fileCount":1,"length":1`},
			{"DELETE /a?op=DELETE", "", 403, "PathIsNotEmptyDirectoryException"},
			{"DELETE /a?op=DELETE&recursive=true", "", 200, "true"},
			{"DELETE /a?op=DELETE&recursive=true", "", 200, "false"},
			{"PUT /c%3Ad?op=MKDIRS", "", 400, "InvalidPathException"},
			{"PUT /x//y?op=MKDIRS", "", 400, "InvalidPathException"},
		},
		"joined": {
			{"PUT /d/1?op=CREATE", "one", 201, ""},
			{"PUT /d/2?op=CREATE", "two", 201, ""},
			{"PUT /e/3?op=CREATE", "three", 201, ""},
			{"POST /d/1?op=CONCAT&sources=/e/3", "", 400, "not in the same directory"},
			{"POST /d/1?op=CONCAT&sources=/d/2", "", 200, ""},
			{"GET /d/1?op=OPEN", "", 200, "onetwo"},
			{"GET /d?op=LISTSTATUS_BATCH&startafter=0", "", 200, `"remainingEntries":0`},
			{"GET /d/1?op=GETFILEBLOCKLOCATIONS", "", 200, `"offset":3`},
		},
		"checksums": {
			{"PUT /e?op=CREATE", "", 201, ""},
			{"GET /e?op=GETFILECHECKSUM", "", 200, `"MD5-of-0MD5-of-0CRC32","bytes":"00000000000000000000000070bc8f4b72a86921468bf8e8441dce5100000000","length":28`},
			{"PUT /a?op=CREATE", "hello", 201, ""},
			{"PUT /b?op=CREATE", "hello", 201, ""},
			{"POST /a?op=CONCAT&sources=/b", "", 200, ""},
			{"GET /a?op=GETFILECHECKSUM", "", 200, `"MD5-of-1MD5-of-512CRC32C","bytes":"000002000000000000000001c15b965669c3a360c553d5b75aaeaf3b00000000"`},
			{"PUT /big?op=CREATE&blocksize=1048576", strings.Repeat("x", 3_500_000), 201, ""},
			{"GET /big?op=GETFILECHECKSUM", "", 200, `"MD5-of-2048MD5-of-512CRC32C","bytes":"0000020000000000000008004b56c122d3f92cce638edd891999bad200000000"`},
		},
		"access": {
			{"PUT /f?op=CREATE&permission=600", "x", 201, ""},
			{"GET /f?op=CHECKACCESS&fsaction=rw-", "", 200, ""},
			{"GET /f?op=CHECKACCESS&fsaction=r-x", "", 403, `user=alice, access=READ_EXECUTE, inode=\"/f\":alice:supergroup:-rw-------`},
			{"PUT /f?op=SETOWNER&owner=bob", "", 403, "is not a super user"},
			{"PUT /f?op=SETPERMISSION&permission=644", "", 200, ""},
			{"PUT /f?op=MODIFYACLENTRIES&aclspec=user:bob:rw-", "", 200, ""},
			{"GET /f?op=GETACLSTATUS", "", 200, `"entries":["user:bob:rw-","group::r--"]`},
			{"GET /f?op=GETFILESTATUS", "", 200, `"permission":"664"`},
			{"PUT /f?op=REMOVEACLENTRIES&aclspec=user:bob:", "", 200, ""},
			{"PUT /f?op=SETACL&aclspec=user:bob:rwx", "", 403, "the user, group and other entries are required"},
			{"PUT /f?op=SETACL&aclspec=default:user:bob:rwx", "", 403, "only directories may have a default ACL"},
			{"PUT /f?op=REMOVEACL", "", 200, ""},
			{"GET /f?op=GETFILESTATUS&doas=bob", "", 403, "not allowed to impersonate"},
			{"PUT /f?op=SETTIMES&modificationtime=1000&accesstime=2000", "", 200, ""},
			{"GET /f?op=LISTSTATUS", "", 200, `"accessTime":2000`},
			{"PUT /f?op=SETREPLICATION&replication=3", "", 200, "true"},
			{"PUT ?op=SETREPLICATION&replication=3", "", 200, "false"},
		},
		"attributes": {
			{"PUT /f?op=CREATE", "x", 201, ""},
			{"PUT /f?op=SETXATTR&xattr.name=user.a&xattr.value=0x31&flag=CREATE", "", 200, ""},
			{"PUT /f?op=SETXATTR&xattr.name=user.a&xattr.value=0x32&flag=CREATE", "", 403, "already exists"},
			{"PUT /f?op=SETXATTR&xattr.name=user.b&xattr.value=0sMTIz&flag=REPLACE", "", 403, "does not exist"},
			{"PUT /f?op=SETXATTR&xattr.name=trusted.a&xattr.value=1&flag=CREATE", "", 403, "AccessControlException"},
			{"PUT /f?op=SETXATTR&xattr.name=a&xattr.value=1&flag=CREATE", "", 400, "must be prefixed"},
			{"GET /f?op=GETXATTRS&encoding=text", "", 200, `{"XAttrs":[{"name":"user.a","value":"\"1\""}]}`},
			{"GET /f?op=GETXATTRS&encoding=base64&xattr.name=user.a", "", 200, `"0sMQ=="`},
			{"GET /f?op=GETXATTRS", "", 400, "Required param encoding"},
			{"GET /f?op=LISTXATTRS", "", 200, `{"XAttrNames":"[\"user.a\"]"}`},
			{"PUT /f?op=REMOVEXATTR&xattr.name=user.a", "", 200, ""},
			{"PUT /f?op=REMOVEXATTR&xattr.name=user.a", "", 403, "No matching attributes"},
		},
		"requests": {
			{"GET /?x=1", "", 400, "op=NULL"},
			{"GET /?op=NOSUCHOP", "", 400, "NOSUCHOP is not a valid GET operation"},
			{"GET /?op=MKDIRS", "", 400, "MKDIRS is not a valid GET operation"},
			{"GET /f?op=OPEN&offset=x", "", 400, `Failed to parse \"x\" as a radix-10 long integer`},
			{"GET /f?op=OPEN&length=-1", "", 400, "length = -1 < 0"},
			{"PUT /f?op=MKDIRS&permission=7777", "", 400, "permission = 7777 > 1777"},
			{"PUT /f?op=CREATE&overwrite=maybe", "", 400, "to Boolean"},
			{"PUT /f?op=RENAME&destination=x", "", 400, "is not an absolute path"},
			{"PUT /f?op=CREATE&blocksize=5000", "x", 400, "must divide block size"},
			{"GET /?op=GETHOMEDIRECTORY", "", 200, `/user/alice`},
			{"GET /?op=GETTRASHROOT", "", 200, `/user/alice/.Trash`},
			{"GET /?op=GETSERVERDEFAULTS", "", 200, `"blockSize":134217728`},
			{"GET /?op=GETSTATUS", "", 200, `"capacity":`},
			{"GET /?op=GETDELEGATIONTOKEN", "", 200, `{"Token":null}`},
			{"GET /?op=GETLINKTARGET", "", 403, "not a symbolic link"},
			{"PUT /l?op=CREATESYMLINK&destination=/f", "", 400, "Symlinks not supported"},
			{"GET /?op=LISTSTATUS" + bob, "", 200, "FileStatuses"},
		},
	}
}

func TestLakeHDFSOfTheSuperuser(t *testing.T) {
	t.Parallel()
	scripts := map[string][]lakeStep{
		"snapshots": {
			{"PUT /d/f?op=CREATE", "one", 201, ""},
			{"PUT /d?op=CREATESNAPSHOT&snapshotname=s1", "", 403, "not a snapshottable directory"},
			{"PUT /d?op=ALLOWSNAPSHOT", "", 200, ""},
			{"PUT /d?op=CREATESNAPSHOT&snapshotname=s1", "", 200, `{"Path":"/d/.snapshot/s1"}`},
			{"POST /d/f?op=APPEND", "two", 200, ""},
			{"PUT /d/g?op=CREATE", "g", 201, ""},
			{"GET /d/.snapshot/s1/f?op=OPEN", "", 200, "one"},
			{"GET /d/f?op=OPEN", "", 200, "onetwo"},
			{"DELETE /d/.snapshot/s1/f?op=DELETE", "", 403, "SnapshotAccessControlException"},
			{"GET /d?op=GETSNAPSHOTDIFF&oldsnapshotname=s1&snapshotname=", "", 200, `{"sourcePath":"g","type":"CREATE"}`},
			{"GET /d?op=GETSNAPSHOTDIFF&oldsnapshotname=&snapshotname=s1", "", 200, `{"sourcePath":"g","type":"DELETE"}`},
			{"GET /d?op=GETSNAPSHOTLIST", "", 200, `"fullPath":"/d/.snapshot/s1"`},
			{"GET /?op=GETSNAPSHOTTABLEDIRECTORYLIST", "", 200, `"snapshotNumber":1`},
			{"PUT /d?op=RENAMESNAPSHOT&oldsnapshotname=s1&snapshotname=s2", "", 200, ""},
			{"DELETE /d?op=DELETE&recursive=true", "", 403, "SnapshotException"},
			{"PUT /d?op=DISALLOWSNAPSHOT", "", 403, "has snapshot(s)"},
			{"DELETE /d?op=DELETESNAPSHOT&snapshotname=s2", "", 200, ""},
			{"PUT /d?op=DISALLOWSNAPSHOT", "", 200, ""},
			{"DELETE /d?op=DELETE&recursive=true", "", 200, "true"},
		},
		"quotas": {
			{"PUT /d?op=MKDIRS", "", 200, ""},
			{"PUT /d?op=SETQUOTA&namespacequota=2&storagespacequota=1000", "", 200, ""},
			{"PUT /d/a?op=CREATE", "x", 403, "DSQuotaExceededException"},
			{"PUT /d/b?op=MKDIRS", "", 403, "NSQuotaExceededException"},
			{"GET /d?op=GETQUOTAUSAGE", "", 200, `"quota":2`},
			{"PUT /d?op=SETQUOTABYSTORAGETYPE&storagetype=SSD&storagespacequota=5", "", 200, ""},
			{"GET /d?op=GETCONTENTSUMMARY", "", 200, `"typeQuota":{"SSD":{"consumed":0,"quota":5}}`},
			{"PUT /d?op=SETQUOTA&namespacequota=-1&storagespacequota=-1", "", 200, ""},
			{"PUT /d/b?op=MKDIRS", "", 200, "true"},
			{"PUT /d?op=SETQUOTA&namespacequota=0", "", 400, "Invalid values for quota"},
		},
		"policies": {
			{"PUT /d/f?op=CREATE", "x", 201, ""},
			{"PUT /d?op=SETSTORAGEPOLICY&storagepolicy=cold", "", 200, ""},
			{"GET /d/f?op=GETSTORAGEPOLICY", "", 200, `"name":"COLD"`},
			{"POST /d?op=UNSETSTORAGEPOLICY", "", 200, ""},
			{"GET /d/f?op=GETSTORAGEPOLICY", "", 200, `"name":"HOT"`},
			{"PUT /d?op=SETECPOLICY&ecpolicy=RS-6-3-1024k", "", 200, ""},
			{"GET /d/f?op=GETECPOLICY", "", 200, "RS-6-3-1024k"},
			{"GET /d?op=GETFILESTATUS", "", 200, `"ecBit":true`},
			{"POST /d?op=UNSETECPOLICY", "", 200, ""},
			{"GET /d/f?op=GETECPOLICY", "", 200, "null"},
		},
	}
	for name, script := range scripts {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			newLake(t, azuretest.Hadoop).as("hdfs").play(t, script)
		})
	}
}

func TestLakeHttpFS(t *testing.T) {
	t.Parallel()
	s := newLake(t, azuretest.HttpFS)
	s.play(t, []lakeStep{
		{"PUT /f?op=CREATE", "hello", 201, `{"Location":"http://httpfs.lakehttpfs.test:14000/webhdfs/v1/f"}`},
		{"PUT /f?op=CREATE", "again", 201, "Location"},
		{"PUT /f?op=CREATE&overwrite=false", "x", 500, "FileAlreadyExistsException"},
		{"GET /f?op=GETFILESTATUS", "", 200, `"permission":"755"`},
		{"GET /f?op=OPEN&offset=5", "", 200, ""},
		{"GET /f?op=OPEN&offset=6", "", 500, "<html>"},
		{"POST /f?op=TRUNCATE&newlength=9", "", 500, `"exception":"RemoteException"`},
		{"PUT /f?op=SETQUOTA&namespacequota=1", "", 500, "QueryParamException"},
		{"GET /f?op=MKDIRS", "", 500, "Invalid HTTP GET operation"},
		{"GET /f?x=1", "", 400, "Missing Operation parameter"},
		{"GET /a/../f?op=GETFILESTATUS", "", 200, `"FILE"`},
		{"GET /?op=LISTSTATUS&filter=g*", "", 200, `"FileStatus":[]`},
		{"GET /?op=LISTSTATUS_BATCH&startafter=zzz", "", 200, `"pathSuffix":"f"`},
		{"PUT /d?op=MKDIRS&permission=1777", "", 200, "true"},
		{"GET /d?op=GETFILESTATUS", "", 200, `"permission":"777"`},
	})
	got := s.once(t, http.MethodPut, s.url("/g?op=CREATE&data=true"), "x", "Content-Type", "text/plain")
	require.Equal(t, 400, got.Status)
	require.Empty(t, got.Body)
	got = s.once(t, http.MethodGet, s.base()+"/?op=LISTSTATUS", "")
	require.Equal(t, 401, got.Status)
	require.Contains(t, got.Header.Get("Content-Type"), "text/html")

	s.lake.CompositeChecksums(true)
	got = s.do(t, http.MethodGet, "/f?op=GETFILECHECKSUM", "")
	require.JSONEq(t, `{"FileChecksum":{"algorithm":"COMPOSITE-CRC32C","bytes":"74ed8ef9","length":4}}`, got.Body)
}

func TestLakeNothingThere(t *testing.T) {
	t.Parallel()
	onProfiles(t, webProfiles(), func(t *testing.T, s lakeSide) {
		t.Helper()
		got := s.once(t, http.MethodGet, strings.Replace(s.url("/?op=LISTSTATUS"), "/v1/", "/v2/", 1), "")
		require.Equal(t, 404, got.Status)
		require.Contains(t, got.Header.Get("Content-Type"), "text/html")
		require.NotContains(t, got.Body, "RemoteException")
	})
}
