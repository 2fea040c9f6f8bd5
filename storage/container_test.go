package storage_test

import (
	"context"
	"io"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/keyless-go/azure/storage"
)

func TestNewContainerClientRefuses(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	sas := w.client.NewSASCredential(rcw(), time.Hour)
	for address, want := range map[string]string{
		"":                                   "it must begin with https://",
		"https://":                           "it has no host",
		"https://host":                       "a container's name has 3 to 63",
		"https://host/":                      "a container's name has 3 to 63",
		"https://host/Container":             "a container's name has 3 to 63",
		"https://host/a/b/con":               "its path must be the name of a container",
		"https://host/../con":                "its path must be the name of a container",
		"https://host/con//x":                "its path must be the name of a container",
		containerURL + "/blob":               "its path must be the name of a container",
		"https://host/con?sv=1&sig=secret":   "it must not have a query",
		"https://host/con#x":                 "it must not have a fragment",
		"https://me:secret@host/con":         "it must not have a user or a password",
		"http://host/con":                    "it must begin with https://",
		"https://host\x00/con?sig=secret":    "it is not a URL",
		"ftp://mystorageacct/con?sig=secret": "it must begin with https://",
	} {
		_, err := storage.NewContainerClient(address, sas, w.options())
		require.ErrorContains(t, err, "storage: the container URL cannot be used: "+want, address)
		require.NotContains(t, err.Error(), "secret")
	}
	_, err := storage.NewContainerClient(containerURL, nil, nil)
	require.EqualError(t, err, "storage: the SAS credential is nil")
	_, err = storage.NewContainerClient(containerURL, &storage.SASCredential{}, nil)
	require.EqualError(t, err, "storage: the SAS credential is not made by NewSASCredential")
	_, err = storage.NewContainerClientWithCredential(containerURL, nil, nil)
	require.EqualError(t, err, "storage: the credential is nil")
	for _, name := range []string{"a/b", "*", "*.blob.core.windows.net", ".example", "a..b", "a:", "a:0", "a:65536", "a:b", "me@a", "a b"} {
		_, err = storage.NewContainerClient(containerURL, sas, w.options(hosts(name)))
		require.EqualError(t, err, `storage: SASHosts: "`+name+`" is not the name of a host`)
	}
	_, err = storage.NewContainerClient(containerURL, sas, w.options(apiVersion("newest")))
	require.ErrorContains(t, err, "storage: APIVersion in the client options")
	_, err = storage.NewContainerClientWithCredential("http://127.0.0.1:1/a/con", fixed{}, nil)
	require.ErrorContains(t, err, "it must begin with https://")
	for _, address := range []string{"https://host/con/", "https://host/$root", "http://127.0.0.1:10000/devstoreaccount1/con"} {
		_, err = storage.NewContainerClient(address, sas, w.options(hosts("127.0.0.1:10000", "[::1]:10000", "[::1]", "Private.Example.")))
		require.NoError(t, err)
	}
}

// The same client with a token, for an account that allows no SAS.
func TestAContainerWithAToken(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.account.AllowSharedKey(false)
	w.account.Assign(w.cred.of, "Storage Blob Data Contributor")
	client, err := storage.NewContainerClientWithCredential(containerURL, w.cred, w.options())
	require.NoError(t, err)
	content := strings.Repeat("x", 1000)
	require.NoError(t, client.Upload(t.Context(), "a/b", strings.NewReader(content), &storage.UploadOptions{BlockSize: 300}))
	body, properties, err := client.Download(t.Context(), "a/b")
	require.NoError(t, err)
	data, err := io.ReadAll(body)
	require.NoError(t, err)
	require.NoError(t, body.Close())
	require.Equal(t, content, string(data))
	require.Equal(t, int64(1000), properties.Size)
	for blob, err := range client.List(t.Context(), "") {
		require.NoError(t, err)
		require.Equal(t, "a/b", blob.Name)
	}
	require.NoError(t, client.Delete(t.Context(), "a/b"))
	require.Equal(t, []string{"https://storage.azure.com/.default"}, w.cred.asked[0].Scopes)
	require.Len(t, w.cred.asked, 1)
	require.Equal(t, "2021-12-02", w.last(t, "storage.deleteblob").Header.Get("X-Ms-Version"))

	withSAS := w.all(t)
	err = withSAS.Delete(t.Context(), "a/b")
	require.ErrorIs(t, err, storage.ErrForbidden)
	require.ErrorContains(t, err, "KeyBasedAuthenticationNotPermitted")
}

// badNames could lead elsewhere, or are none.
func badNames() []string {
	return []string{"", ".", "..", "../x", "a/../b", "a/..", "./a", "a/./b", `a\..\b`, "a\xff", strings.Repeat("ä", 1025)}
}

