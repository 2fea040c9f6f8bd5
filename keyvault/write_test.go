package keyvault_test

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/keyless-go/azure/azuretest"
	"github.com/keyless-go/azure/keyvault"
)

func TestSet(t *testing.T) {
	t.Parallel()
	w := newWorld(t, "contoso")
	no := false
	notBefore := time.Date(2030, 1, 1, 0, 0, 0, 999, time.UTC)
	secret, err := w.client.Set(t.Context(), "db", `<p@ss & "word">`, &keyvault.SetOptions{
		ContentType: "text/plain", Tags: map[string]string{"a": "b"}, Enabled: &no,
		NotBefore: notBefore, Expires: notBefore.Add(time.Hour),
	})
	require.NoError(t, err)
	require.Equal(t, "PUT", w.last(t).Method)
	require.JSONEq(t, `{"value":"<p@ss & \"word\">","contentType":"text/plain","tags":{"a":"b"},"attributes":{"enabled":false,"nbf":1893456000,"exp":1893459600}}`, string(w.last(t).Body))
	require.Contains(t, string(w.last(t).Body), "<p@ss &", "not escaped for HTML")
	require.Equal(t, `<p@ss & "word">`, secret.Value.Reveal())
	require.False(t, secret.Enabled)
	require.Equal(t, notBefore.Truncate(time.Second), secret.NotBefore)
	require.Equal(t, "Recoverable+Purgeable", secret.RecoveryLevel)
	require.Equal(t, 90, secret.RecoverableDays)

	_, err = w.client.Set(t.Context(), "db", "", nil)
	require.NoError(t, err)
	require.Equal(t, `{"value":""}`, string(w.last(t).Body))
}

func TestSetRefusesWhatTheServiceDoesNotTake(t *testing.T) {
	t.Parallel()
	w := newWorld(t, "contoso")
	many := map[string]string{}
	for i := range 16 {
		many[strings.Repeat("t", i+1)] = ""
	}
	now := time.Now()
	long := strings.Repeat("ä", 257)
	for want, test := range map[string]struct {
		value   string
		options *keyvault.SetOptions
	}{
		"the value has 25601 bytes: a secret holds 25600":        {strings.Repeat("v", 25601), nil},
		"the value is not UTF-8: encode it, for example as base": {"\xff", nil},
		"the content type is longer than 255 characters":         {"v", &keyvault.SetOptions{ContentType: long}},
		"there are 16 tags: a secret has 15 at most":             {"v", &keyvault.SetOptions{Tags: many}},
		"a tag has a name of 1 to 256 characters":                {"v", &keyvault.SetOptions{Tags: map[string]string{"": "x"}}},
		"and a value of up to 256":                               {"v", &keyvault.SetOptions{Tags: map[string]string{"x": long}}},
		"NotBefore is after Expires":                             {"v", &keyvault.SetOptions{NotBefore: now, Expires: now.Add(-time.Second)}},
	} {
		_, err := w.client.Set(t.Context(), "db", test.value, test.options)
		require.ErrorContains(t, err, want)
		require.ErrorContains(t, err, `keyvault: set secret "db" in contoso.vault.azure.net: `)
	}
	require.Empty(t, w.Requests())

	limits := &keyvault.SetOptions{ContentType: long[:2*255], Tags: map[string]string{long[:2*256]: long[:2*256]}, NotBefore: now, Expires: now}
	_, err := w.client.Set(t.Context(), "db", strings.Repeat("v", 25600), limits)
	require.NoError(t, err)
}

func TestUpdate(t *testing.T) {
	t.Parallel()
	w := newWorld(t, "contoso")
	first := w.vault.SetSecret("db", "one")
	kind, no, expires := "text/plain", false, time.Date(2030, 1, 1, 0, 0, 0, 0, time.UTC)

	got, err := w.client.Update(t.Context(), "db", "", &keyvault.UpdateOptions{ContentType: &kind, Tags: map[string]string{"a": "b"}})
	require.NoError(t, err)
	require.Equal(t, "PATCH /secrets/db/?api-version=7.4", w.lines()[0])
	require.Equal(t, `{"contentType":"text/plain","tags":{"a":"b"}}`, string(w.last(t).Body))
	require.Equal(t, "text/plain", got.ContentType)
	require.Equal(t, first, got.Version)

	got, err = w.client.Update(t.Context(), "db", first, &keyvault.UpdateOptions{Enabled: &no, Expires: &expires, NotBefore: &expires})
	require.NoError(t, err)
	require.Equal(t, "PATCH /secrets/db/"+first+"?api-version=7.4", w.lines()[1])
	require.Equal(t, `{"attributes":{"enabled":false,"nbf":1893456000,"exp":1893456000}}`, string(w.last(t).Body))
	require.Equal(t, map[string]string{"a": "b"}, got.Tags, "what is nil stays")
	require.False(t, got.Enabled)
	require.Equal(t, expires, got.Expires)

	got, err = w.client.Update(t.Context(), "db", "", &keyvault.UpdateOptions{Tags: map[string]string{}})
	require.NoError(t, err)
	require.Equal(t, `{"tags":{}}`, string(w.last(t).Body))
	require.Empty(t, got.Tags)

	_, err = w.client.Update(t.Context(), "db", "", nil)
	require.NoError(t, err)
	require.Equal(t, `{}`, string(w.last(t).Body))
}

