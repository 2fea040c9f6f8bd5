package credential_test

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/keyless-go/azure/credential"
)

// fail is a connection that fails.
func fail(err error) reply {
	return func(*http.Request) (*http.Response, error) { return nil, err }
}

// breakOff is an answer of which the rest does not come.
func breakOff(err error) reply {
	return func(req *http.Request) (*http.Response, error) {
		resp, _ := say(200, "")(req)
		resp.Body = io.NopCloser(io.MultiReader(strings.NewReader(`{"access_token":"secret-beg`), broken{err}))
		return resp, nil
	}
}

type broken struct{ err error }

func (b broken) Read([]byte) (int, error) { return 0, b.err }

// finalError has the mark by which azcore knows what not to retry.
type finalError struct{ error }

func (finalError) NonRetriable() {}

// TestNoAnswer: what kind of failure it is, whether trying on makes sense, and
// that the end of a limit inside does not look like the end of the caller's wait.
func TestNoAnswer(t *testing.T) {
	t.Parallel()
	unknownAuthority := &tls.CertificateVerificationError{Err: x509.UnknownAuthorityError{}}
	for name, tc := range map[string]struct {
		reply reply
		kind  error
		tries bool
		says  string
	}{
		"refused":          {refuse, credential.ErrUnavailable, true, "connection refused"},
		"reset":            {fail(&net.OpError{Op: "read", Err: syscall.ECONNRESET}), credential.ErrUnavailable, true, "connection reset"},
		"hangs":            {hang, credential.ErrUnavailable, true, "no answer within "},
		"no such host":     {fail(&net.OpError{Op: "dial", Err: &net.DNSError{Err: "no such host", Name: "imds.example"}}), credential.ErrUnavailable, true, "no such host"},
		"dial takes long":  {fail(&net.OpError{Op: "dial", Net: "tcp", Err: context.DeadlineExceeded}), credential.ErrUnavailable, true, "deadline exceeded"},
		"client's timeout": {fail(fmt.Errorf("client timeout: %w", context.DeadlineExceeded)), credential.ErrUnavailable, true, "client timeout"},
		"breaks off":       {breakOff(io.ErrUnexpectedEOF), credential.ErrUnexpectedResponse, true, "broke off"},
		"not again":        {fail(fmt.Errorf("the host is not allowed: %w", finalError{io.EOF})), credential.ErrUnavailable, false, "not allowed"},
		"certificate":      {fail(unknownAuthority), credential.ErrUnexpectedResponse, false, "unknown authority"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				s := newSite(tc.reply)
				e := failure(t, newCred(t, s, options{Source: credential.SourceIMDS}))
				require.ErrorIs(t, e, tc.kind)
				require.ErrorContains(t, e, tc.says)
				require.NotErrorIs(t, e, context.DeadlineExceeded)
				require.NotContains(t, e.Error(), "secret")
				require.NotContains(t, e.Error(), "api-version", "no query in an error")
				require.Zero(t, e.StatusCode)
				require.Equal(t, s.count(), e.Attempts)
				require.Equal(t, tc.tries, s.count() > 1)
			})
		})
	}
}

// TestTransportErrorsStayFindable: for those who look for a connection's error.
func TestTransportErrorsStayFindable(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		e := failure(t, newCred(t, newSite(refuse), options{Source: credential.SourceIMDS}))
		require.ErrorIs(t, e, syscall.ECONNREFUSED)
		var op *net.OpError
		require.True(t, errors.As(e, &op))
		require.Equal(t, "dial", op.Op)
	})
}

func TestRetryAfterForms(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 11, 20, 12, 0, 0, 0, time.UTC)
	for value, want := range map[string]time.Duration{
		"":                              0,
		"60":                            time.Minute,
		"0":                             0,
		"-5":                            0,
		"soon":                          0,
		"1.5":                           0,
		"999999999":                     24 * time.Hour,
		"99999999999999999999999":       0,
		"Fri, 20 Nov 2026 12:01:00 GMT": time.Minute,
		"Fri, 20 Nov 2026 11:59:00 GMT": 0,
		"Fri, 20 Nov 2126 12:00:00 GMT": 24 * time.Hour,
	} {
		require.Equal(t, want, credential.RetryAfter(http.Header{"Retry-After": {value}}, now), value)
	}
}

// TestProxyIsForgottenSoon: what a proxy says for an address that it cannot reach
// yet is no definite no.
func TestProxyIsForgottenSoon(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := newSite(say(403, "connecting to 169.254.169.254: network is unreachable"), issue(time.Hour))
		c := newCred(t, s, options{Source: credential.SourceIMDS})
		require.ErrorIs(t, failure(t, c), credential.ErrUnavailable)
		time.Sleep(2 * time.Second)
		mustGet(t, c)
	})
}
