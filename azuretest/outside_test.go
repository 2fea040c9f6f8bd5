package azuretest_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/keyless-go/azure/azuretest"
)

func TestRefused(t *testing.T) {
	t.Parallel()
	srv := azuretest.New(t, azuretest.Empty())
	srv.Fail(azuretest.Fault{Status: 503})
	token := srv.SystemIdentity().Token("https://vault.azure.net", 1)
	srv.Refused(azuretest.Request{Method: "CONNECT", URL: "https://example.com/?t=" + token, Operation: "proxy.refused", Status: 403, Reason: "nobody is there"})
	log := srv.Requests()
	require.Len(t, log, 1)
	require.Equal(t, 1, log[0].Number)
	require.Equal(t, "https://example.com/?t=REDACTED", log[0].URL)
	require.Equal(t, 403, log[0].Status)
	require.Equal(t, "nobody is there", log[0].Reason)
	require.Len(t, srv.Faults(), 1, "the fault waits for a request to a service")
	require.Equal(t, 503, srv.Receive(azuretest.Request{Operation: "sql.batch"}).Fault.Status)
}
