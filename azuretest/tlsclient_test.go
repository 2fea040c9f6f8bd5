package azuretest_test

import (
	"crypto/tls"
	"errors"
	"net"
	"net/http"
	"strings"
	"sync"
	"syscall"
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/require"

	"github.com/keyless-go/azure/azuretest"
)

func TestTLSClient(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		srv := azuretest.New(t)
		c := machine(srv)
		c.client = srv.TLSClient()
		req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, tutorial+"/secrets/MyTestSecret?api-version=7.4", nil)
		require.NoError(t, err)
		req.Header.Set("Authorization", "Bearer "+c.token)
		resp, err := c.client.Do(req)
		require.NoError(t, err)
		require.NoError(t, resp.Body.Close())
		require.Equal(t, http.StatusOK, resp.StatusCode)
		leaf := resp.TLS.PeerCertificates[0]
		require.Equal(t, []string{"mytestkeyvault.vault.azure.net"}, leaf.DNSNames)
		require.NotEqual(t, leaf.Issuer.String(), leaf.Subject.String())
		require.Equal(t, uint16(tls.VersionTLS13), resp.TLS.Version)

		require.Equal(t, http.StatusBadRequest, c.do(t, http.MethodGet, imdsToken, "").Status, "plain http where that is spoken")
		require.Equal(t, http.StatusForbidden, c.do(t, http.MethodGet, strings.Replace(tutorial, "https", "http", 1)+"/secrets", "").Status)
		require.Equal(t, "https://mytestkeyvault.vault.azure.net/secrets/MyTestSecret?api-version=7.4", srv.Requests()[0].URL)
	})
}

func TestTLSClientReaches(t *testing.T) {
	t.Parallel()
	srv := azuretest.New(t)
	tests := map[string]struct {
		url string
		err error
	}{
		"host that is not there": {"https://nobody.vault.azure.net/", &net.DNSError{}},
		"closed port":            {tutorial + ":8443/", syscall.ECONNREFUSED},
		"https where http is":    {"https://169.254.169.254:80/", nil},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := caller{client: srv.TLSClient()}.try(t, http.MethodGet, test.url, "")
			require.Error(t, err)
			if dns := (*net.DNSError)(nil); errors.As(test.err, &dns) {
				require.ErrorAs(t, err, &dns)
			} else if test.err != nil {
				require.ErrorIs(t, err, test.err)
			}
		})
	}
}

// A client that trusts the system's authorities alone does not trust these.
func TestTLSClientWithoutTheRoot(t *testing.T) {
	t.Parallel()
	srv := azuretest.New(t)
	transport, ok := srv.TLSClient().Transport.(*http.Transport)
	require.True(t, ok)
	require.Nil(t, transport.DialTLSContext)
	clone := transport.Clone()
	clone.TLSClientConfig.RootCAs = nil
	_, err := caller{client: &http.Client{Transport: clone}}.try(t, http.MethodGet, tutorial+"/", "")
	var refused *tls.CertificateVerificationError
	require.ErrorAs(t, err, &refused)
}

// A name for which there can be no certificate gets that of the host dialled.
func TestTLSClientServerNames(t *testing.T) {
	t.Parallel()
	srv := azuretest.New(t)
	for name, want := range map[string]string{"": "mytestkeyvault.vault.azure.net", "other.example": "other.example", "bü.example": "mytestkeyvault.vault.azure.net"} {
		transport, ok := srv.TLSClient().Transport.(*http.Transport)
		require.True(t, ok)
		raw, err := transport.DialContext(t.Context(), "tcp", "mytestkeyvault.vault.azure.net:443")
		require.NoError(t, err)
		conn := tls.Client(raw, &tls.Config{ServerName: name, InsecureSkipVerify: true})
		require.NoError(t, conn.HandshakeContext(t.Context()))
		require.Equal(t, []string{want}, conn.ConnectionState().PeerCertificates[0].DNSNames)
		require.NoError(t, conn.Close())
	}
}

func TestTLSClientFaults(t *testing.T) {
	t.Parallel()
	srv := azuretest.New(t)
	srv.Fail(azuretest.Fault{Operation: "keyvault.get", Status: -1})
	c := machine(srv)
	c.client = srv.TLSClient()
	_, err := c.try(t, http.MethodGet, tutorial+"/secrets/MyTestSecret?api-version=7.4", "")
	require.Error(t, err)
	require.Len(t, srv.Requests(), 1, "not sent again behind the test's back")
	require.Equal(t, http.StatusOK, c.do(t, http.MethodGet, tutorial+"/secrets/MyTestSecret?api-version=7.4", "").Status)
}

func TestTLSClientManyAtOnce(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		srv := azuretest.New(t)
		c := machine(srv)
		c.client = srv.TLSClient()
		var all sync.WaitGroup
		for range 20 {
			all.Go(func() {
				if got, err := c.try(t, http.MethodGet, tutorial+"/secrets/MyTestSecret?api-version=7.4", ""); err != nil || got.Status != http.StatusOK {
					t.Errorf("got %d, %v", got.Status, err)
				}
			})
		}
		all.Wait()
	})
}

func TestTLSClientAfterClose(t *testing.T) {
	t.Parallel()
	srv, err := azuretest.Start()
	require.NoError(t, err)
	c := machine(srv)
	c.client = srv.TLSClient()
	require.Equal(t, http.StatusOK, c.do(t, http.MethodGet, tutorial+"/secrets/MyTestSecret?api-version=7.4", "").Status)
	require.NoError(t, srv.Close())
	_, err = c.try(t, http.MethodGet, tutorial+"/", "")
	require.ErrorContains(t, err, "server closed")
}
