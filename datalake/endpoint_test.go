package datalake_test

import (
	"net/http"
	"testing"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore"
	"github.com/stretchr/testify/require"

	"github.com/keyless-go/azure/datalake"
)

type endpointTest struct {
	endpoint string
	hadoop   bool
	want     string // the URL of Stat("/a b")
}

func TestEndpoints(t *testing.T) {
	t.Parallel()
	tests := []endpointTest{
		{"https://contoso.azuredatalakestore.net", false, "https://contoso.azuredatalakestore.net/webhdfs/v1/a%20b?op=GETFILESTATUS"},
		{"https://Contoso.AzureDataLakeStore.NET/", false, "https://contoso.azuredatalakestore.net/webhdfs/v1/a%20b?op=GETFILESTATUS"},
		{"https://contoso.azuredatalakestore.net/webhdfs/v1", false, "https://contoso.azuredatalakestore.net/webhdfs/v1/a%20b?op=GETFILESTATUS"},
		{"adl://contoso.azuredatalakestore.net", false, "https://contoso.azuredatalakestore.net/webhdfs/v1/a%20b?op=GETFILESTATUS"},
		{"adl://contoso/", false, "https://contoso.azuredatalakestore.net/webhdfs/v1/a%20b?op=GETFILESTATUS"},
		{"https://contoso.dfs.core.windows.net/logs", false, "https://contoso.dfs.core.windows.net/logs/a%20b"},
		{"https://contoso.dfs.core.chinacloudapi.cn/logs/", false, "https://contoso.dfs.core.chinacloudapi.cn/logs/a%20b"},
		{"https://onelake.dfs.fabric.microsoft.com/my%20space", false, "https://onelake.dfs.fabric.microsoft.com/my%20space/a%20b"},
		{"abfss://logs@contoso.dfs.core.windows.net", false, "https://contoso.dfs.core.windows.net/logs/a%20b"},
		{"abfss://logs@contoso.dfs.core.windows.net/", false, "https://contoso.dfs.core.windows.net/logs/a%20b"},
		{"http://namenode.test:9870/webhdfs/v1", true, "http://namenode.test:9870/webhdfs/v1/a%20b?op=GETFILESTATUS&user.name=a+b"},
		{"http://namenode.test:9870/webhdfs/v1/", true, "http://namenode.test:9870/webhdfs/v1/a%20b?op=GETFILESTATUS&user.name=a+b"},
		{"webhdfs://namenode.test", true, "http://namenode.test:9870/webhdfs/v1/a%20b?op=GETFILESTATUS&user.name=a+b"},
		{"webhdfs://namenode.test:50070/", true, "http://namenode.test:50070/webhdfs/v1/a%20b?op=GETFILESTATUS&user.name=a+b"},
		{"swebhdfs://namenode.test", true, "https://namenode.test:9871/webhdfs/v1/a%20b?op=GETFILESTATUS&user.name=a+b"},
		{"https://gateway.test:8443/gateway/default/webhdfs/v1", true, "https://gateway.test:8443/gateway/default/webhdfs/v1/a%20b?op=GETFILESTATUS&user.name=a+b"},
		{"swebhdfs://gateway.test/gateway/default/webhdfs/v1", true, "https://gateway.test/gateway/default/webhdfs/v1/a%20b?op=GETFILESTATUS&user.name=a+b"},
		{"http://[::1]:9870/webhdfs/v1", true, "http://[::1]:9870/webhdfs/v1/a%20b?op=GETFILESTATUS&user.name=a+b"},
		{"https://contoso.dfs.core.usgovcloudapi.net/logs", false, "https://contoso.dfs.core.usgovcloudapi.net/logs/a%20b"},
		{"https://contoso.z12.dfs.storage.azure.net/logs", false, "https://contoso.z12.dfs.storage.azure.net/logs/a%20b"},
		{"https://contoso.privatelink.dfs.core.windows.net/logs", false, "https://contoso.privatelink.dfs.core.windows.net/logs/a%20b"},
		{"abfss://logs@contoso.dfs.core.example", false, "https://contoso.dfs.core.example/logs/a%20b"},
	}
	// A cluster may have a name that only looks like one of Azure's.
	for _, host := range []string{
		"nn.dfs.corp", "namenode.azure.internal", "nn.dfs.core.windows.net.corp", "nn.azuredatalakestore.net.corp",
		"my-azuredatalakestore.net", "nn.my-dfs.core.windows.net", "azuredatalakestore.net", "dfs.core.windows.net", "nn.dfs.fabric",
	} {
		const stat = "/webhdfs/v1/a%20b?op=GETFILESTATUS&user.name=a+b"
		tests = append(
			tests,
			endpointTest{"http://" + host + ":9870/webhdfs/v1", true, "http://" + host + ":9870" + stat},
			endpointTest{"https://" + host + "/webhdfs/v1", true, "https://" + host + stat},
			endpointTest{"webhdfs://" + host, true, "http://" + host + ":9870" + stat},
		)
	}
	for _, test := range tests {
		t.Run(test.endpoint, func(t *testing.T) {
			t.Parallel()
			s := &scripted{t: t}
			s.answer(http.StatusNotFound, "")
			options := &datalake.ClientOptions{HTTPClient: &http.Client{Transport: s}}
			var cred azcore.TokenCredential = staticToken("token")
			if test.hadoop {
				cred, options.User = nil, "a b"
			}
			client, err := datalake.NewClient(test.endpoint, cred, options)
			require.NoError(t, err)
			_, err = client.Stat(t.Context(), "/a b")
			require.Error(t, err)
			require.Len(t, s.seen, 1)
			_, line, _ := cutLine(s.seen[0].line)
			require.Equal(t, test.want, line)
		})
	}
}

