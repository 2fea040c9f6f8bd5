package interop_test

import (
	"os"
	"testing"

	"github.com/Azure/azure-sdk-for-go/sdk/azidentity"
	"github.com/stretchr/testify/require"

	"github.com/keyless-go/azure/credential"
)

func (w world) officialWorkload(t *testing.T, edit func(*azidentity.WorkloadIdentityCredentialOptions)) *azidentity.WorkloadIdentityCredential {
	t.Helper()
	options := azidentity.WorkloadIdentityCredentialOptions{ClientOptions: w.tlsTransport()}
	edit(&options)
	cred, err := azidentity.NewWorkloadIdentityCredential(&options)
	require.NoError(t, err)
	return cred
}

func asItIs(*azidentity.WorkloadIdentityCredentialOptions) {}

func TestSourceWorkloadIdentity(t *testing.T) {
	w := inEnvironment(t, "WorkloadIdentity")
	token, err := w.officialWorkload(t, asItIs).GetToken(t.Context(), scope(secretScope))
	require.NoError(t, err)
	require.Equal(t, w.srv.SystemIdentity().ObjectID(), claimsOf(t, token).ObjectID)
	require.Equal(t, "https://vault.azure.net", claimsOf(t, token).Audience)

	token, err = w.officialWorkload(t, func(o *azidentity.WorkloadIdentityCredentialOptions) { o.ClientID = w.id.ClientID() }).
		GetToken(t.Context(), scope(secretScope))
	require.NoError(t, err)
	require.Equal(t, w.id.ObjectID(), claimsOf(t, token).ObjectID)

	ours, err := credential.NewManagedIdentityCredential(&credential.ManagedIdentityCredentialOptions{
		HTTPClient: w.srv.TLSClient(), Source: credential.SourceWorkloadIdentity,
	})
	require.NoError(t, err)
	token, err = ours.GetToken(t.Context(), scope(secretScope))
	require.NoError(t, err)
	require.Equal(t, w.srv.SystemIdentity().ObjectID(), claimsOf(t, token).ObjectID)
}

func TestSourceWorkloadIdentityReadsASecret(t *testing.T) {
	w := inEnvironment(t, "WorkloadIdentity")
	w.vault.SetSecret("key", "value")
	cred := w.officialWorkload(t, func(o *azidentity.WorkloadIdentityCredentialOptions) { o.ClientID = w.id.ClientID() })
	require.NoError(t, getKey(t.Context(), w.officialClient(t, cred)))
}

func TestSourceWorkloadIdentityInOtherClouds(t *testing.T) {
	for _, authority := range []string{"https://login.microsoftonline.us/", "https://login.partner.microsoftonline.cn/"} {
		t.Run(authority, func(t *testing.T) {
			w := inEnvironment(t, "WorkloadIdentity")
			t.Setenv("AZURE_AUTHORITY_HOST", authority)
			_, err := w.officialWorkload(t, asItIs).GetToken(t.Context(), scope(secretScope))
			require.NoError(t, err)
		})
	}
}

func TestSourceWorkloadIdentityRefusals(t *testing.T) {
	tests := []struct {
		name string
		edit func(*testing.T, *azidentity.WorkloadIdentityCredentialOptions)
		code string
	}{
		{"no such identity", func(_ *testing.T, o *azidentity.WorkloadIdentityCredentialOptions) {
			o.ClientID = "00000000-0000-0000-0000-000000000001"
		}, "AADSTS700016"},
		{"no such tenant", func(_ *testing.T, o *azidentity.WorkloadIdentityCredentialOptions) {
			o.TenantID = "00000000-0000-0000-0000-000000000001"
		}, "AADSTS90002"},
		{"no token of the pod's", func(t *testing.T, o *azidentity.WorkloadIdentityCredentialOptions) {
			t.Helper()
			o.TokenFilePath = t.TempDir() + "/token"
			require.NoError(t, os.WriteFile(o.TokenFilePath, []byte("e30.e30.e30"), 0o600))
		}, "AADSTS"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			w := inEnvironment(t, "WorkloadIdentity")
			cred := w.officialWorkload(t, func(o *azidentity.WorkloadIdentityCredentialOptions) { test.edit(t, o) })
			_, err := cred.GetToken(t.Context(), scope(secretScope))
			var failed *azidentity.AuthenticationFailedError
			require.ErrorAs(t, err, &failed)
			require.ErrorContains(t, err, test.code)
		})
	}
}
