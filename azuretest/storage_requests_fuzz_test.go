package azuretest_test

import (
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/keyless-go/azure/azuretest"
)

// sendAny sends what a fuzzer has made up and checks that the answer is one: a status, and
// for an error a code in its body or its header.
func sendAny(t *testing.T, c caller, base, method, target, header, value, body string) {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), method, base+target, strings.NewReader(body))
	if err != nil || req.URL.Host != strings.TrimPrefix(base, "https://") {
		return // not for this host
	}
	req.Header.Set("X-Ms-Version", "2021-12-02")
	req.Header.Set("X-Ms-Blob-Type", "BlockBlob")
	req.Header.Set("Authorization", "Bearer "+c.token)
	if strings.HasPrefix(strings.ToLower(header), "x-ms-") {
		req.Header.Set(header, value)
	}
	resp, err := c.client.Do(req)
	if err != nil {
		require.NotErrorIs(t, err, io.EOF, "the server has given up")
		require.NotErrorIs(t, err, io.ErrUnexpectedEOF, "the server has given up")
		return // what a client refuses to send
	}
	defer resp.Body.Close()
	if resp.Header.Get("X-Ms-Request-Id") == "" {
		require.Equal(t, http.StatusBadRequest, resp.StatusCode, "not HTTP: net/http itself says so")
		return
	}
	require.Contains(t, []int{200, 201, 202, 204, 206, 304, 400, 401, 403, 404, 405, 409, 411, 412, 413, 416}, resp.StatusCode)
	if resp.StatusCode >= 400 && strings.HasPrefix(base, "https://contoso") {
		require.NotEmpty(t, resp.Header.Get("X-Ms-Error-Code"))
	}
}

func FuzzBlobRequest(f *testing.F) {
	srv := azuretest.New(f)
	a := srv.StorageAccount("contoso")
	a.Container("box").SetBlob("b", []byte("data"))
	c := blobsOf(srv, srv.SystemIdentity())
	for _, target := range []string{
		"/box/b", "/box?restype=container&comp=list&prefix=a&delimiter=/&maxresults=2", "/?comp=list", "/box/b?comp=block&blockid=YQ==", "/box/b?comp=blocklist&blocklisttype=all",
		"/box?restype=container&comp=acl", "/new?restype=container", "/?restype=service&comp=userdelegationkey", "/box/%zz", "/box/b?comp=%00", "//", "/$root/a",
	} {
		for _, method := range []string{"GET", "HEAD", "PUT", "POST", "DELETE", "PATCH"} {
			f.Add(method, target, "x-ms-range", "bytes=0-1", "<BlockList><Latest>YQ==</Latest></BlockList>")
		}
	}
	f.Fuzz(func(t *testing.T, method, target, header, value, body string) {
		sendAny(t, c, a.URL(), method, target, header, value, body)
	})
}

func FuzzARMRequest(f *testing.F) {
	srv := azuretest.New(f)
	sub, _ := openSub(srv)
	sub.Group("box").AddResource(azuretest.Resource{Type: "Microsoft.Web/sites", Name: "shop"})
	srv.StorageAccount("contoso").Move(sub.Group("box"))
	c := armMachine(srv)
	const groups = "/subscriptions/" + otherSub + "/resourcegroups"
	for _, target := range []string{
		groups + armVersion, groups + "/box" + armVersion, groups + "/box/resources" + armVersion + "&$filter=name+eq+'a'&$top=1&$expand=createdTime", groups + "/new" + armVersion,
		groups + "/box/providers/Microsoft.Storage/storageAccounts/contoso/listAccountSas?api-version=2017-06-01", groups + "/box/providers/Microsoft.Storage/storageAccounts?api-version=2024-01-01",
		"/subscriptions/" + otherSub + "/operationresults/x" + armVersion, "/subscriptions//", "/%zz",
	} {
		for _, method := range []string{"GET", "HEAD", "PUT", "PATCH", "POST", "DELETE"} {
			f.Add(method, target, "x-ms-client-request-id", "1", `{"location":"westus","tags":{"a":"b"},"signedServices":"b"}`)
		}
	}
	f.Fuzz(func(t *testing.T, method, target, header, value, body string) {
		sendAny(t, c, armURL, method, target, header, value, body)
	})
}
