package azrest_test

import (
	"context"
	"encoding/base64"
	"errors"
	"io"
	"net/http"
	"strings"
	"sync"
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
