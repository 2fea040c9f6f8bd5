package azuretest

import (
	"encoding/base64"
	"net/http"
	"regexp"
	"strconv"
	"strings"
	"time"
)

const (
	defaultContentType = "application/octet-stream"
	maxMetadata        = 8 << 10
	metaPrefix         = "X-Ms-Meta-"
)

// blobHeaders reads what a request says about a blob's content. plain allows it to be
// said by the usual names too, where the body is the blob.
func (q *blobRequest) blobHeaders(plain bool) (h blobHeaders, problem *storageError) {
	get := func(name string) string {
		if v := q.r.Header.Get("X-Ms-Blob-" + name); v != "" || !plain {
			return v
		}
		return q.r.Header.Get(name)
	}
	h = blobHeaders{
		contentType:  get("Content-Type"),
		encoding:     get("Content-Encoding"),
		language:     get("Content-Language"),
		cacheControl: get("Cache-Control"),
		disposition:  q.r.Header.Get("X-Ms-Blob-Content-Disposition"),
	}
	if h.contentType == "" {
		h.contentType = defaultContentType
	}
	h.md5, problem = decodeMD5(q.r.Header.Get("X-Ms-Blob-Content-Md5"))
	return h, problem
}

func decodeMD5(text string) ([]byte, *storageError) {
	if text == "" {
		return nil, nil
	}
	sum, err := base64.StdEncoding.DecodeString(text)
	if err != nil || len(sum) != newMD5().Size() {
		return nil, badStorageRequest("InvalidMd5", "The MD5 value specified in the request is invalid. MD5 value must be 128 bits and base64 encoded.")
	}
	return sum, nil
}

// metadata reads x-ms-meta-*. Names are identifiers, and not case-sensitive.
// https://learn.microsoft.com/rest/api/storageservices/setting-and-retrieving-properties-and-metadata-for-blob-resources
func (q *blobRequest) metadata() (map[string]string, *storageError) {
	meta := map[string]string{}
	identifier := regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_]*$`)
	size := 0
	for key, values := range q.r.Header {
		name, ok := strings.CutPrefix(key, metaPrefix)
		if !ok {
			continue
		}
		value := strings.Join(values, ",")
		if !identifier.MatchString(name) {
			return nil, badStorageRequest("InvalidMetadata", "The metadata specified is invalid. It has characters that are not permitted.")
		}
		if size += len(name) + len(value); size > maxMetadata {
			return nil, badStorageRequest("MetadataTooLarge", "The size of the specified metadata exceeds the maximum size permitted.")
		}
		meta[strings.ToLower(name)] = value
	}
	return meta, nil
}

// describeBlob sets the lines an answer about a blob has. The SAS may say otherwise
// about some.
func (q *blobRequest) describeBlob(b *committedBlob) {
	h := q.w.Header()
	h.Set("Accept-Ranges", "bytes")
	h.Set("ETag", b.etag)
	h.Set("Last-Modified", httpTime(b.modified))
	h.Set("X-Ms-Creation-Time", httpTime(b.created))
	h.Set("X-Ms-Blob-Type", "BlockBlob")
	h.Set("X-Ms-Lease-Status", "unlocked")
	h.Set("X-Ms-Lease-State", "available")
	h.Set("X-Ms-Server-Encrypted", "true")
	for name, value := range map[string]string{
		"Content-Type":        or(q.sas["rsct"], b.headers.contentType),
		"Content-Encoding":    or(q.sas["rsce"], b.headers.encoding),
		"Content-Language":    or(q.sas["rscl"], b.headers.language),
		"Content-Disposition": or(q.sas["rscd"], b.headers.disposition),
		"Cache-Control":       or(q.sas["rscc"], b.headers.cacheControl),
	} {
		if value != "" {
			h.Set(name, value)
		}
	}
	setMetadata(h, b.metadata)
}

func or(first, second string) string {
	if first != "" {
		return first
	}
	return second
}

func setMetadata(h http.Header, meta map[string]string) {
	for name, value := range meta {
		h.Set(metaPrefix+name, value)
	}
}

// changed sets the lines the answer to a write has.
func (q *blobRequest) changed(etag string, modified time.Time) {
	h := q.w.Header()
	h.Set("ETag", etag)
	h.Set("Last-Modified", httpTime(modified))
	h.Set("X-Ms-Request-Server-Encrypted", "true")
}

// writeConditions judges If-Match and its kin for a write over old, nil if there is
// nothing yet.
// https://learn.microsoft.com/rest/api/storageservices/specifying-conditional-headers-for-blob-service-operations
func (q *blobRequest) writeConditions(old *committedBlob) *storageError {
	h := q.r.Header
	match, none := h.Get("If-Match"), h.Get("If-None-Match")
	switch {
	case match != "" && (old == nil || !sameETag(match, old.etag)):
		return conditionNotMet()
	case old == nil:
		return nil
	case none == "*":
		return &storageError{status: http.StatusConflict, code: "BlobAlreadyExists", message: "The specified blob already exists."}
	case none != "" && sameETag(none, old.etag), notModified(h, old), modifiedSince(h, old):
		return conditionNotMet()
	}
	return nil
}

// readConditions judges them for a read.
func (q *blobRequest) readConditions(b *committedBlob) *storageError {
	h := q.r.Header
	match, none := h.Get("If-Match"), h.Get("If-None-Match")
	switch {
	case match != "" && !sameETag(match, b.etag), modifiedSince(h, b):
		return conditionNotMet()
	case none != "" && sameETag(none, b.etag), none == "" && notModified(h, b):
		return &storageError{status: http.StatusNotModified, code: "ConditionNotMet", message: "The condition specified using HTTP conditional header(s) is not met."}
	}
	return nil
}

func sameETag(condition, etag string) bool {
	return condition == "*" || strings.Trim(condition, `"`) == strings.Trim(etag, `"`)
}

// notModified reports whether If-Modified-Since is there and the blob is not.
func notModified(h http.Header, b *committedBlob) bool {
	t, err := http.ParseTime(h.Get("If-Modified-Since"))
	return err == nil && !b.modified.After(t)
}

// modifiedSince reports whether If-Unmodified-Since is there and the blob is modified.
func modifiedSince(h http.Header, b *committedBlob) bool {
	t, err := http.ParseTime(h.Get("If-Unmodified-Since"))
	return err == nil && b.modified.After(t)
}

// byteRange is a part of a blob, its last byte included.
type byteRange struct{ first, last int64 }

// parseRange reads "bytes=FIRST-LAST" or "bytes=FIRST-", for something of a size; what
// goes beyond its end is cut. The service knows no other form.
func parseRange(text string, size int64) (r byteRange, ok bool) {
	span, ok := strings.CutPrefix(text, "bytes=")
	if !ok {
		return r, false
	}
	first, last, ok := strings.Cut(span, "-")
	r.first, r.last = decimal(first), size-1
	if last != "" {
		if r.last = decimal(last); r.last < r.first {
			return r, false
		}
	}
	r.last = min(r.last, size-1)
	return r, ok && r.first >= 0
}

// decimal reads digits, and nothing else; -1 stands for what is none.
func decimal(text string) int64 {
	n, err := strconv.ParseInt(text, 10, 64)
	if err != nil || !consistsOf(text, "0123456789") {
		return -1
	}
	return n
}
