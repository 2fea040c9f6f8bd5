package keyvault_test

import (
	"net/http"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/keyless-go/azure/azuretest"
	"github.com/keyless-go/azure/keyvault"
)

const emptySecret = `{"value":"v","id":"https://x.example/secrets/db/1"}`

// vaultWith answers requests without token with the challenge, others with a secret.
func vaultWith(challenge string, requests *[]*http.Request) service {
	var mu sync.Mutex
	return func(req *http.Request) (*http.Response, error) {
		mu.Lock()
		*requests = append(*requests, req)
		mu.Unlock()
		if req.Header.Get("Authorization") == "" {
			return answer(401, `{"error":{"code":"Unauthorized","message":"AKV10000"}}`, "WWW-Authenticate", challenge), nil
		}
		return answer(200, emptySecret), nil
	}
}

func TestKnownVaultsNeedNoChallenge(t *testing.T) {
	t.Parallel()
	for vault, scope := range map[string]string{
		"https://contoso.vault.azure.net":           "https://vault.azure.net/.default",
		"https://contoso.vault.azure.cn/":           "https://vault.azure.cn/.default",
		"https://contoso.vault.usgovcloudapi.net":   "https://vault.usgovcloudapi.net/.default",
		"https://contoso.vault.microsoftazure.de":   "https://vault.microsoftazure.de/.default",
		"https://CONTOSO.Vault.Azure.NET.:443/":     "https://vault.azure.net/.default",
		"https://contoso.vault.usgovcloudapi.net:1": "https://vault.usgovcloudapi.net/.default",
	} {
		var requests []*http.Request
		client, cred := newClient(t, vault, vaultWith("", &requests))
		_, err := client.Get(t.Context(), "db")
		require.NoError(t, err, vault)
		require.Len(t, requests, 1)
		require.Equal(t, []string{scope}, cred.asked[0].Scopes)
	}
}

func TestVaultsOfOtherClouds(t *testing.T) {
	t.Parallel()
	w := newWorld(t, "contoso.vault.usgovcloudapi.net")
	w.vault.SetSecret("db", "v")
	_, err := w.client.Get(t.Context(), "db")
	require.NoError(t, err)
	require.Len(t, w.Requests(), 1)
}

func TestAnUnknownVaultIsAskedOnce(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		vault, challenge, scope, tenant string
		hosts                           []string
	}{
		"resource":       {"https://v1.vault.localhost:8443", `Bearer authorization="https://login.windows.net/t-1", resource="https://vault.localhost:8443"`, "https://vault.localhost:8443/.default", "t-1", nil},
		"no blank":       {"https://v1.vault.example", `Bearer authorization="https://login.x",resource="https://vault.example"`, "https://vault.example/.default", "", nil},
		"scope wins":     {"https://v1.vault.example", `Bearer authorization="https://l/common", resource="https://evil.example", scope="https://vault.example/.default"`, "https://vault.example/.default", "", nil},
		"case and slash": {"https://V1.VAULT.EXAMPLE", `bearer AUTHORIZATION_URI="https://l/t/x" , Resource="https://Vault.Example/"`, "https://Vault.Example//.default", "t", nil},
		"second of two":  {"https://v1.vault.example", `Bearer resource="https://evil.example", PoP x=y, Bearer resource="https://vault.example"`, "https://vault.example/.default", "", nil},
		"named host":     {"https://127.0.0.1:8443", `Bearer resource="https://vault.azure.net"`, "https://vault.azure.net/.default", "", []string{"Vault.azure.net"}},
		"odd tenant":     {"https://v1.vault.example", `Bearer authorization="https://l/a%20b", resource="https://vault.example"`, "https://vault.example/.default", "", nil},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var requests []*http.Request
			client, cred := newClient(t, test.vault, vaultWith(test.challenge, &requests), func(o *keyvault.ClientOptions) { o.ChallengeHosts = test.hosts })
			for range 2 {
				_, err := client.Set(t.Context(), "db", "p@ssw0rd!", nil)
				require.NoError(t, err)
			}
			require.Len(t, requests, 3)
			require.Nil(t, requests[0].Body, "the first request has neither token nor body")
			require.Empty(t, requests[0].Header.Get("Authorization"))
			require.NotNil(t, requests[1].Body)
			require.Equal(t, []string{test.scope}, cred.asked[0].Scopes)
			require.Equal(t, test.tenant, cred.asked[0].TenantID)
			require.Len(t, cred.asked, 1)
		})
	}
}

