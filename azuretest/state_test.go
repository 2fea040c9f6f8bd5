package azuretest_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync"
	"testing"
	"testing/iotest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/keyless-go/azure/azuretest"
)

// saved is a Server's state.
func saved(t *testing.T, srv *azuretest.Server) string {
	t.Helper()
	var out bytes.Buffer
	require.NoError(t, srv.Save(&out))
	require.True(t, json.Valid(out.Bytes()))
	return out.String()
}

// restarted returns another Server with the same state.
func restarted(t *testing.T, srv *azuretest.Server) *azuretest.Server {
	t.Helper()
	state := saved(t, srv)
	again := azuretest.New(t, azuretest.Empty())
	again.Vault("notinthestate").SetSecret("a", "b")
	require.NoError(t, again.Load(strings.NewReader(state)))
	require.Equal(t, state, saved(t, again))
	return again
}

// lakeOf sends requests to a lake of a Server.
func lakeOf(srv *azuretest.Server, name string, profile azuretest.Profile) lakeSide {
	client := srv.Client()
	client.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	return lakeSide{srv, srv.DataLake(name, profile), profile, client, "", &sync.Map{}}
}

func TestStateOfTheTutorials(t *testing.T) {
	t.Parallel()
	srv := azuretest.New(t)
	again := restarted(t, srv)
	got := machine(again).do(t, http.MethodGet, tutorialSecret, "")
	require.Equal(t, `"p@ssw0rd!"`, jsonAt(t, got, "value"))
	require.Len(t, again.Vaults(), 2)
	require.Equal(t, srv.SystemIdentity().ObjectID(), again.SystemIdentity().ObjectID())
	require.Equal(t, []string{"TestFolder"}, again.DataLake("mydatalake", azuretest.Gen1).Names("/"))
}

func TestStateOfTheServerItself(t *testing.T) {
	t.Parallel()
	srv := azuretest.New(t)
	srv.RemoveSystemIdentity()
	one := srv.AddUserIdentity("one")
	srv.AddUserIdentity("two")
	header := srv.RotateIdentityHeader()
	srv.SetTokenLife(time.Hour)
	srv.SetPlatformCache(true)
	srv.SetOldArcAgent(true)
	srv.SetAppServicePlan(azuretest.WindowsPlan)
	srv.Advance(48 * time.Hour)
	token := one.Token(vaultAud, time.Hour)
	again := restarted(t, srv)

	require.Nil(t, again.SystemIdentity())
	require.Equal(t, one.ClientID(), again.AddUserIdentity("one").ClientID())
	require.Len(t, again.Directory(), 3)
	require.WithinDuration(t, time.Now().Add(48*time.Hour), again.Now(), time.Minute)
	require.Equal(t, header, again.Environment("AppService")["IDENTITY_HEADER"])
	require.Equal(t, http.StatusForbidden, caller{again.Client(), token}.do(t, http.MethodGet, tutorialSecret, "").Status, "the token is good, the identity may not")
}

func TestStateKeepsIdentities(t *testing.T) {
	t.Parallel()
	srv := azuretest.New(t)
	id := srv.AddUserIdentity("one")
	require.NoError(t, srv.Load(strings.NewReader(saved(t, srv))))
	require.Same(t, id, srv.AddUserIdentity("one"))
	require.Len(t, srv.Directory(), 3)
}

func TestStateOfVaults(t *testing.T) {
	t.Parallel()
	srv := azuretest.New(t)
	v := contoso(srv)
	set := func(name, body string) { require.Equal(t, 200, v.do(t, http.MethodPut, "/secrets/"+name, body).Status) }
	set("a", `{"value":"one","contentType":"text/plain","tags":{"x":"<y>"},"attributes":{"nbf":1,"exp":4000000000}}`)
	set("a", `{"value":"two","attributes":{"enabled":false}}`)
	set("gone", `{"value":"three"}`)
	set("back", `{"value":"four"}`)
	require.Equal(t, 200, v.do(t, http.MethodDelete, "/secrets/gone", "").Status)
	srv.Vault("contoso").ConsistencyDelay(time.Hour)
	require.Equal(t, 200, v.do(t, http.MethodDelete, "/secrets/back", "").Status)
	bytesOnly := srv.Vault("contoso").SetSecret("raw", "\xff\x00")
	srv.Vault("closed.vault.usgovcloudapi.net").Allow(srv.AddUserIdentity("reader"), "get", "list")
	again := restarted(t, srv)

	for _, path := range []string{"/secrets", "/secrets/a/versions", "/secrets/a", "/secrets/raw", "/deletedsecrets", "/deletedsecrets/gone", "/secrets/back"} {
		want, got := v.do(t, http.MethodGet, path, ""), contoso(again).do(t, http.MethodGet, path, "")
		require.Equal(t, want.Status, got.Status)
		require.Equal(t, want.Body, got.Body)
	}
	require.Equal(t, srv.Vault("contoso").Versions("a"), again.Vault("contoso").Versions("a"))
	require.Equal(t, []string{bytesOnly}, again.Vault("contoso").Versions("raw"))
	value, _ := again.Vault("contoso").Secret("raw")
	require.Equal(t, "\xff\x00", value)
	require.Len(t, again.Vaults(), 4)
	again.Advance(time.Hour)
	require.Equal(t, []string{"back", "gone"}, again.Vault("contoso").DeletedSecretNames())
}

