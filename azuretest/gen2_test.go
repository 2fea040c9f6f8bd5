package azuretest_test

import (
	"crypto/md5"
	"encoding/base64"
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/keyless-go/azure/azuretest"
)

// gen2 sends a request to a path of a Gen2 file system.
func (s lakeSide) gen2(t *testing.T, do, body string, header ...string) answer {
	t.Helper()
	method, rest, _ := strings.Cut(do, " ")
	return s.once(t, method, s.lake.URL()+rest, body, header...)
}

// gen2Step is one request of a script, and what must come of it.
type gen2Step struct {
	do     string
	header []string
	body   string
	status int
	code   string // of the error; "" for none
}

func (s lakeSide) gen2Play(t *testing.T, steps []gen2Step) {
	t.Helper()
	for _, step := range steps {
		got := s.gen2(t, step.do, step.body, step.header...)
		require.Equal(t, step.status, got.Status, "%s\n%s", step.do, got.Body)
		require.Equal(t, step.code, got.Header.Get("X-Ms-Error-Code"), step.do)
		require.NotEmpty(t, got.Header.Get("X-Ms-Request-Id"))
	}
}

func TestGen2Writes(t *testing.T) {
	t.Parallel()
	s := newLake(t, azuretest.Gen2)
	s.gen2Play(t, []gen2Step{
		{"PUT /d/f?resource=file", nil, "", 201, ""},
		{"PATCH /d/f?action=append&position=5", nil, " world", 202, ""},
		{"PATCH /d/f?action=append&position=0", nil, "HELLO", 202, ""},
		{"PATCH /d/f?action=append&position=0", nil, "hello", 202, ""},
		{"PATCH /d/f?action=flush&position=99", nil, "", 400, "InvalidFlushPosition"},
		{"PATCH /d/f?action=flush&position=5&retainUncommittedData=true", nil, "", 200, ""},
	})
	data, _ := s.lake.ReadFile("/d/f")
	require.Equal(t, "hello", string(data), "up to the position")
	s.gen2Play(t, []gen2Step{
		{"PATCH /d/f?action=flush&position=11", nil, "", 200, ""},
		{"PATCH /d/f?action=append&position=12", nil, "gap", 202, ""},
		{"PATCH /d/f?action=flush&position=15", nil, "", 400, "InvalidFlushPosition"},
		{"PATCH /d/f?action=flush&position=11", nil, "", 200, ""},
		{"PATCH /d/f?action=append&position=11&flush=true", nil, "!", 202, ""},
		{"PATCH /d/f?action=append&position=0", nil, "", 400, "InvalidHeaderValue"},
		{"PATCH /d/f?action=append&position=x", nil, "x", 400, "InvalidQueryParameterValue"},
		{"PATCH /d/none?action=append&position=0", nil, "x", 404, "PathNotFound"},
		{"PATCH /d?action=append&position=0", nil, "x", 409, "PathConflict"},
		{"PATCH /d?action=flush&position=0", nil, "", 409, "PathConflict"},
		{"PATCH /d/f?action=fly", nil, "", 400, "UnsupportedQueryParameter"},
	})
	data, _ = s.lake.ReadFile("/d/f")
	require.Equal(t, "hello world!", string(data))

	sum := md5.Sum([]byte("x"))
	good, bad := base64.StdEncoding.EncodeToString(sum[:]), base64.StdEncoding.EncodeToString(make([]byte, 16))
	s.gen2Play(t, []gen2Step{
		{"PATCH /d/f?action=append&position=12", []string{"Content-MD5", bad}, "x", 400, "Md5Mismatch"},
		{"PATCH /d/f?action=append&position=12", []string{"Content-MD5", good}, "x", 202, ""},
		{"PUT /d/f?resource=file", []string{"If-None-Match", "*"}, "", 409, "PathAlreadyExists"},
		{"PUT /d/f?resource=file", nil, "", 201, ""},
	})
	data, _ = s.lake.ReadFile("/d/f")
	require.Empty(t, data)
}

