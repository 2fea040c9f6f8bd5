package credential_test

import (
	"context"
	"crypto/rand"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"io/fs"
	"log"
	"maps"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/policy"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/tracing"
	"github.com/stretchr/testify/require"

	"github.com/keyless-go/azure/credential"
)

const (
	vaultScope = "https://vault.azure.net/.default"
	vault      = "https://vault.azure.net"
	someGUID   = "12345678-9abc-4ef0-8234-56789abcdef0"
	otherGUID  = "87654321-cba9-4fe0-8432-0fedcba98765"
	someID     = "/subscriptions/98f51385-2edc-4b79-bed9-7718de4cb861/resourcegroups/DevTest/providers/Microsoft.ManagedIdentity/userAssignedIdentities/app"
)

type (
	options = credential.ManagedIdentityCredentialOptions
	cred    = credential.ManagedIdentityCredential
)

// drain lets every budget end. A goroutine that is left then fails the bubble.
func drain() { time.Sleep(15 * time.Minute) }

// site is a made-up endpoint. It answers with its replies in turn, with the last
// one again and again, and notes what it was asked.
type site struct {
	mu      sync.Mutex
	replies []reply
	calls   []call
}

type reply func(*http.Request) (*http.Response, error)

// call is a request as it arrived.
type call struct {
	method, url, body string
	header            http.Header
	at                time.Time
}

func newSite(replies ...reply) *site { return &site{replies: replies} }

func (s *site) RoundTrip(req *http.Request) (*http.Response, error) {
	s.mu.Lock()
	n := min(len(s.calls), len(s.replies)-1)
	c := call{method: req.Method, url: req.URL.String(), header: req.Header.Clone(), at: time.Now()}
	if req.Body != nil {
		body, _ := io.ReadAll(req.Body)
		c.body = string(body)
	}
	s.calls = append(s.calls, c)
	s.mu.Unlock()
	resp, err := s.replies[n](req)
	if resp != nil {
		resp.Request = req
	}
	return resp, err
}

func (s *site) client() *http.Client { return &http.Client{Transport: s} }

func (s *site) count() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.calls)
}

func (s *site) call(i int) call {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.calls[i]
}

// become replaces what is still to be answered.
func (s *site) become(replies ...reply) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.replies = append(make([]reply, len(s.calls)), replies...)
}

// say answers with a status, a body, and headers, which are names and values in turn.
func say(status int, body string, headers ...string) reply {
	return func(*http.Request) (*http.Response, error) {
		resp := &http.Response{
			Status: fmt.Sprintf("%d %s", status, http.StatusText(status)), StatusCode: status,
			Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1,
			Header: http.Header{}, Body: io.NopCloser(strings.NewReader(body)), ContentLength: int64(len(body)),
		}
		for i := 0; i < len(headers); i += 2 {
			resp.Header.Add(headers[i], headers[i+1])
		}
		return resp, nil
	}
}

// issue answers with a new token for life, as a virtual machine does. Further
// fields replace those of the answer, or remove them if they are nil.
func issue(life time.Duration, fields ...map[string]any) reply {
	return func(req *http.Request) (*http.Response, error) {
		return say(http.StatusOK, tokenJSON(life, fields...))(req)
	}
}

func tokenJSON(life time.Duration, fields ...map[string]any) string {
	body := map[string]any{
		"access_token": "secret-" + rand.Text(), "token_type": "Bearer",
		"expires_on": strconv.FormatInt(time.Now().Add(life).Unix(), 10),
	}
	for _, more := range fields {
		for name, value := range more {
			body[name] = value
			if value == nil {
				delete(body, name)
			}
		}
	}
	text, err := json.Marshal(body)
	if err != nil {
		panic(err)
	}
	return string(text)
}

// after answers later, unless the request is given up first.
func after(d time.Duration, next reply) reply {
	return func(req *http.Request) (*http.Response, error) {
		select {
		case <-time.After(d):
			return next(req)
		case <-req.Context().Done():
			return nil, req.Context().Err()
		}
	}
}

// hang never answers.
func hang(req *http.Request) (*http.Response, error) {
	<-req.Context().Done()
	return nil, req.Context().Err()
}

// refuse is a port where nobody listens.
func refuse(*http.Request) (*http.Response, error) {
	return nil, &net.OpError{Op: "dial", Net: "tcp", Err: syscall.ECONNREFUSED}
}

// jwt makes a token that says when it was issued and ends.
func jwt(issued, expires time.Time) string {
	claims := fmt.Sprintf(`{"iat":%d,"nbf":%d,"exp":%d,"jti":%q}`, issued.Unix(), issued.Unix(), expires.Unix(), rand.Text())
	return "eyJhbGciOiJub25lIn0." + base64.RawURLEncoding.EncodeToString([]byte(claims)) + ".c2lnbmF0dXJl"
}

