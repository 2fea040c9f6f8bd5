package control_test

import (
	"bufio"
	"context"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/keyless-go/azure/azuretest"
	"github.com/keyless-go/azure/azuretest/azurelocal/internal/control"
)

// ask sends a request to the API and returns the status and the JSON of the answer.
func ask(t *testing.T, azure *azuretest.Server, method, target, body string, header ...string) (int, map[string]any) {
	t.Helper()
	r := httptest.NewRequestWithContext(t.Context(), method, "http://127.0.0.1:8080"+target, strings.NewReader(body))
	if body != "" {
		r.Header.Set("Content-Type", "application/json")
	}
	for _, line := range header {
		name, value, _ := strings.Cut(line, ": ")
		r.Header.Set(name, value)
	}
	w := httptest.NewRecorder()
	control.Guard(control.Handler(azure)).ServeHTTP(w, r)
	var out map[string]any
	if w.Body.Len() > 0 {
		require.Equal(t, "application/json; charset=utf-8", w.Header().Get("Content-Type"))
		require.NoError(t, json.Unmarshal(w.Body.Bytes(), &out))
	}
	return w.Code, out
}

// secret asks the vault without a token and returns the status.
func secret(t *testing.T, azure *azuretest.Server) int {
	t.Helper()
	resp, err := azure.Client().Get("https://mytestkeyvault.vault.azure.net/secrets/MyTestSecret?api-version=7.4")
	require.NoError(t, err)
	require.NoError(t, resp.Body.Close())
	return resp.StatusCode
}

func TestFaults(t *testing.T) {
	t.Parallel()
	azure := azuretest.New(t)
	const body = `{"operation": "keyvault.*", "nth": 2, "times": 2, "status": 503, "retryAfter": "2s", "delay": "1ms", "header": {"X-A": ["b"]}}`
	status, added := ask(t, azure, http.MethodPost, "/api/faults", body)
	require.Equal(t, http.StatusCreated, status)
	require.EqualValues(t, 1, added["id"])
	require.EqualValues(t, 2, added["left"])

	require.Equal(t, []int{401, 503}, []int{secret(t, azure), secret(t, azure)})
	_, list := ask(t, azure, http.MethodGet, "/api/faults", "")
	require.Equal(t, map[string]any{"faults": []any{map[string]any{
		"id": 1.0, "struck": 1.0, "left": 1.0, "operation": "keyvault.*", "nth": 2.0, "times": 2.0, "status": 503.0, "code": "", "body": "",
		"location": "", "retryAfter": "2s", "delay": "1ms", "cutAfter": 0.0, "header": map[string]any{"X-A": []any{"b"}},
	}}}, list)

	status, _ = ask(t, azure, http.MethodDelete, "/api/faults/1", "")
	require.Equal(t, http.StatusNoContent, status)
	require.Equal(t, 401, secret(t, azure))
	_, list = ask(t, azure, http.MethodGet, "/api/faults", "")
	require.Equal(t, map[string]any{"faults": []any{}}, list)

	_, added = ask(t, azure, http.MethodPost, "/api/faults", `{"times": -1, "status": -1, "nth": null}`)
	require.EqualValues(t, -1, added["left"])
	require.EqualValues(t, 1, added["nth"])
}

func TestClock(t *testing.T) {
	t.Parallel()
	azure := azuretest.New(t)
	_, before := ask(t, azure, http.MethodGet, "/api/clock", "")
	require.Equal(t, "0s", before["ahead"])
	status, after := ask(t, azure, http.MethodPost, "/api/clock", `{"advance": "25h"}`)
	require.Equal(t, http.StatusOK, status)
	require.Equal(t, "25h0m0s", after["ahead"])
	now, err := time.Parse(time.RFC3339, after["now"].(string))
	require.NoError(t, err)
	require.WithinDuration(t, azure.Now(), now, time.Minute)
}

func TestRequests(t *testing.T) {
	t.Parallel()
	azure := azuretest.New(t)
	secret(t, azure)
	azure.Receive(azuretest.Request{Operation: "sql.batch", Body: []byte{0xff}}).Finish(200, "DevTestVM", "")
	_, all := ask(t, azure, http.MethodGet, "/api/requests", "")
	requests := all["requests"].([]any)
	require.Len(t, requests, 2)
	first := requests[0].(map[string]any)
	require.EqualValues(t, 1, first["number"])
	require.Equal(t, "keyvault.get", first["operation"])
	require.EqualValues(t, 401, first["status"])
	require.Contains(t, first["reason"], "AKV10000: ")
	require.Equal(t, "/w==", requests[1].(map[string]any)["bodyBase64"])

	_, rest := ask(t, azure, http.MethodGet, "/api/requests?after=1", "")
	require.Len(t, rest["requests"], 1)
}

