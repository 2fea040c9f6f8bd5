package azuretest_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/keyless-go/azure/azuretest"
)

func TestHosts(t *testing.T) {
	t.Parallel()
	srv := azuretest.New(t)
	srv.Vault("contoso.vault.usgovcloudapi.net")
	tests := map[string]struct {
		url    string
		status int
		err    error
	}{
		"metadata service":            {imdsToken, http.StatusBadRequest, nil},
		"metadata service by https":   {"https://169.254.169.254/metadata/identity/oauth2/token", 0, syscall.ECONNREFUSED},
		"metadata service, port 81":   {"http://169.254.169.254:81/", 0, syscall.ECONNREFUSED},
		"VM extension":                {"http://localhost:50342/oauth2/token", http.StatusBadRequest, nil},
		"VM extension by address":     {"http://127.0.0.1:50342/oauth2/token", http.StatusBadRequest, nil},
		"VM extension, another port":  {"http://localhost:50343/oauth2/token", 0, syscall.ECONNREFUSED},
		"vault":                       {tutorial + "/secrets", http.StatusUnauthorized, nil},
		"vault, port written":         {tutorial + ":443/secrets", http.StatusUnauthorized, nil},
		"vault in capitals":           {"https://MyTestKeyVault.vault.azure.net/secrets", http.StatusUnauthorized, nil},
		"vault of another cloud":      {"https://contoso.vault.usgovcloudapi.net/secrets", http.StatusUnauthorized, nil},
		"vault by plain http":         {strings.Replace(tutorial, "https", "http", 1) + "/secrets", http.StatusForbidden, nil},
		"vault, another port":         {tutorial + ":8443/secrets", 0, syscall.ECONNREFUSED},
		"another machine's address":   {"http://169.254.169.253/", 0, syscall.ECONNREFUSED},
		"vault that is not there":     {"https://nobody.vault.azure.net/secrets", 0, &net.DNSError{}},
		"host that is not Azure's":    {"https://example.com/", 0, &net.DNSError{}},
		"vault of no cloud":           {"https://mytestkeyvault.vault.example/", 0, &net.DNSError{}},
		"plain http, not a host's":    {"http://example.com/", 0, &net.DNSError{}},
		"subdomain of a vault's host": {"https://a.mytestkeyvault.vault.azure.net/", 0, &net.DNSError{}},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got, err := caller{client: srv.Client()}.try(t, http.MethodGet, test.url, "")
			if dns := (*net.DNSError)(nil); errors.As(test.err, &dns) {
				require.ErrorAs(t, err, &dns)
				require.True(t, dns.IsNotFound)
				return
			}
			require.ErrorIs(t, err, test.err)
			require.Equal(t, test.status, got.Status, got.Body)
		})
	}
}

func TestUnreachableHostsAreNotRecorded(t *testing.T) {
	t.Parallel()
	srv := azuretest.New(t)
	_, err := caller{client: srv.Client()}.try(t, http.MethodGet, "https://example.com/", "")
	require.Error(t, err)
	require.Empty(t, srv.Requests())
}

func TestClientUsesNoProxy(t *testing.T) {
	t.Parallel()
	transport, ok := azuretest.New(t).Client().Transport.(*http.Transport)
	require.True(t, ok)
	require.Nil(t, transport.Proxy)
}

func TestClonedTransportWorks(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		srv := azuretest.New(t)
		transport, ok := srv.Client().Transport.(*http.Transport)
		require.True(t, ok)
		c := machine(srv)
		c.client = &http.Client{Transport: transport.Clone()}
		require.Equal(t, http.StatusOK, c.do(t, http.MethodGet, tutorial+"/secrets/MyTestSecret?api-version=7.4", "").Status)
	})
}

func TestManyAtOnce(t *testing.T) {
	t.Parallel()
	srv := azuretest.New(t)
	c := machine(srv)
	var all sync.WaitGroup
	for range 200 {
		all.Go(func() {
			got, err := c.try(t, http.MethodGet, tutorial+"/secrets/MyTestSecret?api-version=7.4", "")
			if err != nil || got.Status != http.StatusOK {
				t.Errorf("got %d, %v", got.Status, err)
			}
		})
	}
	all.Wait()
	require.Len(t, srv.Requests(), 200)
}

// A body longer than any buffer, refused before it is read: the answer arrives.
func TestEarlyAnswerToALongBody(t *testing.T) {
	t.Parallel()
	srv := azuretest.New(t)
	for range 5 {
		req, err := http.NewRequestWithContext(t.Context(), http.MethodPut, tutorial+"/secrets/long?api-version=7.4", bytes.NewReader(make([]byte, 10<<20)))
		require.NoError(t, err)
		resp, err := srv.Client().Do(req)
		require.NoError(t, err)
		require.Equal(t, http.StatusUnauthorized, resp.StatusCode)
		_, err = io.Copy(io.Discard, resp.Body)
		require.NoError(t, err)
		require.NoError(t, resp.Body.Close())
	}
}

