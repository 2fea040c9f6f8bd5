package keyvault_test

import (
	"errors"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore"
	"github.com/stretchr/testify/require"

	"github.com/keyless-go/azure/azuretest"
	"github.com/keyless-go/azure/keyvault"
)

func fault(operation string, times, status int) azuretest.Fault {
	return azuretest.Fault{Operation: operation, Times: times, Status: status}
}

// The request and the answer of
// https://learn.microsoft.com/entra/identity/managed-identities-azure-resources/tutorial-linux-vm-access-nonaad
func TestGetIsTheTutorials(t *testing.T) {
	t.Parallel()
	w := newWorld(t, "mytestkeyvault", apiVersion("2016-10-01"))
	secret, err := w.client.Get(t.Context(), "MyTestSecret")
	require.NoError(t, err)
	require.Equal(t, []string{"GET /secrets/MyTestSecret?api-version=2016-10-01"}, w.lines(), "one request, no challenge")
	require.Equal(t, []string{"https://vault.azure.net/.default"}, w.cred.asked[0].Scopes)
	created := time.Unix(1505088747, 0).UTC()
	require.Equal(t, keyvault.Secret{
		Value: keyvault.NewValue("p@ssw0rd!"),
		Properties: keyvault.Properties{
			ID:       "https://mytestkeyvault.vault.azure.net/secrets/MyTestSecret/7c2204c6093c4d859bc5b9eff8f29050",
			Name:     "MyTestSecret",
			Version:  "7c2204c6093c4d859bc5b9eff8f29050",
			VaultURL: "https://mytestkeyvault.vault.azure.net",
			Enabled:  true, Created: created, Updated: created, RecoveryLevel: "Purgeable",
		},
	}, secret)
}

func TestGetInEachAPIVersion(t *testing.T) {
	t.Parallel()
	for _, version := range []string{"2016-10-01", "7.0", "7.1", "7.4", "7.6", "2025-06-01-preview", "2025-07-01", "2026-04-01"} {
		w := newWorld(t, "contoso", apiVersion(version))
		first := w.vault.SetSecret("db", "one")
		w.vault.SetSecretVersion("db", strings.Repeat("a", 32), "two", w.Now().Add(time.Minute))
		secret, err := w.client.Get(t.Context(), "db")
		require.NoError(t, err)
		require.Equal(t, "two", secret.Value.Reveal())
		require.Equal(t, "GET /secrets/db?api-version="+version, w.lines()[0])
		if version == "2026-04-01" {
			require.Equal(t, first, secret.PreviousVersion)
		}
	}
}

func TestGetVersion(t *testing.T) {
	t.Parallel()
	w := newWorld(t, "contoso")
	first := w.vault.SetSecret("db", "one")
	w.vault.SetSecret("db", "two")
	secret, err := w.client.GetVersion(t.Context(), "db", first)
	require.NoError(t, err)
	require.Equal(t, "one", secret.Value.Reveal())
	require.Equal(t, "GET /secrets/db/"+first+"?api-version=7.4", w.lines()[0])
	_, err = w.client.GetVersion(t.Context(), "db", strings.Repeat("0", 32))
	require.ErrorIs(t, err, keyvault.ErrNotFound)
	for _, version := range []string{"", "..", "a/b", "versions", "Backup", strings.Repeat("a", 128)} {
		_, err := w.client.GetVersion(t.Context(), "db", version)
		require.ErrorContains(t, err, "a version has letters and digits", version)
	}
	require.Len(t, w.Requests(), 2)
}

func TestGetReadsExpiredSecrets(t *testing.T) {
	t.Parallel()
	w := newWorld(t, "contoso")
	expired := w.Now().Add(-time.Hour).Truncate(time.Second).UTC()
	_, err := w.client.Set(t.Context(), "db", "v", &keyvault.SetOptions{Expires: expired})
	require.NoError(t, err)
	secret, err := w.client.Get(t.Context(), "db")
	require.NoError(t, err)
	require.Equal(t, expired, secret.Expires)
	require.Equal(t, "v", secret.Value.Reveal())
}

