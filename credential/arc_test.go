package credential_test

import (
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore"
	"github.com/stretchr/testify/require"

	"github.com/keyless-go/azure/credential"
)

// TestArcExchange: the challenge, then the same request with the file's content.
func TestArcExchange(t *testing.T) {
	w := newWorld(t, credential.SourceAzureArc)
	w.mustGet(t)
	require.Equal(t, 2, w.count())
	for i := range 2 {
		c := w.call(i)
		require.Equal(t, http.MethodGet, c.method)
		require.Equal(t, "http://localhost:40342/metadata/identity/oauth2/token?api-version=2020-06-01&resource=https%3A%2F%2Fvault.azure.net", c.url)
		require.Equal(t, "true", c.header.Get("Metadata"))
	}
	require.Empty(t, w.call(0).header.Get("Authorization"))
	keys, err := filepath.Glob(filepath.Join(w.keys, "*.key"))
	require.NoError(t, err)
	key, err := os.ReadFile(keys[0])
	require.NoError(t, err)
	require.Equal(t, "Basic "+string(key), w.call(1).header.Get("Authorization"))
}

// TestArcKeyRefused: keys live shortly, so a second 401 starts again, once.
func TestArcKeyRefused(t *testing.T) {
	w := newWorld(t, credential.SourceAzureArc)
	w.instead = func(rw http.ResponseWriter, _ *http.Request) {
		if w.count() < 4 {
			rw.WriteHeader(http.StatusUnauthorized)
			return
		}
		w.token(rw)
	}
	w.mustGet(t)
	require.Equal(t, 4, w.count())
	require.NotEqual(t, w.call(1).header.Get("Authorization"), w.call(3).header.Get("Authorization"))

	w = newWorld(t, credential.SourceAzureArc)
	w.instead = func(rw http.ResponseWriter, _ *http.Request) { rw.WriteHeader(http.StatusUnauthorized) }
	e := failure(t, w.cred(t))
	require.Equal(t, http.StatusUnauthorized, e.StatusCode)
	require.Equal(t, 4, w.count())
	require.Equal(t, 1, e.Attempts)
}

// TestArcTokenWithoutKey: the agent gives none, so it is not the agent.
func TestArcTokenWithoutKey(t *testing.T) {
	cleanEnv(t, nil)
	for _, status := range []int{http.StatusOK, http.StatusAccepted, http.StatusNoContent} {
		s := newSite(say(status, tokenJSON(time.Hour)))
		e := failure(t, newCred(t, s, options{Source: credential.SourceAzureArc}))
		require.ErrorIs(t, e, credential.ErrUnexpectedResponse)
		require.ErrorContains(t, e, "without asking for a key")
		require.NotContains(t, e.Error(), "it starts")
		require.Equal(t, 1, s.count())
	}
	page := newSite(say(http.StatusOK, "<title>Welcome to our network</title>"))
	e := failure(t, newCred(t, page, options{Source: credential.SourceAzureArc}))
	require.ErrorContains(t, e, "200: it answered without asking for a key, as the agent never does: it starts <title>Welcome to our network</title>")
}

// TestArcFalseChallenge: no file is read, and none of its content sent.
func TestArcFalseChallenge(t *testing.T) {
	cleanEnv(t, nil)
	_, elsewhere := keyFolder(t, "not-a-key-of-the-agent")
	s := newSite(say(401, "", "WWW-Authenticate", "Basic realm="+elsewhere))
	c := newCred(t, s, options{Source: credential.SourceAzureArc})
	require.NoError(t, credential.UseArcKeys(c, tempDir(t)))
	e := failure(t, c)
	require.ErrorIs(t, e, credential.ErrUnexpectedResponse)
	require.Equal(t, http.StatusUnauthorized, e.StatusCode)
	require.Equal(t, 1, s.count())
}

// TestArcStaysOnTheMachine: a key goes nowhere else, by https neither.
func TestArcStaysOnTheMachine(t *testing.T) {
	for endpoint, allowed := range map[string]bool{
		"http://localhost:40342": true, "http://127.0.0.1:40342": true, "http://127.8.9.1": true, "http://[::1]:40342/x": true, "https://LOCALHOST": true,
		"http://169.254.169.254": false, "https://agent.example": false, "http://localhost.example": false, "http://0.0.0.0": false, "http://10.0.0.4:40342": false,
	} {
		cleanEnv(t, map[string]string{"IDENTITY_ENDPOINT": endpoint, "IMDS_ENDPOINT": "x"})
		_, err := credential.NewManagedIdentityCredential(nil)
		require.Equal(t, allowed, err == nil, "%s: %v", endpoint, err)
		_, err = credential.NewManagedIdentityCredential(&options{Source: credential.SourceAzureArc, Endpoint: endpoint})
		require.Equal(t, allowed, err == nil, "%s: %v", endpoint, err)
	}
}