func TestStateOfResourceManager(t *testing.T) {
	t.Parallel()
	srv := azuretest.New(t)
	sub := srv.Subscription("11111111-2222-4333-8444-555555555555")
	sub.SetPageSize(7)
	g := sub.Group("Web")
	g.SetTags(map[string]string{"team": "blue"})
	g.SetLocation("westeurope")
	g.Lock(true)
	g.AddResource(azuretest.Resource{Type: "Microsoft.Web/sites", Name: "shop", Kind: "app", Tags: map[string]string{"a": "b"}})
	g.Assign(srv.AddUserIdentity("reader"), azuretest.RoleReader)
	sub.Assign(srv.SystemIdentity(), azuretest.RoleOwner)
	stuck := sub.Group("stuck")
	stuck.AddResource(azuretest.Resource{Type: "Microsoft.Web/sites", Name: "x", Stuck: "it is in use"})
	sub.SetDeletion(azuretest.Deletion{Takes: time.Hour, RetryAfter: time.Minute})
	sub.Group("slow")
	c := caller{srv.Client(), srv.SystemIdentity().Token("https://management.azure.com/", 10*time.Hour)}
	at := "https://management.azure.com" + sub.ID()
	remove := func(name string) string {
		got := c.do(t, http.MethodDelete, at+"/resourceGroups/"+name+"?api-version=2021-04-01", "")
		require.Equal(t, 202, got.Status, got.Body)
		return got.Header.Get("Location")
	}
	failed := remove("stuck")
	srv.Advance(2 * time.Hour)
	require.Equal(t, 409, c.do(t, http.MethodGet, failed, "").Status)
	running := remove("slow")
	again := restarted(t, srv)

	d := caller{again.Client(), c.token}
	for url, status := range map[string]int{
		at + "/resourcegroups?api-version=2021-04-01":                                   200,
		at + "/resourceGroups/web?api-version=2021-04-01":                               200,
		at + "/resourceGroups/web/resources?api-version=2021-04-01&$expand=createdTime": 200,
		"https://management.azure.com" + g.ID() + "?api-version=2021-04-01":             200,
		failed:  409,
		running: 202,
	} {
		want, got := c.do(t, http.MethodGet, url, ""), d.do(t, http.MethodGet, url, "")
		require.Equal(t, status, got.Status, got.Body)
		require.Equal(t, want.Body, got.Body)
	}
	require.Equal(t, 409, d.do(t, http.MethodDelete, at+"/resourceGroups/web?api-version=2021-04-01", "").Status, "it is locked")
	reader := caller{again.Client(), again.AddUserIdentity("reader").Token("https://management.azure.com/", time.Hour)}
	require.Equal(t, 200, reader.do(t, http.MethodGet, at+"/resourceGroups/web?api-version=2021-04-01", "").Status)
	require.Equal(t, 403, reader.do(t, http.MethodGet, at+"/resourceGroups/stuck?api-version=2021-04-01", "").Status)
	again.Advance(2 * time.Hour)
	require.Equal(t, 200, d.do(t, http.MethodGet, running, "").Status)
	require.Equal(t, []string{"stuck", "Web"}, again.Subscription("11111111-2222-4333-8444-555555555555").Groups())
}

