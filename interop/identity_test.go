package interop_test

import (
	"encoding/base64"
	"encoding/json"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore"
	"github.com/Azure/azure-sdk-for-go/sdk/azidentity"
	"github.com/Azure/azure-sdk-for-go/sdk/security/keyvault/azsecrets"
	"github.com/stretchr/testify/require"

	"github.com/keyless-go/azure/azuretest"
)

func TestAzidentityChoosesTheIdentity(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name     string
		id       func(world) azidentity.ManagedIDKind
		selector string
	}{
		{"client ID", func(w world) azidentity.ManagedIDKind { return azidentity.ClientID(w.id.ClientID()) }, "client_id"},
		{"client ID in capitals", func(w world) azidentity.ManagedIDKind {
			return azidentity.ClientID(strings.ToUpper(w.id.ClientID()))
		}, "client_id"},
		{"object ID", func(w world) azidentity.ManagedIDKind { return azidentity.ObjectID(w.id.ObjectID()) }, "object_id"},
		{"resource ID", func(w world) azidentity.ManagedIDKind { return azidentity.ResourceID(w.id.ResourceID()) }, "msi_res_id"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			w.srv.AddUserIdentity("another")
			cred := w.officialCredentialFor(t, test.id(w))
			token, err := cred.GetToken(t.Context(), scope(secretScope))
			require.NoError(t, err)
			require.Equal(t, w.id.ClientID(), claimsOf(t, token).AppID)
			require.Equal(t, w.id.ObjectID(), claimsOf(t, token).ObjectID)
			require.Equal(t, "https://vault.azure.net", claimsOf(t, token).Audience)
			require.True(t, query(t, w.requests("imds.token")[0]).Has(test.selector))
		})
	}
}

func TestAzidentityWithoutAnID(t *testing.T) {
	t.Parallel()
	t.Run("system-assigned", func(t *testing.T) {
		t.Parallel()
		w := newWorld(t)
		token, err := w.officialCredentialFor(t, nil).GetToken(t.Context(), scope(uniqueScope()))
		require.NoError(t, err)
		require.Equal(t, w.srv.SystemIdentity().ObjectID(), claimsOf(t, token).ObjectID)
	})
	t.Run("the only user-assigned one", func(t *testing.T) {
		t.Parallel()
		w := newWorld(t)
		w.srv.RemoveSystemIdentity()
		token, err := w.officialCredentialFor(t, nil).GetToken(t.Context(), scope(uniqueScope()))
		require.NoError(t, err)
		require.Equal(t, w.id.ObjectID(), claimsOf(t, token).ObjectID)
	})
	t.Run("several", func(t *testing.T) {
		t.Parallel()
		w := newWorld(t)
		w.srv.RemoveSystemIdentity()
		w.srv.AddUserIdentity("another")
		_, err := w.officialCredentialFor(t, nil).GetToken(t.Context(), scope(uniqueScope()))
		require.ErrorContains(t, err, "Multiple user assigned identities exist")
	})
	t.Run("none", func(t *testing.T) {
		t.Parallel()
		srv := azuretest.New(t, azuretest.Empty())
		srv.RemoveSystemIdentity()
		_, err := world{srv: srv}.officialCredentialFor(t, nil).GetToken(t.Context(), scope(uniqueScope()))
		require.ErrorContains(t, err, "Identity not found")
	})
}

func TestAzidentityReadsTheTutorialsSecret(t *testing.T) {
	t.Parallel()
	srv := azuretest.New(t)
	w := world{srv: srv, vault: srv.Vault("mytestkeyvault")}
	got, err := w.officialClient(t, w.officialCredentialFor(t, nil)).GetSecret(t.Context(), "MyTestSecret", "", nil)
	require.NoError(t, err)
	require.Equal(t, "p@ssw0rd!", *got.Value)
	require.Equal(t, azsecrets.ID("https://mytestkeyvault.vault.azure.net/secrets/MyTestSecret/7c2204c6093c4d859bc5b9eff8f29050"), *got.ID)
}

