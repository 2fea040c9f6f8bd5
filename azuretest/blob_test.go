package azuretest_test

import (
	"crypto/md5"
	"encoding/base64"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/keyless-go/azure/azuretest"
)

// blobs sends requests to one account with the machine's token.
type blobs struct {
	caller

	account *azuretest.StorageAccount
}

// storageOf returns a new, open account.
func storageOf(srv *azuretest.Server) blobs {
	return blobs{blobsOf(srv, srv.SystemIdentity()), srv.StorageAccount("contoso")}
}

func (b blobs) do(t *testing.T, method, path, body string, header ...string) answer {
	t.Helper()
	return b.caller.do(t, method, b.account.URL()+path, body, append([]string{"x-ms-version", "2021-12-02"}, header...)...)
}

// refused checks status and code of a refusal, in header and body.
func refused(t *testing.T, got answer, status int, code string) {
	t.Helper()
	require.Equal(t, status, got.Status, got.Body)
	require.Equal(t, code, got.Header.Get("X-Ms-Error-Code"))
	if got.Body != "" {
		require.Contains(t, got.Body, `<?xml version="1.0" encoding="utf-8"?><Error><Code>`+code+`</Code><Message>`)
		require.Contains(t, got.Body, "RequestId:"+got.Header.Get("X-Ms-Request-Id"))
	}
}

const blockBlob = "x-ms-blob-type"

func TestBlobPutAndGet(t *testing.T) {
	t.Parallel()
	b := storageOf(azuretest.New(t))
	b.account.Container("box")
	sum := md5.Sum([]byte("hello"))
	want := base64.StdEncoding.EncodeToString(sum[:])

	got := b.do(t, http.MethodPut, "/box/a%2Fb%20c", "hello", blockBlob, "BlockBlob", "Content-Type", "text/plain", "x-ms-blob-cache-control", "no-store",
		"x-ms-meta-Color", "blue", "Content-MD5", want, "x-ms-client-request-id", "42")
	require.Equal(t, http.StatusCreated, got.Status, got.Body)
	require.Equal(t, want, got.Header.Get("Content-Md5"))
	require.Equal(t, "true", got.Header.Get("X-Ms-Request-Server-Encrypted"))
	require.Equal(t, "2021-12-02", got.Header.Get("X-Ms-Version"))
	require.Equal(t, "42", got.Header.Get("X-Ms-Client-Request-Id"))
	etag := got.Header.Get("Etag")
	require.Regexp(t, `^"0x[0-9A-F]+"$`, etag)

	for _, method := range []string{http.MethodGet, http.MethodHead} {
		got = b.do(t, method, "/box/a/b%20c", "")
		require.Equal(t, http.StatusOK, got.Status, got.Body)
		for name, value := range map[string]string{
			"Content-Length": "5", "Content-Type": "text/plain", "Cache-Control": "no-store", "Content-Md5": want, "Etag": etag, "X-Ms-Blob-Type": "BlockBlob",
			"X-Ms-Meta-Color": "blue", "Accept-Ranges": "bytes", "X-Ms-Lease-State": "available",
		} {
			require.Equal(t, value, got.Header.Get(name), name)
		}
		_, err := http.ParseTime(got.Header.Get("Last-Modified"))
		require.NoError(t, err)
	}
	require.Empty(t, got.Body)
	require.Equal(t, "hello", b.do(t, http.MethodGet, "/box/a/b%20c", "").Body)

	got = b.do(t, http.MethodPut, "/box/a/b%20c", "bye", blockBlob, "BlockBlob")
	require.NotEqual(t, etag, got.Header.Get("Etag"))
	got = b.do(t, http.MethodGet, "/box/a/b%20c", "")
	require.Equal(t, "bye", got.Body)
	require.Equal(t, "application/octet-stream", got.Header.Get("Content-Type"), "what was said of the old blob is gone")
	require.Empty(t, got.Header.Get("X-Ms-Meta-Color"))

	require.Equal(t, http.StatusAccepted, b.do(t, http.MethodDelete, "/box/a/b%20c", "").Status)
	refused(t, b.do(t, http.MethodGet, "/box/a/b%20c", ""), 404, "BlobNotFound")
	got = b.do(t, http.MethodHead, "/box/a/b%20c", "")
	refused(t, got, 404, "BlobNotFound")
	require.Empty(t, got.Body)
	refused(t, b.do(t, http.MethodDelete, "/box/a/b%20c", ""), 404, "BlobNotFound")
}

