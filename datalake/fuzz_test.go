package datalake_test

import (
	"bytes"
	"io"
	"io/fs"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/stretchr/testify/require"

	"github.com/keyless-go/azure/datalake"
)

func FuzzRedirect(f *testing.F) {
	for _, seed := range []string{
		"https://gateway.contoso.test:8443/x?_=abc", "/webhdfs/data/v1/f?_=x", "//evil.test/x", "https://evil.test", "http://gateway.contoso.test:8443",
		"https://gateway.contoso.test:8443@evil.test/", "https://node.test:9865/x?delegation=secret", "javascript:alert(1)", "https://[::1]:1/",
		"\\\\evil.test\\x", "https:/evil.test", "https:evil.test", "https://gateway.contoso.test:08443/", "?x", "#", "HTTPS://GATEWAY.contoso.test.:8443",
	} {
		f.Add(seed)
	}
	home, err := url.Parse(gateway)
	require.NoError(f, err)
	f.Fuzz(func(t *testing.T, location string) {
		to, own, err := datalake.JudgeRedirect(home, []string{"node.test"}, location)
		if err != nil {
			require.ErrorIs(t, err, datalake.ErrForeignLink)
			require.NotContains(t, err.Error(), "delegation")
			return
		}
		// What net/http would connect to.
		again, err := url.Parse(to.String())
		require.NoError(t, err)
		require.Equal(t, "https", again.Scheme, "from https to nothing else")
		require.Nil(t, again.User)
		name := strings.TrimSuffix(strings.ToLower(again.Hostname()), ".")
		if own {
			require.Equal(t, "gateway.contoso.test", name)
			require.Equal(t, "8443", again.Port())
		} else {
			require.Equal(t, "node.test", name)
		}
	})
}

func FuzzList(f *testing.F) {
	f.Add(`{"FileStatuses":{"FileStatus":[]}}`)
	f.Add(`{"FileStatuses":{"FileStatus":[{"pathSuffix":"a","type":"FILE","length":1,"permission":"644"},{"pathSuffix":"b","type":"DIRECTORY"}]}}`)
	f.Add(`{"FileStatuses":{"FileStatus":[{"pathSuffix":"../a","type":"FILE"}]}}`)
	f.Add(`{"FileStatuses":{"FileStatus":[{"pathSuffix":"","type":"FILE"}]}}`)
	f.Add(`{"FileStatuses":{"FileStatus":[{"pathSuffix":"a","type":"FILE"}`)
	f.Add(`{"FileStatuses":{"FileStatus":[null,1,"x",{"length":1e99}]}}`)
	f.Add(`{"FileStatuses":null}`)
	f.Fuzz(func(t *testing.T, text string) {
		names, err := datalake.DecodeList(strings.NewReader(text))
		requireParts(t, names)
		if err == nil {
			require.True(t, strings.HasSuffix(strings.TrimRight(text, " \t\r\n"), "}") || len(text) > 0)
		}
	})
}

// requireParts: no name in a directory leads elsewhere.
func requireParts(t *testing.T, names []string) {
	t.Helper()
	for _, name := range names {
		require.NotEmpty(t, name)
		require.NotContains(t, name, "/")
		require.NotContains(t, []string{".", ".."}, name)
		require.True(t, utf8.ValidString(name))
	}
}

func FuzzPaths(f *testing.F) {
	f.Add(`{"paths":[{"name":"dir/a","isDirectory":"true","lastModified":"Wed, 02 Jan 2030 03:04:05 GMT"},{"name":"dir/b","contentLength":"5","permissions":"rw-r-----+"}]}`)
	f.Add(`{"paths":[{"name":"dir/a/b"}]}`)
	f.Add(`{"paths":[{"name":"other/a"}]}`)
	f.Add(`{"paths":[{"name":"dir/..","contentLength":-1}]}`)
	f.Add(`{"paths":[{"name":"dir/a","contentLength":"x"}]}`)
	f.Add(`{"paths":[{"name":"dir/a","isDirectory":true,"contentLength":7,"creationTime":"132500000000000000","expiryTime":"0"}]}`)
	f.Fuzz(func(t *testing.T, text string) {
		resp := &http.Response{StatusCode: http.StatusOK, Body: io.NopCloser(strings.NewReader(text))}
		names, err := datalake.DecodePaths(resp, "/dir")
		requireParts(t, names)
		if err != nil {
			require.ErrorIs(t, err, datalake.ErrUnexpectedResponse)
		}
	})
}

func FuzzParseACL(f *testing.F) {
	f.Add("user::rwx,user:carla:r-x,group::-w-,mask::r--,other::---,default:group:staff:--x")
	f.Add("user:a:b:rwx")
	f.Add("default:default:user::rwx")
	f.Fuzz(func(t *testing.T, text string) {
		entries, err := datalake.ParseACL(text)
		if err != nil {
			require.ErrorIs(t, err, fs.ErrInvalid)
			return
		}
		var texts []string
		for _, e := range entries {
			texts = append(texts, e.String())
		}
		again, err := datalake.ParseACL(strings.Join(texts, ","))
		require.NoError(t, err)
		require.Equal(t, entries, again)
	})
}

