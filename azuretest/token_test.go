package azuretest_test

import (
	"crypto"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/keyless-go/azure/azuretest"
)

// payload decodes the claims of a token as anybody can.
func payload(t *testing.T, token string) map[string]any {
	t.Helper()
	parts := strings.Split(token, ".")
	require.Len(t, parts, 3)
	data, err := base64.RawURLEncoding.DecodeString(parts[1])
	require.NoError(t, err)
	var m map[string]any
	require.NoError(t, json.Unmarshal(data, &m))
	return m
}

func TestTokenClaims(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		srv := azuretest.New(t)
		id := srv.AddUserIdentity("app")
		claims := payload(t, id.Token("https://vault.azure.net", time.Hour))
		now := float64(time.Now().Unix())
		require.NotEmpty(t, claims["jti"])
		require.NotEqual(t, claims["jti"], payload(t, id.Token("https://vault.azure.net", time.Hour))["jti"])
		delete(claims, "jti")
		delete(claims, "uti")
		require.Equal(t, map[string]any{
			"aud": "https://vault.azure.net", "iss": "https://sts.windows.net/" + id.TenantID() + "/",
			"iat": now, "nbf": now, "exp": now + 3600,
			"appid": id.ClientID(), "oid": id.ObjectID(), "sub": id.ObjectID(), "tid": id.TenantID(), "ver": "1.0",
			"xms_mirid": "/subscriptions/98f51385-2edc-4b79-bed9-7718de4cb861/resourcegroups/DevTest/providers/Microsoft.ManagedIdentity/userAssignedIdentities/app",
		}, claims)
	})
}

func TestTokenLifeKeepsFractions(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		srv := azuretest.New(t)
		id, now := srv.SystemIdentity(), float64(time.Now().Unix())
		require.InDelta(t, now+0.4, payload(t, id.Token("a", 400*time.Millisecond))["exp"], 1e-6)
		require.InDelta(t, now-60, payload(t, id.Token("a", -time.Minute))["exp"], 0)
		time.Sleep(300 * time.Millisecond)
		require.InDelta(t, now+60.3, payload(t, id.Token("a", time.Minute))["exp"], 1e-6)
		require.InDelta(t, now, payload(t, id.Token("a", time.Minute))["nbf"], 0)
	})
}

func TestIdentitiesAreTheSameInEveryRun(t *testing.T) {
	t.Parallel()
	one, other := azuretest.New(t), azuretest.New(t)
	require.Equal(t, one.SystemIdentity().ClientID(), other.SystemIdentity().ClientID())
	a, b := one.AddUserIdentity("a"), other.AddUserIdentity("a")
	require.Equal(t, []string{a.ClientID(), a.ObjectID(), a.ResourceID(), a.TenantID()}, []string{b.ClientID(), b.ObjectID(), b.ResourceID(), b.TenantID()})
	require.NotEqual(t, a.ClientID(), a.ObjectID())
	require.NotEqual(t, a.ClientID(), one.SystemIdentity().ClientID())
	require.Regexp(t, `^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$`, a.ClientID())
	require.Equal(t, "a", fmt.Sprint(a))
	require.Contains(t, one.SystemIdentity().ResourceID(), "Microsoft.Compute/virtualMachines/DevTestVM")
}

// forge returns token with its parts changed.
func forge(token string, change func(parts []string)) string {
	parts := strings.Split(token, ".")
	change(parts)
	return strings.Join(parts, ".")
}

func segment(t *testing.T, v any) string {
	t.Helper()
	data, err := json.Marshal(v)
	require.NoError(t, err)
	return base64.RawURLEncoding.EncodeToString(data)
}

