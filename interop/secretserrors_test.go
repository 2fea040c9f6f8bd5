package interop_test

import (
	"context"
	"net/http"
	"testing"
	"testing/synctest"
	"time"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore"
	"github.com/Azure/azure-sdk-for-go/sdk/security/keyvault/azsecrets"
	"github.com/stretchr/testify/require"

	"github.com/keyless-go/azure/azuretest"
)

func TestAzsecretsErrors(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name    string
		prepare func(world)
		call    func(context.Context, *azsecrets.Client) error
		status  int
		code    string
	}{
		{"no such secret", func(world) {}, getKey, 404, "SecretNotFound"},
		{"no such deleted secret", func(world) {}, recoverKey, 404, "SecretNotFound"},
		{"disabled secret", func(w world) {
			w.vault.SetSecret("key", "value")
			w.vault.DisableSecret("key")
		}, getKey, 403, "Forbidden"},
		{"no permission", func(w world) { w.vault.Deny(w.id, "get") }, getKey, 403, "Forbidden"},
		{"the name of a deleted secret", func(w world) { w.vault.SetSecret("key", "value") }, deleteAndSetKey, 409, "Conflict"},
		{"restore over a secret", func(w world) { w.vault.SetSecret("key", "value") }, backUpAndRestoreKey, 409, "Conflict"},
		{"damaged backup", func(world) {}, restoreNonsense, 400, "BadParameter"},
		{"throttled", func(w world) {
			w.srv.Fail(azuretest.Fault{Operation: "keyvault.get", Nth: 2, Status: http.StatusTooManyRequests})
		}, getKey, 429, "Throttled"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			test.prepare(w)
			requireResponseError(t, test.call(t.Context(), w.impatientClient(t)), test.status, test.code)
		})
	}
}

func TestAzsecretsWaitsAsLongAsTheVaultSays(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		w.vault.SetSecret("key", "value")
		client := w.officialClient(t, w.officialCredential(t))
		require.NoError(t, getKey(t.Context(), client), "the challenge is over")
		w.srv.Fail(azuretest.Fault{Operation: "keyvault.get", Status: http.StatusTooManyRequests, RetryAfter: 7 * time.Second})
		start := time.Now()
		require.NoError(t, getKey(t.Context(), client))
		require.Equal(t, 7*time.Second, time.Since(start))
	})
}

func TestAzsecretsChallenge(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	client := w.officialClient(t, w.officialCredential(t))
	_, err := client.SetSecret(t.Context(), "key", azsecrets.SetSecretParameters{Value: new("value")}, nil)
	require.NoError(t, err)
	require.NoError(t, getKey(t.Context(), client))

	calls := w.requests("keyvault.")
	require.Len(t, calls, 3, "one challenge for the client, then no more")
	require.Equal(t, []int{401, 200, 200}, []int{calls[0].Status, calls[1].Status, calls[2].Status})
	require.Empty(t, calls[0].Body, "the SDK withholds the secret from a vault it does not know yet")
	require.Contains(t, calls[0].Reason, "AKV10000")
	require.Contains(t, string(calls[1].Body), "value")
	require.Equal(t, w.id.Name(), calls[2].Identity)
	tokens := w.requests("imds.token")
	require.Len(t, tokens, 1)
	require.Equal(t, "https://vault.azure.net", query(t, tokens[0]).Get("resource"), "the challenge's resource to the letter")
}

func TestAzsecretsChallengeInEveryCloud(t *testing.T) {
	t.Parallel()
	for _, suffix := range []string{"vault.azure.net", "vault.usgovcloudapi.net", "vault.azure.cn", "vault.microsoftazure.de"} {
		t.Run(suffix, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			w.vault = w.srv.Vault("contoso." + suffix)
			w.vault.Allow(w.id)
			w.vault.SetSecret("key", "value")
			require.NoError(t, getKey(t.Context(), w.impatientClient(t)))
		})
	}
}

func TestAzsecretsRefusesAForeignChallenge(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.srv.Fail(azuretest.Fault{Operation: "keyvault.get", Status: http.StatusUnauthorized, Header: http.Header{
		"Www-Authenticate": {`Bearer authorization="https://login.windows.net/` + w.id.TenantID() + `", resource="https://evil.example"`},
	}})
	require.ErrorContains(t, getKey(t.Context(), w.impatientClient(t)), "doesn't match the requested domain")
	require.Empty(t, w.requests("imds.token"))
}

func getKey(ctx context.Context, client *azsecrets.Client) error {
	_, err := client.GetSecret(ctx, "key", "", nil)
	return err
}

func recoverKey(ctx context.Context, client *azsecrets.Client) error {
	_, err := client.RecoverDeletedSecret(ctx, "key", nil)
	return err
}

func deleteAndSetKey(ctx context.Context, client *azsecrets.Client) error {
	if _, err := client.DeleteSecret(ctx, "key", nil); err != nil {
		return err
	}
	_, err := client.SetSecret(ctx, "key", azsecrets.SetSecretParameters{Value: new("value")}, nil)
	return err
}

func backUpAndRestoreKey(ctx context.Context, client *azsecrets.Client) error {
	backup, err := client.BackupSecret(ctx, "key", nil)
	if err != nil {
		return err
	}
	_, err = client.RestoreSecret(ctx, azsecrets.RestoreSecretParameters{SecretBackup: backup.Value}, nil)
	return err
}

func restoreNonsense(ctx context.Context, client *azsecrets.Client) error {
	_, err := client.RestoreSecret(ctx, azsecrets.RestoreSecretParameters{SecretBackup: []byte("none")}, nil)
	return err
}

func requireResponseError(t *testing.T, err error, status int, code string) {
	t.Helper()
	var response *azcore.ResponseError
	require.ErrorAs(t, err, &response)
	require.Equal(t, status, response.StatusCode)
	require.Equal(t, code, response.ErrorCode)
}
