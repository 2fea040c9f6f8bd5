package storage

import (
	"cmp"
	"context"
	"encoding/base64"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"
)

const metadataPrefix = "X-Ms-Meta-"

// BlobProperties is what is known of a blob beside its content.
type BlobProperties struct {
	// Name is the whole name within the container, with its slashes.
	Name string
	// Size is in bytes.
	Size int64
	// LastModified is a whole second in UTC.
	LastModified time.Time
	// ETag changes with each change of the blob. It has its quotes.
	ETag string
	// ContentType is what the upload said, application/octet-stream if nothing.
	ContentType string
	// MD5 is what the service was told of the content, nil if nothing. It knows
	// it by itself only of blobs that came in one request.
	MD5 []byte
	// Metadata has names in lower case, since HTTP does not keep their case.
	Metadata map[string]string
}

// Properties reads what is known of a blob. A SAS needs r.
func (c *ContainerClient) Properties(ctx context.Context, blob string) (BlobProperties, error) {
	call := c.call("Properties", "get properties of blob", http.MethodHead, blob)
	resp, err := c.send(ctx, call, blob) //nolint:bodyclose // the pipeline has read and closed it
	if err != nil {
		return BlobProperties{}, err
	}
	properties := propertiesOf(blob, resp.Header)
	if properties.Size, err = strconv.ParseInt(resp.Header.Get("Content-Length"), 10, 64); err != nil || properties.Size < 0 {
		return BlobProperties{}, c.rest.Fail(call, fmt.Errorf("%w: the answer has no length", ErrUnexpectedResponse))
	}
	return properties, nil
}

// propertiesOf reads all but the size, which is elsewhere in a part of a blob.
func propertiesOf(blob string, header http.Header) BlobProperties {
	p := BlobProperties{Name: blob, ETag: header.Get("Etag"), ContentType: header.Get("Content-Type")}
	if modified, err := http.ParseTime(header.Get("Last-Modified")); err == nil {
		p.LastModified = modified.UTC()
	}
	// Content-Md5 is of the part that was asked for.
	md5 := header.Get("X-Ms-Blob-Content-Md5")
	if header.Get("Content-Range") == "" {
		md5 = cmp.Or(md5, header.Get("Content-Md5"))
	}
	p.MD5 = decodeMD5(md5)
	for name, values := range header {
		if suffix, ok := strings.CutPrefix(name, metadataPrefix); ok {
			p.addMetadata(suffix, strings.Join(values, ","))
		}
	}
	return p
}

func (p *BlobProperties) addMetadata(name, value string) {
	if p.Metadata == nil {
		p.Metadata = map[string]string{}
	}
	p.Metadata[strings.ToLower(name)] = value
}

// decodeMD5 answers nil for what is none.
func decodeMD5(text string) []byte {
	sum, err := base64.StdEncoding.DecodeString(text)
	if err != nil || len(sum) == 0 {
		return nil
	}
	return sum
}