func TestBlobRefusals(t *testing.T) {
	t.Parallel()
	b := storageOf(azuretest.New(t))
	box := b.account.Container("box")
	box.SetBlob("here", []byte("data"))
	long := strings.Repeat("a", 1025)
	tests := map[string]struct {
		method, path, body string
		header             []string
		status             int
		code               string
	}{
		"no type":                   {http.MethodPut, "/box/b", "x", nil, 400, "MissingRequiredHeader"},
		"an append blob":            {http.MethodPut, "/box/b", "", []string{blockBlob, "AppendBlob"}, 400, "InvalidHeaderValue"},
		"no container":              {http.MethodPut, "/nobox/b", "x", []string{blockBlob, "BlockBlob"}, 404, "ContainerNotFound"},
		"no container to read":      {http.MethodGet, "/nobox/b", "", nil, 404, "ContainerNotFound"},
		"a bad container name":      {http.MethodGet, "/Box/b", "", nil, 400, "InvalidResourceName"},
		"a long blob name":          {http.MethodGet, "/box/" + long, "", nil, 400, "InvalidResourceName"},
		"another MD5":               {http.MethodPut, "/box/b", "x", []string{blockBlob, "BlockBlob", "Content-MD5", "1B2M2Y8AsgTpgAmY7PhCfg=="}, 400, "Md5Mismatch"},
		"another MD5 of the blob":   {http.MethodPut, "/box/b", "x", []string{blockBlob, "BlockBlob", "x-ms-blob-content-md5", "1B2M2Y8AsgTpgAmY7PhCfg=="}, 400, "Md5Mismatch"},
		"no MD5":                    {http.MethodPut, "/box/b", "x", []string{blockBlob, "BlockBlob", "Content-MD5", "abc"}, 400, "InvalidMd5"},
		"no MD5 of the blob":        {http.MethodPut, "/box/b", "x", []string{blockBlob, "BlockBlob", "x-ms-blob-content-md5", "!"}, 400, "InvalidMd5"},
		"another CRC":               {http.MethodPut, "/box/b", "x", []string{blockBlob, "BlockBlob", "x-ms-content-crc64", "AAAAAAAAAAA="}, 400, "Crc64Mismatch"},
		"no CRC":                    {http.MethodPut, "/box/b", "x", []string{blockBlob, "BlockBlob", "x-ms-content-crc64", "AA=="}, 400, "InvalidHeaderValue"},
		"both sums":                 {http.MethodPut, "/box/b", "x", []string{blockBlob, "BlockBlob", "x-ms-content-crc64", "AAAAAAAAAAA=", "Content-MD5", "1B2M2Y8AsgTpgAmY7PhCfg=="}, 400, "BothCrc64AndMd5HeaderPresent"},
		"a copy":                    {http.MethodPut, "/box/b", "", []string{blockBlob, "BlockBlob", "x-ms-copy-source", "https://x"}, 400, "UnsupportedHeader"},
		"bad metadata":              {http.MethodPut, "/box/b", "x", []string{blockBlob, "BlockBlob", "x-ms-meta-a-b", "1"}, 400, "InvalidMetadata"},
		"too much metadata":         {http.MethodPut, "/box/b", "x", []string{blockBlob, "BlockBlob", "x-ms-meta-a", strings.Repeat("a", 8<<10)}, 400, "MetadataTooLarge"},
		"two versions":              {http.MethodGet, "/box/here", "", []string{"x-ms-version", "2025-11-05, 2026-12-06"}, 400, "InvalidHeaderValue"},
		"an empty version":          {http.MethodGet, "/box/here", "", []string{"x-ms-version", ""}, 400, "InvalidHeaderValue"},
		"a version before tokens":   {http.MethodGet, "/box/here", "", []string{"x-ms-version", "2015-04-05"}, 400, "InvalidAuthenticationInfo"},
		"a snapshot":                {http.MethodGet, "/box/here?snapshot=2020-01-01T00:00:00.0000000Z", "", nil, 404, "BlobNotFound"},
		"a version of a blob":       {http.MethodGet, "/box/here?versionid=1", "", nil, 404, "BlobNotFound"},
		"an unknown comp":           {http.MethodGet, "/box/here?comp=tags", "", nil, 405, "UnsupportedHttpVerb"},
		"an unknown restype":        {http.MethodGet, "/box?restype=service", "", nil, 405, "UnsupportedHttpVerb"},
		"the account itself":        {http.MethodGet, "/", "", nil, 405, "UnsupportedHttpVerb"},
		"a POST":                    {http.MethodPost, "/box/here", "", nil, 405, "UnsupportedHttpVerb"},
		"a bad query":               {http.MethodGet, "/box/here?a=%zz", "", nil, 400, "InvalidUri"},
		"a block without an ID":     {http.MethodPut, "/box/b?comp=block", "x", nil, 400, "InvalidQueryParameterValue"},
		"a block of a bad ID":       {http.MethodPut, "/box/b?comp=block&blockid=!", "x", nil, 400, "InvalidQueryParameterValue"},
		"a block of a long ID":      {http.MethodPut, "/box/b?comp=block&blockid=" + base64.URLEncoding.EncodeToString(make([]byte, 65)), "x", nil, 400, "InvalidQueryParameterValue"},
		"an empty block":            {http.MethodPut, "/box/b?comp=block&blockid=YQ%3D%3D", "", nil, 400, "InvalidHeaderValue"},
		"a block of another MD5":    {http.MethodPut, "/box/b?comp=block&blockid=YQ%3D%3D", "x", []string{"Content-MD5", "1B2M2Y8AsgTpgAmY7PhCfg=="}, 400, "Md5Mismatch"},
		"a block in no container":   {http.MethodPut, "/nobox/b?comp=block&blockid=YQ%3D%3D", "x", nil, 404, "ContainerNotFound"},
		"blocks nobody has put":     {http.MethodPut, "/box/b?comp=blocklist", "<BlockList><Latest>YQ==</Latest></BlockList>", nil, 400, "InvalidBlockList"},
		"blocks of bad IDs":         {http.MethodPut, "/box/b?comp=blocklist", "<BlockList><Latest>!</Latest></BlockList>", nil, 400, "InvalidBlockList"},
		"blocks of no XML":          {http.MethodPut, "/box/b?comp=blocklist", "blocks", nil, 400, "InvalidXmlDocument"},
		"blocks of another kind":    {http.MethodPut, "/box/b?comp=blocklist", "<BlockList><Best>YQ==</Best></BlockList>", nil, 400, "InvalidXmlNodeValue"},
		"too many blocks":           {http.MethodPut, "/box/b?comp=blocklist", "<BlockList>" + strings.Repeat("<Latest>YQ==</Latest>", 50_001) + "</BlockList>", nil, 400, "BlockListTooLong"},
		"a list of no such type":    {http.MethodGet, "/box/here?comp=blocklist&blocklisttype=x", "", nil, 400, "InvalidQueryParameterValue"},
		"a list of no blob":         {http.MethodGet, "/box/b?comp=blocklist", "", nil, 404, "BlobNotFound"},
		"metadata of no blob":       {http.MethodPut, "/box/b?comp=metadata", "", nil, 404, "BlobNotFound"},
		"public access":             {http.MethodPut, "/newbox?restype=container", "", []string{"x-ms-blob-public-access", "blob"}, 409, "PublicAccessNotPermitted"},
		"the container again":       {http.MethodPut, "/box?restype=container", "", nil, 409, "ContainerAlreadyExists"},
		"no container to delete":    {http.MethodDelete, "/nobox?restype=container", "", nil, 404, "ContainerNotFound"},
		"no container to list":      {http.MethodGet, "/nobox?restype=container&comp=list", "", nil, 404, "ContainerNotFound"},
		"no items":                  {http.MethodGet, "/box?restype=container&comp=list&maxresults=0", "", nil, 400, "OutOfRangeQueryParameterValue"},
		"a number of nonsense":      {http.MethodGet, "/?comp=list&maxresults=x", "", nil, 400, "OutOfRangeQueryParameterValue"},
		"a marker of nonsense":      {http.MethodGet, "/box?restype=container&comp=list&marker=x", "", nil, 400, "InvalidQueryParameterValue"},
		"policies of no XML":        {http.MethodPut, "/box?restype=container&comp=acl", "x", nil, 400, "InvalidXmlDocument"},
		"a SAS and a token":         {http.MethodGet, "/box/here?sv=2020-12-06&sig=x", "", nil, 400, "InvalidAuthenticationInfo"},
		"a range of nonsense":       {http.MethodGet, "/box/here", "", []string{"x-ms-range", "bytes=b-a"}, 400, "InvalidHeaderValue"},
		"an MD5 without a range":    {http.MethodGet, "/box/here", "", []string{"x-ms-range-get-content-md5", "true"}, 400, "InvalidHeaderValue"},
		"a range behind the end":    {http.MethodGet, "/box/here", "", []string{"x-ms-range", "bytes=4-"}, 416, "InvalidRange"},
		"metadata that is too long": {http.MethodPut, "/newbox?restype=container", "", []string{"x-ms-meta-a", strings.Repeat("a", 8<<10)}, 400, "MetadataTooLarge"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			refused(t, b.do(t, test.method, test.path, test.body, test.header...), test.status, test.code)
		})
	}
}

