package main_test

import (
	"bufio"
	"net/http"
	"net/url"
	"regexp"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestStatusPageIsGuarded(t *testing.T) {
	t.Parallel()
	p := start(t, "-sql=off")
	base := p.env["AZURELOCAL_STATUS_URL"]
	p.token(t, p.client(t), "https://vault.azure.net")
	got := do(t, direct(t), http.MethodGet, base, "")
	require.Contains(t, got.body, "imds.token")
	require.NotContains(t, got.body, p.env["IDENTITY_HEADER"])
	require.Contains(t, got.header.Get("Content-Security-Policy"), "default-src 'none'")
	require.Equal(t, http.StatusOK, do(t, direct(t), http.MethodGet, base+"page/live.js", "").status)

	form := url.Values{"name": {"tokens"}, "to": {"on"}}.Encode()
	const kind = "Content-Type: application/x-www-form-urlencoded"
	require.Equal(t, http.StatusForbidden, do(t, direct(t), http.MethodPost, base+"page/switch", form, kind, "Origin: http://evil.example").status)
	require.Contains(t, do(t, direct(t), http.MethodGet, base+"api/faults", "").body, `"faults":[]`)
	require.Equal(t, http.StatusOK, do(t, direct(t), http.MethodPost, base+"page/switch", form, kind).status, "by the redirect")
	require.Contains(t, do(t, direct(t), http.MethodGet, base+"api/faults", "").body, `"operation":"*.token"`)
}

// A page that is open does not keep the program from ending.
func TestProgramEndsWithAPageOpen(t *testing.T) {
	t.Parallel()
	p := start(t, "-sql=off")
	base := p.env["AZURELOCAL_STATUS_URL"]
	after := regexp.MustCompile(`data-after="([^"]+)"`).FindStringSubmatch(do(t, direct(t), http.MethodGet, base, "").body)
	require.Len(t, after, 2)
	r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, base+"page/events?after="+after[1], nil)
	require.NoError(t, err)
	resp, err := direct(t).Do(r)
	require.NoError(t, err)
	defer func() { _ = resp.Body.Close() }()
	line, err := bufio.NewReader(resp.Body).ReadString('\n')
	require.NoError(t, err)
	require.Equal(t, "retry: 1000\n", line)
	require.Equal(t, 0, p.stop())
}