func TestStateOfStorage(t *testing.T) {
	t.Parallel()
	srv := azuretest.New(t)
	b := storageOf(srv)
	box := b.account.Container("box")
	box.SetPolicy("readers", azuretest.AccessPolicy{Expiry: time.Date(2035, 1, 1, 0, 0, 0, 0, time.UTC), Permissions: "r"})
	b.account.RotateKey("key1")
	require.Equal(t, 201, b.do(t, http.MethodPut, "/box/a%20b/%FF", "hello", blockBlob, "BlockBlob", "Content-Type", "text/plain", "x-ms-meta-k", "v").Status)
	for _, id := range []string{"a1", "b2"} {
		require.Equal(t, 201, b.stage(t, "blocks", id, strings.Repeat(id, 100)).Status)
	}
	require.Equal(t, 201, b.commit(t, "blocks", "Latest:b2", "Latest:a1", "Latest:b2").Status)
	require.Equal(t, 201, b.stage(t, "blocks", "\xffc", "waits").Status)
	require.Equal(t, 201, b.stage(t, "onlyblocks", "zz", "waits too").Status)
	box.SetBlob("large", bytes.Repeat([]byte("0123456789"), 100_000))
	box.SetBlob("empty", nil)
	srv.StorageAccount("other").HandOver("http://127.0.0.1:10000/devstoreaccount1", "devstoreaccount1", "a2V5")
	srv.StorageAccount("other").AllowSharedKey(false)
	again := restarted(t, srv)

	d := storageOf(again)
	for _, path := range []string{
		"/?comp=list", "/box?restype=container&comp=list&include=metadata,uncommittedblobs", "/box?restype=container&comp=acl",
		"/box/a%20b/%FF", "/box/blocks", "/box/blocks?comp=blocklist&blocklisttype=all", "/box/onlyblocks?comp=blocklist&blocklisttype=all",
		"/box/large", "/box/empty", "/box/onlyblocks",
	} {
		want, got := b.do(t, http.MethodGet, path, ""), d.do(t, http.MethodGet, path, "")
		require.Equal(t, want.Status, got.Status, path)
		require.Equal(t, want.Header.Get("ETag"), got.Header.Get("ETag"))
		require.Equal(t, want.Header.Get("Last-Modified"), got.Header.Get("Last-Modified"))
		require.Equal(t, want.Header.Get("Content-Type"), got.Header.Get("Content-Type"))
		if want.Status == 200 {
			require.Equal(t, want.Body, got.Body, path)
		}
	}
	require.Equal(t, 201, d.commit(t, "onlyblocks", "Uncommitted:zz").Status)
	require.Equal(t, b.account.Key("key1"), d.account.Key("key1"))
	require.Equal(t, "contoso mystorageacct other", fmt.Sprint(again.StorageAccounts()[0], again.StorageAccounts()[1], again.StorageAccounts()[2]))
}

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

func TestLoadRefuses(t *testing.T) {
	t.Parallel()
	srv := azuretest.New(t)
	state := saved(t, srv)
	lines := strings.Split(state, "\n")
	server := lines[2]
	around := func(records ...string) string {
		return lines[0] + "\n" + lines[1] + "\n" + strings.Join(records, ",\n") + "\n]}\n"
	}
	node := func(text string) string {
		root := `{"node":{"dir":true,"created":"0.0","modified":"0.0","accessed":"0.0"}}`
		return around(strings.TrimSuffix(server, ","), `{"lake":{"profile":"Gen1","name":"contoso"}}`, root, `{"node":{"name":"a","created":"0.0","modified":"0.0","accessed":"0.0",`+text+`}}`)
	}
	server = strings.TrimSuffix(server, ",")
	for name, test := range map[string]struct{ state, want string }{
		"nothing":              {"", "unexpected EOF"},
		"no JSON":              {"state", "invalid character"},
		"another kind of JSON": {`{"vaults":{}}`, "it has vaults where version must be"},
		"no number":            {`{"version":"one"}`, "the version is no number"},
		"no records":           {`{"version":1}`, "it has } where records must be"},
		"cut":                  {state[:len(state)/2], "unexpected EOF"},
		"cut at the end":       {state[:len(state)-3], "unexpected EOF"},
		"more after it":        {state + "{}", "something after its end"},
		"no server":            {around(`{"vault":{}}`), "the server's record is the first"},
		"no record":            {lines[0] + "\n" + lines[1] + "]}", "no record of the server"},
		"two servers":          {around(server, server), "record 2: the server's record is the first"},
		"unknown":              {around(server, `{"queue":{}}`), `record 2: json: unknown field "queue"`},
		"empty":                {around(server, `{}`), "a record that is of no kind"},
		"secret alone":         {around(server, `{"secret":{"name":"a"}}`), "a secret without a vault"},
		"vault":                {around(server, `{"vault":{"host":"example.com"}}`), "no vault"},
		"open and closed":      {around(server, `{"vault":{"host":"contoso.vault.azure.net","retentionDays":7,"open":true,"policies":{"a":["get"]}}}`), "is open and has policies"},
		"permission":           {around(server, `{"vault":{"host":"contoso.vault.azure.net","retentionDays":7,"policies":{"a":["peek"]}}}`), "unknown permission"},
		"group alone":          {around(server, `{"group":{"name":"a"}}`), "a group without a subscription"},
		"subscription":         {around(server, `{"subscription":{"id":"a"}}`), "no subscription"},
		"role":                 {around(server, `{"subscription":{"id":"11111111-2222-4333-8444-555555555555","pageSize":1,"scope":{"roles":{"a":["King"]}}}}`), `unknown role "King"`},
		"account":              {around(server, `{"account":{"name":"a"}}`), "no storage account"},
		"container alone":      {around(server, `{"container":{"name":"abc"}}`), "a container without a storage account"},
		"blob alone":           {around(server, `{"blob":{"name":"abc"}}`), "a blob without a container"},
		"data alone":           {around(server, `{"data":"AAAA"}`), "a record that is of no kind"},
		"lake":                 {around(server, `{"lake":{"profile":"Gen3","name":"contoso"}}`), `no data lake of profile "Gen3"`},
		"lake without a root":  {around(server, `{"lake":{"profile":"Gen1","name":"contoso"}}`), "a data lake without a root"},
		"node alone":           {around(server, `{"node":{}}`), "a node without a data lake"},
		"file without a size":  {node(`"id":1`), "a file without block size"},
		"file in itself":       {node(`"blockSize":1,"replication":1,"in":1`), "it cannot be in node 1"},
		"missing data":         {node(`"blockSize":1,"replication":1,"size":5`), "data are missing"},
		"negative data":        {node(`"blockSize":1,"replication":1,"size":-5`), "-5 bytes of data"},
		"same as none":         {node(`"blockSize":1,"replication":1,"same":7`), "no node has the same content"},
		"mode":                 {node(`"dir":true,"mode":65535`), "no mode is 177777"},
	} {
		t.Run(name, func(t *testing.T) {
			err := srv.Load(strings.NewReader(test.state))
			require.ErrorContains(t, err, test.want)
			require.NotContains(t, err.Error(), "p@ssw0rd!")
			require.Equal(t, state, saved(t, srv), "nothing has changed")
		})
	}
}

