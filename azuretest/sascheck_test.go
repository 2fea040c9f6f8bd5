package azuretest_test

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/keyless-go/azure/azuretest"
)

const someday = "2035-01-02T03:04:05Z"

// box returns an account with a container box and a blob b in it.
func box(srv *azuretest.Server) *azuretest.StorageAccount {
	a := srv.StorageAccount("contoso")
	a.Container("box").SetBlob("b", []byte("data"))
	return a
}

// serviceSAS mints a SAS for the container, with changes to what is asked.
func serviceSAS(t *testing.T, srv *azuretest.Server, letters string, change ...string) string {
	t.Helper()
	p := map[string]string{"canonicalizedResource": "/blob/contoso/box", "signedResource": "c", "signedPermission": letters, "signedExpiry": someday}
	for i := 0; i+1 < len(change); i += 2 {
		p[change[i]] = change[i+1]
	}
	return mint(t, srv, srv.StorageAccount("contoso"), "listServiceSas", p)
}

// askBlob sends one of the blob service's requests with a SAS.
func askBlob(t *testing.T, srv *azuretest.Server, operation, sas string) answer {
	t.Helper()
	requests := map[string][3]string{
		"put new":          {http.MethodPut, "/box/new", "x"},
		"put over":         {http.MethodPut, "/box/b", "x"},
		"block":            {http.MethodPut, "/box/b?comp=block&blockid=YQ%3D%3D", "x"},
		"block list":       {http.MethodPut, "/box/b?comp=blocklist", "<BlockList/>"},
		"get":              {http.MethodGet, "/box/b", ""},
		"head":             {http.MethodHead, "/box/b", ""},
		"get block list":   {http.MethodGet, "/box/b?comp=blocklist", ""},
		"metadata":         {http.MethodPut, "/box/b?comp=metadata", ""},
		"delete":           {http.MethodDelete, "/box/b", ""},
		"list":             {http.MethodGet, "/box?restype=container&comp=list", ""},
		"create container": {http.MethodPut, "/newbox?restype=container", ""},
		"container":        {http.MethodGet, "/box?restype=container", ""},
		"delete container": {http.MethodDelete, "/box?restype=container", ""},
		"containers":       {http.MethodGet, "/?comp=list", ""},
		"policies":         {http.MethodGet, "/box?restype=container&comp=acl", ""},
	}
	r, ok := requests[operation]
	require.True(t, ok, operation)
	path, sep := r[1], "?"
	if strings.Contains(path, "?") {
		sep = "&"
	}
	return caller{client: srv.Client()}.do(t, r[0], "https://contoso.blob.core.windows.net"+path+sep+sas, r[2], blockBlob, "BlockBlob")
}

// Which letters open what, of a service SAS and of an account SAS.
func TestSASPermissions(t *testing.T) {
	t.Parallel()
	const never = ""
	tests := map[string]struct{ service, account, kind string }{
		"put new":          {"cw", "cw", "o"},
		"put over":         {"w", "w", "o"},
		"block":            {"w", "w", "o"},
		"block list":       {"w", "w", "o"},
		"get":              {"r", "r", "o"},
		"head":             {"r", "r", "o"},
		"get block list":   {"r", "r", "o"},
		"metadata":         {"w", "w", "o"},
		"delete":           {"d", "d", "o"},
		"list":             {"l", "l", "c"},
		"create container": {never, "cw", "c"},
		"container":        {never, "r", "c"},
		"delete container": {never, "d", "c"},
		"containers":       {never, "l", "s"},
		"policies":         {never, never, "c"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			for letter := range strings.SplitSeq("racwdl", "") {
				srv := azuretest.New(t)
				a := box(srv)
				asked := map[bool]string{true: "/blob/contoso/newbox", false: "/blob/contoso/box"}[name == "create container"]
				got := askBlob(t, srv, name, serviceSAS(t, srv, letter, "canonicalizedResource", asked))
				judge(t, got, strings.Contains(test.service, letter), name == "containers", letter)

				for _, kind := range []string{"s", "c", "o"} {
					srv := azuretest.New(t)
					box(srv)
					token := mint(t, srv, a, "listAccountSas", map[string]string{"signedServices": "b", "signedResourceTypes": kind, "signedPermission": letter, "signedExpiry": someday})
					got := askBlob(t, srv, name, token)
					if kind != test.kind {
						require.Equal(t, "AuthorizationResourceTypeMismatch", got.Header.Get("X-Ms-Error-Code"), got.Body)
						continue
					}
					judge(t, got, strings.Contains(test.account, letter), false, letter)
				}
			}
		})
	}
}

