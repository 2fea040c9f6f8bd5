package azrest_test

import (
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/policy"
	"github.com/stretchr/testify/require"

	"github.com/keyless-go/azure/internal/azrest"
)

const claims = `{"access_token":{"nbf":{"essential":true,"value":"1604106651"}}}`

func claimsChallenge(encoding *base64.Encoding) string {
	return `Bearer realm="", error="insufficient_claims", claims="` + encoding.EncodeToString([]byte(claims)) + `"`
}

func TestOneTokenServesManyRequests(t *testing.T) {
	t.Parallel()
	cred := &tokens{list: []string{"token-1"}}
	s := (&script{}).then(200, "{}")
	client := newClient(t, s.serve, withBearer(cred))
	for range 3 {
		_, err := get(t.Context(), client)
		require.NoError(t, err)
	}
	require.Equal(t, []policy.TokenRequestOptions{{Scopes: []string{scope}, EnableCAE: true}}, cred.asked)
	require.Equal(t, "Bearer token-1", s.seen[2].authorization)
}

func TestManyCallersShareOneTokenRequestAndOneFailure(t *testing.T) {
	t.Parallel()
	for _, fails := range []bool{false, true} {
		synctest.Test(t, func(t *testing.T) {
			var asked atomic.Int32
			cred := credential(func(ctx context.Context) (azcore.AccessToken, error) {
				asked.Add(1)
				time.Sleep(70 * time.Second)
				if fails {
					return azcore.AccessToken{}, errors.New("no identity")
				}
				return azcore.AccessToken{Token: "t", ExpiresOn: time.Now().Add(time.Hour)}, ctx.Err()
			})
			client := newClient(t, always(200, "{}"), withBearer(cred))
			start := time.Now()
			var group sync.WaitGroup
			for range 100 {
				group.Go(func() {
					_, err := get(t.Context(), client)
					require.Equal(t, fails, err != nil)
				})
			}
			group.Go(func() {
				ctx, cancel := context.WithTimeout(t.Context(), time.Second)
				defer cancel()
				_, err := get(ctx, client)
				require.ErrorIs(t, err, context.DeadlineExceeded)
				require.Equal(t, time.Second, time.Since(start), "each leaves on its own deadline")
			})
			group.Wait()
			require.Equal(t, int32(1), asked.Load())
			require.Equal(t, 70*time.Second, time.Since(start))
		})
	}
}

// credential is a function that answers tokens.
type credential func(context.Context) (azcore.AccessToken, error)

func (c credential) GetToken(ctx context.Context, _ policy.TokenRequestOptions) (azcore.AccessToken, error) {
	return c(ctx)
}

type ownError struct{ hint string }

func (e *ownError) Error() string { return "no identity\n\thint: " + e.hint }

func TestACredentialsErrorIsNotRetriedAndFound(t *testing.T) {
	t.Parallel()
	cred := &tokens{err: fmt.Errorf("wrapped: %w", &ownError{"assign one"})}
	s := (&script{}).then(200, "{}")
	_, err := get(t.Context(), newClient(t, s.serve, withBearer(cred)))
	require.EqualError(t, err, `keyvault: get secret "db" in contoso.vault.azure.net: wrapped: no identity hint: assign one`)
	var own *ownError
	require.ErrorAs(t, err, &own)
	require.Len(t, cred.asked, 1)
	require.Empty(t, s.seen)
}

func TestUselessTokensAreRefused(t *testing.T) {
	t.Parallel()
	expiry := time.Now().Add(time.Hour)
	for name, token := range map[string]azcore.AccessToken{
		"empty":       {ExpiresOn: expiry},
		"a line":      {Token: "t0ken\r\nX-Evil: 1", ExpiresOn: expiry},
		"a blank":     {Token: "t0ken and more", ExpiresOn: expiry},
		"not ASCII":   {Token: "t0kén", ExpiresOn: expiry},
		"no expiry":   {Token: "t0ken"},
		"in the past": {Token: "t0ken", ExpiresOn: time.Now().Add(-time.Minute)},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			cred := credential(func(context.Context) (azcore.AccessToken, error) { return token, nil })
			s := (&script{}).then(200, "{}")
			_, err := get(t.Context(), newClient(t, s.serve, withBearer(cred)))
			require.ErrorIs(t, err, azrest.ErrInvalidToken)
			require.NotContains(t, err.Error(), "t0k")
			require.Empty(t, s.seen)
		})
	}
}