func TestVaultChecksTheToken(t *testing.T) {
	t.Parallel()
	srv := azuretest.New(t)
	system := srv.SystemIdentity()
	good := system.Token(vaultAud, time.Hour)
	gone := azuretest.New(t)
	stranger := gone.AddUserIdentity("stranger").Token(vaultAud, time.Hour)

	tests := map[string]struct {
		token, reason string
	}{
		"good":                  {good, ""},
		"audience with a slash": {system.Token(vaultAud+"/", time.Hour), ""},
		"another audience":      {system.Token("https://management.azure.com/", time.Hour), `audience is "https://management.azure.com/", the service wants "https://vault.azure.net"`},
		"another cloud":         {system.Token("https://vault.azure.cn", time.Hour), "AKV10022"},
		"expired":               {system.Token(vaultAud, -time.Second), "the token has expired at"},
		"unknown identity":      {stranger, "is not assigned to the machine"},
		"no JWT":                {"secret-looking-string", "not a JWT of three parts"},
		"no JSON":               {"a.b.c", "header or claims are not base64url JSON"},
		"signature cut":         {forge(good, func(p []string) { p[2] = p[2][:8] }), "signature is wrong"},
		"no signature":          {forge(good, func(p []string) { p[2] = "" }), "signature is wrong"},
		"algorithm none":        {forge(good, func(p []string) { p[0] = segment(t, map[string]string{"alg": "none"}); p[2] = "" }), "not signed by RS256"},
		"another key":           {foreignToken(t, good), "signed by another key"},
		"another subject":       {forge(good, func(p []string) { p[1] = segment(t, map[string]any{"aud": vaultAud, "exp": 1e10}) }), "signature is wrong"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got := caller{srv.Client(), test.token}.do(t, http.MethodGet, tutorial+"/secrets/MyTestSecret?api-version=7.4", "")
			if test.reason == "" {
				require.Equal(t, http.StatusOK, got.Status, got.Body)
				return
			}
			require.Equal(t, http.StatusUnauthorized, got.Status)
			message, ok := got.At(t, "error", "message").(string)
			require.True(t, ok)
			require.Contains(t, message, test.reason)
			require.NotContains(t, got.Body, test.token)
		})
	}
}

// foreignToken signs the claims of token with a key of its own.
func foreignToken(t *testing.T, token string) string {
	t.Helper()
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	require.NoError(t, err)
	return forge(token, func(p []string) {
		p[0] = segment(t, map[string]string{"typ": "JWT", "alg": "RS256", "kid": "other"})
		sum := sha256.Sum256([]byte(p[0] + "." + p[1]))
		signature, err := rsa.SignPKCS1v15(rand.Reader, key, crypto.SHA256, sum[:])
		require.NoError(t, err)
		p[2] = base64.RawURLEncoding.EncodeToString(signature)
	})
}

func TestTokensAgeInABubble(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		srv := azuretest.New(t)
		c := machine(srv) // an hour
		get := func() int {
			return c.do(t, http.MethodGet, tutorial+"/secrets/MyTestSecret?api-version=7.4", "").Status
		}
		time.Sleep(time.Hour - time.Nanosecond)
		require.Equal(t, http.StatusOK, get())
		time.Sleep(time.Nanosecond)
		require.Equal(t, http.StatusUnauthorized, get())
		require.Contains(t, srv.Requests()[1].Reason, "the token has expired")

		c = machine(srv)
		srv.Advance(-time.Minute)
		require.Equal(t, http.StatusUnauthorized, get())
		require.Contains(t, srv.Requests()[2].Reason, "not valid before")
		srv.Advance(time.Minute)
		require.Equal(t, http.StatusOK, get())
		srv.Advance(time.Hour)
		require.Equal(t, http.StatusUnauthorized, get())
	})
}

func TestRemovedIdentityIsRefused(t *testing.T) {
	t.Parallel()
	srv := azuretest.New(t)
	c := machine(srv)
	srv.RemoveSystemIdentity()
	got := c.do(t, http.MethodGet, tutorial+"/secrets/MyTestSecret?api-version=7.4", "")
	require.Equal(t, http.StatusUnauthorized, got.Status)
	require.Contains(t, got.Body, "is not assigned to the machine")
}
