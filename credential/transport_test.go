package credential_test

import (
	"bytes"
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/policy"
	"github.com/stretchr/testify/require"

	"github.com/keyless-go/azure/azuretest"
	"github.com/keyless-go/azure/credential"
)

const signedHost = "contoso.cognitiveservices.azure.com"

func signing(c getter, s *site, hosts ...string) *http.Client {
	return &http.Client{Transport: credential.NewTransport(c, vaultScope, s, hosts...)}
}

// TestSignedHosts: the listed ones, by https, and no others.
func TestSignedHosts(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		hosts  []string
		url    string
		signed bool
	}{
		"listed":                 {[]string{signedHost}, "https://" + signedHost + "/x?y=z", true},
		"case":                   {[]string{"Contoso.CognitiveServices.azure.com"}, "https://CONTOSO.cognitiveservices.azure.com", true},
		"standard port":          {[]string{signedHost}, "https://" + signedHost + ":443/", true},
		"standard port listed":   {[]string{signedHost + ":443"}, "https://" + signedHost, true},
		"dot at the end":         {[]string{signedHost}, "https://" + signedHost + "./", true},
		"one of several":         {[]string{"a.example", signedHost, "b.example"}, "https://" + signedHost, true},
		"another port listed":    {[]string{signedHost + ":8443"}, "https://" + signedHost + ":8443", true},
		"IPv6":                   {[]string{"[::1]:8443"}, "https://[::1]:8443", true},
		"another port":           {[]string{signedHost}, "https://" + signedHost + ":8443", false},
		"http":                   {[]string{signedHost}, "http://" + signedHost, false},
		"http on the https port": {[]string{signedHost}, "http://" + signedHost + ":443", false},
		"another host":           {[]string{signedHost}, "https://elsewhere.example", false},
		"below":                  {[]string{"azure.com"}, "https://" + signedHost, false},
		"above":                  {[]string{signedHost}, "https://azure.com", false},
		"as a prefix":            {[]string{signedHost}, "https://" + signedHost + ".elsewhere.example", false},
		"as a user":              {[]string{signedHost}, "https://" + signedHost + "@elsewhere.example", false},
		"as a path":              {[]string{signedHost}, "https://elsewhere.example/" + signedHost, false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newSite(say(200, "there"))
			req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, tc.url, http.NoBody)
			require.NoError(t, err)
			resp, err := signing(&inner{life: time.Hour}, s, tc.hosts...).Transport.RoundTrip(req)
			require.NoError(t, err)
			require.Equal(t, 200, resp.StatusCode)
			if tc.signed {
				require.Equal(t, []string{"Bearer secret-1"}, s.call(0).header.Values("Authorization"))
			} else {
				require.Empty(t, s.call(0).header.Values("Authorization"))
			}
			require.Empty(t, req.Header, "the caller's request is changed")
			require.Same(t, req, resp.Request)
		})
	}
}

// TestSigningForNobody is a mistake that would otherwise show as a 401.
func TestSigningForNobody(t *testing.T) {
	t.Parallel()
	s := newSite(say(200, ""))
	_, err := signing(&inner{life: time.Hour}, s).Get("https://" + signedHost)
	require.ErrorContains(t, err, "was given no hosts")
	require.Zero(t, s.count())
}

// TestOwnAuthorization goes out as it is.
func TestOwnAuthorization(t *testing.T) {
	t.Parallel()
	s := newSite(say(401, ""))
	login := &inner{life: time.Hour}
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, "https://"+signedHost, http.NoBody)
	require.NoError(t, err)
	req.Header.Set("Authorization", "Basic b3du")
	resp, err := signing(login, s, signedHost).Do(req)
	require.NoError(t, err)
	resp.Body.Close()
	require.Equal(t, "Basic b3du", s.call(0).header.Get("Authorization"))
	require.Zero(t, login.count())
}

