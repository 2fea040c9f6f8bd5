package credential_test

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore"
	"github.com/stretchr/testify/require"

	"github.com/keyless-go/azure/azuretest"
	"github.com/keyless-go/azure/credential"
)

// TestAtMostThreeAtOnce: the metadata service allows five, to all processes of
// the machine together.
func TestAtMostThreeAtOnce(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var now, most atomic.Int32
		s := newSite(func(req *http.Request) (*http.Response, error) {
			most.Store(max(most.Load(), now.Add(1)))
			defer now.Add(-1)
			return after(time.Second, issue(time.Hour))(req)
		})
		c := newCred(t, s, options{Source: credential.SourceIMDS})
		var scopes []string
		for i := range 10 {
			scopes = append(scopes, fmt.Sprintf("https://service-%d.example", i))
		}
		start := time.Now()
		require.NoError(t, c.Prefetch(t.Context(), scopes...))
		require.EqualValues(t, 3, most.Load())
		require.Equal(t, 4*time.Second, time.Since(start))
	})
}

// TestLimitsOfTheMetadataService are kept by ten resources at once.
func TestLimitsOfTheMetadataService(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		srv := azuretest.New(t, azuretest.Empty())
		srv.LimitIMDS(true)
		srv.Fail(azuretest.Fault{Operation: "imds.token", Delay: 100 * time.Millisecond, Times: -1})
		c := onIMDS(t, srv, options{})
		require.NoError(t, c.Prefetch(t.Context(), vaultScope, "https://management.azure.com/", "https://management.azure.com",
			"https://storage.azure.com/", "https://database.windows.net/"))
		for _, request := range srv.Requests() {
			require.Equal(t, http.StatusOK, request.Status)
		}
	})
}

// TestNoTurnToAsk: with three requests stuck in a transport that does not give
// up, those for other resources fail by themselves, within their own budget.
func TestNoTurnToAsk(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		defer drain()
		s := newSite(func(*http.Request) (*http.Response, error) {
			time.Sleep(10 * time.Minute)
			return nil, io.ErrUnexpectedEOF
		})
		c := newCred(t, s, options{Source: credential.SourceIMDS})
		stuck := make(chan error)
		go func() {
			stuck <- c.Prefetch(t.Context(), "https://a.example", "https://b.example", "https://c.example")
		}()
		synctest.Wait()
		start := time.Now()
		e := failure(t, c)
		require.Equal(t, 90*time.Second, time.Since(start))
		require.ErrorContains(t, e, "requests for other resources are under way")
		require.ErrorIs(t, e, credential.ErrUnavailable)
		require.ErrorContains(t, <-stuck, "credential: token for")
		require.Equal(t, 3, s.count())
	})
}

// events collects what an observer is told.
type events struct {
	mu   sync.Mutex
	list []credential.Event
}

func (e *events) observe(event credential.Event) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.list = append(e.list, event)
}

// take gives what has come since the last time.
func (e *events) take() []credential.Event {
	e.mu.Lock()
	defer e.mu.Unlock()
	list := e.list
	e.list = nil
	return list
}

// TestOneRequestPerBackgroundTry: the schedule is its retry, so each failed try
// is one request and one event.
func TestOneRequestPerBackgroundTry(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		seen := &events{}
		s := newSite(issue(time.Hour), say(500, ""))
		c := newCred(t, s, options{Source: credential.SourceIMDS, Observer: seen.observe})
		first := mustGet(t, c)
		seen.take()
		for time.Until(first.ExpiresOn) > 2*time.Second {
			mustGet(t, c)
			time.Sleep(time.Second)
		}
		failed := seen.take()
		require.Len(t, failed, s.count()-1)
		for _, e := range failed {
			require.Equal(t, credential.EventRefreshFailed, e.Kind)
			require.Equal(t, 1, e.Attempt)
		}
	})
}

// TestTracing: a fetch is a span with its request below it, and a token from the
// cache is none.
func TestTracing(t *testing.T) {
	t.Parallel()
	tracer := &spans{}
	s := newSite(issue(time.Hour))
	o := options{Source: credential.SourceIMDS}
	o.TracingProvider = tracer.provider()
	c := newCred(t, s, o)
	mustGet(t, c)
	mustGet(t, c)
	require.Equal(t, []string{"ManagedIdentityCredential.GetToken", "HTTP GET"}, tracer.names())

	s.become(say(400, `{"error":"invalid_request","error_description":"Identity not found"}`))
	require.Error(t, c.Prefetch(t.Context(), "https://other.example"))
	require.Contains(t, strings.Join(tracer.failures(), "\n"), "Identity not found")
	require.NotContains(t, strings.Join(append(tracer.names(), tracer.failures()...), "\n"), "secret-")
}

// TestFetchesLeaveNothingBehind: whether they succeed, fail, hang or are left by
// all their callers, no goroutine is there afterwards: the bubble would fail.
func TestFetchesLeaveNothingBehind(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		for _, reply := range []reply{issue(10 * time.Minute), say(500, ""), say(400, ""), refuse, hang, say(200, "no token")} {
			s := newSite(issue(10*time.Minute), reply)
			c := newCred(t, s, options{Source: credential.SourceIMDS})
			crowd(20, func(i int) (azcore.AccessToken, error) {
				ctx, cancel := context.WithTimeout(t.Context(), time.Duration(i)*time.Second)
				defer cancel()
				return get(ctx, c)
			})
			for range 60 {
				ctx, cancel := context.WithTimeout(t.Context(), time.Millisecond)
				_, _ = get(ctx, c)
				_, _ = challenged(ctx, c, `{}`)
				cancel()
				time.Sleep(20 * time.Second)
			}
		}
	})
}