func TestGetRefused(t *testing.T) {
	t.Parallel()
	w := newWorld(t, "contoso", noRetries)
	w.vault.SetSecret("off", "v")
	w.vault.DisableSecret("off")
	w.vault.SetSecret("db", "v")
	for name, test := range map[string]struct {
		secret string
		status int
		is     error
		code   string
		text   string
	}{
		"missing":   {"none", 0, keyvault.ErrNotFound, "SecretNotFound", `keyvault: get secret "none" in contoso.vault.azure.net: 404 SecretNotFound: A secret with (name/id) none was not found in this key vault`},
		"disabled":  {"off", 0, keyvault.ErrForbidden, "Forbidden", "403 Forbidden/SecretDisabled: "},
		"throttled": {"db", 429, keyvault.ErrThrottled, "Throttled", "429 Throttled"},
		"conflict":  {"db", 409, keyvault.ErrConflict, "Conflict", "409 Conflict"},
		"down":      {"db", 503, nil, "ServiceUnavailable", "503 ServiceUnavailable"},
	} {
		if test.status != 0 {
			w.Fail(fault("keyvault.get", 1, test.status))
		}
		_, err := w.client.Get(t.Context(), test.secret)
		require.ErrorContains(t, err, test.text, name)
		require.Regexp(t, `\(request id [0-9a-f-]{36}\)$`, err.Error())
		if test.is != nil {
			require.ErrorIs(t, err, test.is, name)
		}
		response, ok := errors.AsType[*azcore.ResponseError](err)
		require.True(t, ok)
		require.Equal(t, test.code, response.ErrorCode)
		require.Empty(t, response.RawResponse.Request.Header.Get("Authorization"))
		require.Empty(t, response.RawResponse.Request.URL.RawQuery)
	}
}

func TestGetRefusesAnswersThatAreNone(t *testing.T) {
	t.Parallel()
	for name, body := range map[string]string{
		"html":     "<html></html>",
		"null":     "null",
		"no value": `{"id":"https://contoso.vault.azure.net/secrets/db/1"}`,
		"no id":    `{"value":"v"}`,
		"list":     `{"value":[{"id":"x"}],"id":"x"}`,
		"too long": `{"id":"x","value":"` + strings.Repeat("v", 5<<20) + `"}`,
	} {
		w := newWorld(t, "contoso", noRetries)
		w.Fail(azuretest.Fault{Operation: "keyvault.get", Body: body})
		_, err := w.client.Get(t.Context(), "db")
		require.ErrorIs(t, err, keyvault.ErrUnexpectedResponse, name)
	}
}

func TestGetReadsOldAndOddAnswers(t *testing.T) {
	t.Parallel()
	w := newWorld(t, "contoso")
	w.Fail(azuretest.Fault{Operation: "keyvault.get", Body: `{"value":"","id":"what:ever","contentType":null,"tags":null,"kid":"k","managed":true,
		"attributes":{"enabled":null,"created":null,"updated":null,"exp":4102444800},"extra":{}}`})
	secret, err := w.client.Get(t.Context(), "db")
	require.NoError(t, err)
	require.Equal(t, keyvault.Properties{
		ID: "what:ever", KID: "k", Managed: true, Enabled: true, Expires: time.Date(2100, 1, 1, 0, 0, 0, 0, time.UTC),
	}, secret.Properties)
	require.Empty(t, secret.Value.Reveal())
}

func TestGetAsksAgainAfterACutAnswer(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, "contoso")
		w.vault.SetSecret("db", "v")
		w.Fail(azuretest.Fault{Operation: "keyvault.get", CutAfter: 20})
		secret, err := w.client.Get(t.Context(), "db")
		require.NoError(t, err)
		require.Equal(t, "v", secret.Value.Reveal())
		require.Len(t, w.Requests(), 2)
	})
}

func TestThrottlingTellsHowLong(t *testing.T) {
	t.Parallel()
	w := newWorld(t, "contoso")
	w.Fail(azuretest.Fault{Operation: "keyvault.get", Status: 429, RetryAfter: 2 * time.Minute})
	_, err := w.client.Get(t.Context(), "db")
	require.ErrorIs(t, err, keyvault.ErrThrottled)
	var patient interface{ RetryAfter() time.Duration }
	require.ErrorAs(t, err, &patient)
	require.Equal(t, 2*time.Minute, patient.RetryAfter())
}

func TestARedirectIsRefused(t *testing.T) {
	t.Parallel()
	w := newWorld(t, "contoso")
	w.Fail(azuretest.Fault{Operation: "keyvault.get", Status: http.StatusFound, Location: "https://mytestkeyvault.vault.azure.net/secrets/db"})
	_, err := w.client.Get(t.Context(), "db")
	require.ErrorIs(t, err, keyvault.ErrForeignLink)
	require.Len(t, w.Requests(), 1)
}

func TestAClaimsChallengeIsAnswered(t *testing.T) {
	t.Parallel()
	w := newWorld(t, "contoso")
	w.vault.SetSecret("db", "v")
	w.Fail(azuretest.Fault{Operation: "keyvault.get", Status: 401, Header: http.Header{
		"WWW-Authenticate": {`Bearer authorization="https://login.windows.net/t", error="insufficient_claims", claims="e30="`},
	}})
	_, err := w.client.Get(t.Context(), "db")
	require.NoError(t, err)
	require.Equal(t, "{}", w.cred.asked[1].Claims)
}