// What opens something is not shown, wherever a client has put it.
func TestRequestsWithoutSecrets(t *testing.T) {
	t.Parallel()
	azure := azuretest.New(t)
	for _, body := range []string{"client_id=a&client_secret=s3cret", `{"password":"s3cret"}`, "AccountKey=s3cret;"} {
		r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, "https://login.microsoftonline.com/x/oauth2/v2.0/token?refresh_token=s3cret", strings.NewReader(body))
		require.NoError(t, err)
		r.Header.Set("Api-Key", "s3cret")
		resp, err := azure.Client().Do(r)
		require.NoError(t, err)
		require.NoError(t, resp.Body.Close())
	}
	_, all := ask(t, azure, http.MethodGet, "/api/requests", "")
	text, err := json.Marshal(all)
	require.NoError(t, err)
	require.NotContains(t, string(text), "s3cret")
	require.Contains(t, string(text), "client_id=a")
	require.Contains(t, string(azure.Requests()[0].Body), "s3cret", "a test sees what it has sent")

	srv := httptest.NewServer(control.Handler(azure))
	t.Cleanup(srv.Close)
	lines := events(t, srv.URL, "0")
	for range 3 * 3 {
		require.True(t, lines.Scan())
		require.NotContains(t, lines.Text(), "s3cret")
	}
}

func TestRefusals(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		method, target, body string
		header               string
		status               int
		want                 string
	}{
		"nothing there":     {"GET", "/api/fault", "", "", 404, "there is no GET /api/fault; there are GET and POST /api/faults"},
		"wrong method":      {"DELETE", "/api/clock", "", "", 404, "there is no DELETE /api/clock"},
		"no fault":          {"DELETE", "/api/faults/7", "", "", 404, `there is no fault "7", or it is over`},
		"no number":         {"DELETE", "/api/faults/x", "", "", 404, `there is no fault "x"`},
		"unknown field":     {"POST", "/api/faults", `{"op": "x"}`, "", 400, `the body is wrong: unknown field "op"`},
		"no JSON":           {"POST", "/api/faults", `{`, "", 400, "the body is wrong: unexpected EOF"},
		"null":              {"POST", "/api/faults", `null`, "", 400, "the body is wrong: it is no object"},
		"a list":            {"POST", "/api/faults", `[]`, "", 400, "the body is wrong: it is no object"},
		"negative delay":    {"POST", "/api/faults", `{"delay": "-1s"}`, "", 400, "cannot be negative"},
		"negative retry":    {"POST", "/api/faults", `{"status": 429, "retryAfter": "-1s"}`, "", 400, "cannot be negative"},
		"negative nth":      {"POST", "/api/faults", `{"status": 500, "nth": -1}`, "", 400, "cannot be negative"},
		"beyond the clock":  {"POST", "/api/clock", `{"advance": "876001h"}`, "", 400, "further than 100 years"},
		"and back":          {"POST", "/api/clock", `{"advance": "-2562047h"}`, "", 400, "further than 100 years"},
		"nth 0":             {"POST", "/api/faults", `{"status": 500, "nth": 0}`, "", 400, "nth counts from 1; leave it out for the first that comes"},
		"no effect":         {"POST", "/api/faults", `{}`, "", 400, "it does nothing; give it a status, code, body, location, retryAfter, delay, cutAfter or header"},
		"count alone":       {"POST", "/api/faults", `{"operation": "keyvault.get", "nth": 3, "times": 2}`, "", 400, "it does nothing; give it a status"},
		"misspelt":          {"POST", "/api/faults", `{"operation": "keyvault.gett", "status": 500}`, "", 400, `no operation is called "keyvault.gett"; there are keyvault.backup, keyvault.delete, keyvault.get,`},
		"misspelt service":  {"POST", "/api/faults", `{"operation": "kv.get", "status": 500}`, "", 400, `no operation is called "kv.get"; there are appservice.*,`},
		"status 700":        {"POST", "/api/faults", `{"status": 700}`, "", 400, "no answer has status 700"},
		"times -2":          {"POST", "/api/faults", `{"status": 500, "times": -2}`, "", 400, "times -2 is no count; -1 is always"},
		"more after it":     {"POST", "/api/faults", `{"status": 500}}`, "", 400, "there is more after the end of the object"},
		"two objects":       {"POST", "/api/faults", `{}{}`, "", 400, "there is more after the end of the object"},
		"wrong kind":        {"POST", "/api/faults", `{"nth": "1"}`, "", 400, "the body is wrong: nth must not be a string"},
		"no duration":       {"POST", "/api/faults", `{"delay": "soon"}`, "", 400, `"soon" is no duration such as "1m30s"`},
		"a number of what":  {"POST", "/api/faults", `{"delay": 30}`, "", 400, `delay must be a text such as "1m30s"`},
		"bad pattern":       {"POST", "/api/faults", `{"operation": "["}`, "", 400, `operation "[": syntax error in pattern`},
		"bad status":        {"POST", "/api/faults", `{"status": 100}`, "", 400, "no answer has status 100"},
		"advance is absent": {"POST", "/api/clock", `{}`, "", 400, `advance is missing; send {"advance": "1h"}`},
		"after":             {"GET", "/api/requests?after=x", "", "", 400, `after must be the number of a request, not "x"`},
		"a form":            {"POST", "/api/clock", `advance=1h`, "Content-Type: application/x-www-form-urlencoded", 415, "the Content-Type must be application/json"},
		"another origin":    {"POST", "/api/clock", `{"advance": "1h"}`, "Origin: http://evil.example", 403, "a page of another site has sent this"},
		"another port":      {"GET", "/api/clock", "", "Origin: http://127.0.0.1:9", 403, "a page of another site has sent this"},
		"no origin":         {"POST", "/api/clock", `{"advance": "1h"}`, "Origin: null", 403, "a page of another site has sent this"},
		"another site":      {"GET", "/api/requests", "", "Sec-Fetch-Site: cross-site", 403, "a page of another site has sent this"},
		"another subdomain": {"GET", "/api/requests", "", "Sec-Fetch-Site: same-site", 403, "a page of another site has sent this"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			azure := azuretest.New(t)
			header := []string{}
			if test.header != "" {
				header = append(header, test.header)
			}
			status, body := ask(t, azure, test.method, test.target, test.body, header...)
			require.Equal(t, test.status, status)
			require.Contains(t, body["error"], test.want)
			require.Empty(t, azure.Faults())
			require.WithinDuration(t, time.Now(), azure.Now(), time.Minute)
		})
	}
}

