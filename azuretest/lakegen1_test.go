package azuretest_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/keyless-go/azure/azuretest"
)

// An append that says where it goes happens once, however often it is sent.
func TestLakeGen1AppendsOnce(t *testing.T) {
	t.Parallel()
	s := newLake(t, azuretest.Gen1)
	s.put(t, "/f", "hello")
	const at5 = "/f?op=APPEND&append=true&offset=5&syncFlag=METADATA&leaseid=11111111-1111-1111-1111-111111111111&filesessionid=11111111-1111-1111-1111-111111111111"
	require.Equal(t, 200, s.do(t, http.MethodPost, at5, "").Status, "nothing at the end")
	require.Equal(t, 200, s.once(t, http.MethodPost, s.url(at5), ", world").Status)
	again := s.once(t, http.MethodPost, s.url(at5), ", world")
	require.Equal(t, 400, again.Status)
	require.Equal(t, "BadOffsetException", again.exception(t))
	require.Equal(t, "0x83090015", again.Header.Get("Status"))
	require.Contains(t, again.Body, "org.apache.hadoop.fs.adl.BadOffsetException")
	probe := strings.Replace(at5, "offset=5", "offset=12", 1)
	require.Equal(t, 200, s.once(t, http.MethodPost, s.url(probe), "").Status, "the first one had arrived")
	data, _ := s.lake.ReadFile("/f")
	require.Equal(t, "hello, world", string(data))
}

func TestLakeGen1SyncFlags(t *testing.T) {
	t.Parallel()
	s := newLake(t, azuretest.Gen1)
	const lease = "&leaseid=11111111-1111-1111-1111-111111111111"
	send := func(method, rest, body string) answer { return s.once(t, method, s.url(rest), body) }
	size := func() any { return s.do(t, http.MethodGet, "/f?op=GETFILESTATUS", "").At(t, "FileStatus", "length") }
	require.Equal(t, 201, send("PUT", "/f?op=CREATE&write=true&syncFlag=DATA"+lease, "one").Status)
	require.InDelta(t, 0, size(), 0, "not yet to be seen")
	require.Equal(t, 200, send("POST", "/f?op=APPEND&append=true&offset=3&syncFlag=DATA"+lease, "two").Status)
	require.InDelta(t, 0, size(), 0)

	other := send("POST", "/f?op=APPEND&append=true", "x")
	require.Equal(t, 400, other.Status, "somebody holds the lease")
	require.Equal(t, "0x83090A16", other.Header.Get("Status"))
	require.Contains(t, other.Body, "0x83090A16")
	require.Equal(t, 400, send("PUT", "/f?op=CREATE&write=true&overwrite=true", "x").Status)

	require.Equal(t, 200, send("POST", "/f?op=APPEND&append=true&syncFlag=METADATA"+lease, "").Status)
	require.InDelta(t, 6, size(), 0)
	require.Equal(t, 200, send("POST", "/f?op=APPEND&append=true&offset=6&syncFlag=CLOSE"+lease, "").Status)
	require.Equal(t, 200, send("POST", "/f?op=APPEND&append=true", "!").Status, "the lease is over")
	require.Equal(t, "onetwo!", send("GET", "/f?op=OPEN&read=true", "").Body)
	require.Equal(t, 400, send("POST", "/f?op=APPEND&append=true&syncFlag=SOON", "!").Status)

	require.Equal(t, 200, send("POST", "/f?op=APPEND&append=true&syncFlag=DATA"+lease, "!").Status)
	require.Equal(t, 400, send("POST", "/f?op=APPEND&append=true", "!").Status)
	s.srv.Advance(11 * time.Minute)
	require.Equal(t, 200, send("POST", "/f?op=APPEND&append=true", "!").Status, "leases end by themselves")
}