func judge(t *testing.T, got answer, opens, unsigned bool, letter string) {
	t.Helper()
	switch {
	case unsigned:
		require.Equal(t, "AuthenticationFailed", got.Header.Get("X-Ms-Error-Code"), "a container's SAS is none for the account")
	case opens:
		require.Less(t, got.Status, 300, "%s: %s", letter, got.Body)
	default:
		require.Equal(t, http.StatusForbidden, got.Status)
		require.Equal(t, "AuthorizationPermissionMismatch", got.Header.Get("X-Ms-Error-Code"))
		if got.Body != "" {
			require.Contains(t, got.Body, "permissions of the SAS are &#34;"+letter+"&#34;", "the reason tells what it had")
		}
	}
}

func TestSASTimes(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		srv := azuretest.New(t)
		box(srv)
		now := time.Now().UTC()
		sas := serviceSAS(t, srv, "r", "signedStart", now.Add(time.Minute).Format(time.RFC3339), "signedExpiry", now.Add(2*time.Minute).Format(time.RFC3339))
		get := func() answer { return askBlob(t, srv, "get", sas) }
		got := get()
		refused(t, got, 403, "AuthenticationFailed")
		require.Contains(t, got.Body, "Signature not valid in the specified time frame: Start [Sat, 01 Jan 2000 00:01:00 GMT] - Expiry [Sat, 01 Jan 2000 00:02:00 GMT] - Current [Sat, 01 Jan 2000 00:00:00 GMT]")
		require.Contains(t, srv.Requests()[1].Reason, "not valid in the specified time frame")
		time.Sleep(time.Minute)
		require.Equal(t, 200, get().Status)
		srv.Advance(59 * time.Second)
		require.Equal(t, 200, get().Status)
		require.Equal(t, now.Add(119*time.Second).Format(http.TimeFormat), get().Header.Get("Date"), "the Date is of the Server's clock")
		time.Sleep(time.Second)
		refused(t, get(), 403, "AuthenticationFailed")
		srv.Advance(-time.Second)
		require.Equal(t, 200, get().Status)
	})
}