func TestCancelledRequestEndsItsHandler(t *testing.T) {
	t.Parallel()
	tests := map[string]string{"no body": "", "long body": strings.Repeat("x", 1<<20)}
	for name, body := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				srv := azuretest.New(t)
				srv.Fail(azuretest.Fault{Delay: 24 * time.Hour})
				ctx, cancel := context.WithTimeout(t.Context(), time.Second)
				defer cancel()
				req, err := http.NewRequestWithContext(ctx, http.MethodPut, tutorial+"/secrets/x?api-version=7.4", strings.NewReader(body))
				require.NoError(t, err)
				_, err = srv.Client().Do(req)
				require.ErrorIs(t, err, context.DeadlineExceeded)
				synctest.Wait()
				require.Equal(t, "the client left", srv.Requests()[0].Reason)
			})
		})
	}
}

func TestCloseEndsEverything(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		srv, err := azuretest.Start()
		require.NoError(t, err)
		srv.Fail(azuretest.Fault{Delay: time.Hour, Operation: "keyvault.*"})
		c := machine(srv)
		done := make(chan error, 1)
		go func() {
			_, err := c.try(t, http.MethodGet, tutorial+"/secrets/MyTestSecret?api-version=7.4", "")
			done <- err
		}()
		synctest.Wait()
		start := time.Now()
		require.NoError(t, srv.Close())
		require.NoError(t, srv.Close())
		require.Error(t, <-done)
		require.Less(t, time.Since(start), time.Minute)
		_, err = c.try(t, http.MethodGet, imdsToken, "")
		require.ErrorContains(t, err, "server closed")
		var dial *net.OpError
		require.ErrorAs(t, err, &dial, "a connection that fails, for whoever tells that from an answer that does not come")
		require.Equal(t, "dial", dial.Op)
		_, err = caller{client: srv.Client()}.try(t, http.MethodGet, imdsToken, "")
		require.ErrorContains(t, err, "server closed")
	})
}

// A bubble does not end before all its goroutines have.
func TestManyServersLeaveNothing(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		for range 100 {
			srv, err := azuretest.Start()
			require.NoError(t, err)
			require.Equal(t, http.StatusBadRequest, caller{client: srv.Client()}.do(t, http.MethodGet, imdsToken, "").Status)
			require.NoError(t, srv.Close())
		}
	})
}

func TestServeHTTPBehindASocket(t *testing.T) {
	t.Parallel()
	srv := azuretest.New(t)
	plain, secure := httptest.NewServer(srv), httptest.NewTLSServer(srv)
	t.Cleanup(plain.Close)
	t.Cleanup(secure.Close)
	token := srv.SystemIdentity().Token(vaultAud, time.Hour)

	t.Run("metadata service at the socket's own address", func(t *testing.T) {
		t.Parallel()
		got := caller{client: plain.Client()}.do(t, http.MethodGet, plain.URL+"/metadata/identity/oauth2/token?api-version=2018-02-01&resource="+vaultAud, "", "Metadata", "true")
		require.Equal(t, http.StatusOK, got.Status, got.Body)
	})
	t.Run("VM extension at the socket's own address", func(t *testing.T) {
		t.Parallel()
		got := caller{client: plain.Client()}.do(t, http.MethodGet, plain.URL+"/oauth2/token?resource="+vaultAud, "", "Metadata", "true")
		require.Equal(t, http.StatusOK, got.Status, got.Body)
	})
	for name, socket := range map[string]*httptest.Server{"vault by https": secure, "vault by http": plain} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, socket.URL+"/secrets/MyTestSecret?api-version=7.4", nil)
			require.NoError(t, err)
			req.Host = "mytestkeyvault.vault.azure.net"
			req.Header.Set("Authorization", "Bearer "+token)
			resp, err := socket.Client().Do(req)
			require.NoError(t, err)
			resp.Body.Close()
			require.Equal(t, http.StatusOK, resp.StatusCode)
		})
	}
	t.Run("X-Forwarded-Host is not trusted", func(t *testing.T) {
		t.Parallel()
		got := caller{plain.Client(), token}.do(t, http.MethodGet, plain.URL+"/secrets/MyTestSecret?api-version=7.4", "", "X-Forwarded-Host", "mytestkeyvault.vault.azure.net")
		require.Equal(t, http.StatusNotFound, got.Status)
		require.Contains(t, got.Body, "serves no host")
	})
}

// A transport in memory may hand over header keys as they were set.
func TestServeHTTPCanonicalisesHeaders(t *testing.T) {
	t.Parallel()
	srv := azuretest.New(t)
	req := httptest.NewRequestWithContext(t.Context(), http.MethodGet, imdsToken+"?api-version=2018-02-01&resource="+vaultAud, nil)
	req.Header["metadata"] = []string{"true"}
	req.Body = nil
	rec := httptest.NewRecorder()
	srv.ServeHTTP(rec, req)
	require.Equal(t, http.StatusOK, rec.Code, rec.Body)
	require.Contains(t, req.Header, "metadata", "the caller's request is left alone")
	require.Equal(t, []string{"true"}, srv.Requests()[0].Header["Metadata"])
}

func TestClock(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		srv := azuretest.New(t)
		start := time.Now()
		require.True(t, srv.Now().Equal(start))
		srv.Advance(time.Hour)
		time.Sleep(time.Minute)
		require.Equal(t, time.Hour+time.Minute, srv.Now().Sub(start))
		srv.Advance(-2 * time.Hour)
		require.Equal(t, time.Minute-time.Hour, srv.Now().Sub(start))
	})
}
