package credential_test

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore"
	"github.com/stretchr/testify/require"

	"github.com/keyless-go/azure/credential"
)

// cluster is a TLS server like that of Service Fabric.
type cluster struct {
	*httptest.Server

	requests, resumed atomic.Int32
	major             atomic.Int32 // of the last request's protocol
}

func newCluster(t *testing.T, http2 bool) *cluster {
	t.Helper()
	c := &cluster{}
	c.Server = httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		c.requests.Add(1)
		c.major.Store(int32(r.ProtoMajor))
		if r.TLS.DidResume {
			c.resumed.Add(1)
		}
		_, _ = w.Write([]byte(tokenJSON(time.Hour)))
	}))
	c.EnableHTTP2 = http2
	c.Config.ErrorLog = quiet(t)
	c.StartTLS()
	t.Cleanup(c.Close)
	return c
}

func (c *cluster) cred(t *testing.T, thumbprint string, o options) (*cred, error) {
	t.Helper()
	cleanEnv(t, map[string]string{"IDENTITY_ENDPOINT": c.URL, "IDENTITY_HEADER": "header", "IDENTITY_SERVER_THUMBPRINT": thumbprint})
	return credential.NewManagedIdentityCredential(&o)
}

func TestThumbprintForms(t *testing.T) {
	c := newCluster(t, false)
	plain := thumbprint(c.Server)
	var parts []string
	for i := 0; i < len(plain); i += 2 {
		parts = append(parts, plain[i:i+2])
	}
	for _, form := range []string{plain, strings.ToUpper(plain), strings.Join(parts, ":"), strings.Join(parts, " ")} {
		cred, err := c.cred(t, form, options{})
		require.NoError(t, err)
		mustGet(t, cred)
	}
}

// TestWrongThumbprint: nothing is sent, and trying again would not help.
func TestWrongThumbprint(t *testing.T) {
	c := newCluster(t, false)
	for name, client := range map[string]*http.Client{"own client": nil, "a client that trusts the certificate": c.Client()} {
		cred, err := c.cred(t, someThumbprint, options{HTTPClient: client})
		require.NoError(t, err)
		e := failure(t, cred)
		require.ErrorIs(t, e, credential.ErrUnexpectedResponse, name)
		require.ErrorContains(t, e, "IDENTITY_SERVER_THUMBPRINT")
		require.Equal(t, 1, e.Attempts)
	}
	require.Zero(t, c.requests.Load())
}

// TestPinOnResumedSessions: a session that somebody else has opened unchecked is
// checked when it is resumed.
func TestPinOnResumedSessions(t *testing.T) {
	c := newCluster(t, false)
	sessions := tls.NewLRUClientSessionCache(8)
	client := func() *http.Client {
		return &http.Client{Transport: &http.Transport{
			DisableKeepAlives: true,
			TLSClientConfig:   &tls.Config{InsecureSkipVerify: true, ClientSessionCache: sessions, ServerName: "cluster"},
		}}
	}
	resp, err := client().Get(c.URL)
	require.NoError(t, err)
	resp.Body.Close()

	wrong, err := c.cred(t, someThumbprint, options{HTTPClient: client()})
	require.NoError(t, err)
	failure(t, wrong)
	require.EqualValues(t, 1, c.requests.Load(), "a request went over an unchecked session")

	right, err := c.cred(t, thumbprint(c.Server), options{HTTPClient: client()})
	require.NoError(t, err)
	require.NoError(t, right.Prefetch(t.Context(), "https://a.example"))
	require.NoError(t, right.Prefetch(t.Context(), "https://b.example"))
	require.EqualValues(t, 3, c.requests.Load())
	require.Positive(t, c.resumed.Load(), "no session was resumed: this test shows nothing")
}

// TestPinIsNotSharedByHTTP2: the user's client has an open connection of HTTP/2
// to the cluster, unpinned.
func TestPinIsNotSharedByHTTP2(t *testing.T) {
	c := newCluster(t, true)
	client := c.Client()
	resp, err := client.Get(c.URL)
	require.NoError(t, err)
	resp.Body.Close()
	require.EqualValues(t, 2, c.major.Load(), "not HTTP/2: this test shows nothing")

	wrong, err := c.cred(t, someThumbprint, options{HTTPClient: client})
	require.NoError(t, err)
	failure(t, wrong)
	require.EqualValues(t, 1, c.requests.Load())

	right, err := c.cred(t, thumbprint(c.Server), options{HTTPClient: client})
	require.NoError(t, err)
	mustGet(t, right)
	require.EqualValues(t, 1, c.major.Load())
}

// TestUnpinnableTransports: what would hide the certificate is refused at once.
func TestUnpinnableTransports(t *testing.T) {
	c := newCluster(t, false)
	dial := func(context.Context, string, string) (net.Conn, error) { return nil, errors.New("unused") }
	for name, o := range map[string]options{
		"another RoundTripper": {HTTPClient: newSite().client()},
		"another Transporter":  {ClientOptions: azcore.ClientOptions{Transport: transporter{}}},
		"DialTLSContext":       {HTTPClient: &http.Client{Transport: &http.Transport{DialTLSContext: dial}}},
		"DialTLS":              {HTTPClient: &http.Client{Transport: &http.Transport{DialTLS: func(string, string) (net.Conn, error) { return nil, errors.New("unused") }}}}, //nolint:staticcheck // deprecated, and still obeyed
		"VerifyConnection":     {HTTPClient: &http.Client{Transport: &http.Transport{TLSClientConfig: &tls.Config{VerifyConnection: func(tls.ConnectionState) error { return nil }}}}},
		"VerifyPeerCertificate": {HTTPClient: &http.Client{Transport: &http.Transport{TLSClientConfig: &tls.Config{VerifyPeerCertificate: func([][]byte, [][]*x509.Certificate) error {
			return nil
		}}}}},
	} {
		_, err := c.cred(t, thumbprint(c.Server), o)
		require.ErrorContains(t, err, "certificate of Service Fabric must be checked", name)
	}
	_, err := c.cred(t, thumbprint(c.Server), options{HTTPClient: &http.Client{}, ClientOptions: azcore.ClientOptions{Transport: &http.Client{}}})
	require.ErrorContains(t, err, "both set")
}

// transporter is azcore's other kind of client.
type transporter struct{ *site }

func (t transporter) Do(req *http.Request) (*http.Response, error) { return t.RoundTrip(req) }

// TestPinLeavesTheClientAlone: the user's transport verifies as before.
func TestPinLeavesTheClientAlone(t *testing.T) {
	c := newCluster(t, false)
	transport := &http.Transport{TLSClientConfig: &tls.Config{ServerName: "cluster"}}
	client := &http.Client{Transport: transport}
	cred, err := c.cred(t, thumbprint(c.Server), options{HTTPClient: client})
	require.NoError(t, err)
	mustGet(t, cred)
	require.False(t, transport.TLSClientConfig.InsecureSkipVerify)
	require.Nil(t, transport.TLSClientConfig.VerifyConnection)
	require.Same(t, transport, client.Transport)
	require.Nil(t, client.CheckRedirect)
	_, err = client.Get(c.URL)
	var unverified *tls.CertificateVerificationError
	require.ErrorAs(t, err, &unverified)
}
