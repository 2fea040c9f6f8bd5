package seed_test

import (
	"errors"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/keyless-go/azure/azuretest"
	"github.com/keyless-go/azure/azuretest/azurelocal/internal/seed"
)

// write puts a document into a file and returns its path.
func write(tb testing.TB, text string) string {
	tb.Helper()
	file := filepath.Join(tb.TempDir(), "world.json")
	require.NoError(tb, os.WriteFile(file, []byte(text), 0o600))
	return file
}

// load makes the world of a document.
func load(tb testing.TB, text string) (*azuretest.Server, *seed.Databases, error) {
	tb.Helper()
	world, err := seed.Read(write(tb, text))
	if err != nil {
		return nil, nil, err
	}
	azure := azuretest.New(tb, azuretest.Empty())
	databases, err := world.Apply(azure)
	return azure, databases, err
}

func must(t *testing.T, text string) *azuretest.Server {
	t.Helper()
	azure, _, err := load(t, text)
	require.NoError(t, err)
	return azure
}

// sqlServer notes what it is told, and fails at a batch.
type sqlServer struct {
	calls  []string
	failAt string
}

func (s *sqlServer) AddDatabase(name string) error {
	s.calls = append(s.calls, "add "+name)
	return nil
}

func (s *sqlServer) Exec(database, text string) error {
	s.calls = append(s.calls, database+": "+strings.TrimSpace(text))
	if text == s.failAt {
		return errors.New("it does not like that")
	}
	return nil
}

func (s *sqlServer) SetAdmin(id *azuretest.Identity) { s.calls = append(s.calls, "admin "+id.Name()) }

func (s *sqlServer) SetDirectoryReader(on bool) {
	if on {
		s.calls = append(s.calls, "reader")
	}
}

func TestIdentities(t *testing.T) {
	t.Parallel()
	azure := must(t, `{"systemIdentity": false, "userIdentities": ["a", "b"]}`)
	require.Nil(t, azure.SystemIdentity())
	var names []string
	for _, id := range azure.Directory() {
		names = append(names, id.Name())
	}
	require.Equal(t, []string{"a", "b", "mia@contoso.onmicrosoft.com"}, names)
	require.NotNil(t, must(t, `{"systemIdentity": true}`).SystemIdentity())
}

func TestVaults(t *testing.T) {
	t.Parallel()
	azure := must(t, `{"vaults": {"contoso": {"secrets": {"one": "1", "two": ["old", "new"]}}}}`)
	vault := azure.Vault("contoso")
	one, ok := vault.Secret("one")
	require.True(t, ok)
	require.Equal(t, "1", one)
	two, _ := vault.Secret("two")
	require.Equal(t, "new", two)
	require.Len(t, vault.Versions("two"), 2)
}

// Who is given nothing closes a vault to the machine, too.
func TestEmptyPolicies(t *testing.T) {
	t.Parallel()
	azure := must(t, `{"userIdentities": ["app"], "vaults": {
		"closed": {"secrets": {"a": "1"}, "policies": {"app": []}},
		"listed": {"secrets": {"a": "1"}, "policies": {"app": [], "DevTestVM": ["list"]}}}}`)
	for _, name := range []string{"closed", "listed"} {
		r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, azure.Vault(name).URL()+"/secrets/a?api-version=7.4", nil)
		require.NoError(t, err)
		r.Header.Set("Authorization", "Bearer "+azure.SystemIdentity().Token("https://vault.azure.net", time.Hour))
		resp, err := azure.Client().Do(r)
		require.NoError(t, err)
		require.NoError(t, resp.Body.Close())
		require.Equal(t, http.StatusForbidden, resp.StatusCode, name)
	}
}

func TestGroupsAndAccounts(t *testing.T) {
	t.Parallel()
	const subscription = "98f51385-2edc-4b79-bed9-7718de4cb861"
	azure := must(t, `{
		"subscriptions": {"`+subscription+`": {"groups": {"app": {"location": "westeurope", "tags": {"a": "b"}}}}},
		"storageAccounts": {"contosodata": {
			"group": {"name": "app", "subscription": "`+subscription+`"},
			"containers": {"inbox": {"blobs": {"a": "text", "b": {"base64": "AAEC"}}}}}}}`)
	group := azure.Subscription(subscription).Group("app")
	require.Equal(t, map[string]string{"a": "b"}, group.Tags())
	account := azure.StorageAccount("contosodata")
	require.Contains(t, account.ID(), "/resourceGroups/app/")
	a, _ := account.Container("inbox").Blob("a")
	b, _ := account.Container("inbox").Blob("b")
	require.Equal(t, "text", string(a))
	require.Equal(t, []byte{0, 1, 2}, b)
}

