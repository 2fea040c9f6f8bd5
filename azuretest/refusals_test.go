package azuretest_test

import (
	"encoding/json"
	"encoding/xml"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/keyless-go/azure/azuretest"
)

// refusalTest is a request that is not let in.
type refusalTest struct {
	url    string
	header []string
	status int
	had    string // what the request had
	wanted string // what the service wanted
}

// texts returns all that an error's body says, whatever its shape.
func (a answer) texts(t *testing.T) string {
	t.Helper()
	if strings.HasPrefix(a.Body, "<") {
		var body struct{ Code, Message, AuthenticationErrorDetail string }
		require.NoError(t, xml.Unmarshal([]byte(a.Body), &body), a.Body)
		require.NotEmpty(t, body.Code)
		return body.Message + "\n" + body.AuthenticationErrorDetail
	}
	var all strings.Builder
	var collect func(v any)
	collect = func(v any) {
		switch v := v.(type) {
		case map[string]any:
			for _, one := range v {
				collect(one)
			}
		case string:
			all.WriteString(v + "\n")
		}
	}
	var body map[string]any
	require.NoError(t, json.Unmarshal([]byte(a.Body), &body), a.Body)
	collect(body)
	return all.String()
}

func refusals(t *testing.T, srv *azuretest.Server) map[string]refusalTest {
	t.Helper()
	const (
		management = "https://management.azure.com/"
		storage    = "https://storage.azure.com/"
		secret     = tutorial + "/secrets/MyTestSecret?api-version=7.4"
		group      = "https://management.azure.com/subscriptions/98f51385-2edc-4b79-bed9-7718de4cb861/resourceGroups/DevTest?api-version=2021-04-01"
		keys       = "https://management.azure.com/subscriptions/98f51385-2edc-4b79-bed9-7718de4cb861/resourceGroups/DevTest/providers/Microsoft.Storage/storageAccounts/mystorageacct?api-version=2024-01-01"
		blob       = "https://mystorageacct.blob.core.windows.net/mycontainer/b"
		gen1       = "https://mydatalake.azuredatalakestore.net/webhdfs/v1/TestFolder?op=LISTSTATUS"
		gen2       = "https://mystorageacct.dfs.core.windows.net/mycontainer/f"
	)
	machine, stranger := srv.SystemIdentity(), srv.AddUserIdentity("stranger")
	gone := azuretest.New(t).AddUserIdentity("gone")
	srv.Vault("mytestkeyvault").Allow(stranger, "list")
	srv.StorageAccount("mystorageacct").Assign(stranger, azuretest.RoleStorageAccountContributor)
	bearer := func(id *azuretest.Identity, audience string, life time.Duration, more ...string) []string {
		return append([]string{"Authorization", "Bearer " + id.Token(audience, life), "x-ms-version", "2021-12-02"}, more...)
	}
	all := map[string]refusalTest{
		"Key Vault: permission":    {secret, bearer(stranger, vaultAud, time.Hour), 403, "(It has list.)", "does not have secrets get permission"},
		"Resource Manager: role":   {group, bearer(stranger, management, time.Hour), 403, "stranger has no role", "Microsoft.Resources/subscriptions/resourceGroups/read"},
		"Blob: role":               {blob, bearer(stranger, storage, time.Hour), 403, "stranger has the role Storage Account Contributor", "wants the permission Microsoft.Storage/storageAccounts/blobServices/containers/blobs/read"},
		"Gen1: ACL":                {gen1, bearer(stranger, gen1Audience, time.Hour), 403, "user=" + stranger.ObjectID(), "access="},
		"Gen2: ACL":                {gen2, bearer(stranger, storage, time.Hour), 403, "user=" + stranger.ObjectID(), "access="},
		"IMDS: identity":           {imdsToken + "?api-version=2018-02-01&resource=x&client_id=none", []string{"Metadata", "true"}, 400, `client_id "none"`, "the machine has DevTestVM, stranger"},
		"IMDS: resource":           {imdsToken + "?api-version=2018-02-01&resource=nothing", []string{"Metadata", "true"}, 400, "nothing", "must match what the service has registered"},
		"App Service: header":      {srv.Environment("AppService")["IDENTITY_ENDPOINT"] + "?api-version=2019-08-01&resource=x", nil, 401, "is missing", "X-Identity-Header"},
		"Blob: neither SAS nor so": {blob, []string{"x-ms-version", "2021-12-02"}, 401, "neither a SAS nor an Authorization header", storage},
	}
	for name, service := range map[string]struct{ url, audience string }{
		"Key Vault": {secret, vaultAud}, "Resource Manager": {group, management}, "storage provider": {keys, management},
		"Blob": {blob, storage}, "Gen1": {gen1, gen1Audience}, "Gen2": {gen2, storage},
	} {
		all[name+": audience"] = refusalTest{service.url, bearer(machine, "https://other.example", time.Hour), 401, `"https://other.example"`, `"` + service.audience + `"`}
		all[name+": expiry"] = refusalTest{service.url, bearer(machine, service.audience, -time.Hour), 401, "the token has expired at", "it is"}
		all[name+": identity"] = refusalTest{service.url, bearer(gone, service.audience, time.Hour), 401, gone.ObjectID(), "DevTestVM, stranger"}
		all[name+": no JWT"] = refusalTest{service.url, []string{"Authorization", "Bearer hush.hush", "x-ms-version", "2021-12-02"}, 401, "not a JWT", `"` + service.audience + `"`}
		if name != "Blob" {
			all[name+": no token"] = refusalTest{service.url, []string{"x-ms-version", "2021-12-02"}, 401, "no bearer token", `"` + service.audience + `"`}
		}
	}
	return all
}

