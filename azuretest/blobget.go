package azuretest

import (
	"encoding/base64"
	"fmt"
	"net/http"
	"strconv"
)

// maxRangeMD5 is of how much at most a read's MD5 can be asked for.
const maxRangeMD5 = 4 << 20

// find returns the blob of a read, if its conditions hold. There are no snapshots and
// no versions.
func (a *StorageAccount) find(q *blobRequest) (*committedBlob, *storageError) {
	a.mu.Lock()
	defer a.mu.Unlock()
	c := a.containers[q.container]
	if c == nil {
		return nil, containerNotFound()
	}
	b := c.committed(q.blob)
	if b == nil || q.query.Get("snapshot") != "" || q.query.Get("versionid") != "" {
		return nil, blobNotFound()
	}
	return b, q.readConditions(b)
}

func getBlob(a *StorageAccount, q *blobRequest) *storageError {
	b, problem := a.find(q)
	if problem != nil {
		return problem
	}
	size := b.content.size
	part, ranged, problem := q.part(size)
	if problem != nil {
		return problem
	}
	length := part.last - part.first + 1
	h := q.w.Header()
	q.describeBlob(b)
	status, sumHeader := http.StatusOK, "Content-MD5"
	if ranged {
		status, sumHeader = http.StatusPartialContent, "X-Ms-Blob-Content-Md5"
		h.Set("Content-Range", fmt.Sprintf("bytes %d-%d/%d", part.first, part.last, size))
		if q.r.Header.Get("X-Ms-Range-Get-Content-Md5") == "true" {
			h.Set("Content-MD5", base64.StdEncoding.EncodeToString(b.content.md5(part.first, length)))
		}
	}
	if b.headers.md5 != nil {
		h.Set(sumHeader, base64.StdEncoding.EncodeToString(b.headers.md5))
	}
	h.Set("Content-Length", strconv.FormatInt(length, 10))
	q.w.WriteHeader(status)
	_ = b.content.writeTo(q.w, part.first, length) // the client may have left
	return nil
}

// part returns which part of a blob is wanted. x-ms-range counts before Range, which is
// overlooked if it makes no sense.
func (q *blobRequest) part(size int64) (part byteRange, ranged bool, problem *storageError) {
	whole := byteRange{0, size - 1}
	wantsMD5 := q.r.Header.Get("X-Ms-Range-Get-Content-Md5") == "true"
	text := or(q.r.Header.Get("X-Ms-Range"), q.r.Header.Get("Range"))
	part, ok := parseRange(text, size)
	switch {
	case !ok && q.r.Header.Get("X-Ms-Range") != "":
		return part, false, badHeader("x-ms-range", "is not a range of bytes")
	case !ok && wantsMD5:
		return part, false, badHeader("x-ms-range-get-content-md5", "wants a range")
	case !ok:
		return whole, false, nil
	case part.first >= size:
		q.w.Header().Set("Content-Range", fmt.Sprintf("bytes */%d", size))
		return part, false, &storageError{status: http.StatusRequestedRangeNotSatisfiable, code: "InvalidRange", message: "The range specified is invalid for the current size of the resource."}
	case wantsMD5 && part.last-part.first >= maxRangeMD5:
		return part, false, badStorageRequest("OutOfRangeQueryParameterValue", "x-ms-range-get-content-md5 wants a range of 4 MiB at most")
	}
	return part, true, nil
}

func blobProperties(a *StorageAccount, q *blobRequest) *storageError {
	b, problem := a.find(q)
	if problem != nil {
		return problem
	}
	q.describeBlob(b)
	h := q.w.Header()
	if b.headers.md5 != nil {
		h.Set("Content-MD5", base64.StdEncoding.EncodeToString(b.headers.md5))
	}
	if q.r.Method == http.MethodHead {
		h.Set("Content-Length", strconv.FormatInt(b.content.size, 10))
	}
	q.w.WriteHeader(http.StatusOK)
	return nil
}

func deleteBlob(a *StorageAccount, q *blobRequest) *storageError {
	problem := a.write(q, func(c *container) *storageError {
		if c.committed(q.blob) == nil {
			return blobNotFound()
		}
		delete(c.blobs, q.blob)
		return nil
	})
	if problem != nil {
		return problem
	}
	q.w.Header().Set("X-Ms-Delete-Type-Permanent", "true")
	q.send(http.StatusAccepted, nil)
	return nil
}

func setBlobMetadata(a *StorageAccount, q *blobRequest) *storageError {
	meta, problem := q.metadata()
	if problem != nil {
		return problem
	}
	return a.revise(q, func(b *committedBlob) { b.metadata = meta })
}

func setBlobProperties(a *StorageAccount, q *blobRequest) *storageError {
	headers, problem := q.blobHeaders(false)
	if problem != nil {
		return problem
	}
	return a.revise(q, func(b *committedBlob) { b.headers = headers })
}

// revise changes what is said about a blob.
func (a *StorageAccount) revise(q *blobRequest, change func(*committedBlob)) *storageError {
	var b committedBlob
	problem := a.write(q, func(c *container) *storageError {
		if c.committed(q.blob) == nil {
			return blobNotFound()
		}
		b = *c.committed(q.blob)
		change(&b)
		b.etag, b.modified = a.touch()
		c.blobs[q.blob].committedBlob = &b
		return nil
	})
	if problem != nil {
		return problem
	}
	q.changed(b.etag, b.modified)
	q.send(http.StatusOK, nil)
	return nil
}
