package azuretest_test

import (
	"crypto/md5"
	"encoding/base64"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/keyless-go/azure/azuretest"
)

func TestBlobRanges(t *testing.T) {
	t.Parallel()
	srv := azuretest.New(t)
	b := storageOf(srv)
	data := strings.Repeat("0123456789", 900_000) // more than two parts of 4 MiB
	b.account.Container("box").SetBlob("b", []byte(data))
	b.account.Container("box").SetBlob("empty", nil)
	tests := map[string]struct {
		header []string
		status int
		spread string
		first  int
		last   int
	}{
		"all":                 {nil, 200, "", 0, 8_999_999},
		"a few":               {[]string{"x-ms-range", "bytes=10-19"}, 206, "bytes 10-19/9000000", 10, 19},
		"by Range":            {[]string{"Range", "bytes=10-19"}, 206, "bytes 10-19/9000000", 10, 19},
		"x-ms-range is first": {[]string{"Range", "bytes=0-1", "x-ms-range", "bytes=5-5"}, 206, "bytes 5-5/9000000", 5, 5},
		"to the end":          {[]string{"x-ms-range", "bytes=8999990-"}, 206, "bytes 8999990-8999999/9000000", 8999990, 8999999},
		"beyond the end":      {[]string{"x-ms-range", "bytes=8999990-99999999"}, 206, "bytes 8999990-8999999/9000000", 8999990, 8999999},
		"over parts":          {[]string{"x-ms-range", "bytes=4194000-8389000"}, 206, "bytes 4194000-8389000/9000000", 4194000, 8389000},
		"a suffix":            {[]string{"Range", "bytes=-5"}, 200, "", 0, 8_999_999},
		"a list":              {[]string{"Range", "bytes=0-1,5-6"}, 200, "", 0, 8_999_999},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got := b.do(t, http.MethodGet, "/box/b", "", test.header...)
			require.Equal(t, test.status, got.Status)
			require.Equal(t, test.spread, got.Header.Get("Content-Range"))
			require.Equal(t, fmt.Sprint(test.last-test.first+1), got.Header.Get("Content-Length"))
			require.True(t, got.Body == data[test.first:test.last+1], "the bytes differ")
			sum := "Content-Md5"
			if test.status == 206 {
				sum = "X-Ms-Blob-Content-Md5"
			}
			require.NotEmpty(t, got.Header.Get(sum))
		})
	}
	got := b.do(t, http.MethodGet, "/box/b", "", "x-ms-range", "bytes=10-19", "x-ms-range-get-content-md5", "true")
	sum := md5.Sum([]byte("0123456789"))
	require.Equal(t, base64.StdEncoding.EncodeToString(sum[:]), got.Header.Get("Content-Md5"))
	refused(t, b.do(t, http.MethodGet, "/box/b", "", "x-ms-range", "bytes=0-4194304", "x-ms-range-get-content-md5", "true"), 400, "OutOfRangeQueryParameterValue")

	got = b.do(t, http.MethodGet, "/box/empty", "", "x-ms-range", "bytes=0-4194303")
	refused(t, got, 416, "InvalidRange")
	require.Equal(t, "bytes */0", got.Header.Get("Content-Range"))
	require.Equal(t, http.StatusOK, b.do(t, http.MethodGet, "/box/empty", "").Status)

	srv.Fail(azuretest.Fault{Operation: "storage.getblob", CutAfter: 5_000_000})
	cut, err := b.try(t, http.MethodGet, b.account.URL()+"/box/b", "", "x-ms-version", "2021-12-02")
	require.ErrorIs(t, err, io.ErrUnexpectedEOF)
	require.Len(t, cut.Body, 5_000_000)
}

func TestBlobConditions(t *testing.T) {
	t.Parallel()
	b := storageOf(azuretest.New(t))
	b.account.Container("box").SetBlob("b", []byte("data"))
	head := b.do(t, http.MethodHead, "/box/b", "")
	etag, modified := head.Header.Get("Etag"), head.Header.Get("Last-Modified")
	before := time.Now().Add(-time.Hour).UTC().Format(http.TimeFormat)
	tests := map[string]struct {
		header string
		value  string
		get    int
		put    int
	}{
		"If-Match":                  {"If-Match", etag, 200, 201},
		"If-Match, no quotes":       {"If-Match", strings.Trim(etag, `"`), 200, 201},
		"If-Match anything":         {"If-Match", "*", 200, 201},
		"If-Match another":          {"If-Match", `"0x1"`, 412, 412},
		"If-None-Match":             {"If-None-Match", etag, 304, 412},
		"If-None-Match another":     {"If-None-Match", `"0x1"`, 200, 201},
		"If-None-Match anything":    {"If-None-Match", "*", 304, 409},
		"If-Modified-Since":         {"If-Modified-Since", modified, 304, 412},
		"If-Modified-Since before":  {"If-Modified-Since", before, 200, 201},
		"If-Unmodified-Since":       {"If-Unmodified-Since", modified, 200, 201},
		"If-Unmodified-Since older": {"If-Unmodified-Since", before, 412, 412},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := storageOf(azuretest.New(t))
			b.account.Container("box").SetBlob("b", []byte("data"))
			head := b.do(t, http.MethodHead, "/box/b", "")
			value := strings.NewReplacer(strings.Trim(etag, `"`), strings.Trim(head.Header.Get("Etag"), `"`), modified, head.Header.Get("Last-Modified")).Replace(test.value)
			got := b.do(t, http.MethodGet, "/box/b", "", test.header, value)
			require.Equal(t, test.get, got.Status, got.Body)
			if test.get == 304 {
				require.Empty(t, got.Body)
				require.Equal(t, "ConditionNotMet", got.Header.Get("X-Ms-Error-Code"))
			}
			got = b.do(t, http.MethodPut, "/box/b", "new", blockBlob, "BlockBlob", test.header, value)
			require.Equal(t, test.put, got.Status, got.Body)
			if test.put == 409 {
				refused(t, got, 409, "BlobAlreadyExists")
			}
		})
	}
	refused(t, b.do(t, http.MethodPut, "/box/new", "x", blockBlob, "BlockBlob", "If-Match", "*"), 412, "ConditionNotMet")
	require.Equal(t, http.StatusCreated, b.do(t, http.MethodPut, "/box/new", "x", blockBlob, "BlockBlob", "If-None-Match", "*").Status)
	refused(t, b.do(t, http.MethodDelete, "/box/new", "", "If-Match", `"0x1"`), 412, "ConditionNotMet")
}