func TestOwnPages(t *testing.T) {
	t.Parallel()
	azure := azuretest.New(t)
	for _, header := range []string{"Origin: http://127.0.0.1:8080", "Sec-Fetch-Site: same-origin", "Sec-Fetch-Site: none"} {
		status, _ := ask(t, azure, http.MethodPost, "/api/clock", `{"advance": "0s"}`, header)
		require.Equal(t, http.StatusOK, status, header)
	}
}

func TestLinks(t *testing.T) {
	t.Parallel()
	page := control.Guard(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusOK) }))
	tests := map[string]struct {
		method, target, mode, dest string
		status                     int
	}{
		"a link":            {"GET", "/", "navigate", "document", 200},
		"a link to the API": {"GET", "/api/requests", "navigate", "document", 403},
		"a frame":           {"GET", "/", "navigate", "iframe", 403},
		"a script":          {"GET", "/", "no-cors", "empty", 403},
		"a form":            {"POST", "/", "navigate", "document", 403},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := httptest.NewRequestWithContext(t.Context(), test.method, "http://127.0.0.1:8080"+test.target, nil)
			r.Header.Set("Sec-Fetch-Site", "cross-site")
			r.Header.Set("Sec-Fetch-Mode", test.mode)
			r.Header.Set("Sec-Fetch-Dest", test.dest)
			w := httptest.NewRecorder()
			page.ServeHTTP(w, r)
			require.Equal(t, test.status, w.Code)
		})
	}
}

// events opens the stream and returns its lines as they come.
func events(t *testing.T, at, last string) *bufio.Scanner {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, at+"/api/requests/live", nil)
	require.NoError(t, err)
	if last != "" {
		r.Header.Set("Last-Event-ID", last)
	}
	transport := &http.Transport{}
	resp, err := transport.RoundTrip(r)
	require.NoError(t, err)
	require.Equal(t, "text/event-stream", resp.Header.Get("Content-Type"))
	t.Cleanup(func() {
		cancel()
		_ = resp.Body.Close()
		transport.CloseIdleConnections()
	})
	lines := bufio.NewScanner(resp.Body)
	require.True(t, lines.Scan())
	require.Equal(t, ": watching", lines.Text())
	require.True(t, lines.Scan())
	return lines
}

// event reads the next one and returns its id.
func event(t *testing.T, lines *bufio.Scanner) string {
	t.Helper()
	require.True(t, lines.Scan())
	id := strings.TrimPrefix(lines.Text(), "id: ")
	require.True(t, lines.Scan())
	data, ok := strings.CutPrefix(lines.Text(), "data: ")
	require.True(t, ok, lines.Text())
	var r struct{ Operation, Reason string }
	require.NoError(t, json.Unmarshal([]byte(data), &r))
	require.Equal(t, "keyvault.get", r.Operation)
	require.Contains(t, r.Reason, "AKV10000: ")
	require.True(t, lines.Scan())
	require.Empty(t, lines.Text())
	return id
}

func TestLive(t *testing.T) {
	t.Parallel()
	azure := azuretest.New(t)
	srv := httptest.NewServer(control.Handler(azure))
	t.Cleanup(srv.Close)
	secret(t, azure)
	lines := events(t, srv.URL, "")
	for _, want := range []string{"2", "3"} {
		secret(t, azure)
		require.Equal(t, want, event(t, lines))
	}
	again := events(t, srv.URL, "1")
	secret(t, azure)
	for _, want := range []string{"2", "3", "4"} {
		require.Equal(t, want, event(t, again))
	}
	other := events(t, srv.URL, "1000") // it has watched another run of the program
	secret(t, azure)
	require.Equal(t, "5", event(t, other))
}