func TestAVaultMayNotNameAnybody(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct{ vault, challenge, want string }{
		"another host":      {"https://v1.evil.example", `Bearer resource="https://vault.azure.net"`, `names "vault.azure.net", which is no parent domain of v1.evil.example: name it in ChallengeHosts`},
		"one label":         {"https://v1.vault.example", `Bearer resource="https://example"`, "no parent domain"},
		"the vault itself":  {"https://v1.vault.example", `Bearer resource="https://v1.vault.example"`, "no parent domain"},
		"no label boundary": {"https://evilvault.azure.example", `Bearer resource="https://vault.azure.example"`, "no parent domain"},
		"part of an IP":     {"https://127.0.0.1", `Bearer resource="https://0.0.1"`, "no parent domain"},
		"http":              {"https://v1.vault.example", `Bearer resource="http://vault.example"`, "no https address"},
		"no URL":            {"https://v1.vault.example", `Bearer resource="vault.example"`, "no https address"},
		"two scopes":        {"https://v1.vault.example", `Bearer scope="https://vault.example/.default https://vault.azure.net/.default"`, "no https address"},
		"a user":            {"https://v1.vault.example", `Bearer resource="https://x@vault.example"`, "no https address"},
		"nothing":           {"https://v1.vault.example", `Bearer authorization="https://l/t"`, "no Bearer challenge that names a resource"},
		"another scheme":    {"https://v1.vault.example", `PoP resource="https://vault.example"`, "no Bearer challenge that names a resource"},
		"no header":         {"https://v1.vault.example", "", "no Bearer challenge that names a resource"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var requests []*http.Request
			client, cred := newClient(t, test.vault, vaultWith(test.challenge, &requests))
			_, err := client.Get(t.Context(), "db")
			require.ErrorIs(t, err, keyvault.ErrUnauthorized)
			require.ErrorContains(t, err, `keyvault: get secret "db" in `)
			require.ErrorContains(t, err, test.want)
			require.Empty(t, cred.asked)
			require.Len(t, requests, 1)
		})
	}
}

func TestConcurrentFirstCallsShareTheChallenge(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var requests []*http.Request
		vault := vaultWith(`Bearer resource="https://vault.example"`, &requests)
		client, cred := newClient(t, "https://v1.vault.example", func(req *http.Request) (*http.Response, error) {
			time.Sleep(time.Second)
			return vault(req)
		})
		var group sync.WaitGroup
		for range 50 {
			group.Go(func() {
				_, err := client.Get(t.Context(), "db")
				require.NoError(t, err)
			})
		}
		group.Wait()
		require.Len(t, requests, 51)
		require.Len(t, cred.asked, 1)
	})
}

func TestAChallengeCorrectsTheAudience(t *testing.T) {
	t.Parallel()
	var authorized int
	client, cred := newClient(t, "https://v1.vault.azure.net", func(*http.Request) (*http.Response, error) {
		authorized++
		return answer(401, "", "WWW-Authenticate", `Bearer authorization="https://l/tenant", resource="https://azure.net"`), nil
	})
	_, err := client.Get(t.Context(), "db")
	require.ErrorIs(t, err, keyvault.ErrUnauthorized)
	require.Equal(t, 1, authorized, "the credential has but one token, which is not sent twice")
	require.Len(t, cred.asked, 2)
	require.Equal(t, []string{"https://azure.net/.default"}, cred.asked[1].Scopes)
	require.Equal(t, "tenant", cred.asked[1].TenantID)

	client, cred = newClient(t, "https://v1.vault.azure.net", func(*http.Request) (*http.Response, error) {
		return answer(401, "", "WWW-Authenticate", `Bearer resource="https://evil.example"`), nil
	})
	_, err = client.Get(t.Context(), "db")
	require.ErrorIs(t, err, keyvault.ErrUnauthorized)
	for _, asked := range cred.asked {
		require.Equal(t, []string{"https://vault.azure.net/.default"}, asked.Scopes)
	}
}

func TestARejectedTokenIsReplaced(t *testing.T) {
	t.Parallel()
	w := newWorld(t, "contoso")
	w.vault.SetSecret("db", "v")
	w.Fail(azuretest.Fault{Operation: "keyvault.get", Status: 401})
	_, err := w.client.Get(t.Context(), "db")
	require.NoError(t, err)
	require.Len(t, w.Requests(), 2)
	require.Len(t, w.cred.asked, 2)
}
