package azrest_test

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/keyless-go/azure/internal/azrest"
)

func same(n int) int { return n }

func pages(ctx context.Context, c *azrest.Client) (values []int, err error) {
	call := azrest.Call{Span: "SecretClient.List", Action: "list secrets", Method: "GET", Path: []string{"secrets"}}
	for n, err := range azrest.List(ctx, c, call, same, nil) {
		if err != nil {
			return values, err
		}
		values = append(values, n)
	}
	return values, nil
}

func TestPagesFollowsLinksToTheEnd(t *testing.T) {
	t.Parallel()
	s := (&script{}).
		then(200, `{"value":[1,2],"nextLink":"https://CONTOSO.vault.azure.net:443/secrets?api-version=7.4&$skiptoken=b%3Da&maxresults=25"}`).
		then(200, `{"value":[],"nextLink":"/secrets?api-version=7.4&$skiptoken=c"}`).
		then(200, `{"value":[3],"nextLink":null}`)
	got, err := pages(t.Context(), newClient(t, s.serve, withBearer(&tokens{list: []string{jwt}}), withAPIVersion("7.4")))
	require.NoError(t, err)
	require.Equal(t, []int{1, 2, 3}, got)
	require.Equal(t, "https://CONTOSO.vault.azure.net:443/secrets?api-version=7.4&$skiptoken=b%3Da&maxresults=25", s.seen[1].url,
		"the link is the service's, to the letter")
	require.Equal(t, "Bearer "+jwt, s.seen[2].authorization)
}

func TestPagesRefusesLinks(t *testing.T) {
	t.Parallel()
	for name, link := range map[string]string{
		"another host":   "https://evil.example/secrets?$skiptoken=c2VjcmV0",
		"a longer host":  endpoint + ".evil.example/secrets",
		"another port":   endpoint + ":8443/secrets",
		"http":           "http://contoso.vault.azure.net/secrets",
		"no scheme":      "//evil.example/secrets",
		"a user":         "https://contoso.vault.azure.net@evil.example/",
		"a user here":    "https://c2VjcmV0@contoso.vault.azure.net/",
		"no address":     "https:opaque",
		"control":        "https://contoso.vault.azure.net/\x00",
		"malformed":      "https://[::1/secrets",
		"another scheme": "ftp://contoso.vault.azure.net/",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			escaped := strings.ReplaceAll(link, "\x00", `\u0000`)
			s := (&script{}).then(200, `{"value":[1],"nextLink":"`+escaped+`"}`)
			got, err := pages(t.Context(), newClient(t, s.serve, withBearer(&tokens{list: []string{jwt}})))
			require.ErrorIs(t, err, azrest.ErrForeignLink)
			require.ErrorContains(t, err, "keyvault: list secrets in contoso.vault.azure.net: next page at ")
			require.NotContains(t, err.Error(), "c2VjcmV0")
			require.Equal(t, []int{1}, got)
			require.Len(t, s.seen, 1)
		})
	}
}

func TestPagesEndsWhereALinkLeadsBack(t *testing.T) {
	t.Parallel()
	const first = endpoint + "/secrets?api-version=7.4"
	for name, test := range map[string]struct {
		pages int    // read
		back  string // where the last one leads
	}{
		"to itself":             {1, first},
		"to itself, relatively": {1, "/secrets?api-version=7.4"},
		"to the page before":    {2, first},
		"to the second page":    {5, endpoint + "/secrets?page=1"},
		"after many pages":      {1500, endpoint + "/secrets?page=1400"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := &script{}
			for n := 1; n < test.pages; n++ {
				s.then(200, fmt.Sprintf(`{"value":[%d],"nextLink":"/secrets?page=%d"}`, n, n))
			}
			s.then(200, `{"value":[0],"nextLink":"`+test.back+`"}`)
			got, err := pages(t.Context(), newClient(t, s.serve))
			require.EqualError(t, err, "keyvault: list secrets in contoso.vault.azure.net: unexpected response: the next page is one that has been read")
			require.ErrorIs(t, err, azrest.ErrUnexpectedResponse)
			require.Len(t, got, test.pages, "each page is read once")
			require.Len(t, s.seen, test.pages)
		})
	}
}

func TestPagesEndsWithTheFirstErrorOrTheContext(t *testing.T) {
	t.Parallel()
	s := (&script{}).then(200, `{"value":[1],"nextLink":"/secrets?b"}`).then(404, "").then(200, `{"value":[2]}`)
	got, err := pages(t.Context(), newClient(t, s.serve))
	require.ErrorIs(t, err, azrest.ErrNotFound)
	require.Equal(t, []int{1}, got)
	require.Len(t, s.seen, 2)

	s = (&script{}).then(200, `{"value":[1],"nextLink":"/secrets?b"}`)
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	for _, err = range azrest.List(ctx, newClient(t, s.serve), getCall(), same, nil) {
		cancel()
	}
	require.ErrorIs(t, err, context.Canceled)
	require.Len(t, s.seen, 1)
}