// TestRedirectsTakeNoTokenAlong to where none belongs.
func TestRedirectsTakeNoTokenAlong(t *testing.T) {
	t.Parallel()
	s := newSite(
		say(307, "", "Location", "https://other.example/next"), say(307, "", "Location", "http://"+signedHost),
		say(307, "", "Location", "https://"+signedHost+"/end"), say(200, "there"))
	resp, err := signing(&inner{life: time.Hour}, s, signedHost).Get("https://" + signedHost)
	require.NoError(t, err)
	resp.Body.Close()
	for i, signed := range []bool{true, false, false, true} {
		require.Equal(t, signed, s.call(i).header.Get("Authorization") != "", s.call(i).url)
	}
}

// insufficient is a claims challenge.
func insufficient(claims string) reply {
	value := fmt.Sprintf(`Bearer realm="", error="insufficient_claims", claims=%q`, base64.StdEncoding.EncodeToString([]byte(claims)))
	return say(401, "challenge", "WWW-Authenticate", value)
}

// TestTransportAnswersAChallenge once, with the request as it was.
func TestTransportAnswersAChallenge(t *testing.T) {
	t.Parallel()
	const claims = `{"access_token":{"nbf":{"essential":true,"value":"1604106651"}}}`
	for name, body := range map[string]io.Reader{
		"none":   nil,
		"reader": strings.NewReader("body"),
		"bytes":  bytes.NewReader([]byte("body")),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			login := &inner{life: time.Hour}
			s := newSite(insufficient(claims), say(200, "there"))
			resp, err := signing(login, s, signedHost).Post("https://"+signedHost, "text/plain", body)
			require.NoError(t, err)
			require.Equal(t, 200, resp.StatusCode)
			require.NoError(t, resp.Body.Close())
			require.Equal(t, 2, s.count())
			require.Equal(t, "Bearer secret-1", s.call(0).header.Get("Authorization"))
			require.Equal(t, "Bearer secret-2", s.call(1).header.Get("Authorization"))
			require.Equal(t, s.call(0).body, s.call(1).body)
			require.Equal(t, body != nil, s.call(1).body == "body")
			require.Equal(t, claims, login.asked[1].Claims)
			require.True(t, login.asked[0].EnableCAE, "else no challenge would come")
			require.Equal(t, []string{vaultScope}, login.asked[1].Scopes)
		})
	}
}

// TestTransportLeavesOtherAnswersAlone: what cannot be answered is the caller's.
func TestTransportLeavesOtherAnswersAlone(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		reply reply
		body  io.Reader
	}{
		"401 without a challenge": {say(401, "body"), nil},
		"challenge of another":    {say(401, "body", "WWW-Authenticate", `Basic realm="x"`), nil},
		"claims without error":    {say(401, "body", "WWW-Authenticate", `Bearer claims="e30="`), nil},
		"claims not base64":       {say(401, "body", "WWW-Authenticate", `Bearer error="insufficient_claims", claims="*"`), nil},
		"403 with claims":         {say(403, "body", "WWW-Authenticate", `Bearer error="insufficient_claims", claims="e30="`), nil},
		"body that is spent":      {insufficient(`{}`), io.NopCloser(strings.NewReader("once"))},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			login := &inner{life: time.Hour}
			s := newSite(tc.reply)
			resp, err := signing(login, s, signedHost).Post("https://"+signedHost, "text/plain", tc.body)
			require.NoError(t, err)
			text, err := io.ReadAll(resp.Body)
			require.NoError(t, err)
			require.NotEmpty(t, text, "the answer is the caller's to read")
			require.Equal(t, 1, s.count())
			require.Equal(t, 1, login.count())
		})
	}
}

// TestTransportChallengedTwice: the second challenge is the caller's.
func TestTransportChallengedTwice(t *testing.T) {
	t.Parallel()
	s := newSite(insufficient(`{}`))
	resp, err := signing(&inner{life: time.Hour}, s, signedHost).Get("https://" + signedHost)
	require.NoError(t, err)
	resp.Body.Close()
	require.Equal(t, 401, resp.StatusCode)
	require.Equal(t, 2, s.count())
}