func TestUpdateRefusesBadInput(t *testing.T) {
	t.Parallel()
	w := newWorld(t, "contoso")
	long, zero, now := strings.Repeat("x", 300), time.Time{}, time.Now()
	before := now.Add(-time.Hour)
	for want, options := range map[string]*keyvault.UpdateOptions{
		"content type":        {ContentType: &long},
		"a tag has":           {Tags: map[string]string{long: ""}},
		"cannot be removed":   {Expires: &zero},
		"NotBefore is after ": {NotBefore: &now, Expires: &before},
	} {
		_, err := w.client.Update(t.Context(), "db", "", options)
		require.ErrorContains(t, err, want)
	}
	_, err := w.client.Update(t.Context(), "db", "versions", nil)
	require.ErrorContains(t, err, "a version has letters and digits")
	require.Empty(t, w.Requests())
}

func TestDeleteRecoverPurge(t *testing.T) {
	t.Parallel()
	w := newWorld(t, "contoso")
	w.vault.SetSecret("db", "v")
	ctx := t.Context()

	deleted, err := w.client.Delete(ctx, "db")
	require.NoError(t, err)
	require.Equal(t, "https://contoso.vault.azure.net/deletedsecrets/db", deleted.RecoveryID)
	require.Equal(t, "db", deleted.Name)
	require.Equal(t, 90*24*time.Hour, deleted.ScheduledPurge.Sub(deleted.Deleted))

	again, err := w.client.GetDeleted(ctx, "db")
	require.NoError(t, err)
	require.Equal(t, deleted, again)
	_, err = w.client.Set(ctx, "db", "v", nil)
	require.ErrorIs(t, err, keyvault.ErrConflict)

	recovered, err := w.client.Recover(ctx, "db")
	require.NoError(t, err)
	require.Equal(t, "db", recovered.Name)
	_, err = w.client.Get(ctx, "db")
	require.NoError(t, err)

	_, err = w.client.Delete(ctx, "db")
	require.NoError(t, err)
	require.NoError(t, w.client.Purge(ctx, "db"))
	require.ErrorIs(t, w.client.Purge(ctx, "db"), keyvault.ErrNotFound)
	_, err = w.client.Recover(ctx, "db")
	require.ErrorIs(t, err, keyvault.ErrNotFound)
	_, err = w.client.GetDeleted(ctx, "db")
	require.ErrorIs(t, err, keyvault.ErrNotFound)
	require.Contains(t, w.lines(), "POST /deletedsecrets/db/recover?api-version=7.4")
	require.Contains(t, w.lines(), "DELETE /deletedsecrets/db?api-version=7.4")
}

func TestDeleteWhereNothingIsKept(t *testing.T) {
	t.Parallel()
	w := newWorld(t, "mytestkeyvault")
	deleted, err := w.client.Delete(t.Context(), "MyTestSecret")
	require.NoError(t, err)
	require.Empty(t, deleted.RecoveryID)
	require.Zero(t, deleted.ScheduledPurge)
}

func TestBackupAndRestore(t *testing.T) {
	t.Parallel()
	w := newWorld(t, "contoso")
	w.vault.SetSecret("db", "one")
	w.vault.SetSecret("db", "two")
	ctx := t.Context()
	backup, err := w.client.Backup(ctx, "db")
	require.NoError(t, err)
	_, err = w.client.Restore(ctx, backup)
	require.ErrorIs(t, err, keyvault.ErrConflict, "the name is taken")

	other, err := keyvault.NewSecretClient(w.Vault("fabrikam").URL(), w.cred, &keyvault.ClientOptions{HTTPClient: w.Client()})
	require.NoError(t, err)
	restored, err := other.Restore(ctx, backup)
	require.NoError(t, err)
	require.Equal(t, "db", restored.Name)
	require.Len(t, w.Vault("fabrikam").Versions("db"), 2)

	before := len(w.Requests())
	_, err = w.client.Restore(ctx, nil)
	require.EqualError(t, err, "keyvault: restore secret in contoso.vault.azure.net: the backup is empty")
	require.Len(t, w.Requests(), before)
	for _, body := range []string{`{}`, `{"value":"!"}`, `{"value":""}`} {
		w.Fail(azuretest.Fault{Operation: "keyvault.backup", Body: body})
		_, err = w.client.Backup(ctx, "db")
		require.ErrorIs(t, err, keyvault.ErrUnexpectedResponse)
	}
	w.Fail(azuretest.Fault{Operation: "keyvault.backup", Body: `{"value":"_-8="}`})
	backup, err = w.client.Backup(ctx, "db")
	require.NoError(t, err)
	require.Equal(t, []byte{0xff, 0xef}, backup)
}

func TestAnswersWithoutIDAreRefused(t *testing.T) {
	t.Parallel()
	w := newWorld(t, "contoso")
	ctx := t.Context()
	for operation, call := range map[string]func() error{
		"keyvault.update":     func() error { _, err := w.client.Update(ctx, "db", "", nil); return err },
		"keyvault.delete":     func() error { _, err := w.client.Delete(ctx, "db"); return err },
		"keyvault.getdeleted": func() error { _, err := w.client.GetDeleted(ctx, "db"); return err },
		"keyvault.recover":    func() error { _, err := w.client.Recover(ctx, "db"); return err },
		"keyvault.restore":    func() error { _, err := w.client.Restore(ctx, []byte("x")); return err },
	} {
		w.Fail(azuretest.Fault{Operation: operation, Body: "{}"})
		require.ErrorIs(t, call(), keyvault.ErrUnexpectedResponse, operation)
	}
}