// A body whose length is not told is refused, as the service does.
func TestBlobOfUnknownLength(t *testing.T) {
	t.Parallel()
	b := storageOf(azuretest.New(t))
	b.account.Container("box")
	req, err := http.NewRequestWithContext(t.Context(), http.MethodPut, b.account.URL()+"/box/b", io.MultiReader(strings.NewReader("x")))
	require.NoError(t, err)
	for name, value := range map[string]string{"Authorization": "Bearer " + b.token, "X-Ms-Version": "2021-12-02", "X-Ms-Blob-Type": "BlockBlob"} {
		req.Header.Set(name, value)
	}
	resp, err := b.client.Do(req)
	require.NoError(t, err)
	defer resp.Body.Close()
	require.Equal(t, http.StatusLengthRequired, resp.StatusCode)
	require.Equal(t, "MissingContentLengthHeader", resp.Header.Get("X-Ms-Error-Code"))
}

// A connection cut in mid-body leaves nothing behind.
func TestBlobUploadIsCut(t *testing.T) {
	t.Parallel()
	b := storageOf(azuretest.New(t))
	box := b.account.Container("box")
	for _, path := range []string{"/box/b", "/box/b?comp=block&blockid=YQ%3D%3D"} {
		req, err := http.NewRequestWithContext(t.Context(), http.MethodPut, b.account.URL()+path, io.MultiReader(strings.NewReader(strings.Repeat("x", 100_000)), cutReader{}))
		require.NoError(t, err)
		req.ContentLength = 200_000
		for name, value := range map[string]string{"Authorization": "Bearer " + b.token, "X-Ms-Version": "2021-12-02", "X-Ms-Blob-Type": "BlockBlob"} {
			req.Header.Set(name, value)
		}
		_, err = b.client.Do(req)
		require.ErrorIs(t, err, io.ErrNoProgress)
	}
	require.Empty(t, box.Blobs())
	blocks, size := box.UncommittedBlocks("b")
	require.Zero(t, blocks)
	require.Zero(t, size)
}

