package main

import (
	"bytes"
	"context"
	"flag"
	"regexp"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/keyless-go/azure/azuretest"
	"github.com/keyless-go/azure/examples/internal/tutorial"
)

func TestRun(t *testing.T) {
	t.Parallel()
	var out, messages bytes.Buffer
	require.NoError(t, run(t.Context(), nil, &out, &messages))
	require.Empty(t, messages.String())
	for _, want := range []string{
		"Keyless for Azure: the tutorials on the built-in emulator.\n\n1. Read a Key Vault secret",
		"> GET http://169.254.169.254/metadata/identity/oauth2/token?api-version=2018-02-01&resource=https%3A%2F%2Fvault.azure.net\n",
		"> GET https://mytestkeyvault.vault.azure.net/secrets/MyTestSecret?api-version=2016-10-01\n",
		`"value":"p@ssw0rd!"`,
		"> GET https://mi-lab-vault.vault.azure.net/secrets/mi-test?api-version=2016-10-01\n",
		`"value":"My Secret","id":"https://mi-lab-vault.vault.azure.net/secrets/mi-test/50644e90b13249b584c44b9f712f2e51"`,
		"> GET http://169.254.169.254/metadata/identity/oauth2/token?api-version=2018-02-01&resource=https%3A%2F%2Fmanagement.azure.com%2F\n",
		"> GET https://management.azure.com/subscriptions/98f51385-2edc-4b79-bed9-7718de4cb861/resourceGroups/DevTest?api-version=2016-06-01\n",
		`"name":"DevTest","location":"westus","properties":{"provisioningState":"Succeeded"}}`,
		"> GET http://localhost:50342/oauth2/token?resource=https%3A%2F%2Fmanagement.azure.com%2F\n",
		"/storageAccounts/mystorageacct/listServiceSas?api-version=2017-06-01\n",
		"> PUT https://mystorageacct.blob.core.windows.net/mycontainer/testblob?sv=2015-04-05&",
		"Length            : 56\n",
		"The downloaded file is the uploaded one.\n",
		"> GET http://169.254.169.254/metadata/identity/oauth2/token?api-version=2018-02-01&resource=https%3A%2F%2Fdatalake.azure.net%2F\n",
		"> GET https://mydatalake.azuredatalakestore.net/webhdfs/v1/?op=LISTSTATUS",
		"> PUT https://mydatalake.azuredatalakestore.net/webhdfs/v1/TestFolder/Test1.txt?op=CREATE&overwrite=true\n",
		"> PUT https://mydatalake.azuredatalakestore.net/webhdfs/v1/TestFolder/Test1.txt?op=CREATE&overwrite=true&write=true\n",
		"Read back: Test file.\n",
		"> GET http://169.254.169.254/metadata/identity/oauth2/token?api-version=2018-02-01&resource=https%3A%2F%2Fdatabase.windows.net%2F\n",
		"> CREATE USER [DevTestVM] FROM EXTERNAL PROVIDER\n",
		"> ALTER ROLE [db_datareader] ADD MEMBER [DevTestVM]\n",
		"> SELECT * FROM [Employees]\n",
		"Ken Sánchez",
		"\nAll 7 steps succeeded. Nothing left this process.\n",
	} {
		require.Contains(t, out.String(), want)
	}
	require.NotRegexp(t, `sig=[^R]`, out.String())
	require.NotContains(t, out.String(), "  <", "headers are for -verbose")
}

func TestRunEndsWithATable(t *testing.T) {
	t.Parallel()
	var out, messages bytes.Buffer
	require.NoError(t, run(t.Context(), []string{"-step", "lab16, 3,KeyVault,1"}, &out, &messages))
	require.Regexp(t, regexp.MustCompile(`
step              requests  for tokens       time  result
1 keyvault               2           1  +\d+\.\d ms  ok
2 lab16                  1           0  +\d+\.\d ms  ok
3 resourcegroup          2           1  +\d+\.\d ms  ok
all                      5           2  +\d+\.\d ms

All 3 steps succeeded\. Nothing left this process\.
$`), out.String())
}

func TestRunOneStepVerbosely(t *testing.T) {
	t.Parallel()
	var out, messages bytes.Buffer
	require.NoError(t, run(t.Context(), []string{"-verbose", "-step", "storagesas"}, &out, &messages))
	for _, want := range []string{"  >   Metadata: true\n", "  >   Authorization: Bearer REDACTED\n", "  < HTTP/1.1 201 Created in ", "The step succeeded."} {
		require.Contains(t, out.String(), want)
	}
	require.NotContains(t, out.String(), "eyJ", "a token")
	require.NotRegexp(t, `sig=[^R]`, out.String())
}

// A step that fails does not keep the others from running.
func TestWalkGoesOn(t *testing.T) {
	t.Parallel()
	srv := azuretest.New(t)
	srv.Vault("mi-lab-vault").DisableSecret("mi-test")
	srv.Fail(azuretest.Fault{Operation: "datalake.*", Status: 403, Times: -1})
	tour, err := parse([]string{"-step", "lab16,resourcegroup,datalake"}, &bytes.Buffer{})
	require.NoError(t, err)
	tour.world.HTTPClient = srv.Client()
	var out bytes.Buffer
	err = tour.walk(t.Context(), &out, srv)
	require.EqualError(t, err, "2 of 3 steps failed: lab16, datalake")
	require.Equal(t, 1, tutorial.ExitCode(err, &bytes.Buffer{}))
	require.Contains(t, out.String(), "\n  FAILED: keyvault: get secret \"mi-test\" in mi-lab-vault.vault.azure.net: 403 ")
	require.Regexp(t, `(?m)^2 lab16 .*  FAILED\n3 resourcegroup .*  ok\n6 datalake .*  FAILED\nall `, out.String())
	require.NotContains(t, out.String(), "succeeded.")
}

func TestRunStops(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	var out bytes.Buffer
	err := run(ctx, []string{"-step", "1"}, &out, &bytes.Buffer{})
	require.ErrorIs(t, err, context.Canceled)
	require.Equal(t, 1, tutorial.ExitCode(err, &bytes.Buffer{}))
	require.Regexp(t, `(?m)^1 keyvault +0 +0 +0\.0 ms  not run$`, out.String())
}

func TestRunHelp(t *testing.T) {
	t.Parallel()
	var out, messages bytes.Buffer
	require.ErrorIs(t, run(t.Context(), []string{"-h"}, &out, &messages), flag.ErrHelp)
	require.Contains(t, messages.String(), "1 keyvault, 2 lab16, 3 resourcegroup, 4 legacy, 5 storagesas, 6 datalake, 7 sqlquery")
}
