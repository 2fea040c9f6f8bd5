package credential_test

import (
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/require"

	"github.com/keyless-go/azure/credential"
)

// checkPrints formats values in every way and looks for the secrets' bytes.
func checkPrints(t *testing.T, secrets []string, values ...any) {
	t.Helper()
	require.NotEmpty(t, secrets)
	var all strings.Builder
	text, jsonLog := slog.New(slog.NewTextHandler(&all, nil)), slog.New(slog.NewJSONHandler(&all, nil))
	for _, value := range values {
		for _, v := range []any{value, []any{value}, struct{ V any }{value}} {
			for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%d"} {
				_, _ = fmt.Fprintf(&all, verb+"\n", v)
			}
			text.Info("event", "value", v)
			jsonLog.Info("event", "value", v)
			encoded, _ := json.Marshal(v) //nolint:errchkjson // some of it cannot be: that prints nothing
			all.Write(encoded)
		}
		if err, ok := value.(error); ok {
			all.WriteString(fmt.Errorf("wrapped: %w", err).Error())
		}
	}
	printed := all.String()
	require.NotEmpty(t, printed)
	for _, secret := range secrets {
		require.NotContains(t, printed, secret)
		require.NotContains(t, strings.ToLower(printed), fmt.Sprintf("%x", secret))
	}
}

// TestNothingPrintsASecret: for each source, working and failing in various ways,
// everything that a program can get hold of.
func TestNothingPrintsASecret(t *testing.T) {
	for _, source := range sources() {
		t.Run(string(source), func(t *testing.T) { testPrints(t, source) })
	}
}

func testPrints(t *testing.T, source credential.Source) {
	t.Helper()
	for name, instead := range map[string]func(*world) http.HandlerFunc{
		"works":         func(*world) http.HandlerFunc { return nil },
		"refuses":       func(*world) http.HandlerFunc { return echoAll(400) },
		"is down":       func(*world) http.HandlerFunc { return echoAll(503) },
		"is a page":     func(*world) http.HandlerFunc { return echoAll(200) },
		"has no expiry": withoutExpiry,
		"redirects":     func(*world) http.HandlerFunc { return echoAll(302) },
		"cuts its JSON": cutToken,
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t, source)
			w.instead = instead(w)
			w.options.Retry.MaxRetries = -1
			seen := &events{}
			w.options.Observer = seen.observe
			c := w.cred(t)
			_, err := get(t.Context(), c)
			require.Equal(t, w.instead == nil, err == nil)
			w.options.HTTPClient = nil // the test's own, which knows the secrets
			values := []any{c, *c, c.Status(), w.options, &w.options}
			if err != nil {
				values = append(values, err)
			}
			for _, e := range seen.take() {
				values = append(values, e)
			}
			checkPrints(t, w.secrets, values...)
		})
	}
}

// echoAll repeats the whole request in its answer.
func echoAll(status int) http.HandlerFunc {
	return func(rw http.ResponseWriter, r *http.Request) {
		var said strings.Builder
		_ = r.ParseForm()
		for name, values := range r.Header {
			_, _ = fmt.Fprintf(&said, "%s is %s ", name, values[0])
		}
		_, _ = fmt.Fprintf(&said, "assertion is %s", r.PostForm.Get("client_assertion"))
		for _, name := range []string{"Server", "X-Ms-Request-Id", "Location"} {
			rw.Header().Set(name, said.String())
		}
		rw.WriteHeader(status)
		if status == 400 {
			_ = json.NewEncoder(rw).Encode(map[string]string{"error": said.String(), "error_description": said.String(), "correlation_id": said.String()})
			return
		}
		_, _ = io.WriteString(rw, said.String())
	}
}

func withoutExpiry(w *world) http.HandlerFunc {
	return func(rw http.ResponseWriter, _ *http.Request) {
		_, _ = fmt.Fprintf(rw, `{"access_token":%q}`, w.secret("token"))
	}
}

func cutToken(w *world) http.HandlerFunc {
	return func(rw http.ResponseWriter, _ *http.Request) {
		_, _ = fmt.Fprintf(rw, `{"access_token":%q,"expires_`, w.secret("token"))
	}
}

// TestPanicsPrintNoSecret: what a transport or an observer panics with may be one.
func TestPanicsPrintNoSecret(t *testing.T) {
	w := newWorld(t, credential.SourceIMDS)
	w.options.HTTPClient.Transport = roundTripper(func(*http.Request) (*http.Response, error) { panic("secret-of-the-transport") })
	synctest.Test(t, func(t *testing.T) {
		c := w.cred(t)
		_, err := get(t.Context(), c)
		require.ErrorContains(t, err, "panicked")
		checkPrints(t, []string{"secret-of-the-transport"}, err, c.Status())
	})
}

// TestZeroValues: what no constructor has made says so, and breaks no log.
func TestZeroValues(t *testing.T) {
	t.Parallel()
	var c credential.ManagedIdentityCredential
	_, err := get(t.Context(), &c)
	require.EqualError(t, err, "credential: the credential was not made by NewManagedIdentityCredential")
	require.Error(t, c.Prefetch(t.Context(), vaultScope))
	var wrapped credential.CachedCredential
	_, err = get(t.Context(), &wrapped)
	require.ErrorContains(t, err, "credential: ")
	require.Empty(t, c.Status())
	require.Empty(t, wrapped.Status())
	for _, v := range []any{&c, &wrapped, (*credential.ManagedIdentityCredential)(nil)} {
		require.NotContains(t, fmt.Sprintf("%v %+v %#v", v, v, v), "PANIC")
		_, err := json.Marshal(v)
		require.NoError(t, err)
	}
}

func TestCredentialPrintsItsName(t *testing.T) {
	t.Parallel()
	c := newCred(t, newSite(issue(1e13)), options{Source: credential.SourceIMDS, ID: credential.ClientID(someGUID)})
	mustGet(t, c)
	const want = "ManagedIdentityCredential(IMDS, user-assigned identity with client ID " + someGUID + ")"
	require.Equal(t, want, c.String())
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%d"} {
		require.Equal(t, want, fmt.Sprintf(verb, c))
	}
	text, err := json.Marshal(map[string]any{"c": c})
	require.NoError(t, err)
	require.JSONEq(t, `{"c":"`+want+`"}`, string(text))
	require.Equal(t, want, c.LogValue().String())
}