func TestBadEndpoints(t *testing.T) {
	t.Parallel()
	for endpoint, want := range map[string]string{
		"":                                      "it must begin with https://",
		"contoso":                               "it must begin with https://",
		"ftp://contoso/webhdfs/v1":              "it must begin with https://",
		"://secret":                             "it is not a URL",
		"http://contoso.azuredatalakestore.net": "it must begin with https://",
		"http://contoso.dfs.core.windows.net/logs":             "it must begin with https://",
		"https://contoso.azuredatalakestore.net/folder":        "it must not have a path",
		"https://contoso.dfs.core.windows.net":                 "the name of a file system",
		"https://contoso.dfs.core.windows.net/logs/folder":     "the name of a file system",
		"https://contoso.dfs.core.windows.net/..":              "the name of a file system",
		"abfs://logs@contoso.dfs.core.windows.net":             "use abfss",
		"abfss://contoso.dfs.core.windows.net":                 "it must look like",
		"abfss://logs:secret@contoso.dfs.core.windows.net":     "it must look like",
		"abfss://logs@contoso.dfs.core.windows.net/folder":     "it must look like",
		"http://Contoso.DFS.Core.Windows.Net.:9870/webhdfs/v1": "it must begin with https://",
		"http://contoso.dfs.core.chinacloudapi.cn/webhdfs/v1":  "it must begin with https://",
		"http://contoso.dfs.core.usgovcloudapi.net/webhdfs/v1": "it must begin with https://",
		"webhdfs://contoso.azuredatalakestore.net":             "it must begin with https://",
		"swebhdfs://contoso.dfs.core.windows.net":              "it must begin with https://",
		"https://contoso.dfs.core.windows.net/webhdfs/v1":      "the name of a file system",
		"https://nn.dfs.corp/logs":                             "its path must end in /webhdfs/v1",
		"adl://contoso/folder":                                 "it must not have a path",
		"http://namenode.test:9870":                            "its path must end in /webhdfs/v1",
		"http://namenode.test:9870/webhdfs/v2":                 "its path must end in /webhdfs/v1",
		"http://namenode.test:9870/a/../webhdfs/v1":            "its path is malformed",
		"webhdfs://namenode.test/folder":                       "its path must be empty or end in /webhdfs/v1",
		"http://a:secret@namenode.test/webhdfs/v1":             "it must not have a user or a password",
		"http://namenode.test/webhdfs/v1?user.name=secret":     "it must not have a query",
		"http://namenode.test/webhdfs/v1#secret":               "it must not have a fragment",
		"http:///webhdfs/v1":                                   "it has no host",
		"https://contoso.azuredatalakestore.net?sig=secret":    "it must not have a query",
	} {
		t.Run(endpoint, func(t *testing.T) {
			t.Parallel()
			_, err := datalake.NewClient(endpoint, staticToken("token"), nil)
			require.ErrorContains(t, err, want)
			require.NotContains(t, err.Error(), "secret")
		})
	}
}