func TestAClaimsChallengeIsAnsweredOnce(t *testing.T) {
	t.Parallel()
	for _, encoding := range []*base64.Encoding{base64.StdEncoding, base64.RawStdEncoding, base64.URLEncoding, base64.RawURLEncoding} {
		cred := &tokens{list: []string{"old", "new"}}
		s := (&script{}).then(401, "", "WWW-Authenticate", claimsChallenge(encoding)).then(200, `{"name":"x"}`)
		call := getCall()
		call.Method, call.Body = http.MethodPut, thing{Name: "body"}
		client := newClient(t, s.serve, withBearer(cred))
		_, err := azrest.Do[thing](t.Context(), client, call)
		require.NoError(t, err)
		require.Equal(t, claims, cred.asked[1].Claims)
		require.True(t, cred.asked[1].EnableCAE)
		require.Equal(t, []string{"Bearer old", "Bearer new"}, []string{s.seen[0].authorization, s.seen[1].authorization})
		require.Equal(t, s.seen[0].body, s.seen[1].body)
		require.NotEmpty(t, s.seen[0].body)

		_, err = azrest.Do[thing](t.Context(), client, call)
		require.NoError(t, err)
		require.Len(t, cred.asked, 2, "the new token stays")
	}
}

func TestAChallengeThatDoesNotEndIsUnauthorized(t *testing.T) {
	t.Parallel()
	cred := &tokens{list: []string{"old", "new"}}
	s := (&script{}).then(401, `{"error":{"code":"Unauthorized","message":"again"}}`, "WWW-Authenticate", claimsChallenge(base64.StdEncoding))
	_, err := get(t.Context(), newClient(t, s.serve, withBearer(cred)))
	require.ErrorIs(t, err, azrest.ErrUnauthorized)
	require.Len(t, s.seen, 2)
}

func TestARejectedTokenIsReplacedIfThereIsAnother(t *testing.T) {
	t.Parallel()
	s := (&script{}).then(401, "").then(200, "{}")
	_, err := get(t.Context(), newClient(t, s.serve, withBearer(&tokens{list: []string{"old", "new"}})))
	require.NoError(t, err)
	require.Equal(t, "Bearer new", s.seen[1].authorization)

	cred := &tokens{list: []string{"same"}}
	s = (&script{}).then(401, `{"error":{"code":"Unauthorized","message":"Invalid audience"}}`)
	_, err = get(t.Context(), newClient(t, s.serve, withBearer(cred)))
	require.ErrorIs(t, err, azrest.ErrUnauthorized)
	require.EqualError(t, err, `keyvault: get secret "db" in contoso.vault.azure.net: 401 Unauthorized: Invalid audience: the credential answered with the same token again`)
	require.Len(t, s.seen, 1)
	require.Len(t, cred.asked, 2)
}

func TestARenewalThatFailsIsToldBesideThe401(t *testing.T) {
	t.Parallel()
	first := true
	cred := credential(func(context.Context) (azcore.AccessToken, error) {
		if !first {
			return azcore.AccessToken{}, &ownError{"log in"}
		}
		first = false
		return azcore.AccessToken{Token: "old", ExpiresOn: time.Now().Add(time.Hour)}, nil
	})
	_, err := get(t.Context(), newClient(t, always(401, ""), withBearer(cred)))
	require.ErrorIs(t, err, azrest.ErrUnauthorized)
	var own *ownError
	require.ErrorAs(t, err, &own)
	_, isResponse := errors.AsType[*azcore.ResponseError](err)
	require.True(t, isResponse)
	require.ErrorContains(t, err, "401 Unauthorized: no identity hint: log in")
}

func TestManyRejectedCallersShareOneRenewal(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		cred := &tokens{list: []string{"old", "new"}}
		s := service(func(req *http.Request) (*http.Response, error) {
			time.Sleep(time.Second)
			if req.Header.Get("Authorization") == "Bearer new" {
				return answer(200, "{}"), nil
			}
			return answer(401, "", "WWW-Authenticate", claimsChallenge(base64.StdEncoding)), nil
		})
		client := newClient(t, s, withBearer(cred))
		var group sync.WaitGroup
		for range 50 {
			group.Go(func() {
				_, err := get(t.Context(), client)
				require.NoError(t, err)
			})
		}
		group.Wait()
		require.Len(t, cred.asked, 2)
	})
}

func TestATokenGoesToItsEndpointOnly(t *testing.T) {
	t.Parallel()
	cred := &tokens{list: []string{jwt}}
	s := (&script{}).then(200, "{}")
	for _, target := range []string{"https://evil.example/x?sig=c2VjcmV0", "http://contoso.vault.azure.net/x", endpoint + ":444/x"} {
		c := config(t, s.serve, withBearer(cred))
		c.Options.PerCallPolicies = []policy.Policy{rewrite(target)}
		client, err := azrest.New(c)
		require.NoError(t, err)
		_, err = get(t.Context(), client)
		require.ErrorIs(t, err, azrest.ErrForeignLink)
		require.NotContains(t, err.Error(), "c2VjcmV0")
	}
	require.Empty(t, s.seen)
	require.Empty(t, cred.asked)
}

