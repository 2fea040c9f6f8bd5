package main_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func TestControlIsReached(t *testing.T) {
	t.Parallel()
	p := start(t, "-sql=off")
	base := p.env["AZURELOCAL_STATUS_URL"]
	port := strings.TrimSuffix(base[strings.LastIndex(base, ":"):], "/")
	tests := map[string]struct {
		client *http.Client
		url    string
		header string
		status int
		want   string
	}{
		"by its own address":           {direct(t), base + "api/clock", "", 200, `"ahead":"0s"`},
		"by localhost":                 {direct(t), base + "api/clock", "Host: localhost" + port, 200, `"ahead":"0s"`},
		"not under another name":       {direct(t), base + "api/clock", "Host: rebound.example" + port, 404, "azuretest serves no host"},
		"not under another port":       {direct(t), base + "api/clock", "Host: 127.0.0.1:1", 404, "azuretest serves no host"},
		"not from another site":        {direct(t), base + "api/clock", "Origin: http://evil.example", 403, "a page of another site"},
		"not by the proxy":             {p.client(t), base + "api/clock", "", 403, "azurelocal has no service at 127.0.0.1"},
		"how to check tokens":          {direct(t), base + ".well-known/openid-configuration", "", 200, `"jwks_uri":"http://127.0.0.1` + port},
		"the page by its own address":  {direct(t), base, "", 200, "azurelocal"},
		"the page under another name":  {direct(t), base, "Host: rebound.example", 404, "azuretest serves no host"},
		"the page from another's form": {direct(t), base, "Sec-Fetch-Site: cross-site", 403, "a page of another site"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var header []string
			if test.header != "" {
				header = append(header, test.header)
			}
			got := do(t, test.client, http.MethodGet, test.url, "", header...)
			require.Equal(t, test.status, got.status, got.body)
			require.Contains(t, got.body, test.want)
		})
	}
}

func TestStatusPage(t *testing.T) {
	t.Parallel()
	p := start(t)
	got := do(t, direct(t), http.MethodGet, p.env["AZURELOCAL_STATUS_URL"], "")
	require.Equal(t, http.StatusOK, got.status)
	for _, want := range []string{"mytestkeyvault", "mydatabase", "Employees", "db_datareader", p.env["AZURELOCAL_SQL_SERVER"], p.tls} {
		require.Contains(t, got.body, want)
	}
	base := p.env["AZURELOCAL_STATUS_URL"]
	added := do(t, direct(t), http.MethodPost, base+"api/faults", `{"operation": "imds.token", "status": 418}`, "Content-Type: application/json")
	require.Equal(t, http.StatusCreated, added.status)
	require.Contains(t, do(t, direct(t), http.MethodGet, base, "").body, "418")
}

// What a service is asked when the program ends is answered, if that takes not too long.
func TestRequestsEndBeforeTheProgram(t *testing.T) {
	t.Parallel()
	p := start(t, "-sql=off")
	base := p.env["AZURELOCAL_STATUS_URL"]
	do(t, direct(t), http.MethodPost, base+"api/faults", `{"operation": "imds.token", "delay": "250ms", "times": 2}`, "Content-Type: application/json")
	const path = "/metadata/identity/oauth2/token?api-version=2018-02-01&resource=https%3A%2F%2Fvault.azure.net"
	answers := make(chan string, 2)
	for host, client := range map[string]*http.Client{
		"http://169.254.169.254": p.client(t), p.env["AZURE_POD_IDENTITY_AUTHORITY_HOST"]: direct(t),
	} {
		r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, host+path, nil)
		require.NoError(t, err)
		r.Header.Set("Metadata", "true")
		go func() { answers <- outcome(client.Do(r)) }()
	}
	require.Eventually(t, func() bool {
		return strings.Count(do(t, direct(t), http.MethodGet, base+"api/requests", "").body, "imds.token") == 2
	}, time.Minute, time.Millisecond)
	require.Equal(t, 0, p.stop(), p.errs)
	require.Equal(t, "200 OK", <-answers)
	require.Equal(t, "200 OK", <-answers)
}

// outcome is how a request ended.
func outcome(resp *http.Response, err error) string {
	if err != nil {
		return err.Error()
	}
	_ = resp.Body.Close() // the status is enough
	return resp.Status
}