func TestGen2Reads(t *testing.T) {
	t.Parallel()
	s := newLake(t, azuretest.Gen2)
	s.lake.WriteFile("/f", []byte("hello, world"))
	s.lake.Mkdir("/d")
	etag := s.gen2(t, "HEAD /f", "").Header.Get("ETag")
	tests := map[string]struct {
		do, header, value string
		status            int
		code, body        string
	}{
		"all":                      {"GET /f", "", "", 200, "", "hello, world"},
		"range":                    {"GET /f", "Range", "bytes=7-11", 206, "", "world"},
		"range by its other name":  {"GET /f", "X-Ms-Range", "bytes=7-", 206, "", "world"},
		"range past the end":       {"GET /f", "Range", "bytes=7-99", 206, "", "world"},
		"range behind the end":     {"GET /f", "Range", "bytes=12-", 416, "InvalidRange", ""},
		"range backwards":          {"GET /f", "Range", "bytes=5-2", 416, "InvalidRange", ""},
		"as it was":                {"GET /f", "If-Match", etag, 200, "", "hello, world"},
		"as it was not":            {"GET /f", "If-Match", `"0x8D0"`, 412, "ConditionNotMet", ""},
		"unless it is as it was":   {"GET /f", "If-None-Match", etag, 304, "ConditionNotMet", ""},
		"not modified since later": {"GET /f", "If-Modified-Since", "Tue, 01 Jan 2199 00:00:00 GMT", 304, "ConditionNotMet", ""},
		"modified since before":    {"GET /f", "If-Unmodified-Since", "Sat, 01 Jan 2000 00:00:00 GMT", 412, "ConditionNotMet", ""},
		"nothing there":            {"GET /g", "", "", 404, "PathNotFound", ""},
		"below a file":             {"GET /f/x", "", "", 409, "PathConflict", ""},
		"a directory":              {"GET /d", "", "", 200, "", ""},
		"no file system":           {"GET /../none/f", "", "", 404, "FilesystemNotFound", ""},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			do := strings.Replace(test.do, "/../none", "", 1)
			side := s
			if do != test.do {
				got := side.once(t, http.MethodGet, "https://lakegen2.dfs.core.windows.net/none/f", "")
				require.Equal(t, test.code, got.Header.Get("X-Ms-Error-Code"))
				return
			}
			header := []string{}
			if test.header != "" {
				header = []string{test.header, test.value}
			}
			got := side.gen2(t, do, "", header...)
			require.Equal(t, test.status, got.Status, got.Body)
			require.Equal(t, test.code, got.Header.Get("X-Ms-Error-Code"))
			if test.code == "" {
				require.Equal(t, test.body, got.Body)
			}
		})
	}
	got := s.gen2(t, "GET /f", "", "Range", "bytes=7-99")
	require.Equal(t, "bytes 7-11/12", got.Header.Get("Content-Range"))
}

func TestGen2Properties(t *testing.T) {
	t.Parallel()
	s := newLake(t, azuretest.Gen2)
	s.gen2Play(t, []gen2Step{
		{"PUT /f?resource=file", []string{"X-Ms-Properties", "k=djE=,l=djI=", "X-Ms-Content-Type", "text/plain", "X-Ms-Permissions", "0666", "X-Ms-Umask", "0027"}, "", 201, ""},
		{"PUT /g?resource=file", []string{"X-Ms-Properties", "k=v1!"}, "", 400, "InvalidHeaderValue"},
		{"PUT /g?resource=file", []string{"X-Ms-Permissions", "rwx"}, "", 400, "InvalidHeaderValue"},
		{"PUT /d?resource=directory", []string{"X-Ms-Permissions", "rwxrwxrwt", "X-Ms-Umask", "0000"}, "", 201, ""},
	})
	got := s.gen2(t, "HEAD /f", "")
	for name, want := range map[string]string{
		"X-Ms-Properties": "k=djE=,l=djI=", "Content-Type": "text/plain", "X-Ms-Permissions": "rw-r-----", "X-Ms-Resource-Type": "file",
		"Content-Length": "0", "X-Ms-Owner": s.srv.SystemIdentity().ObjectID(), "X-Ms-Lease-State": "available", "X-Ms-Acl": "",
	} {
		require.Equal(t, want, got.Header.Get(name), name)
	}
	require.Equal(t, "rwxrwxrwt", s.gen2(t, "HEAD /d", "").Header.Get("X-Ms-Permissions"))
	require.Equal(t, "directory", s.gen2(t, "HEAD /d", "").Header.Get("X-Ms-Resource-Type"))
	s.gen2Play(t, []gen2Step{
		{"PATCH /f?action=setProperties", []string{"X-Ms-Properties", "m=djM=", "X-Ms-Cache-Control", "no-store"}, "", 200, ""},
	})
	got = s.gen2(t, "HEAD /f", "")
	require.Equal(t, "m=djM=", got.Header.Get("X-Ms-Properties"))
	require.Equal(t, "no-store", got.Header.Get("Cache-Control"))
	require.Equal(t, "text/plain", got.Header.Get("Content-Type"))
	require.Empty(t, s.gen2(t, "HEAD /f?action=getStatus", "").Header.Get("X-Ms-Properties"))
}

