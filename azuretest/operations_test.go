package azuretest_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/keyless-go/azure/azuretest"
)

// asks are requests of all shapes there are, of which most mean something.
func asks() (methods, urls []string) {
	const (
		arm  = "https://management.azure.com/subscriptions/98f51385-2edc-4b79-bed9-7718de4cb861/"
		lake = "https://mydatalake.azuredatalakestore.net/webhdfs/v1/a?op="
	)
	urls = []string{"http://169.254.169.254/metadata/identity/oauth2/token", "http://169.254.169.254/else", arm + "resourceGroups", arm + "resourceGroups/x", arm + "resourceGroups/x/resources", arm + "operationresults/x", arm + "operationstatuses/x"}
	for _, path := range []string{"", "/x", "/x/versions", "/x/backup", "/restore", "/x/recover"} {
		urls = append(urls, "https://mytestkeyvault.vault.azure.net/secrets"+path, "https://mytestkeyvault.vault.azure.net/deletedsecrets"+path)
	}
	for _, path := range []string{"", "/x", "/x/listKeys", "/x/regenerateKey", "/x/listServiceSas", "/x/listAccountSas"} {
		urls = append(urls, arm+"resourceGroups/x/providers/Microsoft.Storage/storageAccounts"+path)
	}
	for _, comp := range []string{"", "list", "acl", "block", "blocklist", "metadata", "properties", "userdelegationkey", "expiry"} {
		for _, path := range []string{"/?restype=service&comp=", "/?comp=", "/mycontainer?restype=container&comp=", "/mycontainer/b?comp="} {
			urls = append(urls, "https://mystorageacct.blob.core.windows.net"+path+comp)
		}
	}
	for _, query := range []string{
		"", "?resource=account", "mycontainer?resource=filesystem", "mycontainer/p", "mycontainer/p?resource=file", "mycontainer/p?resource=directory",
		"mycontainer/p?action=getAccessControl", "mycontainer/p?action=append", "mycontainer/p?action=flush", "mycontainer/p?action=setProperties",
		"mycontainer/p?action=setAccessControl", "mycontainer/p?action=setAccessControlRecursive",
	} {
		urls = append(urls, "https://mystorageacct.dfs.core.windows.net/"+query)
	}
	for _, op := range []string{"CREATE", "OPEN", "MSCONCAT", "GETFILECHECKSUM", "NOSUCH"} {
		urls = append(urls, lake+op, "http://datanode.hdfs.test:9864/webhdfs/v1/a?op="+op)
	}
	return []string{"GET", "HEAD", "PUT", "POST", "PATCH", "DELETE"}, urls
}

// The names of all operations that requests get are known to Fail, and services answer to
// all that it knows.
func TestOperationsAreKnown(t *testing.T) {
	t.Parallel()
	srv := azuretest.New(t)
	srv.DataLake("hdfs", azuretest.Hadoop)
	methods, urls := asks()
	for _, method := range methods {
		for _, url := range urls {
			r, err := http.NewRequestWithContext(t.Context(), method, url, nil)
			require.NoError(t, err)
			resp, err := srv.Client().Transport.RoundTrip(r)
			require.NoError(t, err)
			require.NoError(t, resp.Body.Close())
		}
	}
	seen := map[string]bool{}
	for _, r := range srv.Requests() {
		seen[r.Operation] = true
		_, err := srv.AddFault(azuretest.Fault{Operation: r.Operation, Nth: 1000, Status: 500})
		require.NoError(t, err, "%s %s", r.Method, r.URL)
	}
	for _, name := range azuretest.Operations() {
		if strings.HasPrefix(name, "keyvault.") || strings.HasPrefix(name, "arm.") || strings.HasPrefix(name, "storage.") {
			require.Contains(t, seen, name)
		}
	}
}

func TestOperationsOfSources(t *testing.T) {
	t.Parallel()
	srv := azuretest.New(t)
	for _, name := range []string{
		"", "*", "unknown", "*.token", "imds.token", "podidentity.token", "vmextension.token", "appservice.token", "appservice2017.token", "arc.token",
		"azureml.token", "cloudshell.token", "servicefabric.token", "workloadidentity.token", "workloadidentity.discovery",
		"sql.prelogin", "sql.tls", "sql.login", "sql.batch", "sql.rpc", "sql.transaction", "sql.reset", "keyvault.[gs]et", "datalake.open.data", "datalake.*.data",
	} {
		_, err := srv.AddFault(azuretest.Fault{Operation: name, Status: 500})
		require.NoError(t, err, name)
	}
}
