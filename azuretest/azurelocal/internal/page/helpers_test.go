package page_test

import (
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/keyless-go/azure/azuretest"
	"github.com/keyless-go/azure/azuretest/azurelocal/internal/page"
)

// site is an emulator and its page.
type site struct {
	azure   *azuretest.Server
	handler http.Handler
}

func newSite(t *testing.T, options page.Options) site {
	t.Helper()
	azure := azuretest.New(t)
	handler, err := page.Handler(azure, options)
	require.NoError(t, err)
	return site{azure, handler}
}

// get returns what a path answers.
func (s site) get(t *testing.T, path string) *httptest.ResponseRecorder {
	t.Helper()
	w := httptest.NewRecorder()
	s.handler.ServeHTTP(w, httptest.NewRequestWithContext(t.Context(), http.MethodGet, "http://127.0.0.1:8080"+path, nil))
	return w
}

// page returns the page.
func (s site) page(t *testing.T) string {
	t.Helper()
	w := s.get(t, "/")
	require.Equal(t, http.StatusOK, w.Code)
	return w.Body.String()
}

// post sends a form as a browser does that shows the page, with other header lines given
// as "Name: value".
func (s site) post(t *testing.T, path string, form url.Values, header ...string) *httptest.ResponseRecorder {
	t.Helper()
	r := httptest.NewRequestWithContext(t.Context(), http.MethodPost, "http://127.0.0.1:8080"+path, strings.NewReader(form.Encode()))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	r.Header.Set("Origin", "http://127.0.0.1:8080")
	r.Header.Set("Sec-Fetch-Site", "same-origin")
	for _, line := range header {
		name, value, _ := strings.Cut(line, ": ")
		r.Header.Set(name, value)
	}
	w := httptest.NewRecorder()
	s.handler.ServeHTTP(w, r)
	return w
}

// ask sends a request to the emulator with a token for an audience, or with none.
func (s site) ask(t *testing.T, address, audience string) {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, address, nil)
	require.NoError(t, err)
	if audience != "" {
		r.Header.Set("Authorization", "Bearer "+s.azure.SystemIdentity().Token(audience, time.Hour))
	}
	resp, err := s.azure.Client().Do(r)
	require.NoError(t, err)
	_, err = io.Copy(io.Discard, resp.Body)
	require.NoError(t, err)
	require.NoError(t, resp.Body.Close())
}

const secretURL = "https://mytestkeyvault.vault.azure.net/secrets/MyTestSecret?api-version=7.4"

// section returns the part of the page with an ID, with its space made simple.
func section(t *testing.T, html, id string) string {
	t.Helper()
	_, rest, found := strings.Cut(html, `<section id="`+id+`"`)
	require.True(t, found, "there is no section %s", id)
	rest, _, _ = strings.Cut(rest, "</section>")
	return simple(rest)
}

func simple(html string) string { return regexp.MustCompile(`\s+`).ReplaceAllString(html, " ") }
