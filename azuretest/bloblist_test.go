package azuretest_test

import (
	"encoding/xml"
	"net/http"
	"net/url"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/keyless-go/azure/azuretest"
)

// blobList is a page as a client reads it.
type blobList struct {
	XMLName    xml.Name `xml:"EnumerationResults"`
	Endpoint   string   `xml:"ServiceEndpoint,attr"`
	Container  string   `xml:"ContainerName,attr"`
	Prefix     string
	MaxResults int
	Blobs      struct {
		Blob []struct {
			Name struct {
				Encoded bool   `xml:",attr"`
				Text    string `xml:",chardata"`
			}
			Properties struct {
				Modified string `xml:"Last-Modified"`
				ETag     string `xml:"Etag"`
				Length   int64  `xml:"Content-Length"`
				Type     string `xml:"Content-Type"`
				MD5      string `xml:"Content-MD5"`
				BlobType string
			}
			Metadata struct {
				Color string `xml:"color"`
			}
		}
		BlobPrefix []struct{ Name string }
	}
	Containers struct {
		Container []struct{ Name string }
	}
	NextMarker string
}

func (b blobs) list(t *testing.T, query string) (list blobList) {
	t.Helper()
	got := b.do(t, http.MethodGet, "/box?restype=container&comp=list"+query, "")
	require.Equal(t, http.StatusOK, got.Status, got.Body)
	require.Equal(t, "application/xml", got.Header.Get("Content-Type"))
	require.NoError(t, xml.Unmarshal([]byte(got.Body), &list), got.Body)
	return list
}

// names follows a list to its end.
func (b blobs) names(t *testing.T, query string) (pages [][]string) {
	t.Helper()
	marker := ""
	for {
		list := b.list(t, query+marker)
		names := []string{}
		for _, item := range list.Blobs.Blob {
			names = append(names, item.Name.Text)
		}
		for _, item := range list.Blobs.BlobPrefix {
			names = append(names, item.Name)
		}
		pages = append(pages, names)
		if list.NextMarker == "" {
			return pages
		}
		marker = "&marker=" + url.QueryEscape(list.NextMarker)
	}
}

func TestBlobList(t *testing.T) {
	t.Parallel()
	b := storageOf(azuretest.New(t))
	box := b.account.Container("box")
	for _, name := range []string{"b", "a/1", "a/2", "a/x/3", "a", "c d", "ü", "a&b"} {
		box.SetBlob(name, []byte(name))
	}
	b.stage(t, "staged", "1", "x")
	all := []string{"a", "a&b", "a/1", "a/2", "a/x/3", "b", "c d", "ü"}
	require.Equal(t, all, box.Blobs())
	require.Equal(t, [][]string{all}, b.names(t, ""))
	require.Equal(t, [][]string{{"a", "a&b", "a/1"}, {"a/2", "a/x/3", "b"}, {"c d", "ü"}}, b.names(t, "&maxresults=3"))
	require.Equal(t, [][]string{{"a/1", "a/2", "a/x/3"}}, b.names(t, "&prefix=a%2F"))
	require.Equal(t, [][]string{{"a", "a&b", "b", "c d", "ü", "a/"}}, b.names(t, "&delimiter=%2F"))
	require.Equal(t, [][]string{{"a"}, {"a&b"}, {"a/"}, {"b"}, {"c d"}, {"ü"}}, b.names(t, "&delimiter=%2F&maxresults=1"))
	require.Equal(t, [][]string{{"a/1", "a/2", "a/x/"}}, b.names(t, "&delimiter=%2F&prefix=a%2F"))
	require.Equal(t, [][]string{{}}, b.names(t, "&prefix=nothing"))
	require.Equal(t, [][]string{append(append([]string{}, all[:7]...), "staged", "ü")}, b.names(t, "&include=uncommittedblobs,copy"))
	require.Equal(t, 5000, b.list(t, "&maxresults=99999").MaxResults)
}

func TestBlobListDetails(t *testing.T) {
	t.Parallel()
	b := storageOf(azuretest.New(t))
	box := b.account.Container("box")
	b.do(t, http.MethodPut, "/box/b", "data", blockBlob, "BlockBlob", "x-ms-meta-color", "blue & red", "Content-Type", "text/plain")
	list := b.list(t, "&include=metadata&prefix=b&maxresults=7")
	require.Equal(t, "https://contoso.blob.core.windows.net/", list.Endpoint)
	require.Equal(t, "box", list.Container)
	require.Equal(t, "b", list.Prefix)
	require.Equal(t, 7, list.MaxResults)
	item := list.Blobs.Blob[0]
	require.Equal(t, "blue & red", item.Metadata.Color)
	require.Equal(t, int64(4), item.Properties.Length)
	require.Equal(t, "text/plain", item.Properties.Type)
	require.Equal(t, "BlockBlob", item.Properties.BlobType)
	require.NotEmpty(t, item.Properties.MD5)
	head := b.do(t, http.MethodHead, "/box/b", "").Header
	require.Equal(t, head.Get("Etag"), `"`+item.Properties.ETag+`"`)
	require.Equal(t, head.Get("Last-Modified"), item.Properties.Modified)
	require.Empty(t, b.list(t, "").Blobs.Blob[0].Metadata.Color)

	box.SetBlob("c\x01d", nil)
	item = b.list(t, "&prefix=c").Blobs.Blob[0]
	require.True(t, item.Name.Encoded, "XML cannot hold it")
	require.Equal(t, "c%01d", item.Name.Text)
}

