package datalake_test

import (
	"bytes"
	"context"
	"errors"
	"net/http"
	"strings"
	"testing"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/policy"
	"github.com/stretchr/testify/require"

	"github.com/keyless-go/azure/azuretest"
	"github.com/keyless-go/azure/datalake"
)

// redirected is where a request went, and what it carried.
type redirected struct {
	method, url, authorization, cookie, custom, body string
}

// steps answers the first request with a redirect, and any other with success.
type steps struct {
	location string
	status   int
	seen     []redirected
}

func (s *steps) RoundTrip(req *http.Request) (*http.Response, error) {
	one := redirected{
		method: req.Method, url: req.URL.String(), authorization: req.Header.Get("Authorization"),
		cookie: req.Header.Get("Cookie"), custom: req.Header.Get("X-Secret"),
	}
	if req.Body != nil {
		var body bytes.Buffer
		_, _ = body.ReadFrom(req.Body)
		one.body = body.String()
	}
	s.seen = append(s.seen, one)
	header := http.Header{}
	status := http.StatusOK
	switch {
	case strings.Contains(one.url, "GETFILESTATUS"):
		return answerJSON(req, http.StatusOK, `{"FileStatus":{"type":"FILE","length":4,"permission":"644"}}`), nil
	case strings.Contains(one.url, "op=DELETE"), strings.Contains(one.url, "op=RENAME"):
		return answerJSON(req, http.StatusOK, `{"boolean":true}`), nil
	case strings.Contains(one.url, "op=CREATE") && !strings.Contains(one.url, "step=2"):
		header.Set("Location", s.location)
		status = s.status
	}
	return &http.Response{StatusCode: status, Header: header, Body: http.NoBody, Request: req}, nil
}

func answerJSON(req *http.Request, status int, body string) *http.Response {
	return &http.Response{
		StatusCode: status, Header: http.Header{"Content-Type": {"application/json"}}, Request: req,
		Body: readCloser{strings.NewReader(body)}, ContentLength: int64(len(body)),
	}
}

type readCloser struct{ *strings.Reader }

// Close does nothing.
func (readCloser) Close() error { return nil }

// creates are the requests of CREATE.
func (s *steps) creates() []redirected {
	var all []redirected
	for _, one := range s.seen {
		if strings.Contains(one.url, "CREATE") || strings.Contains(one.url, "step=2") {
			all = append(all, one)
		}
	}
	return all
}

type secretHeader struct{}

func (secretHeader) Do(req *policy.Request) (*http.Response, error) {
	req.Raw().Header.Set("X-Secret", "of the caller's policy")
	return req.Next()
}

func TestRedirects(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name, endpoint, location string
		hosts                    []string
		followed, token          bool
	}{
		{"same origin", gateway, "https://gateway.contoso.test:8443/gateway/default/webhdfs/data/v1/f?_=x&step=2", nil, true, true},
		{"same origin, written in another way", gateway, "HTTPS://Gateway.Contoso.TEST.:8443/x?step=2", nil, true, true},
		{"relative", gateway, "/gateway/x?step=2", nil, true, true},
		{"another port", gateway, "https://gateway.contoso.test/x?step=2", nil, false, false},
		{"another host", gateway, "https://evil.test:8443/x?step=2", nil, false, false},
		{"a subdomain", gateway, "https://a.gateway.contoso.test:8443/x?step=2", nil, false, false},
		{"clear text", gateway, "http://gateway.contoso.test:8443/x?step=2", nil, false, false},
		{"clear text of a trusted host", gateway, "http://node.test/x?step=2", []string{"node.test"}, false, false},
		{"a trusted host", gateway, "https://node.test:9865/x?step=2", []string{"NODE.test"}, true, false},
		{"a trusted host and port", gateway, "https://node.test:9865/x?step=2", []string{"node.test:9865"}, true, false},
		{"a trusted host, another port", gateway, "https://node.test:9866/x?step=2", []string{"node.test:9865"}, false, false},
		{"a trusted host, its usual port", gateway, "https://node.test/x?step=2", []string{"node.test:443"}, true, false},
		{"a host that ends alike", gateway, "https://evilnode.test/x?step=2", []string{"node.test"}, false, false},
		{"with a user", gateway, "https://a:b@gateway.contoso.test:8443/x?step=2", nil, false, false},
		{"with a fragment", gateway, "https://gateway.contoso.test:8443/x?step=2#f", nil, false, false},
		{"a script", gateway, "javascript:alert(1)", nil, false, false},
		{"a file", gateway, "file:///etc/passwd", nil, false, false},
		{"malformed", gateway, "https://[::1", nil, false, false},
		{"nowhere", gateway, "", nil, false, false},
		{"a data node", nameNode, "http://datanode.contoso.test:9864/x?op=CREATE&user.name=alice&step=2", nil, true, false},
		{"a data node elsewhere", nameNode, "https://10.1.2.3:9865/x?step=2", nil, true, false},
		{"Gen1 itself", gen1Endpoint, gen1Endpoint + "/webhdfs/v1/f?op=CREATE&write=true&step=2", nil, true, true},
		{"Gen1 to elsewhere", gen1Endpoint, "https://evil.test/f?step=2", nil, false, false},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			s := &steps{location: test.location, status: http.StatusTemporaryRedirect}
			client := clientOf(t, test.endpoint, s, test.hosts)
			ctx := policy.WithHTTPHeader(t.Context(), http.Header{"X-Secret": {"of the caller's context"}})
			err := client.Upload(ctx, "/f", strings.NewReader("data"), nil)
			creates := s.creates()
			require.Empty(t, creates[0].body, "the first step has no data")
			if !test.followed {
				for _, one := range creates {
					require.Empty(t, one.body, "nothing was sent there")
					require.True(t, strings.HasPrefix(one.url, test.endpoint))
				}
				require.ErrorIs(t, err, errorOf(test.location))
				require.NotContains(t, err.Error(), "step=2")
				return
			}
			require.NoError(t, err)
			require.Len(t, creates, 2)
			require.Equal(t, "data", creates[1].body)
			require.Equal(t, http.MethodPut, creates[1].method)
			require.Equal(t, test.token, creates[1].authorization != "")
			if !strings.HasPrefix(test.endpoint, "http:") {
				require.NotEmpty(t, creates[0].authorization)
			}
			require.Equal(t, test.token, creates[1].custom != "", "what the caller adds is for the endpoint")
		})
	}
}