func TestLakeGen1Concat(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		query, kind, body string
		status            int
		left              []string // in the directory of the sources
	}{
		"JSON":                     {"", "application/json", `{"sources":["/parts/1","/parts/2"]}`, 200, []string{"other"}},
		"text":                     {"", "text/plain", "sources=/parts/1,/parts/2", 200, []string{"other"}},
		"the whole directory":      {"&deleteSourceDirectory=true", "application/json", `{"sources":["/parts/1"]}`, 200, nil},
		"a source that is not":     {"", "application/json", `{"sources":["/parts/1","/parts/3"]}`, 404, []string{"1", "2", "other"}},
		"a source twice":           {"", "application/json", `{"sources":["/parts/1","/parts/1"]}`, 400, []string{"1", "2", "other"}},
		"the target as a source":   {"", "application/json", `{"sources":["/f"]}`, 400, []string{"1", "2", "other"}},
		"no sources":               {"", "application/json", `{"sources":[]}`, 400, []string{"1", "2", "other"}},
		"an empty name":            {"", "application/json", `{"sources":[""]}`, 400, []string{"1", "2", "other"}},
		"nonsense":                 {"", "application/json", `[`, 400, []string{"1", "2", "other"}},
		"JSON that is called text": {"", "text/plain", `{"sources":["/parts/1"]}`, 400, []string{"1", "2", "other"}},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newLake(t, azuretest.Gen1)
			s.lake.WriteFile("/f", []byte("0"))
			for _, part := range []string{"1", "2", "other"} {
				s.lake.WriteFile("/parts/"+part, []byte(part))
			}
			got := s.once(t, http.MethodPost, s.url("/f?op=MSCONCAT"+test.query), test.body, "Content-Type", test.kind)
			require.Equal(t, test.status, got.Status, got.Body)
			require.Equal(t, test.left, s.lake.Names("/parts"))
			if test.status == 200 {
				data, _ := s.lake.ReadFile("/f")
				require.Equal(t, "012"[:len(data)], string(data))
				require.Greater(t, len(data), 1)
			}
		})
	}
}

func TestLakeGen1Expiry(t *testing.T) {
	t.Parallel()
	s := newLake(t, azuretest.Gen1)
	for _, name := range []string{"now", "creation", "absolute", "never", "stays"} {
		s.lake.WriteFile("/d/"+name, []byte("x"))
	}
	ext := func(rest string) answer { return s.once(t, http.MethodPut, s.lake.URL()+"/webhdfsext"+rest, "") }
	soon := s.srv.Now().Add(time.Hour).UnixMilli()
	require.Equal(t, 200, ext("/d/now?op=SETEXPIRY&expiryOption=RelativeToNow&expireTime=3600000").Status)
	require.Equal(t, 200, ext("/d/creation?op=SETEXPIRY&expiryOption=RelativeToCreationDate&expireTime=3600000").Status)
	require.Equal(t, 200, ext(fmt.Sprintf("/d/absolute?op=SETEXPIRY&expiryOption=Absolute&expireTime=%d", soon)).Status)
	require.Equal(t, 200, ext("/d/never?op=SETEXPIRY&expiryOption=Absolute&expireTime=1000000").Status)
	require.Equal(t, []string{"absolute", "creation", "now", "stays"}, s.lake.Names("/d"))
	require.Equal(t, 400, ext("/d/stays?op=SETEXPIRY&expiryOption=Tomorrow").Status)
	require.Equal(t, 404, ext("/d?op=SETEXPIRY&expiryOption=NeverExpire").Status, "files only")
	require.Equal(t, 400, s.do(t, http.MethodPut, "/d/stays?op=SETEXPIRY&expiryOption=NeverExpire", "").Status, "it has a path of its own")
	got := s.do(t, http.MethodGet, "/d/absolute?op=GETFILESTATUS", "")
	require.InDelta(t, soon, got.At(t, "FileStatus", "msExpirationTime"), 0)
	require.Equal(t, 200, ext("/d/now?op=SETEXPIRY&expiryOption=NeverExpire").Status)
	s.srv.Advance(2 * time.Hour)
	require.Equal(t, []string{"now", "stays"}, s.lake.Names("/d"))
}

func TestLakeGen1ConcurrentAppends(t *testing.T) {
	t.Parallel()
	s := newLake(t, azuretest.Gen1)
	ext := func(query, line string) answer {
		return s.once(t, http.MethodPost, s.lake.URL()+"/webhdfsext/log?op=CONCURRENTAPPEND"+query, line)
	}
	require.Equal(t, 404, ext("", "one\n").Status)
	require.Equal(t, 200, ext("&appendMode=autocreate", "one\n").Status)
	require.Equal(t, 200, ext("", "two\n").Status)
	data, _ := s.lake.ReadFile("/log")
	require.Equal(t, "one\ntwo\n", string(data))
	require.Equal(t, 403, s.once(t, http.MethodPost, s.url("/log?op=APPEND&append=true"), "x").Status, "for ever one kind or the other")
}