func TestContainers(t *testing.T) {
	t.Parallel()
	b := storageOf(azuretest.New(t))
	require.Equal(t, http.StatusCreated, b.do(t, http.MethodPut, "/box?restype=container", "", "x-ms-meta-a", "1").Status)
	for _, method := range []string{http.MethodGet, http.MethodHead} {
		got := b.do(t, method, "/box?restype=container", "")
		require.Equal(t, http.StatusOK, got.Status, got.Body)
		require.Equal(t, "1", got.Header.Get("X-Ms-Meta-A"))
		require.NotEmpty(t, got.Header.Get("Etag"))
	}
	b.account.Container("another")
	b.account.Container("boxes")
	read := func(query string) (names []string, next string) {
		var list blobList
		got := b.do(t, http.MethodGet, "/?comp=list"+query, "")
		require.Equal(t, http.StatusOK, got.Status, got.Body)
		require.NoError(t, xml.Unmarshal([]byte(got.Body), &list))
		for _, c := range list.Containers.Container {
			names = append(names, c.Name)
		}
		return names, list.NextMarker
	}
	names, next := read("")
	require.Equal(t, []string{"another", "box", "boxes"}, names)
	require.Empty(t, next)
	names, next = read("&maxresults=1&prefix=box")
	require.Equal(t, []string{"box"}, names)
	names, next = read("&prefix=box&marker=" + url.QueryEscape(next))
	require.Equal(t, []string{"boxes"}, names)
	require.Empty(t, next)

	box := b.account.Container("box")
	box.SetBlob("b", nil)
	require.Equal(t, http.StatusAccepted, b.do(t, http.MethodDelete, "/box?restype=container", "").Status)
	require.Empty(t, box.Blobs())
	_, there := box.Blob("b")
	require.False(t, there)
	blocks, _ := box.UncommittedBlocks("b")
	require.Zero(t, blocks)
	require.Panics(t, func() { box.SetBlob("b", nil) })
	require.Panics(t, func() { box.RemovePolicy("p") })
	refused(t, b.do(t, http.MethodHead, "/box?restype=container", ""), 404, "ContainerNotFound")
	refused(t, b.do(t, http.MethodGet, "/box?restype=container&comp=acl", ""), 404, "ContainerNotFound")
	refused(t, b.do(t, http.MethodPut, "/box?restype=container&comp=acl", ""), 404, "ContainerNotFound")
}

func TestContainerPolicies(t *testing.T) {
	t.Parallel()
	b := storageOf(azuretest.New(t))
	box := b.account.Container("box")
	box.SetPolicy("seeded", azuretest.AccessPolicy{Start: time.Unix(0, 0), Expiry: time.Unix(4e9, 0), Permissions: "rl"})
	got := b.do(t, http.MethodGet, "/box?restype=container&comp=acl", "")
	require.Equal(t, http.StatusOK, got.Status, got.Body)
	require.Equal(t, `<?xml version="1.0" encoding="utf-8"?><SignedIdentifiers><SignedIdentifier><Id>seeded</Id><AccessPolicy>`+
		`<Start>1970-01-01T00:00:00Z</Start><Expiry>2096-10-02T07:06:40Z</Expiry><Permission>rl</Permission></AccessPolicy></SignedIdentifier></SignedIdentifiers>`, got.Body)

	const id = "<SignedIdentifier><Id>a</Id><AccessPolicy><Expiry>2030-01-01</Expiry></AccessPolicy></SignedIdentifier>"
	put := func(body string) answer {
		return b.do(t, http.MethodPut, "/box?restype=container&comp=acl", body)
	}
	require.Equal(t, http.StatusOK, put("<SignedIdentifiers>"+id+"</SignedIdentifiers>").Status)
	require.Contains(t, b.do(t, http.MethodGet, "/box?restype=container&comp=acl", "").Body, "<Id>a</Id><AccessPolicy><Expiry>2030-01-01T00:00:00Z</Expiry></AccessPolicy>")
	refused(t, put("<SignedIdentifiers>"+id+id+"</SignedIdentifiers>"), 400, "InvalidXmlNodeValue")
	refused(t, put("<SignedIdentifiers>"+id+id+id+id+id+id+"</SignedIdentifiers>"), 400, "InvalidXmlDocument")
	require.Equal(t, http.StatusOK, put("").Status)
	require.NotContains(t, b.do(t, http.MethodGet, "/box?restype=container&comp=acl", "").Body, "<Id>")
}
