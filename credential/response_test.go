package credential_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/keyless-go/azure/credential"
)

func TestTokenBodies(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 11, 20, 12, 0, 0, 0, time.UTC)
	sent := now.Add(-time.Second)
	hour := now.Add(time.Hour)
	jwtBody := func(exp, on time.Time) string {
		return fmt.Sprintf(`{"access_token":%q,"expires_on":%d}`, jwt(now, exp), on.Unix())
	}
	for name, tc := range map[string]struct {
		body    string
		expires time.Time
		refresh time.Time
	}{
		"virtual machine":          {fmt.Sprintf(`{"access_token":"secret","client_id":%q,"expires_in":"3599","expires_on":"%d","ext_expires_in":"3599","not_before":"1506480273","resource":"https://vault.azure.net","token_type":"Bearer"}`, someGUID, hour.Unix()), sent.Add(3599 * time.Second), time.Time{}},
		"App Service":              {fmt.Sprintf(`{"access_token":"secret","expires_on":"%d","resource":"https://vault.azure.net","token_type":"Bearer","client_id":"5E29463D-71DA-4FE0-8E69-999B57DB23B0"}`, hour.Unix()), hour, time.Time{}},
		"App Service 2017":         {`{"access_token":"secret","expires_on":"11/20/2026 1:00:00 PM +00:00","resource":"https://vault.azure.net","token_type":"Bearer"}`, hour, time.Time{}},
		"Service Fabric":           {fmt.Sprintf(`{"token_type":"Bearer","access_token":"secret","expires_on":%d,"resource":"https://vault.azure.net"}`, hour.Unix()), hour, time.Time{}},
		"Entra":                    {`{"token_type":"Bearer","expires_in":86399,"ext_expires_in":86399,"refresh_in":43199,"access_token":"secret"}`, sent.Add(86399 * time.Second), sent.Add(43199 * time.Second)},
		"nulls":                    {fmt.Sprintf(`{"access_token":"secret","expires_in":null,"refresh_in":"","client_id":null,"token_type":null,"expires_on":%d}`, hour.Unix()), hour, time.Time{}},
		"type's case":              {fmt.Sprintf(`{"access_token":"secret","token_type":"bearer","expires_on":%d}`, hour.Unix()), hour, time.Time{}},
		"the token ends earlier":   {jwtBody(now.Add(time.Minute), hour), now.Add(time.Minute), time.Time{}},
		"the token ends later":     {jwtBody(now.Add(2*time.Hour), hour), hour, time.Time{}},
		"the local clock is ahead": {fmt.Sprintf(`{"access_token":%q,"expires_in":3600,"expires_on":%d}`, jwt(now.Add(-26*time.Hour), now.Add(-25*time.Hour)), now.Add(-25*time.Hour).Unix()), sent.Add(time.Hour), time.Time{}},
		"absurd refresh_in":        {fmt.Sprintf(`{"access_token":"secret","refresh_in":1e300,"expires_on":%d}`, hour.Unix()), hour, time.Time{}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			raw, expires, refresh, err := credential.DecodeToken([]byte(tc.body), sent, now)
			require.NoError(t, err)
			require.NotEmpty(t, raw)
			require.Equal(t, tc.expires, expires)
			require.Equal(t, tc.refresh, refresh)
		})
	}
}

// badBodies are answers of status 200 that are no token.
func badBodies() map[string]string {
	good := func(fields map[string]any) string { return tokenJSON(time.Hour, fields) }
	return map[string]string{
		"empty":                  "",
		"HTML":                   "<html><body>Sign in to the captive portal</body></html>",
		"plain text":             "Required metadata header not specified or not correct",
		"JSON of something else": `{"compute":{"azEnvironment":"AzurePublicCloud"}}`,
		"a list":                 `[]`,
		"null":                   `null`,
		"truncated":              `{"access_token":"secret-that-was-cut","expires_on":"15064`,
		"two documents":          good(nil) + good(nil),
		"no token":               good(map[string]any{"access_token": nil}),
		"empty token":            good(map[string]any{"access_token": ""}),
		"a token that is none":   good(map[string]any{"access_token": 5}),
		"line break in token":    good(map[string]any{"access_token": "secret\r\nX-Injected: 1"}),
		"space in token":         good(map[string]any{"access_token": "secret token"}),
		"control in token":       good(map[string]any{"access_token": "secret\x7f"}),
		"letter in token":        good(map[string]any{"access_token": "secrät"}),
		"proof of possession":    good(map[string]any{"token_type": "pop"}),
		"no expiry":              good(map[string]any{"expires_on": nil}),
		"empty expiry":           good(map[string]any{"expires_on": "", "expires_in": ""}),
		"negative expiry":        good(map[string]any{"expires_on": -5, "expires_in": "-5"}),
		"absurd expiry":          good(map[string]any{"expires_on": time.Now().Add(500 * 24 * time.Hour).Unix()}),
		"expired":                tokenJSON(-time.Second),
		"expired by its claims":  good(map[string]any{"access_token": jwt(time.Now().Add(-2*time.Hour), time.Now().Add(-time.Hour))}),
		"over 1 MiB":             good(map[string]any{"padding": strings.Repeat("x", 1<<20)}),
	}
}