func TestNamesThatEscapeAreRefused(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	client := w.all(t)
	calls := map[string]func(context.Context, string) error{
		"upload": func(ctx context.Context, name string) error {
			return client.Upload(ctx, name, strings.NewReader("x"), nil)
		},
		"download": func(ctx context.Context, name string) error { _, _, err := client.Download(ctx, name); return err },
		"download to": func(ctx context.Context, name string) error {
			_, err := client.DownloadTo(ctx, name, &memory{}, nil)
			return err
		},
		"properties": func(ctx context.Context, name string) error { _, err := client.Properties(ctx, name); return err },
		"delete":     client.Delete,
	}
	for operation, call := range calls {
		for _, name := range badNames() {
			require.ErrorContains(t, call(t.Context(), name), "a blob's name ", "%s %q", operation, name[:min(len(name), 9)])
		}
	}
	require.Empty(t, w.Requests())
}

func TestEveryLegalNameArrivesAsItIs(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	client := w.all(t)
	names := []string{
		"testblob", "dir/file", "/lead", "trail/", "a//b", "a b", "a+b", "100%", "%2e%2e", "a%2Fb", "a?b", "a#b", "a&b=c", "a;b", "ä€😀", "~!*'()$,:@[]{}|^`\"<>",
		"...", "a...b", "..a/b..", "\u007f", "tab\tx", strings.Repeat("n", 1024),
	}
	for _, name := range names {
		require.NoError(t, client.Upload(t.Context(), name, strings.NewReader(name), nil), name)
		data, there := w.container.Blob(name)
		require.True(t, there, "%q: there are %q", name, w.container.Blobs())
		require.Equal(t, name, string(data))
		properties, err := client.Properties(t.Context(), name)
		require.NoError(t, err)
		require.Equal(t, name, properties.Name)
	}
	var listed []string
	for blob, err := range client.List(t.Context(), "") {
		require.NoError(t, err)
		listed = append(listed, blob.Name)
	}
	require.ElementsMatch(t, names, listed)
	for _, name := range names {
		require.NoError(t, client.Delete(t.Context(), name))
	}
	require.Empty(t, w.container.Blobs())
}

func TestProperties(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	client := w.all(t)
	require.NoError(t, client.Upload(t.Context(), "b", strings.NewReader("content"), &storage.UploadOptions{
		ContentType: "text/plain", Metadata: map[string]string{"Owner": "me & you", "n1": "2"}, Checksum: true,
	}))
	properties, err := client.Properties(t.Context(), "b")
	require.NoError(t, err)
	require.WithinDuration(t, time.Now(), properties.LastModified, time.Minute)
	require.Equal(t, time.UTC, properties.LastModified.Location())
	require.Regexp(t, `^".+"$`, properties.ETag)
	require.Equal(t, storage.BlobProperties{
		Name: "b", Size: 7, LastModified: properties.LastModified, ETag: properties.ETag, ContentType: "text/plain",
		MD5:      []byte{0x9a, 0x03, 0x64, 0xb9, 0xe9, 0x9b, 0xb4, 0x80, 0xdd, 0x25, 0xe1, 0xf0, 0x28, 0x4c, 0x85, 0x55},
		Metadata: map[string]string{"owner": "me & you", "n1": "2"},
	}, properties)

	for blob, err := range client.List(t.Context(), "b") {
		require.NoError(t, err)
		require.Equal(t, properties, blob, "a list tells the same")
	}
	body, downloaded, err := client.Download(t.Context(), "b")
	require.NoError(t, err)
	require.NoError(t, body.Close())
	require.Equal(t, properties, downloaded)
	downloaded, err = client.DownloadTo(t.Context(), "b", &memory{}, &storage.DownloadOptions{BlockSize: 3})
	require.NoError(t, err)
	require.Equal(t, properties, downloaded)

	_, err = client.Properties(t.Context(), "nothing")
	require.ErrorIs(t, err, storage.ErrNotFound)
	require.EqualError(t, cutID(err), `storage: get properties of blob "mycontainer/nothing" in mystorageacct.blob.core.windows.net: 404 BlobNotFound`)
}

// cutID is an error without the id of the request.
func cutID(err error) error {
	text, _, _ := strings.Cut(err.Error(), " (request id ")
	return &textError{text}
}

type textError struct{ text string }

func (e *textError) Error() string { return e.text }

func TestPropertiesWithoutASize(t *testing.T) {
	t.Parallel()
	for _, length := range []string{"", "-1", "x", "9223372036854775808"} {
		s := service(func(*http.Request) (*http.Response, error) { return answer(200, "", "Content-Length", length), nil })
		client, err := storage.NewContainerClientWithCredential(containerURL, fixed{}, &storage.ClientOptions{HTTPClient: s.client()})
		require.NoError(t, err)
		_, err = client.Properties(t.Context(), "b")
		require.ErrorIs(t, err, storage.ErrUnexpectedResponse, length)
		require.ErrorContains(t, err, "the answer has no length", length)
	}
}

func TestDelete(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	client := w.all(t)
	w.container.SetBlob("b", []byte("x"))
	require.NoError(t, client.Delete(t.Context(), "b"))
	require.Empty(t, w.container.Blobs())
	err := client.Delete(t.Context(), "b")
	require.ErrorIs(t, err, storage.ErrNotFound)
	require.EqualError(t, cutID(err), `storage: delete blob "mycontainer/b" in mystorageacct.blob.core.windows.net: 404 BlobNotFound: The specified blob does not exist.`)
	readOnly, _ := w.withLetters(t, "r", time.Hour)
	require.ErrorIs(t, readOnly.Delete(t.Context(), "b"), storage.ErrForbidden)
}