func TestNothingOfABrokenPageIsInTheList(t *testing.T) {
	t.Parallel()
	s := (&script{}).then(200, `{"value":[1,"two"],"nextLink":"/secrets?b"}`)
	got, err := pages(t.Context(), newClient(t, s.serve))
	require.ErrorIs(t, err, azrest.ErrUnexpectedResponse)
	require.Empty(t, got)
	require.Len(t, s.seen, 1)
}

func TestAListIsAsLongAsItsLoop(t *testing.T) {
	t.Parallel()
	s := (&script{}).then(200, `{"value":[1,2],"nextLink":"/secrets?b"}`)
	for n, err := range azrest.List(t.Context(), newClient(t, s.serve), getCall(), same, nil) {
		require.NoError(t, err)
		require.Equal(t, 1, n)
		break
	}
	require.Len(t, s.seen, 1)
}

func TestAListOfWhatIsInvalidIsNotAskedFor(t *testing.T) {
	t.Parallel()
	s := (&script{}).then(200, `{"value":[1]}`)
	count := 0
	for _, err := range azrest.List(t.Context(), newClient(t, s.serve), getCall(), same, errors.New("no")) {
		require.EqualError(t, err, `keyvault: get secret "db" in contoso.vault.azure.net: no`)
		count++
	}
	require.Equal(t, 1, count)
	require.Empty(t, s.seen)
}

func TestCanonicalHost(t *testing.T) {
	t.Parallel()
	for raw, want := range map[string]string{
		"https://Contoso.Vault.Azure.NET":      "contoso.vault.azure.net",
		"https://contoso.vault.azure.net.:443": "contoso.vault.azure.net",
		"https://x.example:8443":               "x.example:8443",
		"http://x.example:80":                  "x.example",
		"http://x.example:443":                 "x.example:443",
		"https://[::1]:443":                    "[::1]",
		"https://[::1]:8443":                   "[::1]:8443",
	} {
		u, err := url.Parse(raw)
		require.NoError(t, err)
		require.Equal(t, want, azrest.CanonicalHost(u), raw)
	}
}

func TestParseEndpoint(t *testing.T) {
	t.Parallel()
	for raw, want := range map[string]string{
		"https://contoso.vault.azure.net":       endpoint,
		"https://contoso.vault.azure.net/":      endpoint,
		"HTTPS://Contoso.vault.azure.net.:443/": endpoint,
		"https://127.0.0.1:8443":                "https://127.0.0.1:8443",
		"https://[::1]:65535":                   "https://[::1]:65535",
		"https://vault":                         "https://vault",
	} {
		u, err := azrest.ParseEndpoint(raw, false)
		require.NoError(t, err, raw)
		require.Equal(t, want, u.String())
	}
	for raw, want := range map[string]string{
		"":                              "it must begin with https://",
		"contoso.vault.azure.net":       "it must begin with https://",
		"http://contoso.example":        "it must begin with https://",
		"https://":                      "it has no host",
		"https:contoso.example":         "it has no host",
		"https://:443":                  "it has no host",
		"https://.":                     "its host is not a name",
		"https://.vault.azure.net":      "its host is not a name",
		"https://a..vault.azure.net":    "its host is not a name",
		"https://vault.azure.net;x":     "its host is not a name",
		"https://a,b.vault.azure.net":   "its host is not a name",
		"https://*.vault.azure.net":     "its host is not a name",
		"https://a=b.vault.azure.net":   "its host is not a name",
		"https://contoso.example:0":     "its port is not a number from 1 to 65535",
		"https://contoso.example:9e9":   "it is not a URL",
		"https://contoso.example:65536": "its port is not a number from 1 to 65535",
		"https://a%20b.example":         "it is not a URL",
		"https://u:p@contoso.example":   "it must not have a user or a password",
		"https://contoso.example/x":     "it must not have a path",
		"https://contoso.example//":     "it must not have a path",
		"https://contoso.example?a=b":   "it must not have a query",
		"https://contoso.example/?":     "it must not have a query",
		"https://contoso.example#x":     "it must not have a fragment",
		"https://contoso.example/#":     "it must not have a fragment",
		"https://contoso.example:port":  "it is not a URL",
		"https://u:p@c:secret":          "it is not a URL",
	} {
		_, err := azrest.ParseEndpoint(raw, false)
		require.EqualError(t, err, want, raw)
	}
	u, err := azrest.ParseEndpoint("http://localhost:8080", true)
	require.NoError(t, err)
	require.Equal(t, "http://localhost:8080", u.String())
}
