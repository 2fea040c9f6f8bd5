package datalake_test

import (
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/keyless-go/azure/azuretest"
	"github.com/keyless-go/azure/datalake"
)

const loginPage = "<html><body>Please log in.</body></html>"

// portal is a wire on which somebody else answers one of the requests, with a page
// of unknown length.
type portal struct {
	next  http.RoundTripper
	meant func(*http.Request) bool
	shown bool
}

func (p *portal) RoundTrip(req *http.Request) (*http.Response, error) {
	if p.shown || !p.meant(req) {
		return p.next.RoundTrip(req)
	}
	p.shown = true
	return &http.Response{
		StatusCode: http.StatusOK, Header: http.Header{"Content-Type": {"text/html; charset=utf-8"}}, ContentLength: -1,
		Request: req, Body: io.NopCloser(strings.NewReader(loginPage)),
	}, nil
}

// A page that is shorter than the file is not its beginning.
func TestPagesAreNoData(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, l *lake) {
		t.Helper()
		data := strings.Repeat("0123456789", 100)
		put1(t, l, "/f", data)
		wire := &portal{next: l.server.Client().Transport, meant: func(req *http.Request) bool {
			return req.Method == http.MethodGet && (l.profile == azuretest.Gen2 || req.URL.Query().Get("op") == "OPEN")
		}}
		f, err := l.on(t, wire).Open(t.Context(), "/f")
		require.NoError(t, err)
		got, err := io.ReadAll(f)
		require.NoError(t, err)
		require.True(t, wire.shown)
		require.Equal(t, data, string(got))
	})
}

// A page does not say that something was done, nor does what says nothing of it.
func TestPagesAreNoConsent(t *testing.T) {
	t.Parallel()
	entry := datalake.ACLEntry{Kind: "user", Name: "bob", Permissions: 4}
	tests := map[string]func(c *datalake.Client) error{
		"Chmod":     func(c *datalake.Client) error { return c.Chmod(t.Context(), "/f", 0o600) },
		"Chown":     func(c *datalake.Client) error { return c.Chown(t.Context(), "/f", "bob", "") },
		"Chtimes":   func(c *datalake.Client) error { return c.Chtimes(t.Context(), "/f", time.Unix(1, 0), time.Time{}) },
		"SetACL":    func(c *datalake.Client) error { return c.SetACL(t.Context(), "/f", entry) },
		"RemoveACL": func(c *datalake.Client) error { return c.RemoveACL(t.Context(), "/f") },
		"SetXAttr":  func(c *datalake.Client) error { return c.SetXAttr(t.Context(), "/f", "user.a", nil) },
	}
	for name, do := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			for _, body := range []string{loginPage, "{}", `{"boolean":false}`} {
				client, s := newScripted(t, nameNode, noRetries)
				s.answer(http.StatusOK, body)
				require.ErrorIs(t, do(client), datalake.ErrUnexpectedResponse, "%q", body)
			}
			for _, body := range []string{"", "\n", `{"boolean":true}`} {
				client, s := newScripted(t, nameNode, noRetries)
				s.answer(http.StatusOK, body)
				require.NoError(t, do(client), "%q", body)
			}
		})
	}
	client, s := newScripted(t, gen2Endpoint, noRetries)
	s.answer(http.StatusOK, loginPage)
	require.ErrorIs(t, client.Chmod(t.Context(), "/f", 0o600), datalake.ErrUnexpectedResponse)
}

// JSON of somebody else has no attributes, no list, and no file that was cut.
func TestEmptyJSON(t *testing.T) {
	t.Parallel()
	client, s := newScripted(t, nameNode, noRetries)
	s.answer(http.StatusOK, "{}")
	_, err := client.XAttr(t.Context(), "/f", "user.a")
	require.ErrorIs(t, err, datalake.ErrUnexpectedResponse)
	s.answer(http.StatusOK, `{"FileStatus":{"type":"FILE","length":4}}`)
	s.answer(http.StatusOK, "{}")
	require.ErrorIs(t, client.Truncate(t.Context(), "/f", 1), datalake.ErrUnexpectedResponse)
	client, s = newScripted(t, gen2Endpoint, noRetries)
	s.answer(http.StatusOK, "{}")
	for _, err := range client.ReadDir(t.Context(), "/") {
		require.ErrorIs(t, err, datalake.ErrUnexpectedResponse)
	}
	require.Len(t, s.seen, 1)
}

// An answer without the service's headers is no empty file.
func TestBlankAnswersAreNoFiles(t *testing.T) {
	t.Parallel()
	client, s := newScripted(t, gen2Endpoint, noRetries)
	s.answer(http.StatusOK, "", "Content-Type", "text/html", "Last-Modified", "Mon, 02 Jan 2023 15:04:05 GMT")
	_, err := client.Open(t.Context(), "/f")
	require.ErrorIs(t, err, datalake.ErrUnexpectedResponse)
	s.answer(http.StatusOK, "")
	_, err = client.XAttrs(t.Context(), "/f")
	require.ErrorIs(t, err, datalake.ErrUnexpectedResponse)
}