func TestSASRefusals(t *testing.T) {
	t.Parallel()
	srv := azuretest.New(t)
	a := box(srv)
	good := serviceSAS(t, srv, "rcwdl")
	replace := func(old, with string) string { return strings.Replace(good, old, with, 1) }
	tests := map[string]struct{ sas, code, azurite string }{
		"more permissions":      {replace("sp=r", "sp=rz"), "AuthenticationFailed", "AuthorizationFailure"},
		"another version":       {replace("2015-04-05", "2018-11-09"), "AuthenticationFailed", "AuthorizationFailure"},
		"no version":            {replace("sv=2015-04-05", "sv="), "AuthenticationFailed", "AuthorizationFailure"},
		"a version too old":     {replace("2015-04-05", "2014-02-14"), "AuthenticationFailed", "AuthorizationFailure"},
		"no resource":           {replace("sr=c&", ""), "AuthenticationFailed", "AuthorizationFailure"},
		"a blob's resource":     {replace("sr=c&", "sr=b&"), "AuthenticationFailed", "AuthorizationFailure"},
		"a directory's":         {replace("sr=c&", "sr=d&sdd=9&"), "AuthenticationFailed", "AuthorizationFailure"},
		"no signature":          {good[:strings.Index(good, "sig=")+4], "AuthenticationFailed", "AuthorizationFailure"},
		"another container's":   {serviceSAS(t, srv, "r", "canonicalizedResource", "/blob/contoso/other"), "AuthenticationFailed", "AuthorizationFailure"},
		"another blob's":        {serviceSAS(t, srv, "r", "canonicalizedResource", "/blob/contoso/box/c", "signedResource", "b"), "AuthenticationFailed", "AuthorizationFailure"},
		"expired":               {serviceSAS(t, srv, "r", "signedExpiry", "2017-01-01T00:00:00Z"), "AuthenticationFailed", "AuthorizationFailure"},
		"no expiry":             {serviceSAS(t, srv, "r", "signedExpiry", "", "signedIdentifier", "bare"), "AuthenticationFailed", "AuthorizationFailure"},
		"an unknown policy":     {serviceSAS(t, srv, "r", "signedIdentifier", "nobody"), "AuthenticationFailed", "AuthorizationFailure"},
		"a policy said twice":   {serviceSAS(t, srv, "r", "signedIdentifier", "reader"), "AuthenticationFailed", "AuthorizationFailure"},
		"from elsewhere":        {serviceSAS(t, srv, "r", "signedIp", "8.8.8.8"), "AuthorizationSourceIPMismatch", ""},
		"from a range":          {serviceSAS(t, srv, "r", "signedIp", "192.0.2.2-192.0.2.9"), "AuthorizationSourceIPMismatch", ""},
		"from here":             {serviceSAS(t, srv, "r", "signedIp", "192.0.2.1"), "", ""},
		"from a range with it":  {serviceSAS(t, srv, "r", "signedIp", "192.0.2.0-192.0.2.1"), "", ""},
		"for queues":            {accountSAS(t, srv, "q", "o"), "AuthorizationServiceMismatch", "AuthorizationServiceMismatch"},
		"for containers":        {accountSAS(t, srv, "b", "sc"), "AuthorizationResourceTypeMismatch", "AuthorizationResourceTypeMismatch"},
		"for everything":        {accountSAS(t, srv, "bqtf", "sco"), "", ""},
		"good":                  {good, "", ""},
		"of the other key":      {serviceSAS(t, srv, "r", "keyToSign", "key2"), "", ""},
		"the wrong permissions": {serviceSAS(t, srv, "wl"), "AuthorizationPermissionMismatch", "AuthorizationPermissionMismatch"},
	}
	a.Container("box").SetPolicy("bare", azuretest.AccessPolicy{})
	a.Container("box").SetPolicy("reader", azuretest.AccessPolicy{Permissions: "r"})
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			check(t, askBlob(t, srv, "get", test.sas), test.code)
		})
	}
	t.Run("as Azurite does it", func(t *testing.T) {
		t.Parallel()
		srv := azuretest.New(t)
		a := box(srv)
		a.AzuriteCompat(true)
		for name, test := range tests {
			if !strings.Contains(name, "policy") && name != "no expiry" {
				check(t, askBlob(t, srv, "get", test.sas), test.azurite)
			}
		}
		check(t, askBlob(t, srv, "get", ""), "AuthorizationFailure")
	})
}

func accountSAS(t *testing.T, srv *azuretest.Server, services, kinds string) string {
	t.Helper()
	return mint(t, srv, srv.StorageAccount("contoso"), "listAccountSas", map[string]string{
		"signedServices": services, "signedResourceTypes": kinds, "signedPermission": "r", "signedExpiry": someday,
	})
}

// check compares the code of a refusal; "" is none.
func check(t *testing.T, got answer, code string) {
	t.Helper()
	if code == "" {
		require.Equal(t, http.StatusOK, got.Status, got.Body)
		return
	}
	refused(t, got, 403, code)
	require.NotContains(t, got.Body, "sig=")
}

