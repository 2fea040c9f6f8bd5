package credential_test

import (
	"context"
	"encoding/json"
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/policy"
	"github.com/stretchr/testify/require"

	"github.com/keyless-go/azure/azuretest"
	"github.com/keyless-go/azure/credential"
)

// revokedBefore is a challenge that turns down tokens issued earlier.
func revokedBefore(at time.Time) string {
	return fmt.Sprintf(`{"access_token":{"nbf":{"essential":true,"value":"%d"}}}`, at.Unix())
}

// challenged asks as azcore's client does after a claims challenge.
func challenged(ctx context.Context, c getter, claims string) (azcore.AccessToken, error) {
	return c.GetToken(ctx, policy.TokenRequestOptions{Scopes: []string{vaultScope}, Claims: claims, EnableCAE: true})
}

// TestClaimsSatisfied: a token issued since needs no fetch.
func TestClaimsSatisfied(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		srv := azuretest.New(t)
		c := onIMDS(t, srv, options{})
		first := mustGet(t, c)
		for _, at := range []time.Duration{0, -time.Hour} {
			token, err := challenged(t.Context(), c, revokedBefore(time.Now().Add(at)))
			require.NoError(t, err)
			require.Equal(t, first, token)
		}
		require.Len(t, srv.Requests(), 1)
	})
}

// TestClaimsNotSatisfied: exactly one fetch, for a hundred clients who share the
// credential and bring the same challenge.
func TestClaimsNotSatisfied(t *testing.T) {
	t.Parallel()
	for name, claims := range map[string]func() string{
		"revoked before": func() string { return revokedBefore(time.Now()) },
		"without a time": func() string { return `{"access_token":{"acrs":{"essential":true,"value":"c1"}}}` },
		"not JSON":       func() string { return `claims` },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				srv := azuretest.New(t)
				c := onIMDS(t, srv, options{})
				first := mustGet(t, c)
				time.Sleep(time.Minute)
				srv.Fail(azuretest.Fault{Operation: "imds.token", Delay: time.Second, Times: -1})
				challenge := claims()
				all := crowd(100, func(i int) (azcore.AccessToken, error) {
					time.Sleep(time.Duration(i) * 20 * time.Millisecond) // some come when it is over
					return challenged(t.Context(), c, challenge)
				})
				for _, g := range all {
					require.NoError(t, g.err)
					require.NotEqual(t, first.Token, g.Token)
					require.Equal(t, all[0].Token, g.Token)
				}
				require.Equal(t, all[0].Token, mustGet(t, c).Token, "it is the token of all from now on")
				require.Len(t, srv.Requests(), 2)
			})
		})
	}
}

// TestClaimsAgain: a challenge that comes again after a while is about the new
// token, and another challenge is about any.
func TestClaimsAgain(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := newSite(issue(time.Hour)) // tokens that say nothing of themselves
		c := newCred(t, s, options{Source: credential.SourceIMDS})
		mustGet(t, c)
		for _, step := range []struct {
			pause    time.Duration
			claims   string
			requests int
		}{
			{0, "one", 2},
			{29 * time.Second, "one", 2},
			{time.Second, "one", 3},
			{0, "two", 4},
			{0, "one", 5},
			{0, revokedBefore(time.Unix(0, 0)), 6},
		} {
			time.Sleep(step.pause)
			_, err := challenged(t.Context(), c, step.claims)
			require.NoError(t, err)
			require.Equal(t, step.requests, s.count(), "%+v", step)
		}
	})
}

// TestClaimsWithoutAToken: nothing is in hand that could be rejected.
func TestClaimsWithoutAToken(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		srv := azuretest.New(t)
		c := onIMDS(t, srv, options{})
		_, err := challenged(t.Context(), c, revokedBefore(time.Now()))
		require.NoError(t, err)
		require.Len(t, srv.Requests(), 1)
	})
}

// TestRejectedTokenAgain: the platform has no other. That is an error that says
// so, not a loop, and clients that are not challenged go on.
func TestRejectedTokenAgain(t *testing.T) {
	t.Parallel()
	for name, claims := range map[string]func() string{
		"revoked before": func() string { return revokedBefore(time.Now()) },
		"without a time": func() string { return `{}` },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				srv := azuretest.New(t)
				srv.SetPlatformCache(true)
				c := onIMDS(t, srv, options{})
				first := mustGet(t, c)
				time.Sleep(time.Minute)
				challenge := claims()
				for range 9 {
					token, err := challenged(t.Context(), c, challenge)
					require.Empty(t, token)
					var e *credential.Error
					require.ErrorAs(t, err, &e)
					require.ErrorContains(t, e, "token that was rejected")
					require.ErrorContains(t, e, "from IMDS (system-assigned identity; chosen by")
					require.Equal(t, credential.SourceIMDS, e.Source)
					time.Sleep(time.Second)
				}
				require.Len(t, srv.Requests(), 2, "the answer is remembered for 10 s")
				require.Equal(t, first.Token, mustGet(t, c).Token)
			})
		})
	}
}

