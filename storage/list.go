package storage

import (
	"context"
	"encoding/xml"
	"fmt"
	"iter"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore/runtime"

	"github.com/keyless-go/azure/internal/azrest"
)

// maxPage bounds a page of the list: 5,000 blobs with metadata of up to 8 KiB.
const maxPage = 128 << 20

type pageWire struct {
	XMLName    xml.Name   `xml:"EnumerationResults"`
	Blobs      []blobWire `xml:"Blobs>Blob"`
	NextMarker string
}

type blobWire struct {
	Name struct {
		Encoded bool   `xml:"Encoded,attr"` // as in a URL: XML cannot hold all characters
		Text    string `xml:",chardata"`
	}
	Properties struct {
		LastModified string `xml:"Last-Modified"`
		ETag         string `xml:"Etag"`
		Size         int64  `xml:"Content-Length"`
		ContentType  string `xml:"Content-Type"`
		MD5          string `xml:"Content-MD5"`
	}
	Metadata struct {
		Fields []struct {
			XMLName xml.Name
			Value   string `xml:",chardata"`
		} `xml:",any"`
	}
}

// List lists the blobs of the container whose names begin with prefix, all if it
// is empty, in the order of their names. A SAS needs l. The list ends after the
// first error; a request is sent for each 5,000 blobs, when the loop gets there.
func (c *ContainerClient) List(ctx context.Context, prefix string) iter.Seq2[BlobProperties, error] {
	return func(yield func(BlobProperties, error) bool) {
		call := c.call("List", "list blobs of container", http.MethodGet, "")
		call.Limit = maxPage
		read := azrest.Trail{}
		for marker, more := "", true; more; {
			call.Query = listQuery(prefix, marker)
			page, err := c.page(ctx, call)
			if err == nil && page.NextMarker != "" && !read.Enter(page.NextMarker) {
				err = c.rest.Fail(call, azrest.ErrSamePage)
			}
			if err != nil {
				yield(BlobProperties{}, err)
				return
			}
			for _, blob := range page.Blobs {
				if !yield(blob.properties(), nil) {
					return
				}
			}
			marker, more = page.NextMarker, page.NextMarker != ""
		}
	}
}

func listQuery(prefix, marker string) url.Values {
	query := url.Values{"restype": {"container"}, "comp": {"list"}, "include": {"metadata"}}
	if prefix != "" {
		query.Set("prefix", prefix)
	}
	if marker != "" {
		query.Set("marker", marker)
	}
	return query
}

func (c *ContainerClient) page(ctx context.Context, call azrest.Call) (pageWire, error) {
	var page pageWire
	resp, err := c.rest.Send(ctx, call) //nolint:bodyclose // the pipeline has read and closed it
	if err != nil {
		return page, err
	}
	body, err := runtime.Payload(resp)
	if err == nil {
		err = xml.Unmarshal(body, &page)
	}
	if err != nil {
		err = c.rest.Fail(call, fmt.Errorf("%w: it is not a list of blobs", ErrUnexpectedResponse))
	}
	return page, err
}

func (w *blobWire) properties() BlobProperties {
	p := BlobProperties{
		Name: w.Name.Text, Size: w.Properties.Size, ETag: quoted(w.Properties.ETag),
		ContentType: w.Properties.ContentType, MD5: decodeMD5(w.Properties.MD5),
	}
	if name, err := url.PathUnescape(w.Name.Text); err == nil && w.Name.Encoded {
		p.Name = name
	}
	if modified, err := time.Parse(time.RFC1123, w.Properties.LastModified); err == nil {
		p.LastModified = modified.UTC()
	}
	for _, field := range w.Metadata.Fields {
		p.addMetadata(field.XMLName.Local, field.Value)
	}
	return p
}

// quoted is an ETag as headers have it: a list may leave out the quotes.
func quoted(etag string) string {
	if etag == "" || strings.HasPrefix(etag, `"`) {
		return etag
	}
	return `"` + etag + `"`
}