func TestDataLakes(t *testing.T) {
	t.Parallel()
	azure := must(t, `{"userIdentities": ["a"], "dataLakes": [
		{"allow": {"a": {"/x": "r-x"}}, "files": {"/x/y": "z"}, "directories": ["/d"], "acls": {"/d": "user::rwx,group::---,other::---"},
			"profile": "Gen2", "name": "acct/files"},
		{"name": "old"}]}`)
	lake := azure.DataLake("acct/files", azuretest.Gen2)
	data, ok := lake.ReadFile("/x/y")
	require.True(t, ok)
	require.Equal(t, "z", string(data))
	require.Contains(t, lake.ACL("/x"), ":r-x")
	require.Equal(t, "user::rwx,group::---,other::---", lake.ACL("/d"))
	require.Equal(t, "https://old.azuredatalakestore.net", azure.DataLake("old", azuretest.Gen1).URL())
}

func TestDatabases(t *testing.T) {
	t.Parallel()
	directory := t.TempDir()
	require.NoError(t, os.WriteFile(filepath.Join(directory, "a.sql"), []byte("one\nGO\ntwo\n go ;\nthree"), 0o600))
	file := filepath.Join(directory, "world.json")
	const text = `{"sql": {"admin": "devtestvm", "directoryReader": true, "databases": {
		"a": {"script": "four", "file": "a.sql"}, "b": {"script": ["five", "six"]}, "c": {}}}}`
	require.NoError(t, os.WriteFile(file, []byte(text), 0o600))
	world, err := seed.Read(file)
	require.NoError(t, err)
	databases, err := world.Apply(azuretest.New(t, azuretest.Empty()))
	require.NoError(t, err)
	server := &sqlServer{failAt: "six"}
	require.EqualError(t, databases.Apply(server), file+":2:70: it does not like that")
	require.Equal(t, []string{"admin DevTestVM", "reader", "add a", "a: one", "a: two", "a: three", "a: four", "add b", "b: five", "b: six"}, server.calls)
}

func TestBadWorlds(t *testing.T) {
	t.Parallel()
	tests := map[string]struct{ text, want string }{
		"empty":             {"", ":1:1: the file ends too early; close what is open"},
		"cut":               {"{\n \"vaults\": {", ":2:13: the file ends too early; close what is open"},
		"no object":         {"[]", ":1:1: want an object for the world"},
		"no JSON":           {"{\"vaults\":\n  tru}", ":2:3: this is not JSON: invalid character '}' in literal true (expecting 'e')"},
		"more":              {"{}\n{}", ":2:1: there is more after the end of the object; remove it"},
		"not UTF-8":         {"{\"ä\": \"\xff\"}", ":1:8: this is not UTF-8; save the file in that encoding"},
		"twice":             {`{"vaults": {}, "vaults": {}}`, `:1:16: "vaults" is here twice; remove one`},
		"deep":              {strings.Repeat("[", 40), ":1:33: too deep: more than 32 levels"},
		"unknown field":     {`{"valts": {}}`, `:1:2: the world has no field "valts"; it has systemIdentity, userIdentities, vaults, subscriptions, storageAccounts, dataLakes, sql`},
		"nested unknown":    {`{"vaults": {"abc": {"secret": {}}}}`, `:1:21: a vault has no field "secret"; it has softDelete, purgeProtection, retentionDays, secrets, disabled, policies`},
		"no boolean":        {`{"systemIdentity": "no"}`, ":1:20: want true or false"},
		"no name":           {`{"userIdentities": [" "]}`, ":1:21: an identity needs a name"},
		"vault's name":      {`{"vaults": {"x": {}}}`, `:1:13: no vault can be named "x"`},
		"no number":         {`{"vaults": {"abc": {"retentionDays": 7.5}}}`, ":1:38: want a whole number"},
		"number":            {`{"vaults": {"abc": {"retentionDays": 1}}}`, ":1:38: 1 days is not 7 to 90"},
		"secret's value":    {`{"vaults": {"abc": {"secrets": {"a": 1}}}}`, ":1:38: want a string or a list of versions"},
		"no version":        {`{"vaults": {"abc": {"secrets": {"a": []}}}}`, ":1:38: a secret needs a version"},
		"permission":        {"{\"vaults\": {\"abc\": {\"policies\":\n{\"DevTestVM\": [\"lst\"]}}}}", `:2:15: unknown permission "lst", want one of get, list,`},
		"who":               {`{"vaults": {"abc": {"policies": {"Bob": []}}}}`, `:1:34: nobody is called "Bob"; there are "DevTestVM", "mia@contoso.onmicrosoft.com", and userIdentities adds others`},
		"disabled":          {`{"vaults": {"abc": {"disabled": ["x"]}}}`, `:1:34: vault abc has no secret "x"`},
		"subscription":      {`{"subscriptions": {"x": {}}}`, `:1:20: "x" is not a GUID`},
		"role":              {`{"storageAccounts": {"abc": {"roles": {"DevTestVM": ["Reeder"]}}}}`, `:1:54: no role is called "Reeder"; there are "Owner", "Contributor", "Reader",`},
		"no group":          {`{"storageAccounts": {"abc": {"group": {"name": "x"}}}}`, `:1:39: "" is not a GUID`},
		"container":         {`{"storageAccounts": {"abc": {"containers": {"x": {}}}}}`, `:1:45: no container can be named "x"`},
		"base64":            {`{"storageAccounts": {"abc": {"containers": {"abc": {"blobs": {"a": {"base64": "!"}}}}}}}`, ":1:79: this is not base64: illegal base64 data at input byte 0"},
		"profile":           {`{"dataLakes": [{"profile": "gen1"}]}`, `:1:28: no profile is called "gen1"; there are "Gen1", "Gen2", "Hadoop", "HttpFS", "Knox"`},
		"lake's name":       {`{"dataLakes": [{}]}`, `:1:16: no data lake of profile Gen1 can be named ""`},
		"access":            {`{"dataLakes": [{"name": "abc", "allow": {"DevTestVM": {"/": "read"}}}]}`, ":1:61: "},
		"script":            {`{"sql": {"databases": {"a": {"script": 1}}}}`, ":1:40: want a list of batches of T-SQL"},
		"script's file":     {`{"sql": {"databases": {"a": {"file": "nope.sql"}}}}`, "; name a file that can be read"},
		"column in runes":   {`{"userIdentities": ["äöü", 1]}`, ":1:28: want a string"},
		"line with returns": {"{\r\n\"x\": 1}", `:2:1: the world has no field "x"`},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, _, err := load(t, test.text)
			require.ErrorContains(t, err, test.want)
			require.Contains(t, err.Error(), "world.json:")
			require.NotContains(t, err.Error(), "\n")
		})
	}
	_, err := seed.Read(filepath.Join(t.TempDir(), "nope.json"))
	require.ErrorContains(t, err, "name a file that can be read")
}