// TestClaimsDuringAnOutage fail, and the token there is stays for the others.
func TestClaimsDuringAnOutage(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		srv := azuretest.New(t)
		c := onIMDS(t, srv, options{})
		first := mustGet(t, c)
		time.Sleep(time.Minute)
		srv.Fail(azuretest.Fault{Operation: "imds.token", Status: 500, Times: -1})
		start := time.Now()
		_, err := challenged(t.Context(), c, revokedBefore(time.Now()))
		require.ErrorIs(t, err, credential.ErrUnavailable)
		between(t, 75*time.Second, 90*time.Second, time.Since(start))
		require.Equal(t, first.Token, mustGet(t, c).Token)

		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		time.Sleep(10 * time.Second)
		_, err = challenged(ctx, c, revokedBefore(time.Now()))
		require.ErrorIs(t, err, context.DeadlineExceeded)
		require.ErrorContains(t, err, "the caller stopped waiting")
	})
}

// TestClaimsDoNotUndoEachOther: an ordinary renewal under way when a challenge
// comes does not bring the rejected token back.
func TestClaimsDoNotUndoEachOther(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		old := jwt(time.Now(), time.Now().Add(2*time.Hour))
		s := newSite(
			issue(time.Hour, map[string]any{"access_token": old}),
			after(5*time.Second, issue(2*time.Hour, map[string]any{"access_token": old})), // the renewal, slow
			issue(time.Hour),
		)
		c := newCred(t, s, options{Source: credential.SourceIMDS})
		sleepUntil(mustGet(t, c).RefreshOn)
		mustGet(t, c)
		synctest.Wait()
		fresh, err := challenged(t.Context(), c, `{}`)
		require.NoError(t, err)
		time.Sleep(time.Minute)
		require.Equal(t, fresh.Token, mustGet(t, c).Token)
		require.NotEqual(t, old, fresh.Token)
	})
}

func TestClaimsForEntra(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		claims string
		cae    bool
		want   string
	}{
		"neither":       {"", false, ""},
		"able":          {"", true, cp1},
		"challenge":     {`{"access_token":{"nbf":{"value":"1"}}}`, false, `{"access_token":{"nbf":{"value":"1"}}}`},
		"both":          {`{"access_token":{"nbf":{"value":"1"}}}`, true, `{"access_token":{"nbf":{"value":"1"},"xms_cc":{"values":["cp1"]}}}`},
		"other members": {`{"id_token":{"x":1}}`, true, `{"id_token":{"x":1},"access_token":{"xms_cc":{"values":["cp1"]}}}`},
		"empty object":  {`{}`, false, ""},
		"no object":     {`{"access_token":5}`, true, cp1},
		"null inside":   {`{"access_token":null}`, true, cp1},
		"null":          {`null`, true, `null`},
		"a list":        {`[1]`, true, `[1]`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got := credential.RequestedClaims(tc.claims, tc.cae)
			if tc.want == "" {
				require.Empty(t, got)
				return
			}
			require.JSONEq(t, tc.want, got)
		})
	}
	require.Equal(t, "not JSON", credential.RequestedClaims("not JSON", true), "for Entra to judge")
}

func TestTimeOfAChallenge(t *testing.T) {
	t.Parallel()
	at := time.Unix(1604106651, 0).UTC()
	for claims, want := range map[string]time.Time{
		`{"access_token":{"nbf":{"essential":true,"value":"1604106651"}}}`: at,
		`{"access_token":{"nbf":{"value":1604106651}}}`:                    at,
		`{"access_token":{"nbf":{"value":-1}}}`:                            {},
		`{"access_token":{"nbf":{"value":1e400}}}`:                         {},
		`{"access_token":{"nbf":"1604106651"}}`:                            {},
		`{"id_token":{"nbf":{"value":"1604106651"}}}`:                      {},
		`{"Access_Token":{"nbf":{"value":"1604106651"}}}`:                  {},
		`{}`: {}, `null`: {}, `x`: {},
	} {
		require.Equal(t, want, credential.RejectionTime(claims), claims)
	}
}

func FuzzClaims(f *testing.F) {
	for _, seed := range []string{
		`{"access_token":{"nbf":{"essential":true,"value":"1604106651"},"xms_cc":{"values":["x"]}}}`, `{"access_token":null}`, `null`, `[]`, ``, `{"access_token":[]}`,
		`{"access_token":{"nbf":{"value":1e999}}}`, `{"Access_token":[],"access_token":{"XMS_CC":[]}}`,
	} {
		f.Add(seed, true)
	}
	f.Fuzz(func(t *testing.T, claims string, cae bool) {
		at := credential.RejectionTime(claims)
		require.True(t, at.IsZero() || at.Year() <= 2200 && at.Unix() >= 0, at)
		sent := credential.RequestedClaims(claims, cae)
		var object map[string]any
		if claims != "" && (json.Unmarshal([]byte(claims), &object) != nil || object == nil) {
			require.Equal(t, claims, sent)
			return
		}
		if !cae {
			require.True(t, sent == "" || json.Valid([]byte(sent)))
			return
		}
		require.NoError(t, json.Unmarshal([]byte(sent), &object))
		inner, _ := object["access_token"].(map[string]any)
		require.Equal(t, map[string]any{"values": []any{"cp1"}}, inner["xms_cc"])
		require.Equal(t, at, credential.RejectionTime(sent), "the challenge's own time is lost")
	})
}
