package azuretest_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/keyless-go/azure/azuretest"
)

func TestStateOfLakes(t *testing.T) {
	t.Parallel()
	srv := azuretest.New(t, azuretest.Empty())
	s := lakeOf(srv, "cluster", azuretest.Hadoop)
	s.put(t, "/d/f", strings.Repeat("0123456789", 50_000)) // more than stays in memory
	s.put(t, "/d/ü", "small")
	s.lake.SetACL("/d", "user::rwx,user:bob:r-x,group::r-x,other::---,default:user::rwx,default:group::r-x,default:other::---")
	s.lake.AddToGroup("bob", "supergroup")
	s.lake.Generate("/many", 1_000_000)
	s.lake.Remove("/many/file-0000000007")
	super := s.as("hdfs")
	for _, step := range []string{
		"PUT /d?op=ALLOWSNAPSHOT", "PUT /d?op=CREATESNAPSHOT&snapshotname=s1",
		"PUT /d/f?op=SETXATTR&xattr.name=user.x&xattr.value=0xff00&flag=CREATE", "PUT /d?op=SETQUOTA&namespacequota=100&storagespacequota=-1",
		"PUT /d/f?op=SETTIMES&modificationtime=9000000000000000&accesstime=1", "PUT /d?op=SETSTORAGEPOLICY&storagepolicy=COLD",
	} {
		method, rest, _ := strings.Cut(step, " ")
		got := super.do(t, method, rest, "")
		require.Equal(t, 200, got.Status, "%s: %s", step, got.Body)
	}
	got := s.do(t, http.MethodPost, "/d/f?op=APPEND", "more")
	require.Equal(t, 200, got.Status, got.Body)
	again := restarted(t, srv)

	o := lakeOf(again, "cluster", azuretest.Hadoop)
	for _, rest := range []string{
		"/d?op=LISTSTATUS", "/d?op=GETACLSTATUS", "/d/f?op=GETFILESTATUS", "/d/f?op=OPEN", "/d/f?op=GETXATTRS&encoding=hex", "/d/f?op=GETFILECHECKSUM",
		"/d?op=GETCONTENTSUMMARY", "/d/.snapshot/s1?op=LISTSTATUS", "/d/.snapshot/s1/f?op=OPEN", "/d?op=GETSTORAGEPOLICY", "/many?op=GETCONTENTSUMMARY",
		"/d?op=GETSNAPSHOTDIFF&oldsnapshotname=s1&snapshotname=",
	} {
		want, got := super.do(t, http.MethodGet, rest, ""), o.as("hdfs").do(t, http.MethodGet, rest, "")
		require.Equal(t, 200, got.Status, "%s: %s", rest, got.Body)
		require.Equal(t, want.Body, got.Body, rest)
	}
	_, there := o.lake.Stat("/many/file-0000000007")
	require.False(t, there)
	require.Equal(t, 200, o.do(t, http.MethodPost, "/d/f?op=APPEND", "again").Status)
	data, _ := s.lake.ReadFile("/d/.snapshot/s1/f")
	require.Empty(t, data)
	require.Equal(t, 200, o.do(t, http.MethodGet, "/d/.snapshot/s1/f?op=OPEN", "").Status)
}

func TestStateOfSnapshotsIsSavedOnce(t *testing.T) {
	t.Parallel()
	s := newLake(t, azuretest.Hadoop)
	s.put(t, "/d/f", strings.Repeat("x", 300_000))
	before := len(saved(t, s.srv))
	require.Equal(t, 200, s.as("hdfs").do(t, http.MethodPut, "/d?op=ALLOWSNAPSHOT", "").Status)
	require.Equal(t, 200, s.as("hdfs").do(t, http.MethodPut, "/d?op=CREATESNAPSHOT&snapshotname=s1", "").Status)
	require.Less(t, len(saved(t, s.srv))-before, 10_000)
	restarted(t, restarted(t, s.srv))
}

func TestStateOfGen1(t *testing.T) {
	t.Parallel()
	srv := azuretest.New(t, azuretest.Empty())
	s := lakeOf(srv, "contosolake", azuretest.Gen1)
	s.put(t, "/f", "seen")
	got := s.do(t, http.MethodPost, "/f?op=APPEND&leaseid=abc&syncFlag=DATA", " and not yet")
	require.Equal(t, 200, got.Status, got.Body)
	again := restarted(t, srv)
	o := lakeOf(again, "contosolake", azuretest.Gen1)
	require.Equal(t, "seen", o.do(t, http.MethodGet, "/f?op=OPEN", "").Body)
	require.Equal(t, 400, o.do(t, http.MethodPost, "/f?op=APPEND&leaseid=other", "!").Status)
	require.Equal(t, 200, o.do(t, http.MethodPost, "/f?op=APPEND&leaseid=abc&syncFlag=CLOSE", "!").Status)
	require.Equal(t, "seen and not yet!", o.do(t, http.MethodGet, "/f?op=OPEN", "").Body)
}

func TestStateOfGen2(t *testing.T) {
	t.Parallel()
	srv := azuretest.New(t, azuretest.Empty())
	s := lakeOf(srv, "contoso/data", azuretest.Gen2)
	s.gen2Play(t, []gen2Step{
		{"PUT /d/f?resource=file", []string{"x-ms-content-type", "text/plain", "x-ms-properties", "a=YQ=="}, "", 201, ""},
		{"PATCH /d/f?action=append&position=0", nil, "hello", 202, ""},
		{"PATCH /d/f?action=flush&position=5", nil, "", 200, ""},
		{"PATCH /d/f?action=append&position=5", nil, " world", 202, ""},
		{"POST /d/f", []string{"x-ms-lease-action", "acquire", "x-ms-lease-duration", "-1", "x-ms-proposed-lease-id", "11111111-2222-4333-8444-555555555555"}, "", 201, ""},
	})
	srv.DataLake("other/gone", azuretest.Gen2)
	require.Equal(t, 202, lakeOf(srv, "other/gone", azuretest.Gen2).gen2(t, "DELETE ?resource=filesystem", "").Status)
	again := restarted(t, srv)

	o := lakeOf(again, "contoso/data", azuretest.Gen2)
	for _, do := range []string{"GET /d/f", "HEAD /d/f", "HEAD /d/f?action=getAccessControl", "GET ?resource=filesystem&recursive=true"} {
		want, got := s.gen2(t, do, ""), o.gen2(t, do, "")
		require.Equal(t, 200, got.Status, got.Body)
		require.Equal(t, want.Body, got.Body)
		for _, name := range []string{"ETag", "Last-Modified", "Content-Type", "X-Ms-Properties", "X-Ms-Acl", "X-Ms-Lease-State"} {
			require.Equal(t, want.Header.Get(name), got.Header.Get(name), name)
		}
	}
	o.gen2Play(t, []gen2Step{
		{"PATCH /d/f?action=flush&position=11", nil, "", 412, "LeaseIdMissing"},
		{"PATCH /d/f?action=flush&position=11", []string{"x-ms-lease-id", "11111111-2222-4333-8444-555555555555"}, "", 200, ""},
	})
	require.Equal(t, "hello world", o.gen2(t, "GET /d/f", "").Body)
	require.NoError(t, again.Reach("other.dfs.core.windows.net:443", true))
}
