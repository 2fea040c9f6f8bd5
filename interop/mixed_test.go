package interop_test

import (
	"encoding/base64"
	"fmt"
	"net/http"
	"testing"
	"testing/synctest"
	"time"

	"github.com/Azure/azure-sdk-for-go/sdk/security/keyvault/azsecrets"
	"github.com/stretchr/testify/require"

	"github.com/keyless-go/azure/azuretest"
	"github.com/keyless-go/azure/credential"
	"github.com/keyless-go/azure/keyvault"
)

func TestOurClientWithAzidentity(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	client := w.ourClient(t, w.officialCredential(t))
	set, err := client.Set(t.Context(), "key", "value", &keyvault.SetOptions{ContentType: "text/plain"})
	require.NoError(t, err)
	got, err := client.Get(t.Context(), "key")
	require.NoError(t, err)
	require.Equal(t, "value", got.Value.Reveal())
	require.Equal(t, set.Version, got.Version)
	for listed, err := range client.List(t.Context()) {
		require.NoError(t, err)
		require.Equal(t, "key", listed.Name)
	}
	_, err = client.Delete(t.Context(), "key")
	require.NoError(t, err)
	require.NoError(t, client.Purge(t.Context(), "key"))
	_, err = client.Get(t.Context(), "key")
	require.ErrorIs(t, err, keyvault.ErrNotFound)

	require.Len(t, w.requests("imds.token"), 1)
	for _, r := range w.requests("keyvault.") {
		require.NotEqual(t, http.StatusUnauthorized, r.Status, "no challenge: the vault's name says for whom the token is")
	}
}

// azidentity sends a request for each of its cold callers; our cache in front of
// it sends one for all.
func TestCachedAzidentity(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		w.srv.Fail(azuretest.Fault{Operation: "imds.token", Times: -1, Delay: 50 * time.Millisecond})
		cached := credential.NewCached(w.officialCredential(t), nil)
		together(t, 100, func(int) error {
			_, err := cached.GetToken(t.Context(), scope(secretScope))
			return err
		})
		require.Len(t, w.requests("imds.token"), 1)
	})
}

func TestAzidentityInOurTransport(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.vault.SetSecret("key", "value")
	client := &http.Client{Transport: credential.NewTransport(w.officialCredential(t), secretScope, w.srv.Client().Transport, "contoso.vault.azure.net")}
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, w.vault.URL()+"/secrets/key?api-version=7.4", nil)
	require.NoError(t, err)
	resp, err := client.Do(req)
	require.NoError(t, err)
	require.NoError(t, resp.Body.Close())
	require.Equal(t, http.StatusOK, resp.StatusCode)
}

func TestOfficialClientsShareOurCredential(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.vault.SetSecret("key", "value")
	cred := w.ourCredential(t)
	together(t, 50, func(int) error { return getKey(t.Context(), w.officialClient(t, cred)) })
	require.Len(t, w.requests("imds.token"), 1)
}

// Over a day of tokens that live an hour, from an IMDS that takes five seconds, no
// call of the official client waits or fails after the first.
func TestOfficialClientNeverWaitsForOurRenewal(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		w.vault.SetSecret("key", "value")
		w.srv.SetTokenLife(time.Hour)
		w.srv.Fail(azuretest.Fault{Operation: "imds.token", Nth: 2, Times: -1, Delay: 5 * time.Second})
		client := w.officialClient(t, w.ourCredential(t))
		for range 24 * 60 {
			start := time.Now()
			require.NoError(t, getKey(t.Context(), client))
			require.Zero(t, time.Since(start))
			time.Sleep(time.Minute)
		}
		require.InDelta(t, 24*60/54, len(w.requests("imds.token")), 2)
		for _, r := range w.requests("keyvault.get")[1:] {
			require.Equal(t, http.StatusOK, r.Status)
		}
	})
}

// Revocation reaches all clients of a credential within moments of each other.
func TestOfficialClientsBringOneClaimsChallenge(t *testing.T) {
	t.Parallel()
	const n = 20
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		w.vault.SetSecret("key", "value")
		cred := w.ourCredential(t)
		var clients [n]*azsecrets.Client
		for i := range clients {
			clients[i] = w.officialClient(t, cred)
		}
		call := func(i int) error { return getKey(t.Context(), clients[i]) }
		together(t, n, call)
		require.Len(t, w.requests("imds.token"), 1)

		time.Sleep(10 * time.Second)
		revoked := fmt.Sprintf(`{"access_token":{"nbf":{"essential":true,"value":"%d"}}}`, time.Now().Unix())
		challenge := fmt.Sprintf(`Bearer realm="", authorization_uri="https://login.windows.net/common/oauth2/authorize", error="insufficient_claims", claims="%s"`,
			base64.StdEncoding.EncodeToString([]byte(revoked)))
		before := len(w.requests("keyvault.get"))
		w.srv.Fail(azuretest.Fault{
			Operation: "keyvault.get", Times: n, Delay: time.Second,
			Status: http.StatusUnauthorized, Header: http.Header{"Www-Authenticate": {challenge}},
		})
		together(t, n, call)
		require.Len(t, w.requests("imds.token"), 2)
		require.Len(t, w.requests("keyvault.get"), before+2*n, "each client: the challenge, the answer")
	})
}