// Each service says in the error's body what the request had and what it wants.
func TestRefusalsSayWhy(t *testing.T) {
	t.Parallel()
	srv := azuretest.New(t)
	for name, test := range refusals(t, srv) {
		t.Run(name, func(t *testing.T) {
			got := caller{client: srv.Client()}.do(t, http.MethodGet, test.url, "", test.header...)
			requireWhy(t, srv, got, test)
			for i, h := range test.header {
				if token, ok := strings.CutPrefix(h, "Bearer "); ok && i%2 == 1 {
					for part := range strings.SplitSeq(token, ".") {
						require.NotContains(t, got.Body, part)
					}
				}
			}
		})
	}
}

func requireWhy(t *testing.T, srv *azuretest.Server, got answer, test refusalTest) {
	t.Helper()
	require.Equal(t, test.status, got.Status, got.Body)
	text := got.texts(t)
	require.Contains(t, text, test.had)
	require.Contains(t, text, test.wanted)
	list := srv.Requests()
	reason := list[len(list)-1].Reason
	require.NotEmpty(t, reason)
	require.Contains(t, text, reason)
}

// Each SAS that is refused is refused with what it had and what the service wanted.
func TestRefusedSASSaysWhy(t *testing.T) {
	t.Parallel()
	srv := azuretest.New(t)
	a := srv.StorageAccount("mystorageacct")
	a.Container("mycontainer").SetBlob("b", []byte("data"))
	arm := caller{srv.Client(), srv.SystemIdentity().Token("https://management.azure.com/", time.Hour)}
	sas := func(kind, body string) url.Values {
		got := arm.do(t, http.MethodPost, "https://management.azure.com"+a.ID()+"/list"+kind+"Sas?api-version=2017-06-01", body)
		require.Equal(t, 200, got.Status, got.Body)
		token, ok := got.At(t, strings.ToLower(kind)+"SasToken").(string)
		require.True(t, ok)
		values, err := url.ParseQuery(token)
		require.NoError(t, err)
		return values
	}
	service := func(more string) url.Values {
		return sas("Service", `{"canonicalizedResource":"/blob/mystorageacct/mycontainer","signedResource":"c",`+more+`}`)
	}
	account := func(more string) url.Values {
		return sas("Account", `{"signedPermission":"r","signedExpiry":"2099-01-01",`+more+`}`)
	}
	tampered := service(`"signedPermission":"r","signedExpiry":"2099-01-01"`)
	tampered.Set("sp", "rw")
	for name, test := range map[string]struct {
		sas url.Values
		refusalTest
	}{
		"letter":    {service(`"signedPermission":"w","signedExpiry":"2099-01-01"`), refusalTest{status: 403, had: `"w"`, wanted: `"r"`}},
		"expiry":    {service(`"signedPermission":"r","signedExpiry":"2001-01-01"`), refusalTest{status: 403, had: "Expiry [Mon, 01 Jan 2001 00:00:00 GMT]", wanted: "Current ["}},
		"start":     {service(`"signedPermission":"r","signedStart":"2098-01-01","signedExpiry":"2099-01-01"`), refusalTest{status: 403, had: "Start [Wed, 01 Jan 2098", wanted: "Current ["}},
		"address":   {service(`"signedPermission":"r","signedExpiry":"2099-01-01","signedIp":"203.0.113.7"`), refusalTest{status: 403, had: "203.0.113.7", wanted: "came from 192.0.2.1"}},
		"tampered":  {tampered, refusalTest{status: 403, had: "Signature did not match", wanted: "String to sign used was rw\n"}},
		"services":  {account(`"signedServices":"q","signedResourceTypes":"o"`), refusalTest{status: 403, had: `"q"`, wanted: "not b"}},
		"resources": {account(`"signedServices":"b","signedResourceTypes":"c"`), refusalTest{status: 403, had: `"c"`, wanted: "not o"}},
		"policy":    {service(`"signedIdentifier":"none"`), refusalTest{status: 403, had: `no stored access policy "none"`}},
	} {
		t.Run(name, func(t *testing.T) {
			got := caller{client: srv.Client()}.do(t, http.MethodGet, a.URL()+"/mycontainer/b?"+test.sas.Encode(), "", "x-ms-version", "2021-12-02")
			requireWhy(t, srv, got, test.refusalTest)
			require.NotContains(t, got.Body, test.sas.Get("sig"))
			require.NotContains(t, got.Body, test.sas.Encode())
		})
	}
}

// What a client has put into the wrong place is not told back.
func TestRefusalsDoNotRepeatTokens(t *testing.T) {
	t.Parallel()
	srv := azuretest.New(t)
	token := srv.SystemIdentity().Token(vaultAud, time.Hour)
	env := srv.Environment("AppService")
	for _, ask := range []struct{ url, header, value string }{
		{imdsToken + "?api-version=2018-02-01&resource=x&client_id=" + token, "Metadata", "true"},
		{env["IDENTITY_ENDPOINT"] + "?api-version=2019-08-01&resource=x&client_id=" + token, "X-Identity-Header", env["IDENTITY_HEADER"]},
	} {
		got := caller{client: srv.Client()}.do(t, http.MethodGet, ask.url, "", ask.header, ask.value)
		require.Equal(t, 400, got.Status)
		require.Contains(t, got.Body, "REDACTED")
		list := srv.Requests()
		for part := range strings.SplitSeq(token, ".") {
			require.NotContains(t, got.Body+list[len(list)-1].Reason, part)
		}
	}
}
