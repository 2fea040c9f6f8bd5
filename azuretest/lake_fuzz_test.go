package azuretest_test

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"path"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/stretchr/testify/require"

	"github.com/keyless-go/azure/azuretest"
)

func FuzzLakeQuery(f *testing.F) {
	for _, raw := range []string{"op=OPEN&offset=1", "", "&&=&=x", "op=a;b&c", "%zz=%41&+=+", "op=x&op=y", "a=%FF"} {
		f.Add(raw, true)
		f.Add(raw, false)
	}
	f.Fuzz(func(t *testing.T, raw string, caseless bool) {
		values := azuretest.ParseLakeQuery(raw, caseless)
		for name, list := range values {
			require.NotEmpty(t, name)
			require.NotEmpty(t, list)
			if caseless {
				require.Equal(t, strings.ToLower(name), name)
			}
		}
		if want, err := url.ParseQuery(raw); err == nil && !caseless && utf8.ValidString(raw) && !strings.Contains(raw, "%") {
			delete(want, "")
			require.Equal(t, map[string][]string(want), values)
		}
	})
}

func FuzzLakeACL(f *testing.F) {
	for _, spec := range []string{
		"user::rwx,group::r-x,other::---", "user:bob:rwx", "default:user:bob:r--", "mask::rwx", "user:bob:", "user:bob", "", ",",
		"other:x:rwx", "default:mask::---,user:a@b:rwx", "user:bob:rwx,user:bob:---",
	} {
		f.Add(spec, true)
		f.Add(spec, false)
	}
	f.Fuzz(func(t *testing.T, spec string, with bool) {
		entries, bad, problem := azuretest.ParseACL(spec, with)
		if bad != "" || problem != "" || !with {
			return
		}
		again, bad, problem := azuretest.ParseACL(strings.Join(entries, ","), true)
		require.Empty(t, bad+problem)
		require.Equal(t, entries, again, "a list in force stays what it is")
		require.True(t, slices.ContainsFunc(entries, func(e string) bool { return strings.HasPrefix(e, "other::") }))
	})
}

func FuzzLakeXAttr(f *testing.F) {
	for _, text := range []string{"", "plain", `"quoted"`, "0x31", "0xzz", "0X31", "0sMTIz", "0s!", `"`, "0x", "0s"} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		value, ok := azuretest.DecodeXAttr(text)
		if !ok {
			return
		}
		for _, how := range []string{"HEX", "BASE64", "TEXT"} {
			again, ok := azuretest.DecodeXAttr(azuretest.EncodeXAttr(value, how))
			require.True(t, ok)
			require.Equal(t, string(value), string(again), how)
		}
	})
}

func FuzzLakeMode(f *testing.F) {
	for _, text := range []string{"0644", "1777", "rwxr-x---", "rwxrwxrwt", "rwxrwxrwT", "", "8", "-1", "rwxrwxrwS", "77777"} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		mode, ok := azuretest.ParseMode(text)
		if !ok {
			return
		}
		require.LessOrEqual(t, mode, uint16(0o1777))
		again, ok := azuretest.ParseMode(azuretest.SymbolicMode(mode))
		require.True(t, ok)
		require.Equal(t, mode, again)
	})
}

func FuzzLakePath(f *testing.F) {
	for _, text := range []string{"", "/", "//a//b/", "/a/../b", "/../..", "/./.", "a", "/a/%2e/b", "/\x00"} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		clean := azuretest.CleanLake(text)
		require.Equal(t, clean, azuretest.CleanLake(clean))
		require.True(t, strings.HasPrefix(clean, "/"))
		require.NotContains(t, clean, "//")
		resolved := azuretest.ResolveDots(text)
		if !strings.HasPrefix(resolved, "/..") {
			require.Equal(t, path.Clean("/"+text), resolved)
		}
		system, rest := azuretest.SplitSystem(text)
		require.NotContains(t, system, "/")
		require.True(t, strings.HasPrefix(rest, "/"))
	})
}