func TestAzidentityFailures(t *testing.T) {
	t.Parallel()
	t.Run("an identity that is not assigned", func(t *testing.T) {
		t.Parallel()
		w := newWorld(t)
		cred := w.officialCredentialFor(t, azidentity.ClientID("00000000-0000-0000-0000-000000000001"))
		_, err := cred.GetToken(t.Context(), scope(secretScope))
		requireAuthenticationFailed(t, err, 400, "isn't assigned to this resource")
	})
	// Known defect: azidentity takes every 400 for a missing identity, although IMDS
	// says that it is the resource which is wrong.
	t.Run("a resource nobody knows", func(t *testing.T) {
		t.Parallel()
		w := newWorld(t)
		_, err := w.officialCredential(t).GetToken(t.Context(), scope("https://nothing.example/.default"))
		requireAuthenticationFailed(t, err, 400, "isn't assigned to this resource")
		require.ErrorContains(t, err, "AADSTS500011")
	})
	t.Run("a definite no is not tried again", func(t *testing.T) {
		t.Parallel()
		w := newWorld(t)
		w.srv.Fail(azuretest.Fault{Operation: "imds.token", Status: http.StatusUnauthorized})
		_, err := w.officialCredential(t).GetToken(t.Context(), scope(secretScope))
		requireAuthenticationFailed(t, err, 401, "unauthorized_client")
		require.Len(t, w.requests("imds.token"), 1)
	})
}

func TestAzidentityTriesAgain(t *testing.T) {
	t.Parallel()
	for _, status := range []int{404, 410, 429, 500, 503} {
		t.Run(http.StatusText(status), func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				w := newWorld(t)
				w.srv.Fail(azuretest.Fault{Operation: "imds.token", Status: status, Times: 2})
				_, err := w.officialCredential(t).GetToken(t.Context(), scope(secretScope))
				require.NoError(t, err)
				require.Len(t, w.requests("imds.token"), 3)
			})
		})
	}
}

// Ten cold callers are ten requests for azidentity, five more than IMDS serves at
// once.
func TestAzidentityUnderTheLimitsOfIMDS(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		w.srv.LimitIMDS(true)
		w.srv.Fail(azuretest.Fault{Operation: "imds.token", Times: -1, Delay: 100 * time.Millisecond})
		cred := w.officialCredential(t)
		together(t, 10, func(int) error {
			_, err := cred.GetToken(t.Context(), scope(secretScope))
			return err
		})
		throttled := 0
		for _, r := range w.requests("imds.token") {
			if r.Status == http.StatusTooManyRequests {
				throttled++
			}
		}
		require.GreaterOrEqual(t, throttled, 5)
	})
}

func TestAzidentityTokenTimes(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		w.srv.SetTokenLife(time.Hour)
		cred := w.officialCredential(t)
		first, err := cred.GetToken(t.Context(), scope(secretScope))
		require.NoError(t, err)
		require.Equal(t, time.Now().Add(time.Hour).UTC(), first.ExpiresOn)
		time.Sleep(50 * time.Minute)
		cached, err := cred.GetToken(t.Context(), scope(secretScope))
		require.NoError(t, err)
		require.Equal(t, first.Token, cached.Token)

		challenged := scope(secretScope)
		challenged.Claims = `{"access_token":{"nbf":{"essential":true,"value":"946684800"}}}`
		fresh, err := cred.GetToken(t.Context(), challenged)
		require.NoError(t, err)
		require.NotEqual(t, first.Token, fresh.Token)
	})
}

// tokenClaims are those of a token that the tests look at.
type tokenClaims struct {
	Audience string `json:"aud"`
	AppID    string `json:"appid"`
	ObjectID string `json:"oid"`
}

func claimsOf(tb testing.TB, token azcore.AccessToken) (claims tokenClaims) {
	tb.Helper()
	parts := strings.Split(token.Token, ".")
	require.Len(tb, parts, 3)
	payload, err := base64.RawURLEncoding.DecodeString(parts[1])
	require.NoError(tb, err)
	require.NoError(tb, json.Unmarshal(payload, &claims))
	return claims
}

func requireAuthenticationFailed(t *testing.T, err error, status int, text string) {
	t.Helper()
	var failed *azidentity.AuthenticationFailedError
	require.ErrorAs(t, err, &failed)
	require.NotNil(t, failed.RawResponse)
	require.Equal(t, status, failed.RawResponse.StatusCode)
	require.ErrorContains(t, err, text)
}
