package azuretest

import (
	"encoding/base64"
	"encoding/xml"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"
)

// maxListed is how many items a page has at most, and has if nobody says otherwise.
const maxListed = 5000

// blobPage is a page of List Blobs.
// https://learn.microsoft.com/rest/api/storageservices/list-blobs
type blobPage struct {
	XMLName    xml.Name `xml:"EnumerationResults"`
	Endpoint   string   `xml:"ServiceEndpoint,attr"`
	Container  string   `xml:"ContainerName,attr,omitempty"`
	Prefix     string   `xml:"Prefix,omitempty"`
	Marker     string   `xml:"Marker,omitempty"`
	MaxResults int      `xml:"MaxResults,omitempty"`
	Delimiter  string   `xml:"Delimiter,omitempty"`
	Blobs      struct {
		Items []any // listedBlob and listedPrefix, in the order of their names
	}
	NextMarker string
}

type listedBlob struct {
	XMLName    xml.Name `xml:"Blob"`
	Name       listedName
	Properties listedProperties
	Metadata   listedMetadata `xml:",omitempty"`
}

type listedPrefix struct {
	XMLName xml.Name `xml:"BlobPrefix"`
	Name    listedName
}

// listedName is a name; one that XML cannot hold is percent-encoded.
type listedName struct {
	Encoded string `xml:"Encoded,attr,omitempty"`
	Text    string `xml:",chardata"`
}

type listedProperties struct {
	Created      string `xml:"Creation-Time"`
	Modified     string `xml:"Last-Modified"`
	ETag         string `xml:"Etag"`
	Length       int64  `xml:"Content-Length"`
	Type         string `xml:"Content-Type"`
	Encoding     string `xml:"Content-Encoding"`
	Language     string `xml:"Content-Language"`
	MD5          string `xml:"Content-MD5"`
	CacheControl string `xml:"Cache-Control"`
	Disposition  string `xml:"Content-Disposition"`
	BlobType     string
	Tier         string `xml:"AccessTier"`
	LeaseStatus  string
	LeaseState   string
	Encrypted    bool `xml:"ServerEncrypted"`
}

func listBlobs(a *StorageAccount, q *blobRequest) *storageError {
	page, from, problem := q.listing()
	if problem != nil {
		return problem
	}
	page.Container, page.Delimiter = q.container, q.query.Get("delimiter")
	a.mu.Lock()
	c := a.containers[q.container]
	if c == nil {
		a.mu.Unlock()
		return containerNotFound()
	}
	q.fill(&page, c, from)
	a.mu.Unlock()
	q.xml(http.StatusOK, page)
	return nil
}

// listing reads how much of a list is wanted, and from which name on.
func (q *blobRequest) listing() (page blobPage, from string, problem *storageError) {
	page.Endpoint = "https://" + strings.ToLower(q.r.Host) + "/"
	page.Prefix, page.Marker = q.query.Get("prefix"), q.query.Get("marker")
	if text := q.query.Get("maxresults"); text != "" {
		n, err := strconv.Atoi(text)
		if err != nil || n < 1 {
			return page, "", badStorageRequest("OutOfRangeQueryParameterValue", "One of the query parameters specified in the request URI is outside the permissible range: maxresults.")
		}
		page.MaxResults = min(n, maxListed)
	}
	if page.Marker != "" {
		var ok bool
		if from, ok = decodeSkip(page.Marker); !ok {
			return page, "", badQuery("marker", "is none this service has given")
		}
	}
	return page, from, nil
}

// limit is how many items go into the page.
func (p blobPage) limit() int {
	if p.MaxResults == 0 {
		return maxListed
	}
	return p.MaxResults
}

// fill puts the blobs from a name on into the page. What has the delimiter after the
// prefix is one item for all that begins alike. The marker is the first name left out.
func (q *blobRequest) fill(page *blobPage, c *container, from string) {
	include := strings.Split(q.query.Get("include"), ",")
	group := "" // the last such beginning
	for _, name := range c.listed(slices.Contains(include, "uncommittedblobs")) {
		if name < from || !strings.HasPrefix(name, page.Prefix) || group != "" && strings.HasPrefix(name, group) {
			continue
		}
		if len(page.Blobs.Items) == page.limit() {
			page.NextMarker = encodeSkip(name)
			return
		}
		if group = page.grouped(name); group != "" {
			page.Blobs.Items = append(page.Blobs.Items, listedPrefix{Name: newListedName(group)})
			continue
		}
		page.Blobs.Items = append(page.Blobs.Items, c.item(name, slices.Contains(include, "metadata")))
	}
}

// grouped returns the name up to and with the delimiter, "" if it is not in it.
func (p blobPage) grouped(name string) string {
	if p.Delimiter == "" {
		return ""
	}
	before, _, found := strings.Cut(name[len(p.Prefix):], p.Delimiter)
	if !found {
		return ""
	}
	return p.Prefix + before + p.Delimiter
}

// listed returns the names to list.
func (c *container) listed(uncommitted bool) []string {
	if uncommitted {
		return slices.Sorted(maps.Keys(c.blobs))
	}
	return c.names()
}

func (c *container) item(name string, metadata bool) listedBlob {
	b := c.committed(name)
	if b == nil {
		b = &committedBlob{modified: c.modified, created: c.modified}
	}
	item := listedBlob{Name: newListedName(name), Properties: listedProperties{
		Created: httpTime(b.created), Modified: httpTime(b.modified), ETag: strings.Trim(b.etag, `"`),
		Length: b.content.size, Type: b.headers.contentType, Encoding: b.headers.encoding, Language: b.headers.language,
		MD5: base64.StdEncoding.EncodeToString(b.headers.md5), CacheControl: b.headers.cacheControl, Disposition: b.headers.disposition,
		BlobType: "BlockBlob", Tier: "Hot", LeaseStatus: "unlocked", LeaseState: "available", Encrypted: true,
	}}
	if metadata {
		item.Metadata = b.metadata
	}
	return item
}

func newListedName(name string) listedName {
	for _, r := range name {
		if r == utf8.RuneError || r < ' ' && r != '\t' && r != '\n' && r != '\r' || r == 0xFFFE || r == 0xFFFF {
			return listedName{Encoded: "true", Text: url.PathEscape(name)}
		}
	}
	return listedName{Text: name}
}

// listedMetadata is written as one element for each name.
type listedMetadata map[string]string

// MarshalXML writes the names in their order.
func (m listedMetadata) MarshalXML(e *xml.Encoder, start xml.StartElement) error {
	if err := e.EncodeToken(start); err != nil {
		return err
	}
	for _, name := range slices.Sorted(maps.Keys(m)) {
		if err := e.EncodeElement(m[name], xml.StartElement{Name: xml.Name{Local: name}}); err != nil {
			return err
		}
	}
	return e.EncodeToken(start.End())
}