func errorOf(location string) error {
	if location == "" {
		return datalake.ErrUnexpectedResponse
	}
	return datalake.ErrForeignLink
}

func clientOf(t *testing.T, endpoint string, s http.RoundTripper, hosts []string) *datalake.Client {
	t.Helper()
	options := &datalake.ClientOptions{HTTPClient: &http.Client{Transport: s}, RedirectHosts: hosts}
	options.PerRetryPolicies = []policy.Policy{secretHeader{}}
	hasty(options)
	var cred azcore.TokenCredential
	if !strings.HasPrefix(endpoint, "http:") {
		cred = staticToken("token")
	}
	client, err := datalake.NewClient(endpoint, cred, options)
	require.NoError(t, err)
	return client
}

// A login page is no place to send a file to.
func TestRedirectToALoginPage(t *testing.T) {
	t.Parallel()
	s := &steps{location: "https://login.contoso.test/?step=2", status: http.StatusFound}
	err := clientOf(t, gateway, s, nil).Upload(t.Context(), "/f", strings.NewReader("data"), nil)
	require.ErrorIs(t, err, datalake.ErrUnauthorized)
	require.Len(t, s.creates(), 1)
}

func TestRedirectsEnd(t *testing.T) {
	t.Parallel()
	n := 0
	loop := roundTripper(func(req *http.Request) (*http.Response, error) {
		if strings.Contains(req.URL.RawQuery, "GETFILESTATUS") {
			return answerJSON(req, http.StatusOK, `{"FileStatus":{"type":"FILE","length":4,"permission":"644"}}`), nil
		}
		n++
		return &http.Response{
			StatusCode: http.StatusTemporaryRedirect, Body: http.NoBody, Request: req,
			Header: http.Header{"Location": {gateway + "/f?op=OPEN"}},
		}, nil
	})
	client := clientOf(t, gateway, loop, nil)
	f, err := client.Open(t.Context(), "/f")
	require.NoError(t, err)
	_, err = f.ReadAt(make([]byte, 4), 0)
	require.ErrorIs(t, err, datalake.ErrUnexpectedResponse)
	require.LessOrEqual(t, n, 4*4, "four tries of four requests")
}

type roundTripper func(*http.Request) (*http.Response, error)

func (f roundTripper) RoundTrip(req *http.Request) (*http.Response, error) { return f(req) }

// The emulator's log says which token came where.
func TestTokensGoToTheEndpointOnly(t *testing.T) {
	t.Parallel()
	for _, profile := range []azuretest.Profile{azuretest.Gen1, azuretest.Knox} {
		t.Run(profile.String(), func(t *testing.T) {
			t.Parallel()
			l := newLake(t, profile)
			evil := l.server.DataLake("evil", azuretest.Hadoop)
			l.server.Fail(azuretest.Fault{Operation: "datalake.create", Times: -1, Location: evil.URL() + "/f?op=CREATE&user.name=alice"})
			err := l.Upload(t.Context(), "/f", strings.NewReader("data"), nil)
			require.ErrorIs(t, err, datalake.ErrForeignLink)
			require.NotErrorIs(t, err, context.DeadlineExceeded)
			for _, r := range l.server.Requests() {
				require.True(t, strings.HasPrefix(r.URL, "https://"), r.URL)
				require.NotContains(t, r.URL, "evil")
			}
		})
	}
}

// A secure cluster puts a delegation token into the address of the data node.
func TestDelegationTokensAreNotPrinted(t *testing.T) {
	t.Parallel()
	l := newLake(t, azuretest.Hadoop)
	l.data.DelegationTokens(true)
	require.NoError(t, l.Upload(t.Context(), "/f", strings.NewReader("data"), nil))
	l.server.Fail(azuretest.Fault{Operation: "datalake.create.data", Times: -1, Status: http.StatusForbidden, Code: "AccessControlException"})
	err := l.Upload(t.Context(), "/g", strings.NewReader("data"), nil)
	require.Error(t, err)
	requireNoSecret(t, err, "delegation")
	l.server.Fail(azuretest.Fault{Operation: "datalake.open.data", Times: -1, Status: -1})
	f, err := l.Open(t.Context(), "/f")
	require.NoError(t, err)
	_, err = f.Read(make([]byte, 4))
	require.Error(t, err)
	requireNoSecret(t, err, "delegation")
}

// requireNoSecret looks into all that an error shows.
func requireNoSecret(t *testing.T, err error, secrets ...string) {
	t.Helper()
	texts := []string{err.Error()}
	for _, verb := range []string{"%v", "%+v", "%#v", "%q", "%s"} {
		texts = append(texts, sprintf(verb, err))
	}
	if response, ok := errors.AsType[*azcore.ResponseError](err); ok {
		require.Empty(t, response.RawResponse.Request.URL.RawQuery)
		require.Empty(t, response.RawResponse.Request.Header.Get("Authorization"))
		texts = append(texts, sprintf("%+v %+v", response.RawResponse.Header, response.RawResponse.Request))
	}
	for _, text := range texts {
		for _, secret := range secrets {
			require.NotContains(t, text, secret)
		}
	}
}