func TestGen2Requests(t *testing.T) {
	t.Parallel()
	s := newLake(t, azuretest.Gen2)
	s.lake.WriteFile("/d/f", nil)
	s.gen2Play(t, []gen2Step{
		{"GET /d/f", []string{"X-Ms-Version", "latest"}, "", 400, "InvalidHeaderValue"},
		{"PUT /x", nil, "", 400, "UnsupportedQueryParameter"},
		{"PUT /?resource=file", nil, "", 409, "PathConflict"},
		{"PUT /d?resource=file", nil, "", 409, "PathConflict"},
		{"PUT /d/f?resource=directory", nil, "", 409, "PathConflict"},
		{"PUT /d/f/x?resource=file", nil, "", 409, "PathConflict"},
		{"PUT /d?resource=directory", nil, "", 201, ""},
		{"PUT /d?resource=directory", []string{"If-None-Match", "*"}, "", 409, "PathAlreadyExists"},
		{"DELETE /d", nil, "", 409, "DirectoryNotEmpty"},
		{"DELETE /d?recursive=maybe", nil, "", 400, "InvalidQueryParameterValue"},
		{"DELETE /d?recursive=true", []string{"If-Match", `"0x8D1"`}, "", 412, "ConditionNotMet"},
		{"DELETE /d?recursive=true", nil, "", 200, ""},
		{"DELETE /d?recursive=true", nil, "", 404, "PathNotFound"},
		{"DELETE /?recursive=true", nil, "", 409, "PathConflict"},
	})
}

func TestGen2FileSystems(t *testing.T) {
	t.Parallel()
	s := newLake(t, azuretest.Gen2)
	const account = "https://lakegen2.dfs.core.windows.net/"
	got := s.once(t, http.MethodPut, account+"second?resource=filesystem", "")
	require.Equal(t, 201, got.Status, got.Body)
	got = s.once(t, http.MethodPut, account+"second?resource=filesystem", "")
	require.Equal(t, "FilesystemAlreadyExists", got.Header.Get("X-Ms-Error-Code"))
	got = s.once(t, http.MethodPut, account+"Bad_Name?resource=filesystem", "")
	require.Equal(t, 400, got.Status)
	got = s.once(t, http.MethodGet, account+"?resource=account", "")
	require.Contains(t, got.Body, `"name":"mycontainer"`)
	require.Contains(t, got.Body, `"name":"second"`)
	got = s.once(t, http.MethodHead, account+"second?resource=filesystem", "")
	require.Equal(t, "true", got.Header.Get("X-Ms-Namespace-Enabled"))
	second := s.srv.DataLake("lakegen2/second", azuretest.Gen2)
	second.WriteFile("/f", nil)
	require.Equal(t, 403, s.as("other").once(t, http.MethodDelete, account+"second?resource=filesystem", "").Status)
	require.Equal(t, 202, s.once(t, http.MethodDelete, account+"second?resource=filesystem", "").Status)
	require.Equal(t, 404, s.once(t, http.MethodGet, account+"second/f", "").Status)
	require.Empty(t, s.srv.DataLake("lakegen2/second", azuretest.Gen2).Names("/"), "a new one")
}