type cutReader struct{}

// Read breaks.
func (cutReader) Read([]byte) (int, error) { return 0, io.ErrNoProgress }

func TestBlobChangesOfWhatIsSaid(t *testing.T) {
	t.Parallel()
	b := storageOf(azuretest.New(t))
	b.account.Container("box").SetBlob("b", []byte("data"))
	etag := b.do(t, http.MethodHead, "/box/b", "").Header.Get("Etag")
	got := b.do(t, http.MethodPut, "/box/b?comp=metadata", "", "x-ms-meta-a", "1")
	require.Equal(t, http.StatusOK, got.Status, got.Body)
	require.NotEqual(t, etag, got.Header.Get("Etag"))
	got = b.do(t, http.MethodPut, "/box/b?comp=properties", "", "x-ms-blob-content-type", "text/css", "x-ms-blob-content-language", "de")
	require.Equal(t, http.StatusOK, got.Status, got.Body)
	got = b.do(t, http.MethodGet, "/box/b", "")
	require.Equal(t, "data", got.Body)
	require.Equal(t, "1", got.Header.Get("X-Ms-Meta-A"))
	require.Equal(t, "text/css", got.Header.Get("Content-Type"))
	require.Equal(t, "de", got.Header.Get("Content-Language"))
	require.Equal(t, "1", b.do(t, http.MethodGet, "/box/b?comp=metadata", "").Header.Get("X-Ms-Meta-A"))
	refused(t, b.do(t, http.MethodPut, "/box/b?comp=properties", "", "x-ms-blob-content-md5", "x"), 400, "InvalidMd5")
	refused(t, b.do(t, http.MethodPut, "/box/b?comp=metadata", "", "x-ms-meta-1", "x"), 400, "InvalidMetadata")
}

