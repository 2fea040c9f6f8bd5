package azrest_test

import (
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore/policy"
	"github.com/stretchr/testify/require"

	"github.com/keyless-go/azure/internal/azrest"
)

type doer func(*http.Request) (*http.Response, error)

func (d doer) Do(req *http.Request) (*http.Response, error) { return d(req) }

func TestTransportTakesOneSender(t *testing.T) {
	t.Parallel()
	own := doer(func(*http.Request) (*http.Response, error) { return answer(200, "{}"), nil })
	var none *http.Client

	_, err := azrest.Transport(&http.Client{}, own)
	require.EqualError(t, err, "HTTPClient and Transport are both set in the client options: set one")

	for name, test := range map[string]struct {
		client      *http.Client
		transporter policy.Transporter
	}{"nothing": {}, "a nil client": {none, nil}, "a nil client as Transport": {nil, none}} {
		got, err := azrest.Transport(test.client, test.transporter)
		require.NoError(t, err, name)
		client, ok := got.(*http.Client)
		require.True(t, ok, name)
		require.NotNil(t, client, name)
		transport, ok := client.Transport.(*http.Transport)
		require.True(t, ok, name)
		require.NotSame(t, http.DefaultTransport, transport)
		require.NotNil(t, transport.Proxy, "services on the internet are behind the proxy of the environment")
		require.GreaterOrEqual(t, transport.MaxIdleConnsPerHost, 10)
	}
}

func TestTransportFollowsNoRedirect(t *testing.T) {
	t.Parallel()
	reached := false
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/there" {
			reached = true
		}
		http.Redirect(w, r, "/there", http.StatusTemporaryRedirect)
	}))
	defer server.Close()
	user := server.Client()
	fromTransport, err := azrest.Transport(nil, user)
	require.NoError(t, err)
	fromClient, err := azrest.Transport(user, nil)
	require.NoError(t, err)
	for _, sender := range []policy.Transporter{fromClient, fromTransport} {
		req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, server.URL, nil)
		require.NoError(t, err)
		resp, err := sender.Do(req)
		require.NoError(t, err)
		require.Equal(t, http.StatusTemporaryRedirect, resp.StatusCode)
		require.NoError(t, resp.Body.Close())
	}
	require.False(t, reached)
	require.Nil(t, user.CheckRedirect, "the user's client is as it was")
}

func TestARedirectIsAnErrorThatNamesTheOtherHost(t *testing.T) {
	t.Parallel()
	s := (&script{}).then(302, "", "Location", "https://evil.example/x?sig=c2VjcmV0").then(200, "{}")
	_, err := get(t.Context(), newClient(t, s.serve, withBearer(&tokens{list: []string{jwt}})))
	require.ErrorIs(t, err, azrest.ErrForeignLink)
	var link *azrest.LinkError
	require.ErrorAs(t, err, &link)
	require.Equal(t, azrest.LinkError{Kind: "redirect", Link: "https://evil.example", Base: endpoint}, *link)
	require.NotContains(t, err.Error(), "c2VjcmV0")
	require.Len(t, s.seen, 1)
}

func TestARedirectToTheSameHostIsNotFollowedEither(t *testing.T) {
	t.Parallel()
	for _, location := range []string{"/other", "https://CONTOSO.vault.azure.net:443/x?sig=c2VjcmV0", "https://c2VjcmV0@contoso.vault.azure.net/"} {
		s := (&script{}).then(302, "", "Location", location).then(200, "{}")
		_, err := get(t.Context(), newClient(t, s.serve, withBearer(&tokens{list: []string{jwt}})))
		require.EqualError(t, err, `keyvault: get secret "db" in contoso.vault.azure.net: 302 Found: unexpected response: a redirect, and none is followed`)
		require.ErrorIs(t, err, azrest.ErrUnexpectedResponse)
		require.NotErrorIs(t, err, azrest.ErrForeignLink)
		require.Len(t, s.seen, 1)
	}
}

func TestAnOwnTransporterIsUsedAsItIs(t *testing.T) {
	t.Parallel()
	c := config(t, nil)
	c.HTTPClient = nil
	c.Options.Transport = doer(func(*http.Request) (*http.Response, error) {
		resp := answer(200, `{"name":"own"}`)
		return resp, nil
	})
	client, err := azrest.New(c)
	require.NoError(t, err)
	got, err := get(t.Context(), client)
	require.NoError(t, err)
	require.Equal(t, "own", got.Name)
}

// What a Transporter made for a test leaves out is no reason to panic.
func TestAnswersThatLackAPart(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		answer *http.Response
		want   string
	}{
		"nothing":               {nil, "the Transport answered nothing"},
		"no header and no body": {&http.Response{StatusCode: http.StatusUnauthorized}, "401 Unauthorized: the credential answered with the same token again"},
		"no body":               {&http.Response{StatusCode: http.StatusOK, Header: http.Header{}}, "unexpected response: 200 with a body that is not the expected JSON"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			client := newClient(t, nil, withBearer(&tokens{list: []string{"t"}}), withoutRetries, func(c *azrest.Config) {
				c.HTTPClient = nil
				c.Options.Transport = doer(func(*http.Request) (*http.Response, error) { return test.answer, nil })
			})
			_, err := get(t.Context(), client)
			require.EqualError(t, err, `keyvault: get secret "db" in contoso.vault.azure.net: `+test.want)
		})
	}
}

// Nor is what a policy of the user's answers in the service's place.
func TestAnAnswerOfAPolicy(t *testing.T) {
	t.Parallel()
	client := newClient(t, always(200, "{}"), withoutRetries, func(c *azrest.Config) {
		c.Options.PerCallPolicies = []policy.Policy{denied{}}
	})
	_, err := get(t.Context(), client)
	require.ErrorIs(t, err, azrest.ErrForbidden)
}

type denied struct{}

func (denied) Do(*policy.Request) (*http.Response, error) {
	return &http.Response{StatusCode: http.StatusForbidden}, nil
}
