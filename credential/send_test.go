package credential_test

import (
	"context"
	"io"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	azlog "github.com/Azure/azure-sdk-for-go/sdk/azcore/log"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/policy"
	"github.com/stretchr/testify/require"

	"github.com/keyless-go/azure/credential"
)

// policyFunc is one of the user's own.
type policyFunc func(*policy.Request) (*http.Response, error)

func (f policyFunc) Do(req *policy.Request) (*http.Response, error) { return f(req) }

// TestForwardedHeaderIsTakenOff: tracing middleware adds it, and the metadata
// service refuses it.
func TestForwardedHeaderIsTakenOff(t *testing.T) {
	t.Parallel()
	add := policyFunc(func(req *policy.Request) (*http.Response, error) {
		req.Raw().Header.Set("X-Forwarded-For", "10.0.0.4")
		req.Raw().Header["x-forwarded-for"] = []string{"10.0.0.4"}
		req.Raw().Header.Set("Traceparent", "00-1-1-01")
		return req.Next()
	})
	for _, o := range []options{{}, {}} {
		o.Source = credential.SourceIMDS
		o.PerCallPolicies = []policy.Policy{add}
		o.PerRetryPolicies = []policy.Policy{add}
		s := newSite(issue(time.Hour))
		mustGet(t, newCred(t, s, o))
		header := s.call(0).header
		for name := range header {
			require.False(t, strings.EqualFold(name, "X-Forwarded-For"), "%v", header)
		}
		require.Equal(t, "00-1-1-01", header.Get("Traceparent"))
		require.Len(t, o.PerRetryPolicies, 1)
	}
}

// TestPoliciesAreNotShared: a slice with room to spare is not written to.
func TestPoliciesAreNotShared(t *testing.T) {
	t.Parallel()
	policies := make([]policy.Policy, 0, 4)
	newCred(t, newSite(issue(time.Hour)), options{Source: credential.SourceIMDS, ClientOptions: policy.ClientOptions{PerRetryPolicies: policies}})
	require.Nil(t, policies[:1][0])
}

// endless is a body without an end that counts what is read of it.
type endless struct{ read atomic.Int64 }

func (e *endless) Read(p []byte) (int, error) {
	for i := range p {
		p[i] = ' '
	}
	e.read.Add(int64(len(p)))
	return len(p), nil
}

// TestBodiesAreBounded: at 1 MiB, and of a token's answer nothing is believed
// beyond. An error's status counts whatever its body.
func TestBodiesAreBounded(t *testing.T) {
	t.Parallel()
	for status, kind := range map[int]error{200: credential.ErrUnexpectedResponse, 400: nil, 500: credential.ErrUnavailable, 429: credential.ErrThrottled, 302: credential.ErrUnexpectedResponse} {
		body := &endless{}
		s := newSite(func(req *http.Request) (*http.Response, error) {
			resp, _ := say(status, "")(req)
			resp.Body = io.NopCloser(io.MultiReader(strings.NewReader(tokenJSON(time.Hour)), body))
			return resp, nil
		})
		e := failure(t, newCred(t, s, options{Source: credential.SourceIMDS, ClientOptions: oneTry()}))
		if kind != nil {
			require.ErrorIs(t, e, kind)
		}
		require.LessOrEqual(t, body.read.Load(), int64(2<<20))
		require.Equal(t, 1, s.count())
	}
}

// TestOneMiBIsEnough: the largest answer that is taken.
func TestOneMiBIsEnough(t *testing.T) {
	t.Parallel()
	text := tokenJSON(time.Hour)
	text += strings.Repeat(" ", 1<<20-len(text))
	mustGet(t, newCred(t, newSite(say(200, text)), options{Source: credential.SourceIMDS}))
	e := failure(t, newCred(t, newSite(say(200, text+" ")), options{Source: credential.SourceIMDS}))
	require.ErrorIs(t, e, credential.ErrUnexpectedResponse)
	require.ErrorContains(t, e, "1048576")
}

// closer notes that it was closed.
type closer struct {
	io.Reader

	closed *atomic.Int32
}

func (c closer) Close() error {
	c.closed.Add(1)
	return nil
}

func TestBodiesAreClosed(t *testing.T) {
	t.Parallel()
	for _, reply := range []reply{issue(time.Hour), say(400, "no"), say(200, "no"), breakOff(io.ErrUnexpectedEOF), say(302, "")} {
		var closed atomic.Int32
		s := newSite(func(req *http.Request) (*http.Response, error) {
			resp, err := reply(req)
			resp.Body = closer{resp.Body, &closed}
			return resp, err
		})
		_, _ = get(t.Context(), newCred(t, s, options{Source: credential.SourceIMDS, ClientOptions: oneTry()}))
		require.EqualValues(t, 1, closed.Load())
	}
}

// TestCallersContextStaysOutside: azcore carries headers, retry options and
// captures in it, which are for the caller's own requests.
func TestCallersContextStaysOutside(t *testing.T) {
	t.Parallel()
	var captured *http.Response
	ctx := policy.WithHTTPHeader(t.Context(), http.Header{"X-Of-The-Caller": {"value"}})
	ctx = policy.WithRetryOptions(ctx, policy.RetryOptions{MaxRetries: 9})
	ctx = policy.WithCaptureResponse(ctx, &captured)
	s := newSite(say(400, ""))
	_, err := get(ctx, newCred(t, s, options{Source: credential.SourceIMDS}))
	require.Error(t, err)
	require.Equal(t, 1, s.count())
	require.Empty(t, s.call(0).header.Values("X-Of-The-Caller"))
	require.Nil(t, captured)
}

// TestLogsShowNoSecret: azcore's, however much the user has them say.
func TestLogsShowNoSecret(t *testing.T) { // not parallel: the listener is the process's
	for _, source := range sources() {
		t.Run(string(source), func(t *testing.T) {
			var text strings.Builder
			azlog.SetListener(func(_ azlog.Event, message string) { text.WriteString(message) })
			t.Cleanup(func() { azlog.SetListener(nil) })
			w := newWorld(t, source)
			w.options.Logging = policy.LogOptions{
				IncludeBody:        true,
				AllowedHeaders:     []string{"Secret", "X-IDENTITY-HEADER", "Authorization", "Www-Authenticate", "Metadata"},
				AllowedQueryParams: []string{"resource", "api-version"},
			}
			w.mustGet(t)
			require.Contains(t, text.String(), "RESPONSE Status: 200")
			for _, secret := range w.secrets {
				require.NotContains(t, text.String(), secret)
			}
		})
	}
}

// nothing is a Transporter that breaks its contract.
type nothing struct{}

func (nothing) Do(*http.Request) (*http.Response, error) { return nil, nil } //nolint:nilnil // that is the breach

// TestNoResponse: neither an answer nor an error is an error.
func TestNoResponse(t *testing.T) {
	t.Parallel()
	o := options{Source: credential.SourceIMDS, ClientOptions: oneTry()}
	o.Transport = nothing{}
	c := newCred(t, nil, o)
	e := failure(t, c)
	require.ErrorIs(t, e, credential.ErrUnavailable)
	require.ErrorContains(t, e, "nil response")
}

// TestUserAgent names the library.
func TestUserAgent(t *testing.T) {
	t.Parallel()
	s := newSite(issue(time.Hour))
	_, err := get(context.Background(), newCred(t, s, options{Source: credential.SourceIMDS}))
	require.NoError(t, err)
	require.Contains(t, s.call(0).header.Get("User-Agent"), "keyless-credential/v")
}