func FuzzLakeRenameSource(f *testing.F) {
	srv := azuretest.New(f)
	lake := srv.DataLake("contoso", azuretest.Gen2)
	token := srv.SystemIdentity().Token(gen2Audience, 100*time.Hour)
	for _, source := range []string{"/mycontainer/f", "/mycontainer/a%20b", "/mycontainer/a b", "f", "/", "/other/f", "/mycontainer/%zz", "/mycontainer/f?sas", "/mycontainer/ü", "/mycontainer/%00"} {
		f.Add(source)
	}
	f.Fuzz(func(t *testing.T, source string) {
		lake.WriteFile("/f", nil)
		req := httptest.NewRequestWithContext(t.Context(), http.MethodPut, lake.URL()+"/renamed", http.NoBody)
		req.Header.Set("Authorization", "Bearer "+token)
		req.Header.Set("X-Ms-Version", "2023-11-03")
		req.Header["X-Ms-Rename-Source"] = []string{source}
		rec := httptest.NewRecorder()
		srv.ServeHTTP(rec, req)
		if rec.Code == http.StatusCreated && req.Header.Get("X-Ms-Rename-Source") != "" {
			require.True(t, azuretest.IsEscaped(strings.Split(source, "?")[0]), source)
			plain, err := url.PathUnescape(strings.Split(source, "?")[0])
			require.NoError(t, err)
			require.Equal(t, "/f", azuretest.CleanLake(strings.TrimPrefix(plain, "/mycontainer")))
			return
		}
		require.GreaterOrEqual(t, rec.Code, 400)
	})
}

func FuzzLakeSources(f *testing.F) {
	f.Add([]byte(`{"sources":["/a","/b"]}`), "application/json")
	f.Add([]byte("sources=/a,/b"), "text/plain")
	f.Add([]byte(`{"sources":null}`), "application/json")
	f.Add([]byte("sources="), "")
	f.Fuzz(func(t *testing.T, body []byte, contentType string) {
		sources, ok := azuretest.ParseSources(body, contentType)
		if ok {
			require.NotContains(t, sources, "")
		}
	})
}

// Whatever arrives at a lake is answered, in the way of the lake, and without a panic.
func FuzzLakeRequest(f *testing.F) {
	srv := azuretest.New(f)
	hosts := []string{
		strings.TrimPrefix(srv.DataLake("contoso", azuretest.Gen1).URL(), "https://"), "namenode.contoso.test:9870", "datanode.contoso.test:9864",
		"httpfs.contoso.test:14000", "knox.contoso.test:8443", "contoso.dfs.core.windows.net",
	}
	for _, profile := range []azuretest.Profile{azuretest.Hadoop, azuretest.HttpFS, azuretest.Knox, azuretest.Gen2} {
		srv.DataLake("contoso", profile).WriteFile("/d/f", []byte("hello"))
	}
	tokens := []string{
		srv.SystemIdentity().Token(gen1Audience, 100*time.Hour), srv.SystemIdentity().Token(gen2Audience, 100*time.Hour),
	}
	f.Add(uint8(0), http.MethodPut, "/webhdfs/v1/f", "op=CREATE&write=true", "x", "")
	f.Add(uint8(1), http.MethodGet, "/webhdfs/v1/d/f", "op=OPEN&user.name=alice", "", "")
	f.Add(uint8(2), http.MethodPost, "/webhdfs/v1/d/f", "op=APPEND&user.name=hdfs", "x", "")
	f.Add(uint8(3), http.MethodPut, "/webhdfs/v1/d", "op=SETACL&aclspec=user::rwx&user.name=hdfs", "", "")
	f.Add(uint8(4), http.MethodGet, "/gateway/default/webhdfs/data/v1/d/f", "_=abc", "", "")
	f.Add(uint8(5), http.MethodPatch, "/mycontainer/d/f", "action=append&position=5", "x", "user:bob:rwx")
	f.Add(uint8(5), http.MethodGet, "/mycontainer", "resource=filesystem&recursive=true&continuation=YQ==", "", "")
	f.Fuzz(func(t *testing.T, host uint8, method, path, query, body, acl string) {
		req := httptest.NewRequestWithContext(t.Context(), http.MethodPost, "/", strings.NewReader(body))
		req.Method, req.Host = method, hosts[int(host)%len(hosts)]
		req.URL = &url.URL{Path: path, RawQuery: query}
		req.Header.Set("Authorization", "Bearer "+tokens[len(body)%2])
		req.Header.Set("X-Ms-Version", "2023-11-03")
		req.Header["X-Ms-Acl"] = []string{acl}
		rec := httptest.NewRecorder()
		srv.ServeHTTP(rec, req)
		require.GreaterOrEqual(t, rec.Code, 200)
		require.NotContains(t, rec.Body.String(), tokens[0])
	})
}