// TestArcAgentStarting: 404 and the like come before any challenge, and pass.
func TestArcAgentStarting(t *testing.T) {
	for _, status := range []int{404, 429, 500, 503} {
		w := newWorld(t, credential.SourceAzureArc)
		starting := true
		w.options.Retry.RetryDelay = time.Millisecond
		w.options.HTTPClient.Transport = roundTripper(func(req *http.Request) (*http.Response, error) {
			if starting {
				starting = false
				return say(status, "")(req)
			}
			return w.RoundTrip(req)
		})
		w.mustGet(t)
		require.Equal(t, 2, w.count())
	}
}

type roundTripper func(*http.Request) (*http.Response, error)

func (f roundTripper) RoundTrip(req *http.Request) (*http.Response, error) { return f(req) }

// TestArcOneExchangeAtATime: each challenge has its own key file.
func TestArcOneExchangeAtATime(t *testing.T) {
	w := newWorld(t, credential.SourceAzureArc)
	c := w.cred(t)
	scopes := []string{"https://a.example", "https://b.example", "https://c.example", "https://d.example"}
	require.NoError(t, c.Prefetch(t.Context(), scopes...))
	require.Equal(t, 8, w.count())
	for i := 0; i < 8; i += 2 {
		require.Empty(t, w.call(i).header.Get("Authorization"))
		require.NotEmpty(t, w.call(i+1).header.Get("Authorization"))
		require.Equal(t, w.call(i).url, w.call(i+1).url)
	}
}

// TestArcWaitsItsTurnNoLonger than its try: one exchange that hangs holds up the
// others for a while, and fails them for themselves.
func TestArcWaitsItsTurnNoLonger(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		c := newCred(t, newSite(hang), options{Source: credential.SourceAzureArc, ClientOptions: oneTry()})
		start := time.Now()
		err := c.Prefetch(t.Context(), "https://a.example", "https://b.example")
		require.ErrorIs(t, err, credential.ErrUnavailable)
		require.Equal(t, 10*time.Second, time.Since(start))
	})
}

func oneTry() (o azcore.ClientOptions) {
	o.Retry.MaxRetries = -1
	return o
}

// TestArcInTheBackground is one exchange: two requests, even if a key is refused.
func TestArcInTheBackground(t *testing.T) {
	w := newWorld(t, credential.SourceAzureArc)
	synctest.Test(t, func(t *testing.T) {
		c := w.cred(t)
		first := mustGet(t, c)
		w.instead = func(rw http.ResponseWriter, _ *http.Request) { rw.WriteHeader(http.StatusUnauthorized) }
		sleepUntil(first.RefreshOn)
		mustGet(t, c)
		synctest.Wait()
		require.Error(t, c.Status().Tokens[0].LastError)
		require.Equal(t, 4, w.count())
	})
}

// TestArcKeyIsNeverKept: each fetch reads the file of its own challenge.
func TestArcKeyIsNeverKept(t *testing.T) {
	w := newWorld(t, credential.SourceAzureArc)
	c := w.cred(t)
	require.NoError(t, c.Prefetch(t.Context(), "https://a.example"))
	require.NoError(t, c.Prefetch(t.Context(), "https://b.example"))
	require.NotEqual(t, w.call(1).header.Get("Authorization"), w.call(3).header.Get("Authorization"))
}

// TestArcEchoedKey: an agent's error that repeats the key does not show it.
func TestArcEchoedKey(t *testing.T) {
	w := newWorld(t, credential.SourceAzureArc)
	w.instead = func(rw http.ResponseWriter, r *http.Request) {
		rw.WriteHeader(http.StatusBadRequest)
		_, _ = io.WriteString(rw, "cannot use "+r.Header.Get("Authorization"))
	}
	e := failure(t, w.cred(t))
	require.ErrorContains(t, e, "cannot use Basic REDACTED")
	require.False(t, strings.Contains(e.Error(), "key-"))
}
