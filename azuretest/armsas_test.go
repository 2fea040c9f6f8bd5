package azuretest_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/keyless-go/azure/azuretest"
)

// sasVectors is testdata/sas/vectors.json: signatures worked out by other means.
type sasVectors struct {
	Account string
	Key     string
	Vectors []struct {
		Name         string
		Fields       map[string]string
		Path         string
		StringToSign string
	}
}

func readVectors(t *testing.T) (v sasVectors) {
	t.Helper()
	data, err := os.ReadFile("testdata/sas/vectors.json")
	require.NoError(t, err)
	require.NoError(t, json.Unmarshal(data, &v))
	require.Greater(t, len(v.Vectors), 30)
	return v
}

func TestSASVectors(t *testing.T) {
	t.Parallel()
	vectors := readVectors(t)
	srv := azuretest.New(t)
	a := srv.StorageAccount(vectors.Account)
	a.UseKey(vectors.Key)
	box := a.Container("box")
	box.SetBlob("a b/ü.txt", []byte("data"))
	box.SetPolicy("readers", azuretest.AccessPolicy{Expiry: time.Date(2035, 1, 1, 0, 0, 0, 0, time.UTC), Permissions: "r"})
	for _, v := range vectors.Vectors {
		t.Run(v.Name, func(t *testing.T) {
			t.Parallel()
			require.Equal(t, v.StringToSign, azuretest.StringToSign(v.Fields, vectors.Account, v.Path))

			query := url.Values{}
			for name, value := range v.Fields {
				query.Set(name, value)
			}
			blob := box.URL() + "/a%20b%2F%C3%BC.txt?"
			got := caller{client: srv.Client()}.do(t, http.MethodGet, blob+query.Encode(), "")
			require.Equal(t, http.StatusOK, got.Status, got.Body)
			if v.Fields["rsct"] != "" {
				require.Equal(t, v.Fields["rsct"], got.Header.Get("Content-Type"))
				require.Equal(t, v.Fields["rscd"], got.Header.Get("Content-Disposition"))
				require.Equal(t, v.Fields["rscc"], got.Header.Get("Cache-Control"))
			}
			for name := range v.Fields {
				if name == "sig" || name == "sdd" {
					continue // sdd is not signed, but counts path segments
				}
				changed := maps.Clone(query)
				changed.Set(name, changed.Get(name)+"x")
				got := caller{client: srv.Client()}.do(t, http.MethodGet, blob+changed.Encode(), "")
				require.Equal(t, http.StatusForbidden, got.Status, "%s is signed", name)
				require.NotContains(t, got.Body, url.QueryEscape(v.Fields["sig"]))
			}
		})
	}
}

// listServiceSas signs the vectors' way when it signs for the vectors' account.
func TestListServiceSASSigns(t *testing.T) {
	t.Parallel()
	vectors := readVectors(t)
	for _, v := range vectors.Vectors {
		if v.Fields["sr"] != "c" || v.Fields["ses"] != "" || len(v.Fields["se"]) != len("2035-01-02T03:04:05Z") {
			continue
		}
		t.Run(v.Name, func(t *testing.T) {
			t.Parallel()
			srv := azuretest.New(t)
			a := srv.StorageAccount("stand1n")
			a.SetSASVersion(v.Fields["sv"])
			a.HandOver("http://127.0.0.1:10000/contoso/", vectors.Account, vectors.Key)
			got := mint(t, srv, a, "listServiceSas", map[string]string{
				"canonicalizedResource": "/blob/stand1n" + v.Path, "signedResource": "c", "signedPermission": v.Fields["sp"], "signedExpiry": v.Fields["se"],
			})
			require.Equal(t, fmt.Sprintf("sv=%s&sr=c&se=%s&sp=%s&sig=%s", v.Fields["sv"], url.QueryEscape(v.Fields["se"]), v.Fields["sp"], url.QueryEscape(v.Fields["sig"])), got)

			a.SetSASVersion(v.Fields["sv"])
			same := mint(t, srv, a, "listServiceSas", map[string]string{
				"canonicalizedResource": "/blob/contoso" + v.Path, "signedResource": "c", "signedPermission": v.Fields["sp"], "signedExpiry": v.Fields["se"],
			})
			require.Equal(t, got, same, "by either name")
		})
	}
}

