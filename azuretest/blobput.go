package azuretest

import (
	"bytes"
	"encoding/base64"
	"fmt"
	"net/http"
)

// The limits of a blob, as of version 2019-12-12.
// https://learn.microsoft.com/rest/api/storageservices/understanding-block-blobs--append-blobs--and-page-blobs
const (
	maxPut       = 5000 << 20
	maxBlock     = 4000 << 20
	maxBlocks    = 50_000
	maxWaiting   = 100_000
	maxBlockID   = 64
	maxBlockList = 8 << 20 // bytes of XML
)

func putBlob(a *StorageAccount, q *blobRequest) *storageError {
	switch kind := q.r.Header.Get("X-Ms-Blob-Type"); kind {
	case "":
		return badStorageRequest("MissingRequiredHeader", "An HTTP header that's mandatory for this request is not specified: x-ms-blob-type.")
	case "BlockBlob":
	default:
		return badHeader("x-ms-blob-type", fmt.Sprintf("is %q, the emulator has BlockBlob only", kind))
	}
	b, problem := q.described(true)
	if problem != nil {
		return problem
	}
	if problem := a.writable(q); problem != nil {
		return problem
	}
	var sum []byte
	if b.content, sum, problem = q.receive(maxPut, true); problem != nil {
		return problem
	}
	if b.headers.md5 != nil && !bytes.Equal(b.headers.md5, sum) {
		return md5Mismatch()
	}
	b.headers.md5 = sum
	if problem := a.write(q, func(c *container) *storageError { a.commit(c, q.blob, b); return nil }); problem != nil {
		return problem
	}
	q.changed(b.etag, b.modified)
	q.w.Header().Set("Content-MD5", base64.StdEncoding.EncodeToString(sum))
	q.send(http.StatusCreated, nil)
	return nil
}

// described returns a blob with what the request's header says about it.
func (q *blobRequest) described(plain bool) (*committedBlob, *storageError) {
	headers, problem := q.blobHeaders(plain)
	if problem != nil {
		return nil, problem
	}
	meta, problem := q.metadata()
	return &committedBlob{headers: headers, metadata: meta}, problem
}

// writable judges a write before its body comes, so that the client need not send it.
func (a *StorageAccount) writable(q *blobRequest) *storageError {
	return a.write(q, func(*container) *storageError { return nil })
}

// write changes a container if the request's conditions hold.
func (a *StorageAccount) write(q *blobRequest, change func(*container) *storageError) *storageError {
	a.mu.Lock()
	defer a.mu.Unlock()
	c := a.containers[q.container]
	if c == nil {
		return containerNotFound()
	}
	if problem := q.writeConditions(c.committed(q.blob)); problem != nil {
		return problem
	}
	return change(c)
}

// receive takes the body and checks what its header says it is. The MD5 is worked out
// only if it is wanted, or said.
func (q *blobRequest) receive(limit int64, wantMD5 bool) (content, []byte, *storageError) {
	size := q.r.ContentLength
	switch {
	case size < 0:
		return content{}, nil, &storageError{status: http.StatusLengthRequired, code: "MissingContentLengthHeader", message: "The Content-Length header was not specified."}
	case size > limit:
		return content{}, nil, &storageError{status: http.StatusRequestEntityTooLarge, code: "RequestBodyTooLarge", message: fmt.Sprintf("The request body is too large and exceeds the maximum permissible limit of %d bytes.", limit)}
	}
	sums, problem := q.bodySums(wantMD5)
	if problem != nil {
		return content{}, nil, problem
	}
	kept, err := readContent(q.r.Body, size, sums)
	if err != nil {
		return content{}, nil, badStorageRequest("IncompleteBody", "the body ends before its Content-Length")
	}
	return kept, sums.sumMD5(), sums.check()
}