func TestBadOptions(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name, endpoint string
		cred           azcore.TokenCredential
		options        datalake.ClientOptions
		want           string
	}{
		{"no credential for Gen1", gen1Endpoint, nil, datalake.ClientOptions{}, "the credential is nil"},
		{"no credential for Gen2", gen2Endpoint, nil, datalake.ClientOptions{}, "the credential is nil"},
		{"a user for Gen1", gen1Endpoint, staticToken("t"), datalake.ClientOptions{User: "alice"}, "a User is for Hadoop only"},
		{"two identities", gateway, staticToken("t"), datalake.ClientOptions{User: "alice"}, "two identities"},
		{"a token in clear text", nameNode, staticToken("t"), datalake.ClientOptions{}, "https only"},
		{"a version of Hadoop", nameNode, nil, datalake.ClientOptions{ClientOptions: azcore.ClientOptions{APIVersion: "2018-09-01"}}, "APIVersion"},
		{"no version", gen2Endpoint, staticToken("t"), datalake.ClientOptions{ClientOptions: azcore.ClientOptions{APIVersion: "latest"}}, "APIVersion"},
		{"redirects of Gen2", gen2Endpoint, staticToken("t"), datalake.ClientOptions{RedirectHosts: []string{"a.test"}}, "RedirectHosts"},
		{"a URL for a host", gateway, staticToken("t"), datalake.ClientOptions{RedirectHosts: []string{"https://a.test"}}, "RedirectHosts"},
		{"a path for a host", gateway, staticToken("t"), datalake.ClientOptions{RedirectHosts: []string{"a.test/x"}}, "RedirectHosts"},
		{"an empty host", gateway, staticToken("t"), datalake.ClientOptions{RedirectHosts: []string{""}}, "RedirectHosts"},
		{
			"two transports", gen2Endpoint, staticToken("t"),
			datalake.ClientOptions{HTTPClient: &http.Client{}, ClientOptions: azcore.ClientOptions{Transport: &http.Client{}}},
			"both set",
		},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			_, err := datalake.NewClient(test.endpoint, test.cred, &test.options)
			require.ErrorContains(t, err, test.want)
		})
	}
}

// Each kind of server wants tokens of its own.
func TestScopes(t *testing.T) {
	t.Parallel()
	tests := []struct{ endpoint, scope, want string }{
		{gen1Endpoint, "", "https://datalake.azure.net//.default"},
		{gen2Endpoint, "", "https://storage.azure.com/.default"},
		{gateway, "", "https://datalake.azure.net//.default"},
		{gateway, "api://gateway/.default", "api://gateway/.default"},
	}
	for _, test := range tests {
		t.Run(test.endpoint+test.scope, func(t *testing.T) {
			t.Parallel()
			s := &scripted{t: t}
			s.answer(http.StatusNotFound, "")
			cred := &asked{}
			client, err := datalake.NewClient(test.endpoint, cred, &datalake.ClientOptions{
				HTTPClient: &http.Client{Transport: s}, Scope: test.scope,
			})
			require.NoError(t, err)
			_, err = client.Stat(t.Context(), "/f")
			require.Error(t, err)
			require.Equal(t, []string{test.want}, cred.scopes)
			require.Equal(t, "Bearer token", s.seen[0].header.Get("Authorization"))
		})
	}
}

func TestAPIVersions(t *testing.T) {
	t.Parallel()
	client, s := newScripted(t, gen1Endpoint, func(o *datalake.ClientOptions) { o.APIVersion = "2018-12-01" })
	s.answer(http.StatusNotFound, "")
	_, err := client.Stat(t.Context(), "/f")
	require.Error(t, err)
	require.Equal(t, "GET "+gen1Endpoint+"/webhdfs/v1/f?op=GETFILESTATUS&api-version=2018-12-01", s.seen[0].line)
	client, s = newScripted(t, gen2Endpoint)
	s.answer(http.StatusNotFound, "")
	_, err = client.Stat(t.Context(), "/f")
	require.Error(t, err)
	require.Equal(t, "2023-11-03", s.seen[0].header.Get("X-Ms-Version"))
}