func TestListAccountSASSigns(t *testing.T) {
	t.Parallel()
	vectors := readVectors(t)
	for _, v := range vectors.Vectors {
		if v.Fields["ss"] != "b" {
			continue
		}
		t.Run(v.Name, func(t *testing.T) {
			t.Parallel()
			srv := azuretest.New(t)
			a := srv.StorageAccount("stand1n")
			a.Lax(true)
			a.SetSASVersion(v.Fields["sv"])
			a.HandOver("http://127.0.0.1:10000/contoso", vectors.Account, vectors.Key)
			got := mint(t, srv, a, "listAccountSas", map[string]string{
				"signedServices": "b", "signedResourceTypes": "sco", "signedPermission": v.Fields["sp"], "signedExpiry": v.Fields["se"],
			})
			require.Equal(t, fmt.Sprintf("sv=%s&ss=b&srt=sco&sp=%s&se=%s&sig=%s", v.Fields["sv"], v.Fields["sp"], url.QueryEscape(v.Fields["se"]), url.QueryEscape(v.Fields["sig"])), got)
		})
	}
}

// mintAnswer asks listServiceSas or listAccountSas.
func mintAnswer(t *testing.T, srv *azuretest.Server, a *azuretest.StorageAccount, op string, p map[string]string) answer {
	t.Helper()
	body, err := json.Marshal(p)
	require.NoError(t, err)
	return armMachine(srv).do(t, http.MethodPost, armURL+a.ID()+"/"+op+"?api-version=2017-06-01", string(body))
}

// mint returns its token.
func mint(t *testing.T, srv *azuretest.Server, a *azuretest.StorageAccount, op string, p map[string]string) string {
	t.Helper()
	got := mintAnswer(t, srv, a, op, p)
	require.Equal(t, http.StatusOK, got.Status, got.Body)
	for _, name := range []string{"serviceSasToken", "accountSasToken"} {
		if token, ok := got.At(t, name).(string); ok && token != "" {
			return token
		}
	}
	require.Fail(t, "no token", got.Body)
	return ""
}