// What is there twice would be lost once without a word.
func TestNamesTwice(t *testing.T) {
	t.Parallel()
	const group = `{"subscriptions": {"98f51385-2edc-4b79-bed9-7718de4cb861": {"groups": {"app": `
	tests := map[string]struct{ text, want string }{
		"identity":               {`{"userIdentities": ["app", "app"]}`, `:1:28: "app" is here twice; remove one`},
		"in another case":        {"{\"userIdentities\": [\"app\",\n\"APP\"]}", `:2:1: "APP" is here already, as "app"; remove one`},
		"the machine's":          {`{"userIdentities": ["devtestvm"]}`, `:1:21: somebody is called "devtestvm" already; name this identity otherwise`},
		"a person's":             {`{"userIdentities": ["Mia@contoso.onmicrosoft.com"]}`, `:1:21: somebody is called "Mia@contoso.onmicrosoft.com" already`},
		"vault":                  {`{"vaults": {"abc": {}, "ABC": {}}}`, `:1:24: "ABC" is here already, as "abc"; remove one`},
		"vault by its host":      {`{"vaults": {"abc": {}, "Abc.vault.azure.net": {}}}`, `:1:24: "Abc.vault.azure.net" is here already, as "abc"; remove one`},
		"secret":                 {`{"vaults": {"abc": {"secrets": {"a": "1", "A": "2"}}}}`, `:1:43: "A" is here already, as "a"; remove one`},
		"disabled":               {`{"vaults": {"abc": {"secrets": {"a": "1"}, "disabled": ["a", "A"]}}}`, `:1:62: "A" is here already, as "a"`},
		"who may":                {`{"vaults": {"abc": {"policies": {"DevTestVM": ["get"], "devtestvm": ["list"]}}}}`, `:1:56: "devtestvm" is here already, as "DevTestVM"`},
		"permission":             {`{"vaults": {"abc": {"policies": {"DevTestVM": ["get", "get"]}}}}`, `:1:55: "get" is here twice`},
		"subscription":           {`{"subscriptions": {"98f51385-2edc-4b79-bed9-7718de4cb861": {}, "98F51385-2edc-4b79-bed9-7718de4cb861": {}}}`, `:1:64: "98F51385-`},
		"group":                  {`{"subscriptions": {"98f51385-2edc-4b79-bed9-7718de4cb861": {"groups": {"a": {}, "A": {}}}}}`, `:1:81: "A" is here already, as "a"`},
		"tag":                    {group + `{"tags": {"x": "1", "X": "2"}}}}}}`, `: "X" is here already, as "x"`},
		"resource":               {group + `{"resources": [{"type": "a/b", "name": "x"}, {"name": "X", "type": "A/b"}]}}}}}`, `: "A/b/X" is here already, as "a/b/x"`},
		"role":                   {group + `{"roles": {"DevTestVM": ["Reader", "Reader"]}}}}}}`, `: "Reader" is here twice`},
		"data lake":              {"{\"dataLakes\": [{\"name\": \"abc\"},\n{\"name\": \"ABC\"}]}", ":2:1: data lake abc of profile Gen1 is here twice; remove one"},
		"file system":            {`{"dataLakes": [{"name": "abc", "profile": "Gen2"}, {"name": "abc/mycontainer", "profile": "Gen2"}]}`, ": data lake abc/mycontainer of profile Gen2 is here twice"},
		"directory":              {`{"dataLakes": [{"name": "abc", "directories": ["/a/b", "a//b/"]}]}`, `:1:56: "a//b/" is here already, as "/a/b"; remove one`},
		"file":                   {`{"dataLakes": [{"name": "abc", "files": {"/a": "1", "a": "2"}}]}`, `:1:53: "a" is here already, as "/a"`},
		"ACL":                    {`{"dataLakes": [{"name": "abc", "acls": {"/": "user::rwx,group::---,other::---", "//": ""}}]}`, `:1:81: "//" is here already, as "/"`},
		"access":                 {`{"dataLakes": [{"name": "abc", "allow": {"DevTestVM": {"/": "r-x", "": "--x"}}}]}`, `:1:68: "" is here already, as "/"`},
		"database":               {`{"sql": {"databases": {"a": {}, "A": {}}}}`, `:1:33: "A" is here already, as "a"; remove one`},
		"a database has no name": {`{"sql": {"databases": {"": {}}}}`, ":1:24: a database needs a name"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, _, err := load(t, test.text)
			require.ErrorContains(t, err, test.want)
			require.Contains(t, err.Error(), "world.json:")
		})
	}
	azure := must(t, `{"systemIdentity": false, "userIdentities": ["DevTestVM"],
		"dataLakes": [{"name": "abc", "files": {"/a": "1", "/A": "2"}}, {"name": "abc", "profile": "Hadoop"}],
		"storageAccounts": {"abc": {"containers": {"abc": {"blobs": {"a": "1", "A": "2", "/a": "3"}}}}}}`)
	require.Len(t, azure.Directory(), 2)
	require.Len(t, azure.DataLakes(), 2)
	blob, _ := azure.StorageAccount("abc").Container("abc").Blob("A")
	require.Equal(t, "2", string(blob))
}

