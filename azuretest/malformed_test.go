package azuretest_test

import (
	"bytes"
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/keyless-go/azure/azuretest"
)

var malformed = flag.Int("malformed", 5000, "how many malformed requests TestMalformedRequests sends")

// send serves a request. A connection that is cut is no answer.
func (s sample) send(t *testing.T, srv *azuretest.Server, m *mutator) (got *httptest.ResponseRecorder, cut bool) {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	dump := s.String()
	watchdog := time.AfterFunc(20*time.Second, func() { panic("it hangs: " + dump) })
	defer watchdog.Stop()
	got = httptest.NewRecorder()
	defer func() {
		switch p := recover(); {
		case p == nil:
		case errors.Is(asError(p), http.ErrAbortHandler):
			cut = true
		default:
			panic(fmt.Sprintf("%v\n%s", p, dump))
		}
	}()
	srv.ServeHTTP(got, s.request(ctx, m))
	return got, false
}

func asError(p any) error {
	err, _ := p.(error)
	return err
}

// Whatever is sent, there is an answer, in the service's own shape, and it is none of
// 5xx: nobody has asked for a fault. Hadoop's own servers have 500 for what they
// refuse.
func TestMalformedRequests(t *testing.T) {
	t.Parallel()
	const perServer = 2500
	m := &mutator{Rand: rand.New(rand.NewPCG(2026, 11))}
	statuses := map[int]int{}
	var srv *azuretest.Server
	for i := range *malformed {
		if i%perServer == 0 {
			srv, m.samples = hostileWorld(t)
		}
		s := m.spoil()
		got, cut := s.send(t, srv, m)
		if cut {
			require.True(t, s.broken, "the connection is cut: %s", s)
			continue
		}
		statuses[got.Code]++
		if problem := misshapen(s, got); problem != "" {
			require.Fail(t, problem, "%s\n%d %v\n%s", s, got.Code, got.Header(), got.Body)
		}
	}
	require.Greater(t, statuses[200], *malformed/100, "not all is refused: %v", statuses)
	require.Greater(t, statuses[400], *malformed/20)
	t.Logf("answers by status: %v", statuses)
}

// misshapen says what is wrong with an answer.
func misshapen(s sample, got *httptest.ResponseRecorder) string {
	host := strings.ToLower(s.host)
	hadoop := strings.HasSuffix(strings.Split(host, ":")[0], ".test")
	body := got.Body.String()
	switch {
	case got.Code < 200 || got.Code > 599:
		return "no status"
	case got.Code >= 500 && (!hadoop || !strings.Contains(body, "RemoteException")) && !fabricError(host, body):
		return "an error of the server"
	case got.Code < 400 || s.method == http.MethodHead || strings.HasPrefix(body, "azuretest serves no host"):
		return ""
	case strings.HasSuffix(host, ".blob.core.windows.net"):
		return want(strings.HasPrefix(body, `<?xml version="1.0" encoding="utf-8"?><Error><Code>`) && got.Header().Get("X-Ms-Error-Code") != "", "no error of Blob Storage")
	case strings.HasSuffix(host, ".vault.azure.net"), host == "management.azure.com", strings.HasSuffix(host, ".dfs.core.windows.net"):
		return want(hasKeys(body, "error", "code") && hasKeys(body, "error", "message"), "no error with code and message")
	case strings.HasSuffix(host, ".azuredatalakestore.net"), hadoop:
		return want(body == "" || strings.Contains(body, "<html") || hasKeys(body, "RemoteException", "exception"), "no exception")
	case host == "169.254.169.254":
		return want(hasKeys(body, "error"), "no error of IMDS")
	case host == "login.microsoftonline.com":
		return want(hasKeys(body, "error") || body == "" && (got.Code == 404 || got.Code == 405), "no error of the directory")
	case strings.HasPrefix(host, "localhost:"):
		return want(hasKeys(body, "error") || hasKeys(body, "message") || hasKeys(body, "error", "message"), "no error of a token endpoint")
	}
	return ""
}

// fabricError is what Service Fabric says of resources it does not know.
func fabricError(host, body string) bool {
	return strings.HasSuffix(host, ":2377") && strings.Contains(body, "An error occurred")
}

func want(ok bool, problem string) string {
	if ok {
		return ""
	}
	return problem
}

// hasKeys reports whether a JSON body has a text that is not empty at a path.
func hasKeys(body string, keys ...string) bool {
	v, ok := decodeJSON(body)
	for _, key := range keys {
		m, is := v.(map[string]any)
		if !ok || !is {
			return false
		}
		v = m[key]
	}
	text, is := v.(string)
	return is && text != ""
}

// Raw bytes in the place of HTTP: the connection ends, or there is an answer.
func TestMalformedConnections(t *testing.T) {
	t.Parallel()
	srv, samples := hostileWorld(t)
	m := &mutator{Rand: rand.New(rand.NewPCG(11, 2026)), samples: samples}
	transport, ok := srv.Client().Transport.(*http.Transport)
	require.True(t, ok)
	for range *malformed / 10 {
		s := m.spoil()
		var raw bytes.Buffer
		fmt.Fprintf(&raw, "%s %s HTTP/1.1\r\nHost: %s\r\nConnection: close\r\nContent-Length: %d\r\n", s.method, s.target, s.host, len(s.body))
		for _, line := range s.header {
			fmt.Fprintf(&raw, "%s: %s\r\n", line[0], line[1])
		}
		fmt.Fprintf(&raw, "\r\n%s", s.body)
		text := m.bytesOf(raw.String())
		conn, err := transport.DialTLSContext(t.Context(), "tcp", "management.azure.com:443")
		require.NoError(t, err)
		require.NoError(t, conn.SetDeadline(time.Now().Add(20*time.Second)))
		go func() {
			_, _ = io.WriteString(conn, text) // the server may have had enough
			if half, ok := conn.(interface{ CloseWrite() error }); ok {
				_ = half.CloseWrite()
			}
		}()
		got, err := io.ReadAll(conn)
		if err != nil {
			require.NotErrorIs(t, err, context.DeadlineExceeded, "it hangs: %q", text)
			require.NotContains(t, err.Error(), "timeout", "it hangs: %q", text)
		}
		code, _, _ := strings.Cut(strings.TrimPrefix(string(got), "HTTP/1.1 "), " ")
		usual := strings.Contains(string(got), "RemoteException") || strings.Contains(text, ".test:") || fabricError(":2377", string(got))
		if strings.HasPrefix(code, "5") && code != "501" && code != "505" && !usual { // those two are net/http's own
			require.Fail(t, "an error of the server", "%q\n%s", text, got)
		}
		require.NoError(t, conn.Close())
	}
}
