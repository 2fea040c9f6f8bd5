package main

import (
	"bytes"
	"context"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestRun(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	require.NoError(t, run(t.Context(), &out))
	for _, want := range []string{
		"> GET http://169.254.169.254/metadata/identity/oauth2/token?api-version=2018-02-01&resource=https%3A%2F%2Fvault.azure.net\n",
		"> GET https://mytestkeyvault.vault.azure.net/secrets/MyTestSecret?api-version=2016-10-01\n",
		`"value":"p@ssw0rd!"`,
		"> GET https://mi-lab-vault.vault.azure.net/secrets/mi-test?api-version=2016-10-01\n",
		`"value":"My Secret","id":"https://mi-lab-vault.vault.azure.net/secrets/mi-test/50644e90b13249b584c44b9f712f2e51"`,
		"> GET http://169.254.169.254/metadata/identity/oauth2/token?api-version=2018-02-01&resource=https%3A%2F%2Fmanagement.azure.com%2F\n",
		"> GET https://management.azure.com/subscriptions/98f51385-2edc-4b79-bed9-7718de4cb861/resourceGroups/DevTest?api-version=2016-06-01\n",
		`"name":"DevTest","location":"westus","properties":{"provisioningState":"Succeeded"}}`,
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
		"All 6 steps succeeded.",
	} {
		require.Contains(t, out.String(), want)
	}
	require.NotRegexp(t, `sig=[^R]`, out.String())
}

func TestRunStops(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	require.ErrorIs(t, run(ctx, &bytes.Buffer{}), context.Canceled)
}