func TestListServiceSASParameters(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		change map[string]string // over a good request; "-" leaves out
		token  string            // what it looks like, or
		bad    string            // the parameter that is refused
	}{
		"the least":                 {nil, `^sv=2015-04-05&sr=c&se=2035-01-02T03%3A04%3A05Z&sp=rcw&sig=[A-Za-z0-9%]+%3D$`, ""},
		"the tutorial's":            {map[string]string{"signedProtocol": "https", "signedExpiry": "2017-09-23T00:00:00Z"}, `^sv=2015-04-05&sr=c&spr=https&se=2017-09-23T00%3A00%3A00Z&sp=rcw&sig=`, ""},
		"everything":                {map[string]string{"signedProtocol": "https,http", "signedStart": "2020-01-01T00:00:00Z", "signedIp": "192.0.2.1-192.0.2.9", "signedIdentifier": "id", "rscc": "no-cache", "rsct": "text/plain; a=b c"}, `^sv=2015-04-05&sr=c&spr=https%2Chttp&st=2020-01-01T00%3A00%3A00Z&se=2035-01-02T03%3A04%3A05Z&sp=rcw&sip=192\.0\.2\.1-192\.0\.2\.9&si=id&rscc=no-cache&rsct=text%2Fplain%3B%20a%3Db%20c&sig=`, ""},
		"of a blob":                 {map[string]string{"canonicalizedResource": "/blob/contoso/box/a/b", "signedResource": "b"}, `^sv=2015-04-05&sr=b&se=`, ""},
		"by an identifier only":     {map[string]string{"signedPermission": "-", "signedExpiry": "-", "signedIdentifier": "id"}, `^sv=2015-04-05&sr=c&si=id&sig=`, ""},
		"a fraction and an offset":  {map[string]string{"signedExpiry": "2030-01-02T04:04:05.6789+01:00"}, `&se=2030-01-02T03%3A04%3A05Z&`, ""},
		"no zone":                   {map[string]string{"signedExpiry": "2030-01-02T03:04:05"}, `&se=2030-01-02T03%3A04%3A05Z&`, ""},
		"key2":                      {map[string]string{"keyToSign": "key2"}, `&sig=`, ""},
		"a queue":                   {map[string]string{"canonicalizedResource": "/queue/contoso/q", "signedResource": "-", "signedPermission": "raup"}, `^sv=2015-04-05&se=[^&]*&sp=raup&sig=`, ""},
		"a table":                   {map[string]string{"canonicalizedResource": "/table/contoso/t", "signedResource": "-", "signedPermission": "r", "startPk": "a", "endPk": "b", "startRk": "c", "endRk": "d"}, `^sv=2015-04-05&tn=t&se=[^&]*&sp=r&spk=a&srk=c&epk=b&erk=d&sig=`, ""},
		"a share":                   {map[string]string{"canonicalizedResource": "/file/contoso/s", "signedResource": "s", "signedPermission": "rcwdl"}, `^sv=2015-04-05&sr=s&`, ""},
		"a file":                    {map[string]string{"canonicalizedResource": "/file/contoso/s/f", "signedResource": "f", "signedPermission": "rcwd"}, `^sv=2015-04-05&sr=f&`, ""},
		"no resource":               {map[string]string{"canonicalizedResource": "-"}, "", "canonicalizedResource"},
		"another account's":         {map[string]string{"canonicalizedResource": "/blob/fabrikam/box"}, "", "canonicalizedResource"},
		"no slash before":           {map[string]string{"canonicalizedResource": "blob/contoso/box"}, "", "canonicalizedResource"},
		"no container":              {map[string]string{"canonicalizedResource": "/blob/contoso/"}, "", "signedResource"},
		"a blob as a container":     {map[string]string{"canonicalizedResource": "/blob/contoso/box/b"}, "", "signedResource"},
		"a container as a blob":     {map[string]string{"signedResource": "b"}, "", "signedResource"},
		"an unknown kind":           {map[string]string{"signedResource": "x"}, "", "signedResource"},
		"an unknown service":        {map[string]string{"canonicalizedResource": "/bob/contoso/box"}, "", "signedResource"},
		"letters in another order":  {map[string]string{"signedPermission": "wcr"}, "", "signedPermission"},
		"a letter twice":            {map[string]string{"signedPermission": "rr"}, "", "signedPermission"},
		"an unknown letter":         {map[string]string{"signedPermission": "rz"}, "", "signedPermission"},
		"a letter of a later time":  {map[string]string{"signedPermission": "rx"}, "", "signedPermission"},
		"list of a blob":            {map[string]string{"canonicalizedResource": "/blob/contoso/box/b", "signedResource": "b", "signedPermission": "rl"}, "", "signedPermission"},
		"no letters":                {map[string]string{"signedPermission": "-"}, "", "signedPermission"},
		"no expiry":                 {map[string]string{"signedExpiry": "-"}, "", "signedExpiry"},
		"an expiry of nonsense":     {map[string]string{"signedExpiry": "soon"}, "", "signedExpiry"},
		"expiry before start":       {map[string]string{"signedStart": "2036-01-01T00:00:00Z"}, "", "signedExpiry"},
		"a start of nonsense":       {map[string]string{"signedStart": "now"}, "", "signedStart"},
		"http alone":                {map[string]string{"signedProtocol": "http"}, "", "signedProtocol"},
		"an IP of nonsense":         {map[string]string{"signedIp": "localhost"}, "", "signedIp"},
		"an IPv6":                   {map[string]string{"signedIp": "::1"}, "", "signedIp"},
		"half a range":              {map[string]string{"signedIp": "192.0.2.1-"}, "", "signedIp"},
		"a third key":               {map[string]string{"keyToSign": "key3"}, "", "keyToSign"},
		"an identifier of 64 signs": {map[string]string{"signedPermission": "-", "signedExpiry": "-", "signedIdentifier": strings.Repeat("ä", 64)}, `^sv=2015-04-05&sr=c&si=(%C3%A4){64}&sig=`, ""},
		"an identifier of 65 signs": {map[string]string{"signedIdentifier": "12345678901234567890123456789012345678901234567890123456789012345"}, "", "signedIdentifier"},
	}
	srv := azuretest.New(t)
	a := srv.StorageAccount("contoso")
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := map[string]string{"canonicalizedResource": "/blob/contoso/box", "signedResource": "c", "signedPermission": "rcw", "signedExpiry": "2035-01-02T03:04:05Z"}
			for field, value := range test.change {
				p[field] = value
				if value == "-" {
					delete(p, field)
				}
			}
			got := mintAnswer(t, srv, a, "listServiceSas", p)
			if test.bad != "" {
				require.Equal(t, http.StatusBadRequest, got.Status, got.Body)
				require.Equal(t, "InvalidValuesForRequestParameters", got.At(t, "error", "code"))
				require.Equal(t, "Values for request parameters are invalid: "+test.bad+".", got.At(t, "error", "message"))
				return
			}
			require.Equal(t, http.StatusOK, got.Status, got.Body)
			require.Regexp(t, test.token, got.At(t, "serviceSasToken"))
		})
	}
}