func TestLakeGen1Lists(t *testing.T) {
	t.Parallel()
	s := newLake(t, azuretest.Gen1)
	for _, name := range []string{"a", "b", "c", "d", "e"} {
		s.lake.Mkdir("/d/" + name)
	}
	tests := map[string]struct {
		query string
		names string
		token any
	}{
		"all":              {"", "a b c d e", ""},
		"two":              {"&listSize=2", "a b", ""},
		"after one":        {"&listSize=2&listAfter=b", "c d", ""},
		"after none there": {"&listSize=2&listAfter=bb", "c d", ""},
		"before one":       {"&listSize=9&listBefore=c", "a b", ""},
		"with a token":     {"&listSize=2&api-version=2018-09-01", "a b", "b"},
		"at the end":       {"&listSize=2&listAfter=c&api-version=2018-09-01", "d e", ""},
		"past the end":     {"&listSize=2&listAfter=e", "", ""},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got := s.do(t, http.MethodGet, "/d?op=LISTSTATUS"+test.query, "")
			list, ok := got.At(t, "FileStatuses", "FileStatus").([]any)
			require.True(t, ok, got.Body)
			var names []string
			for _, one := range list {
				m, ok := one.(map[string]any)
				require.True(t, ok)
				name, ok := m["pathSuffix"].(string)
				require.True(t, ok)
				names = append(names, name)
			}
			require.Equal(t, test.names, strings.Join(names, " "))
			require.Equal(t, test.token, got.At(t, "FileStatuses", "continuationToken"))
		})
	}
}

func TestLakeGen1Refusals(t *testing.T) {
	t.Parallel()
	s := newLake(t, azuretest.Gen1)
	s.lake.WriteFile("/f", []byte("hello"))
	tests := map[string]struct {
		method, rest string
		status       int
		exception    string
		code         string
	}{
		"no such file":        {"GET", "/none?op=GETFILESTATUS", 404, "FileNotFoundException", "0x8309000A"},
		"already there":       {"PUT", "/f?op=CREATE&write=true", 403, "FileAlreadyExistsException", "0x8309000B"},
		"unknown operation":   {"GET", "/f?op=NOSUCHOP", 400, "UnsupportedOperationException", "0x83090001"},
		"what HDFS has":       {"GET", "/f?op=GETFILECHECKSUM", 400, "UnsupportedOperationException", "0x83090001"},
		"wrong method":        {"POST", "/f?op=CREATE", 400, "IllegalArgumentException", "0x83090001"},
		"unknown api-version": {"GET", "/f?op=GETFILESTATUS&api-version=latest", 400, "IllegalArgumentException", "0x83090001"},
		"dots":                {"GET", "/a/%2E%2E/f?op=GETFILESTATUS", 400, "IllegalArgumentException", "0x83090001"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got := s.do(t, test.method, test.rest, "")
			require.Equal(t, test.status, got.Status, got.Body)
			require.Equal(t, test.exception, got.exception(t))
			require.Equal(t, test.code, got.Header.Get("Status"))
			require.Contains(t, got.Body, "["+got.Header.Get("X-Ms-Request-Id")+"]")
		})
	}
}

// The web server in front of the store answers some things itself, with nothing.
func TestLakeGen1BareAnswers(t *testing.T) {
	t.Parallel()
	s := newLake(t, azuretest.Gen1)
	req, err := http.NewRequestWithContext(t.Context(), http.MethodPut, s.url("/f?op=CREATE&write=true"), http.NoBody)
	require.NoError(t, err)
	req.Header.Set("Authorization", "Bearer "+s.token())
	req.ContentLength = 30_000_001
	req.Body = zeros{}
	resp, err := s.client.Do(req)
	require.NoError(t, err)
	require.NoError(t, resp.Body.Close())
	require.Equal(t, 404, resp.StatusCode)
	require.Zero(t, resp.ContentLength)
	require.Contains(t, s.srv.Requests()[0].Reason, "30,000,000")
}

// zeros never ends.
type zeros struct{}

func (zeros) Read(p []byte) (int, error) {
	clear(p)
	return len(p), nil
}

func (zeros) Close() error { return nil }
