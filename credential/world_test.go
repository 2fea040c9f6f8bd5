package credential_test

import (
	"crypto/rand"
	"crypto/sha1"
	"encoding/hex"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore"
	"github.com/stretchr/testify/require"

	"github.com/keyless-go/azure/credential"
)

// world is what a program finds where a source is: its variables and an
// endpoint that answers as the source's does.
type world struct {
	source  credential.Source
	options options
	echo    map[string]any   // fields of the answer besides the usual
	instead http.HandlerFunc // answers in the source's place

	keys    string   // Azure Arc's directory
	secrets []string // what nothing may ever print

	mu    sync.Mutex
	calls []call
}

// newWorld sets the environment, so its tests cannot be parallel.
func newWorld(t *testing.T, source credential.Source) *world {
	t.Helper()
	w := &world{source: source, options: options{Source: source}}
	w.options.HTTPClient = &http.Client{Transport: w}
	header := w.secret("header")
	cleanEnv(t, nil)
	for name, value := range w.environment(t, header) {
		t.Setenv(name, value)
	}
	return w
}

func (w *world) secret(kind string) string {
	s := kind + "-" + rand.Text()
	w.mu.Lock()
	defer w.mu.Unlock()
	w.secrets = append(w.secrets, s)
	return s
}

func (w *world) environment(t *testing.T, header string) map[string]string {
	t.Helper()
	switch w.source {
	case credential.SourceAppService:
		return map[string]string{"IDENTITY_ENDPOINT": "http://169.254.130.3:8081/msi/token", "IDENTITY_HEADER": header}
	case credential.SourceAppService2017:
		return map[string]string{"MSI_ENDPOINT": "http://127.0.0.1:41741/MSI/token/", "MSI_SECRET": header}
	case credential.SourceAzureML:
		return map[string]string{"MSI_ENDPOINT": "http://127.0.0.1:46808/MSI/auth", "MSI_SECRET": header, "DEFAULT_IDENTITY_CLIENT_ID": otherGUID}
	case credential.SourceCloudShell:
		return map[string]string{"MSI_ENDPOINT": "http://localhost:50342/oauth2/token"}
	case credential.SourceAzureArc:
		w.keys = tempDir(t)
		return map[string]string{"IDENTITY_ENDPOINT": "http://localhost:40342/metadata/identity/oauth2/token", "IMDS_ENDPOINT": "http://localhost:40342"}
	case credential.SourceServiceFabric:
		server := httptest.NewTLSServer(w)
		t.Cleanup(server.Close)
		w.options.HTTPClient = nil
		return map[string]string{"IDENTITY_ENDPOINT": server.URL, "IDENTITY_HEADER": header, "IDENTITY_SERVER_THUMBPRINT": thumbprint(server)}
	case credential.SourceWorkloadIdentity:
		file := filepath.Join(tempDir(t), "azure-identity-token")
		require.NoError(t, os.WriteFile(file, []byte(w.secret("a")+"."+w.secret("b")+"."+w.secret("c")+"\n"), 0o600))
		return map[string]string{"AZURE_FEDERATED_TOKEN_FILE": file, "AZURE_CLIENT_ID": otherGUID, "AZURE_TENANT_ID": "contoso.onmicrosoft.com"}
	default:
		return nil
	}
}

func thumbprint(server *httptest.Server) string {
	sum := sha1.Sum(server.Certificate().Raw)
	return hex.EncodeToString(sum[:])
}

func (w *world) cred(t *testing.T) *cred {
	t.Helper()
	c, err := credential.NewManagedIdentityCredential(&w.options)
	require.NoError(t, err)
	if w.source == credential.SourceAzureArc {
		require.NoError(t, credential.UseArcKeys(c, w.keys))
	}
	return c
}

func (w *world) mustGet(t *testing.T) azcore.AccessToken {
	t.Helper()
	return mustGet(t, w.cred(t))
}

// RoundTrip serves in memory.
func (w *world) RoundTrip(req *http.Request) (*http.Response, error) {
	if req.Body == nil {
		req.Body = http.NoBody
	}
	recorder := httptest.NewRecorder()
	w.ServeHTTP(recorder, req)
	resp := recorder.Result()
	resp.Request = req
	return resp, nil
}

func (w *world) ServeHTTP(rw http.ResponseWriter, r *http.Request) {
	body, _ := io.ReadAll(r.Body)
	w.mu.Lock()
	w.calls = append(w.calls, call{method: r.Method, url: r.URL.String(), body: string(body), header: r.Header.Clone(), at: time.Now()})
	w.mu.Unlock()
	switch {
	case w.source == credential.SourceAzureArc && r.Header.Get("Authorization") == "":
		w.challenge(rw)
	case w.instead != nil:
		w.instead(rw, r)
	default:
		w.token(rw)
	}
}

func (w *world) token(rw http.ResponseWriter) {
	rw.Header().Set("Content-Type", "application/json")
	_, _ = io.WriteString(rw, tokenJSON(time.Hour, map[string]any{"access_token": w.secret("token")}, w.echo))
}

// challenge names a new key file, as the agent of Azure Arc does.
func (w *world) challenge(rw http.ResponseWriter) {
	file := filepath.Join(w.keys, rand.Text()+".key")
	if err := os.WriteFile(file, []byte(w.secret("key")), 0o600); err != nil {
		panic(err)
	}
	rw.Header().Set("Www-Authenticate", "Basic realm="+file)
	rw.WriteHeader(http.StatusUnauthorized)
}

func (w *world) count() int {
	w.mu.Lock()
	defer w.mu.Unlock()
	return len(w.calls)
}

func (w *world) call(i int) call {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.calls[i]
}

// parameters are those of a request, in its query or its form.
func (w *world) parameters(i int) url.Values {
	c := w.call(i)
	if c.method == http.MethodPost {
		form, _ := url.ParseQuery(c.body)
		return form
	}
	u, _ := url.Parse(c.url)
	return u.Query()
}

// sources are all of them.
func sources() []credential.Source {
	return []credential.Source{
		credential.SourceIMDS, credential.SourceVMExtension, credential.SourceAppService, credential.SourceAppService2017,
		credential.SourceAzureML, credential.SourceCloudShell, credential.SourceAzureArc, credential.SourceServiceFabric,
		credential.SourceWorkloadIdentity,
	}
}

func TestEverySourceGivesATokenOnce(t *testing.T) {
	for _, source := range sources() {
		t.Run(string(source), func(t *testing.T) {
			w := newWorld(t, source)
			c := w.cred(t)
			first := mustGet(t, c)
			require.NotEmpty(t, first.Token)
			require.Equal(t, time.UTC, first.ExpiresOn.Location())
			require.Equal(t, time.UTC, first.RefreshOn.Location())
			require.True(t, first.RefreshOn.Before(first.ExpiresOn))
			requests := w.count()
			require.Equal(t, first, mustGet(t, c))
			require.Equal(t, requests, w.count())
			require.Equal(t, source, c.Status().Source)
		})
	}
}