// Windows' editors begin UTF-8 with a byte order mark, and may write UTF-16.
func TestEncodings(t *testing.T) {
	t.Parallel()
	const mark = "\ufeff"
	require.Len(t, must(t, mark+`{"userIdentities": ["app"]}`).Directory(), 3)
	_, _, err := load(t, mark+`{"valts": {}}`)
	require.ErrorContains(t, err, `:1:2: the world has no field "valts"`)
	_, _, err = load(t, "\xff\xfe{\x00}\x00")
	require.ErrorContains(t, err, ":1:1: this is not UTF-8; save the file in that encoding")

	file := write(t, `{"sql": {"databases": {"a": {"file": "a.sql"}}}}`)
	script := filepath.Join(filepath.Dir(file), "a.sql")
	world, err := seed.Read(file)
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(script, []byte("\xff\xfeo\x00"), 0o600))
	_, err = world.Apply(azuretest.New(t, azuretest.Empty()))
	require.EqualError(t, err, file+":1:38: a.sql is not UTF-8; save it in that encoding")
	require.NoError(t, os.WriteFile(script, []byte(mark+"one"), 0o600))
	databases, err := world.Apply(azuretest.New(t, azuretest.Empty()))
	require.NoError(t, err)
	server := &sqlServer{}
	require.NoError(t, databases.Apply(server))
	require.Equal(t, []string{"add a", "a: one"}, server.calls)
}

func FuzzRead(f *testing.F) {
	for _, text := range []string{
		"", "{", "{}", "[]", `{"vaults": {"abc": {"secrets": {"a": "b"}}}}`, `{"a": "\ud800"}`, "{\"a\"\n:1e999}", `{"sql": {"databases": {"a": {"script": []}}}}`,
		`{"dataLakes": [{"name": "abc", "files": {"/": ""}}]}`, `{"storageAccounts": {"abc": {"containers": {"abc": {"blobs": {"a": {}}}}}}}`,
	} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		if _, _, err := load(t, text); err != nil {
			require.Regexp(t, `^.*world\.json:\d+:\d+: `, err.Error())
		}
	})
}