func TestBlobFaults(t *testing.T) {
	t.Parallel()
	srv := azuretest.New(t)
	b := storageOf(srv)
	b.account.Container("box").SetBlob("b", []byte("data"))
	for status, code := range map[int]string{
		400: "InvalidInput", 401: "NoAuthenticationInformation", 403: "AuthenticationFailed", 404: "BlobNotFound", 409: "BlobAlreadyExists", 412: "ConditionNotMet",
		416: "InvalidRange", 429: "ServerBusy", 500: "InternalError", 503: "ServerBusy",
	} {
		srv.Fail(azuretest.Fault{Operation: "storage.getblob", Status: status, RetryAfter: time.Second})
		got := b.do(t, http.MethodGet, "/box/b", "")
		refused(t, got, status, code)
		require.Equal(t, "1", got.Header.Get("Retry-After"))
	}
	srv.Fail(azuretest.Fault{Operation: "storage.put*", Status: 403, Code: "AuthorizationFailure"})
	refused(t, b.do(t, http.MethodPut, "/box/b?comp=block&blockid=YQ%3D%3D", "x"), 403, "AuthorizationFailure")
	require.Equal(t, http.StatusOK, b.do(t, http.MethodGet, "/box/b", "").Status)
}

func TestBlobsInOtherClouds(t *testing.T) {
	t.Parallel()
	srv := azuretest.New(t)
	b := storageOf(srv)
	b.account.Container("$root").SetBlob("b", []byte("data"))
	for _, suffix := range []string{"windows.net", "usgovcloudapi.net", "chinacloudapi.cn"} {
		host := "https://contoso.blob.core." + suffix
		for _, audience := range []string{"https://storage.azure.com", "https://storage.azure.com/", host, host + "/"} {
			c := caller{srv.Client(), srv.SystemIdentity().Token(audience, time.Hour)}
			got := c.do(t, http.MethodGet, host+"/b", "", "x-ms-version", "2021-12-02")
			require.Equal(t, http.StatusOK, got.Status, got.Body)
			require.Equal(t, "data", got.Body, "without a container a name is in $root")
		}
	}
	other := caller{srv.Client(), srv.SystemIdentity().Token("https://fabrikam.blob.core.windows.net", time.Hour)}
	got := other.do(t, http.MethodGet, b.account.URL()+"/b", "", "x-ms-version", "2021-12-02")
	refused(t, got, 401, "InvalidAuthenticationInfo")
	require.Contains(t, got.Header.Get("WWW-Authenticate"), "resource_id=https://storage.azure.com")
	got = b.caller.do(t, http.MethodGet, "http://contoso.blob.core.windows.net/b", "", "x-ms-version", "2021-12-02")
	refused(t, got, 400, "AccountRequiresHttps")
	got = caller{client: srv.Client()}.do(t, http.MethodGet, b.account.URL()+"/b", "")
	refused(t, got, 401, "NoAuthenticationInformation")
	got = caller{client: srv.Client()}.do(t, http.MethodGet, b.account.URL()+"/b", "", "Authorization", "Basic abc")
	refused(t, got, 401, "InvalidAuthenticationInfo")
}

func TestBlobAccountIsHandedOver(t *testing.T) {
	t.Parallel()
	srv := azuretest.New(t)
	b := storageOf(srv)
	b.account.Container("box").SetBlob("b", []byte("data"))
	b.account.HandOver("http://127.0.0.1:10000/devstoreaccount1", "devstoreaccount1", "a2V5")
	got := b.do(t, http.MethodGet, "/box/b", "")
	refused(t, got, 400, "InvalidUri")
	require.Contains(t, got.Body, "http://127.0.0.1:10000/devstoreaccount1")
	require.NotContains(t, got.Body, "a2V5")
}