func TestSASProtocol(t *testing.T) {
	t.Parallel()
	srv := azuretest.New(t)
	box(srv)
	c := caller{client: srv.Client()}
	const blob = "://contoso.blob.core.windows.net/box/b?"
	both, only, unsaid := serviceSAS(t, srv, "r", "signedProtocol", "https,http"), serviceSAS(t, srv, "r", "signedProtocol", "https"), serviceSAS(t, srv, "r")
	for _, sas := range []string{both, only, unsaid} {
		require.Equal(t, 200, c.do(t, http.MethodGet, "https"+blob+sas, "").Status)
	}
	for _, sas := range []string{both, unsaid} {
		require.Equal(t, 200, c.do(t, http.MethodGet, "http"+blob+sas, "").Status)
	}
	refused(t, c.do(t, http.MethodGet, "http"+blob+only, ""), 403, "AuthorizationProtocolMismatch")

	socket := httptest.NewServer(srv) // its http or https is the caller's business
	t.Cleanup(socket.Close)
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, socket.URL+"/box/b?"+only, http.NoBody)
	require.NoError(t, err)
	req.Host = "contoso.blob.core.windows.net"
	resp, err := socket.Client().Do(req)
	require.NoError(t, err)
	require.NoError(t, resp.Body.Close())
	require.Equal(t, 200, resp.StatusCode)
}

func TestSASByPolicy(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		srv := azuretest.New(t)
		box := box(srv).Container("box")
		now := time.Now()
		box.SetPolicy("p", azuretest.AccessPolicy{Start: now.Add(time.Minute), Expiry: now.Add(time.Hour), Permissions: "r"})
		sas := serviceSAS(t, srv, "", "signedExpiry", "", "signedIdentifier", "p")
		require.Equal(t, 403, askBlob(t, srv, "get", sas).Status)
		time.Sleep(time.Minute)
		require.Equal(t, 200, askBlob(t, srv, "get", sas).Status)
		require.Equal(t, "AuthorizationPermissionMismatch", askBlob(t, srv, "list", sas).Header.Get("X-Ms-Error-Code"))

		box.SetPolicy("p", azuretest.AccessPolicy{Permissions: "l"})
		require.Equal(t, 403, askBlob(t, srv, "get", sas).Status, "the policy has no expiry any more")
		box.SetPolicy("p", azuretest.AccessPolicy{Expiry: now.Add(time.Hour)})
		require.Equal(t, 200, askBlob(t, srv, "list", serviceSAS(t, srv, "l", "signedExpiry", "", "signedIdentifier", "p")).Status, "the rest is in the SAS")
		box.RemovePolicy("p")
		got := askBlob(t, srv, "get", sas)
		refused(t, got, 403, "AuthenticationFailed")
		require.Contains(t, got.Body, "no stored access policy")
	})
}

func TestSASOfRotatedKeys(t *testing.T) {
	t.Parallel()
	srv := azuretest.New(t)
	a := box(srv)
	first, second := serviceSAS(t, srv, "r"), serviceSAS(t, srv, "r", "keyToSign", "key2")
	a.RotateKey("key1")
	refused(t, askBlob(t, srv, "get", first), 403, "AuthenticationFailed")
	require.Equal(t, 200, askBlob(t, srv, "get", second).Status)
	require.Equal(t, 200, askBlob(t, srv, "get", serviceSAS(t, srv, "r")).Status)
	a.AllowSharedKey(false)
	refused(t, askBlob(t, srv, "get", serviceSAS(t, srv, "r")), 403, "KeyBasedAuthenticationNotPermitted")
	a.AllowSharedKey(true)
	require.Equal(t, 200, askBlob(t, srv, "get", second).Status)
}

// In a query "+" is a blank: a signature with one in it must be escaped.
func TestSASPlusSigns(t *testing.T) {
	t.Parallel()
	srv := azuretest.New(t)
	box(srv)
	for day := range 28 {
		sas := serviceSAS(t, srv, "r", "signedExpiry", time.Date(2035, 1, day+1, 0, 0, 0, 0, time.UTC).Format(time.RFC3339))
		require.NotContains(t, sas, "+")
		raw := strings.ReplaceAll(sas, "%2B", "+")
		if raw == sas {
			continue
		}
		require.Equal(t, 200, askBlob(t, srv, "get", sas).Status)
		require.Equal(t, 403, askBlob(t, srv, "get", raw).Status)
		return
	}
	require.Fail(t, "no signature of a month has a plus sign")
}