// rewrite sends requests elsewhere, as a poller does that follows a header.
type rewrite string

func (r rewrite) Do(req *policy.Request) (*http.Response, error) {
	u, err := req.Raw().URL.Parse(string(r))
	if err != nil {
		return nil, err
	}
	req.Raw().URL = u
	return req.Next()
}

func TestTheBodyOfEachTryIsItsOwn(t *testing.T) {
	t.Parallel()
	// The service answers 401 before it has read the body, and reads on.
	hold := make(chan struct{})
	var old, again string
	var group sync.WaitGroup
	s := service(func(req *http.Request) (*http.Response, error) {
		if req.Header.Get("Authorization") == "Bearer old" {
			group.Go(func() {
				<-hold
				body, _ := io.ReadAll(req.Body)
				old = string(body)
			})
			return answer(401, ""), nil
		}
		close(hold)
		body, err := io.ReadAll(req.Body)
		again = string(body)
		return answer(200, "{}"), err
	})
	call := getCall()
	call.Method, call.Body = http.MethodPut, thing{Name: strings.Repeat("x", 20_000)}
	_, err := azrest.Do[thing](t.Context(), newClient(t, s, withBearer(&tokens{list: []string{"old", "new"}})), call)
	require.NoError(t, err)
	group.Wait()
	require.Equal(t, old, again)
	require.Greater(t, len(again), 20_000)
}

func TestAnUnknownAudienceIsAskedFor(t *testing.T) {
	t.Parallel()
	cred := &tokens{list: []string{"t"}}
	s := (&script{}).then(401, "", "WWW-Authenticate", `Bearer resource="https://x"`).then(200, "{}")
	c := config(t, s.serve, func(c *azrest.Config) {
		c.Bearer = &azrest.Bearer{Credential: cred, ProbePath: []string{"secrets"}, Challenge: func(h http.Header) (azrest.Audience, error) {
			return azrest.Audience{Scope: azrest.ParseChallenges(h)[0].Params["resource"], Tenant: "ten"}, nil
		}}
	})
	client, err := azrest.New(c)
	require.NoError(t, err)
	call := getCall()
	call.Method, call.Body = http.MethodPut, thing{Name: "body"}
	for range 2 {
		_, err = azrest.Do[thing](t.Context(), client, call)
		require.NoError(t, err)
	}
	require.Len(t, s.seen, 3)
	require.Equal(t, seen{method: "GET", url: endpoint + "/secrets?api-version=7.4"}, s.seen[0])
	require.Equal(t, []policy.TokenRequestOptions{{Scopes: []string{"https://x"}, TenantID: "ten", EnableCAE: true}}, cred.asked)
}

func TestAnAudienceThatCannotBeFound(t *testing.T) {
	t.Parallel()
	distrust := errors.New("not trusted")
	for name, test := range map[string]struct {
		status int
		is     error
		want   string
	}{
		"distrusted": {401, azrest.ErrUnauthorized, "unauthorized: not trusted"},
		"open":       {200, azrest.ErrUnexpectedResponse, "unexpected response: 200 to a request without token, where a challenge was to come"},
		"firewall":   {403, azrest.ErrForbidden, "403 Forbidden"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			cred := &tokens{list: []string{"t"}}
			client := newClient(t, always(test.status, ""), func(c *azrest.Config) {
				c.Bearer = &azrest.Bearer{Credential: cred, Challenge: func(http.Header) (azrest.Audience, error) {
					return azrest.Audience{}, distrust
				}}
			})
			_, err := get(t.Context(), client)
			require.ErrorIs(t, err, test.is)
			require.EqualError(t, err, `keyvault: get secret "db" in contoso.vault.azure.net: `+test.want)
			require.Empty(t, cred.asked)
		})
	}
}

func TestNewRefusesWhatCannotWork(t *testing.T) {
	t.Parallel()
	for want, change := range map[string]option{
		"the credential is nil":                withBearer(nil),
		"there is no scope to ask a token for": func(c *azrest.Config) { c.Bearer = &azrest.Bearer{Credential: &tokens{}} },
		"a token goes over https only": func(c *azrest.Config) {
			c.Bearer = &azrest.Bearer{Credential: &tokens{}, Scope: scope}
			plain := *c.Endpoint
			plain.Scheme = "http"
			c.Endpoint = &plain
		},
		"APIVersion in the client options must look like 7.4 or 2016-10-01": withAPIVersion("7.4&x=y"),
	} {
		_, err := azrest.New(config(t, always(200, ""), change))
		require.EqualError(t, err, want)
	}
	for _, version := range []string{"2015-06-01", "2016-10-01", "7.0", "7.6-preview.2", "2025-06-01-preview", "2026-04-01"} {
		_, err := azrest.New(config(t, always(200, ""), withAPIVersion(version)))
		require.NoError(t, err, version)
	}
}
