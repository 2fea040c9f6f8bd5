package keyvault_test

import (
	"net/http"
	"testing"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/policy"
	"github.com/stretchr/testify/require"

	"github.com/keyless-go/azure/keyvault"
)

func TestNewSecretClientRefusesBadInput(t *testing.T) {
	t.Parallel()
	const vault = "https://contoso.vault.azure.net"
	for name, test := range map[string]struct {
		url     string
		cred    azcore.TokenCredential
		options *keyvault.ClientOptions
		want    string
	}{
		"http":      {"http://contoso.vault.azure.net", &fixed{}, nil, "the vault URL cannot be used: it must begin with https://"},
		"bare name": {"contoso", &fixed{}, nil, "the vault URL cannot be used: it must begin with https://"},
		"path":      {vault + "/secrets/db", &fixed{}, nil, "the vault URL cannot be used: it must not have a path"},
		"user":      {"https://u:p@contoso.vault.azure.net", &fixed{}, nil, "the vault URL cannot be used: it must not have a user or a password"},
		"query":     {vault + "?api-version=7.4", &fixed{}, nil, "the vault URL cannot be used: it must not have a query"},
		"fragment":  {vault + "#x", &fixed{}, nil, "the vault URL cannot be used: it must not have a fragment"},
		"no host":   {"https:///x", &fixed{}, nil, "the vault URL cannot be used: it has no host"},
		"no cred":   {vault, nil, nil, "the credential is nil"},
		"two senders": {
			vault, &fixed{},
			&keyvault.ClientOptions{HTTPClient: &http.Client{}, ClientOptions: azcore.ClientOptions{Transport: &http.Client{}}},
			"HTTPClient and Transport are both set in the client options: set one",
		},
		"version":        {vault, &fixed{}, &keyvault.ClientOptions{ClientOptions: azcore.ClientOptions{APIVersion: "latest"}}, "APIVersion in the client options must look like 7.4 or 2016-10-01"},
		"challenge host": {vault, &fixed{}, &keyvault.ClientOptions{ChallengeHosts: []string{"https://x.example/"}}, `ChallengeHosts: "https://x.example/" is not the name of a host`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := keyvault.NewSecretClient(test.url, test.cred, test.options)
			require.EqualError(t, err, "keyvault: "+test.want)
		})
	}
}

func TestNewSecretClientTakesNilOptionsAndAsksNothing(t *testing.T) {
	t.Parallel()
	cred := &fixed{}
	_, err := keyvault.NewSecretClient("https://contoso.vault.azure.net/", cred, nil)
	require.NoError(t, err)
	var none *http.Client
	_, err = keyvault.NewSecretClient("https://contoso.vault.azure.net", cred, &keyvault.ClientOptions{HTTPClient: none})
	require.NoError(t, err)
	require.Empty(t, cred.asked)
}

func TestBadNamesAreRefusedBeforeAnyRequest(t *testing.T) {
	t.Parallel()
	w := newWorld(t, "contoso")
	c := w.client
	ctx := t.Context()
	for operation, call := range map[string]func(name string) error{
		"Get":           func(n string) error { _, err := c.Get(ctx, n); return err },
		"GetVersion":    func(n string) error { _, err := c.GetVersion(ctx, n, "1"); return err },
		"Set":           func(n string) error { _, err := c.Set(ctx, n, "v", nil); return err },
		"Update":        func(n string) error { _, err := c.Update(ctx, n, "", nil); return err },
		"Delete":        func(n string) error { _, err := c.Delete(ctx, n); return err },
		"GetDeleted":    func(n string) error { _, err := c.GetDeleted(ctx, n); return err },
		"Recover":       func(n string) error { _, err := c.Recover(ctx, n); return err },
		"Purge":         func(n string) error { return c.Purge(ctx, n) },
		"Backup":        func(n string) error { _, err := c.Backup(ctx, n); return err },
		"WaitDeleted":   func(n string) error { return c.WaitDeleted(ctx, n) },
		"WaitRecovered": func(n string) error { return c.WaitRecovered(ctx, n) },
		"ListVersions": func(n string) error {
			for _, err := range c.ListVersions(ctx, n) {
				return err
			}
			return nil
		},
		"SecretCache.Get": func(n string) error {
			_, err := keyvault.NewSecretCache(c, nil).Get(ctx, n)
			return err
		},
	} {
		for _, name := range badNames() {
			require.ErrorContains(t, call(name), "a secret's name has 1 to 127 letters, digits and hyphens", "%s %q", operation, name)
		}
	}
	require.Empty(t, w.Requests())
	require.Empty(t, w.cred.asked)
}

func TestRetriesAreAzcores(t *testing.T) {
	t.Parallel()
	w := newWorld(t, "contoso", func(o *keyvault.ClientOptions) {
		o.Retry = policy.RetryOptions{MaxRetries: 2, RetryDelay: 1}
	})
	w.vault.SetSecret("db", "v")
	w.Fail(fault("keyvault.get", 2, http.StatusServiceUnavailable))
	secret, err := w.client.Get(t.Context(), "db")
	require.NoError(t, err)
	require.Equal(t, "v", secret.Value.Reveal())
	require.Len(t, w.Requests(), 3)
}