func TestListAccountSASParameters(t *testing.T) {
	t.Parallel()
	srv := azuretest.New(t)
	a := srv.StorageAccount("contoso")
	tests := map[string]struct{ field, value, bad string }{
		"all services":            {"signedServices", "bqtf", ""},
		"no service":              {"signedServices", "", "signedServices"},
		"an unknown service":      {"signedServices", "bz", "signedServices"},
		"a service twice":         {"signedServices", "bb", "signedServices"},
		"no kind":                 {"signedResourceTypes", "", "signedResourceTypes"},
		"an unknown kind":         {"signedResourceTypes", "x", "signedResourceTypes"},
		"all letters of its time": {"signedPermission", "rwdlacup", ""},
		"another order":           {"signedPermission", "rcw", "signedPermission"},
		"no letters":              {"signedPermission", "", "signedPermission"},
		"a later letter":          {"signedPermission", "rx", "signedPermission"},
		"no expiry":               {"signedExpiry", "", "signedExpiry"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := map[string]string{"signedServices": "b", "signedResourceTypes": "sco", "signedPermission": "rw", "signedExpiry": "2035-01-02T03:04:05Z"}
			p[test.field] = test.value
			got := mintAnswer(t, srv, a, "listAccountSas", p)
			if test.bad == "" {
				require.Equal(t, http.StatusOK, got.Status, got.Body)
				return
			}
			require.Equal(t, "Values for request parameters are invalid: "+test.bad+".", got.At(t, "error", "message"))
		})
	}
}

// Later versions know more letters; lax takes them all, as they come.
func TestSASLetters(t *testing.T) {
	t.Parallel()
	srv := azuretest.New(t)
	a := srv.StorageAccount("contoso")
	status := func(op, letters string) int {
		return mintAnswer(t, srv, a, op, map[string]string{
			"canonicalizedResource": "/blob/contoso/box", "signedResource": "c", "signedServices": "b", "signedResourceTypes": "s",
			"signedPermission": letters, "signedExpiry": "2035-01-02T03:04:05Z",
		}).Status
	}
	require.Equal(t, 200, status("listServiceSas", "racwdl"))
	require.Equal(t, 400, status("listServiceSas", "racwdxltfmeopi"))
	a.SetSASVersion("2020-12-06")
	require.Equal(t, 200, status("listServiceSas", "racwdxltfmeopi"))
	require.Equal(t, 200, status("listAccountSas", "rwdxylacupfti"))
	require.Equal(t, 200, status("listAccountSas", "rwdxylacuptfi"), "the libraries do not agree on these two")
	require.Equal(t, 400, status("listAccountSas", "rtft"))
	require.Equal(t, 400, status("listAccountSas", "rftf"))
	a.SetSASVersion("2019-12-12")
	require.Equal(t, 200, status("listServiceSas", "racwdxltf"))
	require.Equal(t, 400, status("listServiceSas", "ri"))
	a.Lax(true)
	require.Equal(t, 200, status("listServiceSas", "zr"))
	require.Equal(t, 200, status("listAccountSas", "zr"))
	require.Equal(t, 400, status("listServiceSas", ""))
	for _, version := range []string{"", "2015-02-21", "2020", "2020-13-01", "latest"} {
		require.Panics(t, func() { a.SetSASVersion(version) }, version)
	}
}

// Both spellings, a slash at the end, any content type.
func TestListServiceSASAddresses(t *testing.T) {
	t.Parallel()
	srv := azuretest.New(t)
	a := srv.StorageAccount("contoso")
	c := armMachine(srv)
	const body = `{"canonicalizedResource":"/blob/contoso/box","signedResource":"c","signedPermission":"r","signedExpiry":"2035-01-01T00:00:00Z"}`
	for _, path := range []string{"/listServiceSas", "/ListServiceSas", "/listServiceSas/", "/LISTSERVICESAS"} {
		for _, kind := range []string{"application/json", "application/x-www-form-urlencoded", ""} {
			got := c.do(t, http.MethodPost, armURL+a.ID()+path+"?api-version=2017-06-01", body, "Content-Type", kind)
			require.Equal(t, http.StatusOK, got.Status, got.Body)
			require.Equal(t, "storage.listservicesas", srv.Requests()[len(srv.Requests())-1].Operation)
		}
	}
	for version, code := range map[string]string{"2016-12-01": "", "2024-01-01": "", "2016-05-01": "InvalidApiVersionParameter", "": "MissingApiVersionParameter", "2018-05-01": "InvalidApiVersionParameter"} {
		got := c.do(t, http.MethodPost, armURL+a.ID()+"/listAccountSas?api-version="+version, `{"signedServices":"b","signedResourceTypes":"s","signedPermission":"r","signedExpiry":"2035-01-01"}`)
		require.Equal(t, code, got.At(t, "error", "code"), version)
	}
	got := c.do(t, http.MethodPost, armURL+a.ID()+"/listServiceSas?api-version=2017-06-01", `{"signedExpiry":5}`)
	require.Equal(t, "InvalidRequestContent", got.At(t, "error", "code"))
}