// newCred makes a credential that asks site.
func newCred(tb testing.TB, s *site, o options) *cred {
	tb.Helper()
	if s != nil {
		o.HTTPClient = s.client()
	}
	c, err := credential.NewManagedIdentityCredential(&o)
	require.NoError(tb, err)
	return c
}

// getter is what both kinds of credential are.
type getter = azcore.TokenCredential

// get asks for a token for Key Vault.
func get(ctx context.Context, c getter) (azcore.AccessToken, error) {
	return c.GetToken(ctx, policy.TokenRequestOptions{Scopes: []string{vaultScope}})
}

// mustGet is get where it must succeed.
func mustGet(t *testing.T, c getter) azcore.AccessToken {
	t.Helper()
	token, err := get(t.Context(), c)
	require.NoError(t, err)
	return token
}

// failure is the error of a token for Key Vault that must not be had.
func failure(t *testing.T, c getter) *credential.Error {
	t.Helper()
	token, err := get(t.Context(), c)
	require.Empty(t, token)
	var e *credential.Error
	require.ErrorAs(t, err, &e)
	return e
}

// crowd calls get n times at once and gives what each got and how long it waited.
func crowd(n int, get func(i int) (azcore.AccessToken, error)) []got {
	all := make([]got, n)
	var wg sync.WaitGroup
	for i := range all {
		wg.Go(func() {
			start := time.Now()
			all[i].AccessToken, all[i].err = get(i)
			all[i].waited = time.Since(start)
		})
	}
	wg.Wait()
	return all
}

type got struct {
	azcore.AccessToken

	err    error
	waited time.Duration
}

// cleanEnv unsets, for the test, every variable that is looked at. Tests that
// need it cannot be parallel.
func cleanEnv(t *testing.T, set map[string]string) {
	t.Helper()
	for _, name := range variables() {
		t.Setenv(name, "")
	}
	for name, value := range set {
		t.Setenv(name, value)
	}
}

func variables() []string {
	return []string{
		"IDENTITY_ENDPOINT", "IDENTITY_HEADER", "IDENTITY_SERVER_THUMBPRINT", "IDENTITY_API_VERSION", "IMDS_ENDPOINT",
		"MSI_ENDPOINT", "MSI_SECRET", "DEFAULT_IDENTITY_CLIENT_ID", "AZUREML_RUN_ID", "AZURE_POD_IDENTITY_AUTHORITY_HOST",
		"AZURE_FEDERATED_TOKEN_FILE", "AZURE_CLIENT_ID", "AZURE_TENANT_ID", "AZURE_AUTHORITY_HOST",
	}
}

// keysOf are the names of a table's cases whose values must be made later, in
// the virtual time of each.
func keysOf[V any](table map[string]V) []string { return slices.Sorted(maps.Keys(table)) }

func sleepUntil(at time.Time) { time.Sleep(time.Until(at)) }

// quiet is a log for what servers say of the handshakes that tests spoil.
func quiet(t *testing.T) *log.Logger {
	t.Helper()
	return log.New(io.Discard, "", 0)
}

// spans is a tracer that notes what it is told.
type spans struct {
	mu     sync.Mutex
	begun  []string
	failed []string
}

func (s *spans) provider() tracing.Provider {
	return tracing.NewProvider(func(string, string) tracing.Tracer {
		return tracing.NewTracer(func(ctx context.Context, name string, o *tracing.SpanOptions) (context.Context, tracing.Span) {
			s.note(&s.begun, name)
			return ctx, tracing.NewSpan(tracing.SpanImpl{
				End:       func() {},
				SetStatus: func(_ tracing.SpanStatus, text string) { s.note(&s.failed, text) },
			})
		}, nil)
	}, nil)
}

func (s *spans) note(list *[]string, text string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	*list = append(*list, text)
}

func (s *spans) names() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.begun)
}

func (s *spans) failures() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.failed)
}

// tempDir is t.TempDir but for its name, in which t's own would put characters
// that no key file of Azure Arc has, and for its end: os.RemoveAll does not work
// under Wine, where the tests for Windows run.
func tempDir(tb testing.TB) string {
	tb.Helper()
	dir, err := os.MkdirTemp("", "keyless-") //nolint:usetesting // see above
	require.NoError(tb, err)
	tb.Cleanup(func() {
		var names []string
		require.NoError(tb, filepath.WalkDir(dir, func(name string, _ fs.DirEntry, err error) error {
			names = append(names, name)
			return err
		}))
		for _, name := range slices.Backward(names) {
			require.NoError(tb, os.Remove(name))
		}
	})
	return dir
}
