package bearerproxy_test

import (
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/keyless-go/azure/azuretest"
	"github.com/keyless-go/azure/interop/hadoop/bearerproxy"
)

// gateway is a proxy in front of the emulator's Hadoop.
type gateway struct {
	srv    *azuretest.Server
	lake   *azuretest.DataLake
	url    string
	client *http.Client
}

func newGateway(t *testing.T, change func(*bearerproxy.Proxy) *bearerproxy.Proxy) gateway {
	t.Helper()
	srv := azuretest.New(t)
	lake := srv.DataLake("cluster", azuretest.Hadoop)
	cluster, err := url.Parse(lake.URL())
	require.NoError(t, err)
	proxy, err := bearerproxy.New(cluster, func(token string) (string, bool) { return "alice", token == "tok-a" }, srv.Client().Transport)
	require.NoError(t, err)
	if change != nil {
		proxy = change(proxy)
	}
	ts := httptest.NewTLSServer(proxy)
	t.Cleanup(ts.Close)
	client := ts.Client()
	client.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	client.Timeout = 10 * time.Second
	return gateway{srv, lake, ts.URL, client}
}

func (g gateway) do(t *testing.T, method, address, token, body string) (*http.Response, string) {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), method, address, strings.NewReader(body))
	require.NoError(t, err)
	if token != "" {
		req.Header.Set("Authorization", "Bearer "+token)
	}
	resp, err := g.client.Do(req)
	require.NoError(t, err)
	defer resp.Body.Close()
	data, err := io.ReadAll(resp.Body)
	require.NoError(t, err)
	return resp, string(data)
}

func TestUpload(t *testing.T) {
	t.Parallel()
	g := newGateway(t, nil)
	root := g.url + bearerproxy.Path
	for _, name := range []string{"/a.txt", "/a%20b%25+%3Bc%23%C3%A9"} {
		first, _ := g.do(t, http.MethodPut, root+name+"?op=CREATE&user.name=root&doas=hdfs", "tok-a", "")
		location := first.Header.Get("Location")
		require.Equal(t, 307, first.StatusCode)
		require.True(t, strings.HasPrefix(location, g.url+"/gateway/default/webhdfs/data/v1/"), location)
		require.NotContains(t, location, "namenoderpcaddress")
		require.Empty(t, first.Header.Get("Set-Cookie"))

		second, _ := g.do(t, http.MethodPut, location, "", "hello")
		require.Equal(t, 401, second.StatusCode, "data without a token")
		second, _ = g.do(t, http.MethodPut, location, "tok-a", "hello")
		require.Equal(t, 201, second.StatusCode)
		require.Empty(t, second.Header.Get("Location"))
		plain, err := url.PathUnescape(name)
		require.NoError(t, err)
		data, ok := g.lake.ReadFile(plain)
		require.True(t, ok)
		require.Equal(t, "hello", string(data))
		owner, _ := g.lake.Owner(plain)
		require.Equal(t, "alice", owner)

		other, _ := g.do(t, http.MethodPut, strings.Replace(location, "/a", "/b", 1), "tok-a", "x")
		require.Equal(t, 400, other.StatusCode, "a sealed query is for one path")
	}
	for _, r := range g.srv.Requests() {
		require.Empty(t, r.Header.Get("Authorization"), "the cluster has seen the token")
	}
}

func TestWithoutRedirect(t *testing.T) {
	t.Parallel()
	g := newGateway(t, nil)
	g.lake.WriteFile("/f", []byte("hello"))
	resp, body := g.do(t, http.MethodGet, g.url+bearerproxy.Path+"/f?op=OPEN&noredirect=true", "tok-a", "")
	require.Equal(t, 200, resp.StatusCode)
	location := strings.TrimSuffix(strings.TrimPrefix(strings.TrimSpace(body), `{"Location":"`), `"}`)
	_, body = g.do(t, http.MethodGet, location, "tok-a", "")
	require.Equal(t, "hello", body)
}

func TestRefusals(t *testing.T) {
	t.Parallel()
	g := newGateway(t, nil)
	for name, token := range map[string]string{"none": "", "another": "tok-b"} {
		t.Run(name, func(t *testing.T) {
			resp, _ := g.do(t, http.MethodGet, g.url+bearerproxy.Path+"/?op=LISTSTATUS", token, "")
			require.Equal(t, 401, resp.StatusCode)
			require.Contains(t, resp.Header.Get("WWW-Authenticate"), "Bearer")
		})
	}
	resp, _ := g.do(t, http.MethodGet, g.url+"/gateway/other/webhdfs/v1/?op=LISTSTATUS", "tok-a", "")
	require.Equal(t, 404, resp.StatusCode)
}

func TestElsewhere(t *testing.T) {
	t.Parallel()
	g := newGateway(t, func(p *bearerproxy.Proxy) *bearerproxy.Proxy { return p.Elsewhere("https://evil.example") })
	resp, _ := g.do(t, http.MethodPut, g.url+bearerproxy.Path+"/f?op=CREATE", "tok-a", "")
	require.True(t, strings.HasPrefix(resp.Header.Get("Location"), "https://evil.example/"))
}