// TestBad200s: a typed error that quotes no token, and nothing is kept: after a
// moment the next caller asks again.
func TestBad200s(t *testing.T) {
	t.Parallel()
	for _, name := range keysOf(badBodies()) {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				s := newSite(say(200, badBodies()[name]))
				c := newCred(t, s, options{Source: credential.SourceIMDS})
				e := failure(t, c)
				require.ErrorIs(t, e, credential.ErrUnexpectedResponse)
				require.NotContains(t, e.Error(), "secret")
				require.Equal(t, 1, s.count(), "another try would not help")
				require.Equal(t, 1, e.Attempts)

				s.become(issue(time.Hour))
				failure(t, c)
				require.Equal(t, 1, s.count(), "the failure is shared for a moment")
				time.Sleep(2 * time.Second)
				mustGet(t, c)
				require.Equal(t, 2, s.count())
			})
		})
	}
}

// TestRefusalsOf200: what stands in for a source may refuse with the wrong status.
func TestRefusalsOf200(t *testing.T) {
	t.Parallel()
	s := newSite(say(200, `{"error":"invalid_request","error_description":"Identity not found","correlation_id":"c-1"}`))
	e := failure(t, newCred(t, s, options{Source: credential.SourceIMDS}))
	require.ErrorIs(t, e, credential.ErrUnexpectedResponse)
	require.ErrorContains(t, e, "200 invalid_request: Identity not found: there is no access token in the answer (correlation id c-1")
}

// TestBad200sInTheBackground: the token there is stays.
func TestBad200sInTheBackground(t *testing.T) {
	t.Parallel()
	for _, name := range keysOf(badBodies()) {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				s := newSite(issue(time.Hour), say(200, badBodies()[name]))
				c := newCred(t, s, options{Source: credential.SourceIMDS})
				first := mustGet(t, c)
				sleepUntil(first.RefreshOn)
				require.Equal(t, first.Token, mustGet(t, c).Token)
				time.Sleep(time.Second)
				require.Equal(t, 2, s.count())
				require.Equal(t, first.Token, mustGet(t, c).Token)
				require.ErrorIs(t, c.Status().Tokens[0].LastError, credential.ErrUnexpectedResponse)
			})
		})
	}
}

func TestAcceptedIsATokenIfThereIsOne(t *testing.T) {
	t.Parallel()
	with := newCred(t, newSite(say(202, tokenJSON(time.Hour))), options{Source: credential.SourceIMDS})
	mustGet(t, with)
	without := newCred(t, newSite(say(202, `{}`)), options{Source: credential.SourceIMDS})
	require.ErrorIs(t, failure(t, without), credential.ErrUnexpectedResponse)
}

func FuzzTokenBody(f *testing.F) {
	for _, body := range badBodies() {
		if len(body) < 1<<16 {
			f.Add([]byte(body))
		}
	}
	f.Add([]byte(tokenJSON(time.Hour)))
	f.Add([]byte(`{"access_token":"secret","expires_in":"1e9","refresh_in":"0.1","expires_on":"1/16/2035 5:24:12 AM +00:00"}`))
	now := time.Date(2026, 11, 20, 12, 0, 0, 0, time.UTC)
	f.Fuzz(func(t *testing.T, body []byte) {
		raw, expires, _, err := credential.DecodeToken(body, now.Add(-time.Second), now)
		if err != nil {
			var parts struct {
				AccessToken string `json:"access_token"`
			}
			if json.Unmarshal(body, &parts) == nil && len(parts.AccessToken) > 24 && !strings.Contains(parts.AccessToken, " ") {
				require.NotContains(t, err.Error(), parts.AccessToken)
			}
			require.NotContains(t, err.Error(), "\n")
			return
		}
		require.NotEmpty(t, raw)
		require.False(t, strings.ContainsFunc(raw, func(r rune) bool { return r <= ' ' || r >= 0x7f }))
		require.True(t, expires.After(now), "expired: %s", expires)
		require.False(t, expires.After(now.Add(credential.MaxLife)), "a life nobody gives: %s", expires)
	})
}
