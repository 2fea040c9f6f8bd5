package azuretest_test

import (
	"net/http"
	"net/http/httptrace"
	"net/textproto"
	"net/url"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/keyless-go/azure/azuretest"
)

func TestLakeSecondSteps(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		profile azuretest.Profile
		method  string
		rest    string
		want    string // "" if there is no second step
	}{
		"Gen1 create":                    {azuretest.Gen1, "PUT", "/f?op=CREATE&overwrite=true", "https://lakegen1.azuredatalakestore.net/webhdfs/v1/f?op=CREATE&overwrite=true&write=true"},
		"Gen1 append":                    {azuretest.Gen1, "POST", "/f?op=APPEND", "https://lakegen1.azuredatalakestore.net/webhdfs/v1/f?op=APPEND&append=true"},
		"Gen1 open":                      {azuretest.Gen1, "GET", "/f?OP=OPEN", "https://lakegen1.azuredatalakestore.net/webhdfs/v1/f?OP=OPEN&read=true"},
		"Gen1 open at once":              {azuretest.Gen1, "GET", "/f?op=OPEN&Read=true", ""},
		"Hadoop create":                  {azuretest.Hadoop, "PUT", "/f?op=CREATE&permission=600", "http://datanode.lakehadoop.test:9864/webhdfs/v1/f?op=CREATE&user.name=machine&namenoderpcaddress=namenode.lakehadoop.test:8020&createflag=&createparent=true&overwrite=false&permission=600"},
		"Hadoop append":                  {azuretest.Hadoop, "POST", "/f?op=APPEND", "http://datanode.lakehadoop.test:9864/webhdfs/v1/f?op=APPEND&user.name=machine&namenoderpcaddress=namenode.lakehadoop.test:8020"},
		"Hadoop open":                    {azuretest.Hadoop, "GET", "/f?op=OPEN&length=2", "http://datanode.lakehadoop.test:9864/webhdfs/v1/f?op=OPEN&user.name=machine&namenoderpcaddress=namenode.lakehadoop.test:8020&length=2&offset=0"},
		"HttpFS create":                  {azuretest.HttpFS, "PUT", "/f?op=CREATE", "http://httpfs.lakehttpfs.test:14000/webhdfs/v1/f?op=CREATE&user.name=machine&data=true"},
		"HttpFS open":                    {azuretest.HttpFS, "GET", "/f?op=OPEN", ""},
		"HttpFS checksum":                {azuretest.HttpFS, "GET", "/f?op=GETFILECHECKSUM", ""},
		"nothing to redirect":            {azuretest.Hadoop, "GET", "/f?op=GETFILESTATUS", ""},
		"no data behind the status 4xx":  {azuretest.Hadoop, "GET", "/none?op=OPEN", ""},
		"nor at an offset past the end":  {azuretest.Hadoop, "GET", "/f?op=OPEN&offset=9", ""},
		"nor where the name cannot be":   {azuretest.Hadoop, "PUT", "/c%3Ad?op=CREATE", ""},
		"but to a directory there is":    {azuretest.Hadoop, "GET", "/d?op=OPEN", "http://datanode.lakehadoop.test:9864/webhdfs/v1/d?op=OPEN&user.name=machine&namenoderpcaddress=namenode.lakehadoop.test:8020&offset=0"},
		"and over what is there already": {azuretest.HttpFS, "PUT", "/d?op=CREATE", "http://httpfs.lakehttpfs.test:14000/webhdfs/v1/d?op=CREATE&user.name=machine&data=true"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newLake(t, test.profile)
			s.lake.WriteFile("/f", []byte("hello"))
			s.lake.Mkdir("/d")
			got := s.once(t, test.method, s.url(test.rest), "")
			require.Equal(t, test.want, got.Header.Get("Location"))
			if test.want != "" {
				require.Equal(t, http.StatusTemporaryRedirect, got.Status)
				require.Empty(t, got.Body)
			}
		})
	}
}

func TestLakeWithoutRedirect(t *testing.T) {
	t.Parallel()
	onProfiles(t, []azuretest.Profile{azuretest.Hadoop, azuretest.HttpFS, azuretest.Knox}, func(t *testing.T, s lakeSide) {
		t.Helper()
		s.lake.WriteFile("/f", []byte("hello"))
		for method, rest := range map[string]string{"PUT": "/new?op=CREATE", "POST": "/f?op=APPEND", "GET": "/f?op=OPEN"} {
			got := s.once(t, method, s.url(rest+"&noredirect=true"), "")
			require.Equal(t, http.StatusOK, got.Status, got.Body)
			location, ok := got.At(t, "Location").(string)
			require.True(t, ok)
			require.NotContains(t, location, "noredirect")
			second := s.once(t, method, location, "!")
			require.Less(t, second.Status, 300, second.Body)
		}
	})
}

func TestLakeSealedQueries(t *testing.T) {
	t.Parallel()
	s := newLake(t, azuretest.Knox)
	first := s.once(t, http.MethodPut, s.url("/f?op=CREATE"), "")
	location := first.Header.Get("Location")
	require.True(t, strings.HasPrefix(location, "https://knox.lakeknox.test:8443/gateway/default/webhdfs/data/v1/f?_="), location)
	require.NotContains(t, location, "datanode")
	u, err := url.Parse(location)
	require.NoError(t, err)

	bare := lakeSide{s.srv, s.lake, azuretest.Hadoop, s.client, "", nil}
	tests := map[string]struct {
		side    lakeSide
		address string
		status  int
	}{
		"for another path":  {s, strings.Replace(location, "/v1/f", "/v1/g", 1), http.StatusBadRequest},
		"changed":           {s, location[:len(location)-2] + "AA", http.StatusBadRequest},
		"none at all":       {s, strings.TrimSuffix(location, u.RawQuery), http.StatusNotFound},
		"without the token": {bare, location, http.StatusUnauthorized},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got := test.side.once(t, http.MethodPut, test.address, "x")
			require.Equal(t, test.status, got.Status, got.Body)
			_, ok := s.lake.ReadFile("/f")
			require.False(t, ok)
		})
	}
}

