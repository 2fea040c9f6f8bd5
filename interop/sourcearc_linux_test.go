package interop_test

import (
	"os"
	"testing"

	"github.com/Azure/azure-sdk-for-go/sdk/azidentity"
	"github.com/stretchr/testify/require"

	"github.com/keyless-go/azure/azuretest"
	"github.com/keyless-go/azure/credential"
)

// azidentity reads keys from the real agent's directory alone, which only root may
// make. Without that right these tests see the agent fail to, which is an answer to
// the first of the two requests all the same.

func mayWriteArcKeys() bool { return os.Geteuid() == 0 }

func TestSourceArc(t *testing.T) {
	w := inEnvironment(t, "AzureArc")
	token, err := w.official(t, nil, uniqueScope())
	if !mayWriteArcKeys() {
		require.ErrorContains(t, err, "expected a 401 response, received 500")
		return
	}
	require.NoError(t, err)
	require.Equal(t, w.srv.SystemIdentity().ObjectID(), claimsOf(t, token).ObjectID)
	requireStatuses(t, w.requests("arc.token"), 401, 200)

	for _, id := range []azidentity.ManagedIDKind{
		azidentity.ClientID(w.id.ClientID()), azidentity.ObjectID(w.id.ObjectID()), azidentity.ResourceID(w.id.ResourceID()),
	} {
		token, err = w.official(t, id, uniqueScope())
		require.NoError(t, err)
		require.Equal(t, w.id.ObjectID(), claimsOf(t, token).ObjectID)
	}
	token, err = w.ours(t, credential.ClientID(w.id.ClientID()), uniqueScope())
	require.NoError(t, err)
	require.Equal(t, w.id.ObjectID(), claimsOf(t, token).ObjectID)
}

func TestSourceArcWithAnOldAgent(t *testing.T) {
	w := inEnvironment(t, "AzureArc")
	w.srv.SetOldArcAgent(true)
	_, err := w.official(t, azidentity.ClientID(w.id.ClientID()), uniqueScope())
	if !mayWriteArcKeys() {
		require.ErrorContains(t, err, "expected a 401 response, received 500")
		return
	}
	require.ErrorContains(t, err, "did not confirm the requested user-assigned managed identity")
}

// A key file elsewhere is what an impostor would name.
func TestSourceArcTrustsNoOtherDirectory(t *testing.T) {
	w := inEnvironment(t, "AzureArc")
	w.srv.SetArcKeyDirectory(t.TempDir())
	_, err := w.official(t, nil, uniqueScope())
	require.ErrorContains(t, err, "invalid file path, expected /var/opt/azcmagent/tokens")
	requireStatuses(t, w.requests("arc.token"), 401)
	_, err = w.ours(t, nil, uniqueScope())
	require.ErrorIs(t, err, credential.ErrUnexpectedResponse)
}

func requireStatuses(t *testing.T, requests []azuretest.Request, want ...int) {
	t.Helper()
	var got []int
	for _, r := range requests {
		got = append(got, r.Status)
	}
	require.Equal(t, want, got)
}
