package interop_test

import (
	"testing"
	"time"

	"github.com/Azure/azure-sdk-for-go/sdk/security/keyvault/azsecrets"
	"github.com/stretchr/testify/require"
)

func TestAzsecretsSetAndGet(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	client := w.officialClient(t, w.officialCredential(t))
	notBefore, expires := time.Unix(1_700_000_000, 0).UTC(), time.Unix(4_000_000_000, 0).UTC()
	set, err := client.SetSecret(t.Context(), "db-password", azsecrets.SetSecretParameters{
		Value:       new("s3cret <&> ü"),
		ContentType: new("text/plain"),
		Tags:        map[string]*string{"team": new("billing"), "empty": new("")},
		SecretAttributes: &azsecrets.SecretAttributes{
			Enabled: new(true), NotBefore: &notBefore, Expires: &expires,
		},
	}, nil)
	require.NoError(t, err)
	require.Equal(t, "db-password", set.ID.Name())
	require.Len(t, set.ID.Version(), 32)

	got, err := client.GetSecret(t.Context(), "DB-Password", "", nil)
	require.NoError(t, err)
	require.Equal(t, set.Secret, got.Secret)
	require.Equal(t, "s3cret <&> ü", *got.Value)
	require.Equal(t, "text/plain", *got.ContentType)
	require.Equal(t, map[string]*string{"team": new("billing"), "empty": new("")}, got.Tags)
	require.True(t, *got.Attributes.Enabled)
	require.True(t, notBefore.Equal(*got.Attributes.NotBefore))
	require.True(t, expires.Equal(*got.Attributes.Expires))
	require.Equal(t, "Recoverable+Purgeable", *got.Attributes.RecoveryLevel)
	require.EqualValues(t, 90, *got.Attributes.RecoverableDays)
	require.WithinDuration(t, time.Now(), *got.Attributes.Created, time.Minute)
	require.Nil(t, got.KID)
	require.Nil(t, got.Managed)
}

func TestAzsecretsVersions(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	client := w.officialClient(t, w.officialCredential(t))
	var versions []string
	for _, value := range []string{"one", "two"} {
		set, err := client.SetSecret(t.Context(), "key", azsecrets.SetSecretParameters{Value: &value}, nil)
		require.NoError(t, err)
		versions = append(versions, set.ID.Version())
	}
	require.Equal(t, versions, w.vault.Versions("key"))

	for version, value := range map[string]string{"": "two", versions[0]: "one", versions[1]: "two"} {
		got, err := client.GetSecret(t.Context(), "key", version, nil)
		require.NoError(t, err)
		require.Equal(t, value, *got.Value)
	}
}

func TestAzsecretsUpdate(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	version := w.vault.SetSecret("key", "value")
	client := w.officialClient(t, w.officialCredential(t))
	expires := time.Unix(4_000_000_000, 0).UTC()
	updated, err := client.UpdateSecretProperties(t.Context(), "key", version, azsecrets.UpdateSecretPropertiesParameters{
		ContentType:      new("application/json"),
		Tags:             map[string]*string{"rotated": new("yes")},
		SecretAttributes: &azsecrets.SecretAttributes{Expires: &expires},
	}, nil)
	require.NoError(t, err)
	require.Nil(t, updated.Value)

	got, err := client.GetSecret(t.Context(), "key", "", nil)
	require.NoError(t, err)
	require.Equal(t, "value", *got.Value)
	require.Equal(t, version, got.ID.Version())
	require.Equal(t, "application/json", *got.ContentType)
	require.Equal(t, "yes", *got.Tags["rotated"])
	require.True(t, expires.Equal(*got.Attributes.Expires))
}

func TestAzsecretsDeleteAndRecover(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.vault.SetSecret("key", "value")
	client := w.officialClient(t, w.officialCredential(t))

	deleted, err := client.DeleteSecret(t.Context(), "key", nil)
	require.NoError(t, err)
	require.Equal(t, w.vault.URL()+"/deletedsecrets/key", *deleted.RecoveryID)
	require.Equal(t, 90*24*time.Hour, deleted.ScheduledPurgeDate.Sub(*deleted.DeletedDate))
	known, err := client.GetDeletedSecret(t.Context(), "key", nil)
	require.NoError(t, err)
	require.Equal(t, deleted.DeletedSecret, known.DeletedSecret)

	recovered, err := client.RecoverDeletedSecret(t.Context(), "key", nil)
	require.NoError(t, err)
	require.Equal(t, deleted.ID, recovered.ID)
	got, err := client.GetSecret(t.Context(), "key", "", nil)
	require.NoError(t, err)
	require.Equal(t, "value", *got.Value)
}

func TestAzsecretsPurge(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.vault.SetSecret("key", "value")
	client := w.officialClient(t, w.officialCredential(t))
	_, err := client.DeleteSecret(t.Context(), "key", nil)
	require.NoError(t, err)
	_, err = client.PurgeDeletedSecret(t.Context(), "key", nil)
	require.NoError(t, err)

	_, err = client.GetDeletedSecret(t.Context(), "key", nil)
	requireResponseError(t, err, 404, "SecretNotFound")
	_, err = client.SetSecret(t.Context(), "key", azsecrets.SetSecretParameters{Value: new("again")}, nil)
	require.NoError(t, err, "the name is free")
}

func TestAzsecretsBackupAndRestore(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	other := w.srv.Vault("fabrikam")
	other.Allow(w.id)
	versions := []string{w.vault.SetSecret("key", "one"), w.vault.SetSecret("key", "two")}
	client := w.officialClient(t, w.officialCredential(t))
	backup, err := client.BackupSecret(t.Context(), "key", nil)
	require.NoError(t, err)
	require.NotEmpty(t, backup.Value)

	w.vault = other
	restored, err := w.officialClient(t, w.officialCredential(t)).RestoreSecret(t.Context(), azsecrets.RestoreSecretParameters{SecretBackup: backup.Value}, nil)
	require.NoError(t, err)
	require.Equal(t, "key", restored.ID.Name())
	require.Equal(t, versions[1], restored.ID.Version())
	require.Equal(t, versions, other.Versions("key"))
}
