package keyvault_test

import (
	"bytes"
	"encoding/gob"
	"encoding/json"
	"encoding/xml"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/keyless-go/azure/azuretest"
	"github.com/keyless-go/azure/keyvault"
)

func TestParseID(t *testing.T) {
	t.Parallel()
	for id, want := range map[string][3]string{
		"https://contoso.vault.azure.net/secrets/db/1":      {"https://contoso.vault.azure.net", "db", "1"},
		"https://Contoso.vault.azure.net:443/secrets/db":    {"https://contoso.vault.azure.net", "db", ""},
		"https://contoso.vault.azure.net/deletedsecrets/db": {"https://contoso.vault.azure.net", "db", ""},
		"https://v1.vault.localhost:8443/secrets/db/1/":     {"https://v1.vault.localhost:8443", "db", "1"},
		"https://contoso.vault.azure.net/secrets":           {"https://contoso.vault.azure.net", "", ""},
		"https://contoso.vault.azure.net":                   {"https://contoso.vault.azure.net", "", ""},
		"https://contoso.vault.azure.net/secrets//1":        {"https://contoso.vault.azure.net", "", ""},
		"/secrets/db": {},
		"db":          {},
		"":            {},
		"://":         {},
	} {
		vault, name, version := keyvault.ParseID(id)
		require.Equal(t, want, [3]string{vault, name, version}, id)
	}
}

func FuzzParseID(f *testing.F) {
	for _, seed := range []string{"https://contoso.vault.azure.net/secrets/db/1", "https://h/secrets", "//h//", "https://[::1]:1/a/b/c/d", "%", ""} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, id string) {
		vault, name, version := keyvault.ParseID(id)
		if vault == "" && name+version != "" || name == "" && version != "" {
			t.Fatalf("%q: vault %q, name %q, version %q", id, vault, name, version)
		}
	})
}

const secretText = "p@ssw0rd!"

// shown is what everything that prints makes of v.
func shown(t *testing.T, v any) string {
	t.Helper()
	var all strings.Builder
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%d"} {
		fmt.Fprintf(&all, verb+"\n", v)
	}
	encoded, err := json.Marshal(v)
	require.NoError(t, err)
	all.Write(encoded)
	for _, handler := range []slog.Handler{slog.NewTextHandler(&all, nil), slog.NewJSONHandler(&all, nil)} {
		slog.New(handler).Info("m", "v", v)
	}
	return all.String()
}

func TestNothingPrintsASecret(t *testing.T) {
	t.Parallel()
	w := newWorld(t, "contoso", noRetries)
	w.vault.SetSecret("db", secretText)
	secret, err := w.client.Get(t.Context(), "db")
	require.NoError(t, err)
	cache := keyvault.NewSecretCache(w.client, nil)
	_, err = cache.Get(t.Context(), "db")
	require.NoError(t, err)
	type app struct {
		secret keyvault.Secret
		value  *keyvault.Value
		cache  *keyvault.SecretCache
	}
	for name, v := range map[string]any{
		"Value": secret.Value, "*Value": &secret.Value, "Secret": secret, "*Secret": &secret,
		"slice": []keyvault.Secret{secret}, "map": map[string]keyvault.Secret{"a": secret},
		"unexported": app{secret, &secret.Value, cache}, "SecretClient": w.client, "SecretCache": cache,
	} {
		got := shown(t, v)
		require.NotContains(t, got, secretText, name)
		require.NotContains(t, got, fmt.Sprintf("%x", secretText), name)
		require.NotContains(t, got, "eyJ", name)
	}
	require.Equal(t, "REDACTED", fmt.Sprint(secret.Value))
	require.Equal(t, "REDACTED", secret.Value.String())
	require.Contains(t, shown(t, secret), `"Value":"REDACTED"`)
	require.Contains(t, shown(t, secret), "https://contoso.vault.azure.net/secrets/db/")

	encoded, err := xml.Marshal(secret.Value)
	require.NoError(t, err)
	require.NotContains(t, string(encoded), secretText)
	var buffer bytes.Buffer
	_ = gob.NewEncoder(&buffer).Encode(secret)
	require.NotContains(t, buffer.String(), secretText)
}

func TestErrorsHoldNoSecret(t *testing.T) {
	t.Parallel()
	w := newWorld(t, "contoso", noRetries)
	token := w.SystemIdentity().Token("https://vault.azure.net", 1e12)
	w.Fail(azuretest.Fault{Operation: "keyvault.get", Body: `{"value":"` + secretText + `"`})
	w.Fail(azuretest.Fault{Operation: "keyvault.get", Status: 403, Body: `{"error":{"code":"Forbidden","message":"the token was ` + token + `"},"value":"` + secretText + `"}`})
	w.Fail(azuretest.Fault{Operation: "keyvault.set", Status: 400, Body: `{"error":{"code":"BadParameter","message":"bad value ` + secretText + `"},"value":"` + secretText + `"}`})
	w.Fail(azuretest.Fault{Operation: "keyvault.get", Status: -1})
	var all []error
	for range 3 {
		_, err := w.client.Get(t.Context(), "db")
		all = append(all, err)
	}
	_, err := w.client.Set(t.Context(), "db", secretText, nil)
	all = append(all, err)
	_, err = w.client.Set(t.Context(), "db", secretText+"\xff", nil)
	all = append(all, err)
	for _, err := range all {
		require.Error(t, err)
		for ; err != nil; err = errors.Unwrap(err) {
			got := shown(t, err)
			require.NotContains(t, got, secretText)
			require.NotContains(t, got, "eyJ")
			require.NotContains(t, err.Error(), "\n")
		}
	}
}

func TestValue(t *testing.T) {
	t.Parallel()
	require.Empty(t, keyvault.Value{}.Reveal())
	require.Equal(t, "v", keyvault.NewValue("v").Reveal())
	require.Equal(t, keyvault.NewValue("v"), keyvault.NewValue("v"))
	require.NotEqual(t, keyvault.NewValue("v"), keyvault.NewValue("w"))
}