func TestLoadRefusesOtherVersions(t *testing.T) {
	t.Parallel()
	srv := azuretest.New(t)
	state := saved(t, srv)
	err := srv.Load(strings.NewReader(`{"version":2,"things":[]}`))
	var other *azuretest.StateVersionError
	require.ErrorAs(t, err, &other)
	require.Equal(t, 2, other.Version)
	require.EqualError(t, err, "azuretest: Load: the state has version 2, this emulator reads version 1: use the emulator that saved it, or begin without")
	require.Equal(t, state, saved(t, srv))
}

func TestStateErrorsOfFiles(t *testing.T) {
	t.Parallel()
	srv := azuretest.New(t)
	require.ErrorIs(t, srv.Load(iotest.ErrReader(io.ErrClosedPipe)), io.ErrClosedPipe)
	r, w := io.Pipe()
	require.NoError(t, r.CloseWithError(io.ErrNoProgress))
	require.ErrorIs(t, srv.Save(w), io.ErrNoProgress)
}

// A state is saved while requests change it: what is saved can be loaded.
func TestStateIsSavedWhileRequestsCome(t *testing.T) {
	t.Parallel()
	srv := azuretest.New(t)
	b, lake := storageOf(srv), srv.DataLake("mydatalake", azuretest.Gen1)
	b.account.Container("box")
	var busy sync.WaitGroup
	for i := range 4 {
		busy.Go(func() {
			for n := range 50 {
				name := fmt.Sprintf("%d-%d", i, n)
				srv.Vault("contoso").SetSecret("s", name)
				b.account.Container("box").SetBlob(name, []byte(name))
				lake.WriteFile(name, []byte(name))
				srv.Subscription("11111111-2222-4333-8444-555555555555").Group(name)
			}
		})
	}
	for range 20 {
		state := saved(t, srv)
		require.NoError(t, azuretest.New(t).Load(strings.NewReader(state)))
	}
	busy.Wait()
	restarted(t, srv)
}

func FuzzLoad(f *testing.F) {
	srv := azuretest.New(f)
	srv.StorageAccount("mystorageacct").Container("mycontainer").SetBlob("b", []byte("data"))
	var out bytes.Buffer
	require.NoError(f, srv.Save(&out))
	state := out.String()
	f.Add(state)
	f.Add(`{"version":2}`)
	for _, cut := range []int{10, 100, 1000, len(state) - 5} {
		f.Add(state[:cut])
	}
	f.Add(strings.ReplaceAll(state, `"name"`, `"Name"`))
	f.Add(strings.ReplaceAll(state, `true`, `false`))
	f.Fuzz(func(t *testing.T, state string) {
		srv := azuretest.New(t, azuretest.Empty())
		before := saved(t, srv)
		if err := srv.Load(strings.NewReader(state)); err != nil {
			require.Equal(t, before, saved(t, srv))
			return
		}
		restarted(t, srv)
	})
}