// TestTransportClosesBodies: of every request, whatever becomes of it, and of a
// challenge's answer.
func TestTransportClosesBodies(t *testing.T) {
	t.Parallel()
	broken := errors.New("broken")
	for name, tc := range map[string]struct {
		cred   getter
		hosts  []string
		reply  reply
		answer int32 // closed by the transport itself
	}{
		"no hosts":        {&inner{life: time.Hour}, nil, say(200, ""), 0},
		"no token":        {&inner{err: broken}, []string{signedHost}, say(200, ""), 0},
		"no credential":   {nil, []string{signedHost}, say(200, ""), 0},
		"no second token": {&twoTokens{}, []string{signedHost}, insufficient(`{}`), 1},
		"challenge":       {&inner{life: time.Hour}, []string{signedHost}, insufficient(`{}`), 1},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var opened, closed, answers atomic.Int32
			open := func() (io.ReadCloser, error) {
				opened.Add(1)
				return closer{strings.NewReader("body"), &closed}, nil
			}
			body, _ := open()
			req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, "https://"+signedHost, body)
			require.NoError(t, err)
			req.GetBody = open
			s := newSite(func(req *http.Request) (*http.Response, error) {
				_ = req.Body.Close() // as every RoundTripper must
				resp, err := tc.reply(req)
				resp.Body = closer{resp.Body, &answers}
				return resp, err
			})
			_, _ = credential.NewTransport(tc.cred, vaultScope, s, tc.hosts...).RoundTrip(req)
			require.Equal(t, opened.Load(), closed.Load())
			require.Equal(t, tc.answer, answers.Load())
		})
	}
}

// twoTokens has one token, and no second one.
type twoTokens struct{ n atomic.Int32 }

func (c *twoTokens) GetToken(context.Context, policy.TokenRequestOptions) (azcore.AccessToken, error) {
	if c.n.Add(1) > 1 {
		return azcore.AccessToken{}, errors.New("no second token")
	}
	return azcore.AccessToken{Token: "secret", ExpiresOn: time.Now().Add(time.Hour)}, nil
}

// TestTransportErrors name the host, and are those of the credential.
func TestTransportErrors(t *testing.T) {
	t.Parallel()
	srv := azuretest.New(t)
	srv.RemoveSystemIdentity()
	s := newSite(say(200, ""))
	_, err := signing(onIMDS(t, srv, options{}), s, signedHost).Get("https://" + signedHost + "/?sig=secret")
	require.ErrorIs(t, err, credential.ErrIdentityNotFound)
	require.ErrorContains(t, err, "credential: sign a request to "+signedHost)
	require.Zero(t, s.count())
}

// TestTransportWaitsNoLongerThanItsRequest.
func TestTransportWaitsNoLongerThanItsRequest(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		defer drain()
		client := signing(newCred(t, newSite(hang), options{Source: credential.SourceIMDS}), newSite(say(200, "")), signedHost)
		client.Timeout = time.Second
		start := time.Now()
		_, err := client.Get("https://" + signedHost)
		require.ErrorIs(t, err, context.DeadlineExceeded)
		require.Equal(t, time.Second, time.Since(start))
	})
}

// TestTransportMalformedRequests get the base's own errors.
func TestTransportMalformedRequests(t *testing.T) {
	t.Parallel()
	transport := credential.NewTransport(&inner{life: time.Hour}, vaultScope, roundTripper(func(*http.Request) (*http.Response, error) {
		return nil, errors.New("malformed")
	}), signedHost)
	_, err := transport.RoundTrip(&http.Request{})
	require.EqualError(t, err, "malformed")
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, "https://"+signedHost, http.NoBody)
	require.NoError(t, err)
	req.Header = nil
	_, err = transport.RoundTrip(req)
	require.EqualError(t, err, "malformed")
	require.Nil(t, req.Header)
}

// TestTransportPrintsNoToken, in its client neither.
func TestTransportPrintsNoToken(t *testing.T) {
	t.Parallel()
	s := newSite(say(200, ""))
	client := signing(static{azcore.AccessToken{Token: "secret-1", ExpiresOn: time.Now().Add(time.Hour)}}, s, signedHost)
	resp, err := client.Get("https://" + signedHost)
	require.NoError(t, err)
	printed := fmt.Sprintf("%v %+v %#v %v %+v %#v %v", client, client, client, client.Transport, client.Transport, client.Transport, resp)
	require.NotContains(t, printed, "secret-1")
}
