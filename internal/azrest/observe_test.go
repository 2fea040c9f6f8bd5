package azrest_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"testing"

	azlog "github.com/Azure/azure-sdk-for-go/sdk/azcore/log"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/tracing"
	"github.com/stretchr/testify/require"

	"github.com/keyless-go/azure/internal/azrest"
)

// azcore's log is one for the process: this test does not run beside others.
func TestTheLogHoldsNoSecret(t *testing.T) {
	var mu sync.Mutex
	var logged strings.Builder
	azlog.SetListener(func(e azlog.Event, text string) {
		mu.Lock()
		defer mu.Unlock()
		fmt.Fprintln(&logged, e, text)
	})
	defer azlog.SetListener(nil)

	c := config(t, nil, withBearer(&tokens{list: []string{jwt}}), withoutRetries)
	c.Options.Logging.IncludeBody = true
	c.Options.Logging.AllowedHeaders = []string{"Authorization", "authorization", "Set-Cookie", "X-Secret-Thing", "X-Plain"}
	c.Options.Logging.AllowedQueryParams = []string{"sig", "maxresults"}
	answers := []service{
		always(200, `{"name":"p@ssw0rd!"}`, "Set-Cookie", "p@ssw0rd!", "X-Secret-Thing", "p@ssw0rd!", "X-Plain", "plain"),
		always(403, `{"error":{"code":"X","message":"`+jwt+`"}}`),
		func(req *http.Request) (*http.Response, error) {
			return nil, fmt.Errorf("proxy: %w", &url.Error{Op: "Connect", URL: req.URL.String(), Err: errors.New("refused")})
		},
	}
	for _, s := range answers {
		c.HTTPClient = s.client()
		client, err := azrest.New(c)
		require.NoError(t, err)
		call := getCall()
		call.Method, call.Body = http.MethodPut, map[string]string{"value": "p@ssw0rd!"}
		call.Query = url.Values{"sig": {"c2VjcmV0"}, "maxresults": {"5"}}
		_, _ = azrest.Do[thing](t.Context(), client, call)
	}
	mu.Lock()
	defer mu.Unlock()
	require.Contains(t, logged.String(), "maxresults=5")
	require.Contains(t, logged.String(), "plain")
	require.NotContains(t, logged.String(), "p@ssw0rd")
	require.NotContains(t, logged.String(), "eyJ")
	require.NotContains(t, logged.String(), "c2VjcmV0")
	require.Equal(t, []string{"sig", "maxresults"}, c.Options.Logging.AllowedQueryParams, "the user's options are as they were")
}

// spans collects what a tracing provider is told.
type spans struct {
	mu   sync.Mutex
	list []string
}

func (s *spans) add(format string, a ...any) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.list = append(s.list, fmt.Sprintf(format, a...))
}

func (s *spans) provider() tracing.Provider {
	return tracing.NewProvider(func(name, version string) tracing.Tracer {
		return tracing.NewTracer(func(ctx context.Context, span string, options *tracing.SpanOptions) (context.Context, tracing.Span) {
			s.add("%s %s %v", name, span, options.Attributes)
			return ctx, tracing.NewSpan(tracing.SpanImpl{
				End:           func() { s.add("end %s", span) },
				SetAttributes: func(...tracing.Attribute) {},
				SetStatus:     func(_ tracing.SpanStatus, text string) { s.add("failed %s: %s", span, text) },
				AddEvent:      func(string, ...tracing.Attribute) {},
			})
		}, nil)
	}, nil)
}

func TestEachCallIsASpan(t *testing.T) {
	t.Parallel()
	var s spans
	c := config(t, always(404, `{"error":{"code":"SecretNotFound","message":"`+jwt+`"}}`), withBearer(&tokens{list: []string{jwt}}))
	c.Options.TracingProvider = s.provider()
	client, err := azrest.New(c)
	require.NoError(t, err)
	_, err = get(t.Context(), client)
	require.ErrorIs(t, err, azrest.ErrNotFound)
	all := strings.Join(s.list, "\n")
	require.Contains(t, all, "keyless-keyvault keyvault.SecretClient.Get")
	require.Contains(t, all, "Microsoft.KeyVault")
	require.Contains(t, all, "HTTP GET")
	require.Contains(t, all, "failed keyvault.SecretClient.Get: *azrest.Error:\nkeyvault: get secret")
	require.Contains(t, all, "end keyvault.SecretClient.Get")
	require.NotContains(t, all, "eyJ")

	s.list = nil
	call := getCall()
	resp, err := client.Send(t.Context(), call)
	require.Error(t, err)
	require.NoError(t, resp.Body.Close())
	require.Contains(t, strings.Join(s.list, "\n"), "failed keyvault.SecretClient.Get")
}