func FuzzEndpoint(f *testing.F) {
	for _, seed := range []string{
		gen1Endpoint, gen2Endpoint, nameNode, gateway, "adl://contoso", "abfss://logs@contoso.dfs.core.windows.net", "webhdfs://h", "swebhdfs://h:1/",
		"http://a:secret@h/webhdfs/v1", "https://h/%2e%2e/webhdfs/v1", "https://h/a%2Fb/webhdfs/v1", "https://[::1]/webhdfs/v1",
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, raw string) {
		origin, path, err := datalake.ParseEndpoint(raw)
		if err != nil {
			return
		}
		require.Nil(t, origin.User)
		require.NotEmpty(t, origin.Host)
		require.Empty(t, origin.Path)
		u, err := url.Parse(origin.String() + path + "/f?op=OPEN")
		require.NoError(t, err)
		require.Equal(t, origin.Host, u.Host)
		require.Equal(t, path+"/f", u.EscapedPath())
		require.Equal(t, "op=OPEN", u.RawQuery)
		if strings.HasSuffix(u.Hostname(), ".azuredatalakestore.net") || strings.HasSuffix(u.Hostname(), ".dfs.core.windows.net") && !strings.HasSuffix(path, "/webhdfs/v1") {
			require.Equal(t, "https", u.Scheme)
		}
	})
}

func FuzzName(f *testing.F) {
	for _, seed := range []string{"/", "/a", "/a/b/", "/a b%c;d=e+f#g?h", "/täxt/日本", "/..", "a", "/a//b", "/a\x00", "/\xff", "/..%2f.."} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, name string) {
		cleaned, err := datalake.Clean(name)
		if err != nil {
			require.ErrorIs(t, err, fs.ErrInvalid)
			return
		}
		escaped := datalake.EscapeName(cleaned)
		plain, err := url.PathUnescape(escaped)
		require.NoError(t, err)
		require.Equal(t, cleaned, plain)
		u, err := url.Parse("https://h/webhdfs/v1" + escaped + "?op=OPEN")
		require.NoError(t, err)
		require.Equal(t, "/webhdfs/v1"+cleaned, u.Path)
		require.Equal(t, "op=OPEN", u.RawQuery)
		require.Empty(t, u.Fragment)
	})
}

func FuzzHeaders(f *testing.F) {
	f.Add("rwxr-x--t+", "directory", "5", "Wed, 02 Jan 2030 03:04:05 GMT", "a=YQ==,b=")
	f.Add("rw-------", "file", "-1", "", "a")
	f.Add("", "", "x", "now", "=YQ==")
	f.Fuzz(func(t *testing.T, mode, kind, length, modified, properties string) {
		status, err := datalake.HeaderStatus(http.Header{
			"X-Ms-Permissions": {mode}, "X-Ms-Resource-Type": {kind}, "Content-Length": {length}, "Last-Modified": {modified},
		})
		if err != nil {
			require.ErrorIs(t, err, datalake.ErrUnexpectedResponse)
		}
		require.GreaterOrEqual(t, status.Size, int64(0))
		if _, err := datalake.ParseProperties(properties); err != nil {
			require.ErrorIs(t, err, datalake.ErrUnexpectedResponse)
		}
	})
}

func FuzzChecksum(f *testing.F) {
	f.Add([]byte(`{"FileChecksum":{"algorithm":"MD5-of-0MD5-of-512CRC32C","bytes":"000002000000000000000000425294a324d0d9ea73b1f96128598b2700000000","length":28}}`))
	f.Add([]byte(`{"FileChecksum":{"algorithm":"x","bytes":"zz","length":-1}}`))
	f.Fuzz(func(t *testing.T, text []byte) {
		sum, err := datalake.DecodeChecksum(bytes.NewReader(text))
		if err != nil {
			require.ErrorIs(t, err, datalake.ErrUnexpectedResponse)
			return
		}
		require.NotEmpty(t, sum.Bytes)
		require.NotEmpty(t, sum.Algorithm)
	})
}

func FuzzXAttr(f *testing.F) {
	for _, seed := range []string{"0x00ff", "0sAP8=", `"text"`, "text", "0xz", "0s*", `"`, ""} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		if _, err := datalake.ParseXAttr(text); err != nil {
			require.ErrorIs(t, err, datalake.ErrUnexpectedResponse)
		}
	})
}

// FuzzRemoteException: whatever a server answers, it is one line, and has what
// the exception's name stands for only.
func FuzzRemoteException(f *testing.F) {
	f.Add(404, exceptionBody("FileNotFoundException"))
	f.Add(404, "<html>FileNotFoundException</html>")
	f.Add(403, `{"RemoteException":{"exception":"AccessControlException","message":"\u0000\n<b>"}}`)
	f.Add(500, `{"RemoteException":null}`)
	f.Add(400, `{"RemoteException":{"exception":7,"message":[]}}`)
	f.Add(404, `{"error":{"code":"PathNotFound"}}`)
	f.Fuzz(func(t *testing.T, status int, body string) {
		if status < 400 || status > 599 {
			return
		}
		client, s := newScripted(t, nameNode, noRetries)
		s.answer(status, body)
		_, err := client.Stat(t.Context(), "/f")
		require.Error(t, err)
		require.NotContains(t, err.Error(), "\n")
		if status == 404 && !strings.Contains(body, "NotF") && !strings.Contains(body, "\\u") {
			require.NotErrorIs(t, err, fs.ErrNotExist)
		}
	})
}
