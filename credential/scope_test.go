package credential_test

import (
	"context"
	"strings"
	"testing"
	"unicode"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore/policy"
	"github.com/stretchr/testify/require"

	"github.com/keyless-go/azure/credential"
)

func TestResourceOfScope(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct{ scope, resource string }{
		"no slash":            {"https://vault.azure.net/.default", "https://vault.azure.net"},
		"one slash":           {"https://management.azure.com/.default", "https://management.azure.com"},
		"two slashes":         {"https://management.azure.com//.default", "https://management.azure.com/"},
		"database":            {"https://database.windows.net//.default", "https://database.windows.net/"},
		"data lake":           {"https://datalake.azure.net//.default", "https://datalake.azure.net/"},
		"application":         {"2ff814a6-3304-4ab8-85cb-cd0e6f879c1d/.default", "2ff814a6-3304-4ab8-85cb-cd0e6f879c1d"},
		"application URI":     {"api://AzureADTokenExchange/.default", "api://AzureADTokenExchange"},
		"URI with a path":     {"https://contoso.onmicrosoft.com/app/.default", "https://contoso.onmicrosoft.com/app"},
		"case kept":           {"HTTPS://Vault.Azure.NET/.default", "HTTPS://Vault.Azure.NET"},
		"bare":                {"https://vault.azure.net", "https://vault.azure.net"},
		"bare with slash":     {"https://management.azure.com/", "https://management.azure.com/"},
		"bare application":    {"2ff814a6-3304-4ab8-85cb-cd0e6f879c1d", "2ff814a6-3304-4ab8-85cb-cd0e6f879c1d"},
		"bare account":        {"https://contoso.blob.core.windows.net", "https://contoso.blob.core.windows.net"},
		"bare URN":            {"urn:contoso:service", "urn:contoso:service"},
		"suffix's case kept":  {"https://vault.azure.net/.DEFAULT/.default", "https://vault.azure.net/.DEFAULT"},
		"three slashes at it": {"https://datalake.azure.net///.default", "https://datalake.azure.net//"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			resource, err := credential.ResourceOf(tc.scope)
			require.NoError(t, err)
			require.Equal(t, tc.resource, resource)
		})
	}
}

// TestBadScopes: a clear error, and no request.
func TestBadScopes(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		scopes []string
		says   string
	}{
		"none":                {nil, "one scope, not 0"},
		"two":                 {[]string{vaultScope, "https://management.azure.com//.default"}, "one scope, not 2"},
		"empty":               {[]string{""}, "empty"},
		"blank":               {[]string{" \t"}, "empty"},
		"two in one":          {[]string{"https://vault.azure.net/.default https://a.example/.default"}, "one scope at a time"},
		"leading space":       {[]string{" https://vault.azure.net/.default"}, "space"},
		"newline":             {[]string{"https://vault.azure.net/.default\n"}, "space"},
		"control":             {[]string{"https://vault.azure.net\x00/.default"}, "control"},
		"suffix alone":        {[]string{"/.default"}, "no resource"},
		"slashes alone":       {[]string{"//.default"}, "no resource"},
		"suffix twice":        {[]string{"https://vault.azure.net/.default/.default"}, "no resource"},
		"permission":          {[]string{"https://graph.microsoft.com/User.Read"}, "permission"},
		"impersonation":       {[]string{"https://management.azure.com/user_impersonation"}, "permission"},
		"permission's name":   {[]string{"User.Read"}, "permission"},
		"OpenID":              {[]string{"openid"}, "permission"},
		"application's scope": {[]string{"api://2ff814a6-3304-4ab8-85cb-cd0e6f879c1d/access"}, "permission"},
		"suffix's other case": {[]string{"https://vault.azure.net/.DEFAULT"}, "permission"},
		"query":               {[]string{"https://vault.azure.net?a=b"}, "permission"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newSite(issue(1e12))
			c := newCred(t, s, options{Source: credential.SourceIMDS})
			_, err := c.GetToken(t.Context(), policy.TokenRequestOptions{Scopes: tc.scopes})
			require.ErrorContains(t, err, "credential: ")
			require.ErrorContains(t, err, tc.says)
			_, err = c.GetToken(t.Context(), policy.TokenRequestOptions{Scopes: tc.scopes, Claims: "{}", EnableCAE: true})
			require.ErrorContains(t, err, tc.says)
			require.Zero(t, s.count(), "a request was sent")
			require.Empty(t, c.Status().Tokens)
		})
	}
}

// TestScopesOfOneResourceShareItsToken: and no others do.
func TestScopesOfOneResourceShareItsToken(t *testing.T) {
	t.Parallel()
	s := newSite(issue(1e13))
	c := newCred(t, s, options{Source: credential.SourceIMDS})
	ask := func(scope string) string {
		token, err := c.GetToken(context.Background(), policy.TokenRequestOptions{Scopes: []string{scope}})
		require.NoError(t, err)
		return token.Token
	}
	require.Equal(t, ask("https://vault.azure.net/.default"), ask("https://vault.azure.net"))
	require.Equal(t, 1, s.count())
	seen := map[string]bool{}
	for _, scope := range []string{"https://a.example", "https://a.example/", "https://A.example", "https://a.example///.default"} {
		seen[ask(scope)] = true
	}
	require.Len(t, seen, 4)
	require.Equal(t, 5, s.count())
}

func FuzzScope(f *testing.F) {
	for _, seed := range []string{vaultScope, vault, "/.default", "", " ", "a b", someGUID, "urn:x", "https://graph.microsoft.com/User.Read", "//.default", "\x00/.default"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, scope string) {
		resource, err := credential.ResourceOf(scope)
		if err != nil {
			require.Empty(t, resource)
			return
		}
		require.NotEmpty(t, resource)
		require.False(t, strings.ContainsFunc(resource, unicode.IsSpace))
		require.False(t, strings.ContainsFunc(resource, unicode.IsControl))
		require.Contains(t, []string{resource, resource + "/.default"}, scope, "more was changed than the suffix")
		// The cache keeps tokens by resource: as a scope it must be itself.
		if again, err := credential.ResourceOf(resource); err == nil {
			require.Equal(t, resource, again)
		}
	})
}