func TestLakeDelegationTokens(t *testing.T) {
	t.Parallel()
	s := newLake(t, azuretest.Hadoop)
	s.lake.DelegationTokens(true)
	s.lake.WriteFile("/f", []byte("hello"))
	location := s.once(t, http.MethodGet, s.url("/f?op=OPEN"), "").Header.Get("Location")
	require.Contains(t, location, "delegation=")
	require.NotContains(t, location, "user.name")
	require.Equal(t, "hello", s.once(t, http.MethodGet, location, "").Body)
	last := s.srv.Requests()[len(s.srv.Requests())-1]
	require.Contains(t, last.URL, "delegation=REDACTED")
	require.Equal(t, "machine", last.Identity)

	u, err := url.Parse(location)
	require.NoError(t, err)
	query := u.Query()
	token := query.Get("delegation")
	query.Del("delegation")
	query.Set("user.name", "machine")
	u.RawQuery = query.Encode()
	require.Equal(t, http.StatusForbidden, s.once(t, http.MethodGet, u.String(), "").Status, "a name is not enough")

	got := s.once(t, http.MethodPut, s.url("/?op=RENEWDELEGATIONTOKEN&token="+token), "")
	require.Contains(t, got.Body, `{"long":`)
	got = s.once(t, http.MethodPut, s.url("/?op=CANCELDELEGATIONTOKEN&token="+token), "")
	require.Equal(t, http.StatusOK, got.Status, got.Body)
	require.Equal(t, "InvalidToken", s.once(t, http.MethodGet, location, "").exception(t))
	got = s.once(t, http.MethodGet, s.url("/?op=GETDELEGATIONTOKEN"), "")
	issued, ok := got.At(t, "Token", "urlString").(string)
	require.True(t, ok)
	got = s.once(t, http.MethodGet, s.base()+"/?op=GETHOMEDIRECTORY&delegation="+issued, "")
	require.JSONEq(t, `{"Path":"/user/machine"}`, got.Body)
	got = s.once(t, http.MethodGet, s.base()+"/?op=GETHOMEDIRECTORY&delegation=none", "")
	require.Equal(t, http.StatusForbidden, got.Status)
}

// A data node says 100 Continue to everybody, and closes every connection.
func TestLakeDataNodeHabits(t *testing.T) {
	t.Parallel()
	s := newLake(t, azuretest.Hadoop)
	location := s.once(t, http.MethodPut, s.url("/f?op=CREATE"), "").Header.Get("Location")
	var interim []int
	ctx := httptrace.WithClientTrace(t.Context(), &httptrace.ClientTrace{
		Got1xxResponse: func(code int, _ textproto.MIMEHeader) error {
			interim = append(interim, code)
			return nil
		},
	})
	req, err := http.NewRequestWithContext(ctx, http.MethodPut, location, strings.NewReader("hello"))
	require.NoError(t, err)
	resp, err := s.client.Do(req)
	require.NoError(t, err)
	require.NoError(t, resp.Body.Close())
	require.Equal(t, http.StatusCreated, resp.StatusCode)
	require.Equal(t, "hdfs://namenode.lakehadoop.test:8020/f", resp.Header.Get("Location"))
	require.Contains(t, interim, http.StatusContinue)
	require.True(t, resp.Close)
}

func TestLakeCookie(t *testing.T) {
	t.Parallel()
	s := newLake(t, azuretest.HttpFS)
	cookie := s.once(t, http.MethodGet, s.as("alice").url("/?op=GETHOMEDIRECTORY"), "").Header.Get("Set-Cookie")
	cookie, _, _ = strings.Cut(cookie, ";")
	got := s.once(t, http.MethodGet, s.base()+"/?op=GETHOMEDIRECTORY", "", "Cookie", cookie)
	require.JSONEq(t, `{"Path":"/user/alice"}`, got.Body)
	got = s.once(t, http.MethodGet, s.base()+"/?op=GETHOMEDIRECTORY", "", "Cookie", strings.Replace(cookie, "u=alice", "u=mallo", 1))
	require.Equal(t, http.StatusUnauthorized, got.Status)
}

// With https the name node sends to data nodes with https.
func TestLakeSecureCluster(t *testing.T) {
	t.Parallel()
	s := newLake(t, azuretest.Hadoop)
	got := s.once(t, http.MethodPut, "https://namenode.lakehadoop.test:9871/webhdfs/v1/f?op=CREATE&user.name=alice", "")
	location := got.Header.Get("Location")
	require.True(t, strings.HasPrefix(location, "https://datanode.lakehadoop.test:9865/webhdfs/v1/f?"), location)
	require.Equal(t, http.StatusCreated, s.once(t, http.MethodPut, location, "x").Status)
	_, err := s.try(t, http.MethodGet, "http://namenode.lakehadoop.test:9871/webhdfs/v1/?op=LISTSTATUS", "")
	require.ErrorContains(t, err, "connection refused")
}
