package credential_test

import (
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore"
	"github.com/stretchr/testify/require"

	"github.com/keyless-go/azure/credential"
)

// unproxied is the address of a server on this machine that net/http would not
// recognise as such, and would ask for by the environment's proxy.
func unproxied(server *httptest.Server) string {
	return strings.Replace(server.URL, "127.0.0.1", "0.0.0.0", 1)
}

func tokenServer(t *testing.T) *httptest.Server {
	t.Helper()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		_, _ = w.Write([]byte(tokenJSON(time.Hour)))
	}))
	t.Cleanup(server.Close)
	return server
}

// TestNoProxy: whatever the environment and the client given say, none is asked.
// A token that came by one would be believed.
func TestNoProxy(t *testing.T) {
	var asked atomic.Int64
	proxy := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		asked.Add(1)
		_, _ = w.Write([]byte(tokenJSON(time.Hour)))
	}))
	t.Cleanup(proxy.Close)
	proxyURL, err := url.Parse(proxy.URL)
	require.NoError(t, err)
	own := &http.Transport{Proxy: http.ProxyURL(proxyURL)}
	for name, o := range map[string]options{
		"no client":                     {},
		"client without transport":      {HTTPClient: &http.Client{}},
		"client with a proxy":           {HTTPClient: &http.Client{Transport: own}},
		"client with default transport": {HTTPClient: &http.Client{Transport: http.DefaultTransport}},
		"default client":                {HTTPClient: http.DefaultClient},
		"client as Transport":           {ClientOptions: azcore.ClientOptions{Transport: &http.Client{Transport: own}}},
	} {
		t.Run(name, func(t *testing.T) {
			server := tokenServer(t)
			before := envProxy.Load()
			cleanEnv(t, map[string]string{"AZURE_POD_IDENTITY_AUTHORITY_HOST": unproxied(server)})
			c, err := credential.NewManagedIdentityCredential(&o)
			require.NoError(t, err)
			mustGet(t, c)
			require.Equal(t, before, envProxy.Load())
			require.Zero(t, asked.Load())
		})
	}
	require.NotNil(t, own.Proxy, "the user's own transport is changed")
}

// TestProxyForEntra: it is on the internet, where a proxy may be the only way.
func TestProxyForEntra(t *testing.T) {
	w := newWorld(t, credential.SourceWorkloadIdentity)
	w.options.HTTPClient = nil
	w.options.Endpoint = "https://0.0.0.0:9"
	w.options.Retry.MaxRetries = -1
	before := envProxy.Load()
	failure(t, w.cred(t))
	require.Equal(t, before+1, envProxy.Load())
}

// TestRedirects are errors, and where they lead sees nothing.
func TestRedirects(t *testing.T) {
	for _, source := range sources() {
		for _, status := range []int{301, 302, 303, 307, 308} {
			t.Run(string(source)+" "+http.StatusText(status), func(t *testing.T) {
				var seen atomic.Int64
				target := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { seen.Add(1) }))
				t.Cleanup(target.Close)
				w := newWorld(t, source)
				w.instead = func(rw http.ResponseWriter, _ *http.Request) {
					rw.Header().Set("Location", target.URL+"/?stolen")
					rw.WriteHeader(status)
				}
				w.options.Retry.MaxRetries = -1
				c := w.cred(t)
				requests := 1
				if source == credential.SourceAzureArc {
					requests = 2
				}
				e := failure(t, c)
				require.ErrorIs(t, e, credential.ErrUnexpectedResponse)
				require.Equal(t, status, e.StatusCode)
				require.NotContains(t, e.Error(), "stolen")
				require.Zero(t, seen.Load())
				require.Equal(t, requests, w.count())
			})
		}
	}
}

// TestNoCookies: those of the user's client stay with it.
func TestNoCookies(t *testing.T) {
	t.Parallel()
	jar, err := cookiejar.New(nil)
	require.NoError(t, err)
	address := &url.URL{Scheme: "http", Host: "169.254.169.254"}
	jar.SetCookies(address, []*http.Cookie{{Name: "a", Value: "b"}})
	s := newSite(say(200, tokenJSON(time.Hour), "Set-Cookie", "c=d"))
	client := s.client()
	client.Jar = jar
	c, err := credential.NewManagedIdentityCredential(&options{Source: credential.SourceIMDS, HTTPClient: client})
	require.NoError(t, err)
	mustGet(t, c)
	require.Empty(t, s.call(0).header.Values("Cookie"))
	require.Len(t, jar.Cookies(address), 1)
	require.Same(t, jar, client.Jar)
}

// TestClientsInEitherPlace: HTTPClient, or Transport, and not both.
func TestClientsInEitherPlace(t *testing.T) {
	t.Parallel()
	var none *http.Client
	s := newSite(issue(time.Hour))
	for name, o := range map[string]options{
		"client":      {HTTPClient: s.client()},
		"transport":   {ClientOptions: azcore.ClientOptions{Transport: s.client()}},
		"transporter": {ClientOptions: azcore.ClientOptions{Transport: transporter{s}}},
	} {
		before := s.count()
		o.Source = credential.SourceIMDS
		c, err := credential.NewManagedIdentityCredential(&o)
		require.NoError(t, err, name)
		mustGet(t, c)
		require.Equal(t, before+1, s.count(), name)
	}
	_, err := credential.NewManagedIdentityCredential(&options{HTTPClient: none, ClientOptions: azcore.ClientOptions{Transport: none}})
	require.NoError(t, err, "a nil client is none")
	for _, transport := range []interface {
		Do(*http.Request) (*http.Response, error)
	}{s.client(), transporter{s}, none} {
		for _, source := range []credential.Source{credential.SourceIMDS, credential.SourceVMExtension} {
			_, err = credential.NewManagedIdentityCredential(&options{Source: source, HTTPClient: s.client(), ClientOptions: azcore.ClientOptions{Transport: transport}})
			require.ErrorContains(t, err, "HTTPClient and Transport are both set")
		}
	}
}

// TestOwnClientIsNotChanged: redirects go on for those who share it.
func TestOwnClientIsNotChanged(t *testing.T) {
	t.Parallel()
	s := newSite(say(302, "", "Location", "http://elsewhere.example"), say(200, "there"))
	client := s.client()
	c, err := credential.NewManagedIdentityCredential(&options{Source: credential.SourceIMDS, HTTPClient: client})
	require.NoError(t, err)
	failure(t, c)
	require.Equal(t, 1, s.count())
	require.Nil(t, client.CheckRedirect)
	resp, err := client.Get("http://somewhere.example")
	require.NoError(t, err)
	require.Equal(t, 200, resp.StatusCode)
}