func TestListFollowsMarkers(t *testing.T) {
	t.Parallel()
	pages := []string{
		`<?xml version="1.0" encoding="utf-8"?><EnumerationResults><Blobs><Blob><Name>a</Name><Properties><Etag>0x1</Etag><Content-Length>3</Content-Length><Last-Modified>Mon, 27 Jul 2009 12:28:53 GMT</Last-Modified></Properties></Blob></Blobs><NextMarker>m 1&amp;x</NextMarker></EnumerationResults>`,
		`<EnumerationResults><Blobs /><NextMarker>m2</NextMarker></EnumerationResults>`,
		"\xef\xbb\xbf" + `<EnumerationResults><Blobs><Blob><Name Encoded="true">b%EF%BF%BEc</Name><Properties><Etag>"0x2"</Etag></Properties><Metadata><K>v</K></Metadata></Blob></Blobs><NextMarker></NextMarker></EnumerationResults>`,
	}
	var lines []string
	s := service(func(req *http.Request) (*http.Response, error) {
		lines = append(lines, req.URL.RawQuery)
		return answer(200, pages[len(lines)-1]), nil
	})
	client, err := storage.NewContainerClientWithCredential(containerURL, fixed{}, &storage.ClientOptions{HTTPClient: s.client()})
	require.NoError(t, err)
	var blobs []storage.BlobProperties
	for blob, err := range client.List(t.Context(), "p/") {
		require.NoError(t, err)
		blobs = append(blobs, blob)
	}
	require.Equal(t, []storage.BlobProperties{
		{Name: "a", Size: 3, ETag: `"0x1"`, LastModified: time.Date(2009, 7, 27, 12, 28, 53, 0, time.UTC)},
		{Name: "b\ufffec", ETag: `"0x2"`, Metadata: map[string]string{"k": "v"}},
	}, blobs)
	require.Equal(t, []string{
		"comp=list&include=metadata&prefix=p%2F&restype=container",
		"comp=list&include=metadata&marker=m+1%26x&prefix=p%2F&restype=container",
		"comp=list&include=metadata&marker=m2&prefix=p%2F&restype=container",
	}, lines)
}

// The detector of races sees whether the loops share a request.
func TestLoopsOverOneListAreApart(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.container.SetBlob("a", nil)
	w.container.SetBlob("b", nil)
	list := w.all(t).List(t.Context(), "")
	var loops sync.WaitGroup
	names := make([][]string, 4)
	for i := range names {
		loops.Go(func() {
			for blob := range list {
				names[i] = append(names[i], blob.Name)
			}
		})
	}
	loops.Wait()
	for _, seen := range names {
		require.Equal(t, []string{"a", "b"}, seen)
	}
}

func TestListEndsWithTheFirstError(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	forbidden, _ := w.withLetters(t, "rcw", time.Hour)
	n := 0
	for _, err := range forbidden.List(t.Context(), "") {
		n++
		require.ErrorIs(t, err, storage.ErrForbidden)
		require.ErrorContains(t, err, `storage: list blobs of container "mycontainer" in mystorageacct.blob.core.windows.net: 403 AuthorizationPermissionMismatch`)
	}
	require.Equal(t, 1, n)

	for name, page := range map[string]string{
		"no XML": "{}", "another's": "<html></html>", "the same page": "<EnumerationResults><NextMarker>m</NextMarker></EnumerationResults>", "cut": "<EnumerationResults><Blobs>",
	} {
		s := service(func(*http.Request) (*http.Response, error) { return answer(200, page), nil })
		client, err := storage.NewContainerClientWithCredential(containerURL, fixed{}, &storage.ClientOptions{HTTPClient: s.client()})
		require.NoError(t, err)
		var last error
		for _, last = range client.List(t.Context(), "") {
		}
		require.ErrorIs(t, last, storage.ErrUnexpectedResponse, name)
	}
}

func TestListDoesNotGoInCircles(t *testing.T) {
	t.Parallel()
	requests := 0
	s := service(func(r *http.Request) (*http.Response, error) {
		requests++
		next := map[string]string{"": "a", "a": "b", "b": "c", "c": "a"}[r.URL.Query().Get("marker")]
		return answer(200, "<EnumerationResults><Blobs><Blob><Name>x</Name></Blob></Blobs><NextMarker>"+next+"</NextMarker></EnumerationResults>"), nil
	})
	client, err := storage.NewContainerClientWithCredential(containerURL, fixed{}, &storage.ClientOptions{HTTPClient: s.client()})
	require.NoError(t, err)
	var blobs int
	var last error
	for _, last = range client.List(t.Context(), "") {
		if blobs++; blobs > 10 {
			break
		}
	}
	require.EqualError(t, last, `storage: list blobs of container "mycontainer" in mystorageacct.blob.core.windows.net: unexpected response: the next page is one that has been read`)
	require.Equal(t, 4, requests, "each page is read once")
}
