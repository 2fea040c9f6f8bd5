package azuretest

import (
	"fmt"
	"io"
	"net/http"
	"strings"
)

// length is what a file's length is said to be: as long as it is written to for the
// first time it is empty.
func (n *lakeNode) length() int64 { return n.content.size }

// file returns the file at a path for a user with an access. The caller holds l.mu.
func (l *DataLake) file(user lakeUser, path string, want lakeAccess) (*lakeNode, *lakeFailure) {
	t, failure := l.existing(user, path, "File does not exist: %s")
	switch {
	case failure != nil:
		return nil, failure
	case t.target().dir != nil:
		return nil, noSuchFile("Path is not a file: %s", path)
	}
	return t.target(), t.requireTarget(want)
}

// open is the step of OPEN that brings the data.
func (l *DataLake) open(req *lakeRequest) (lakeReply, *lakeFailure) {
	l.takeCut(req)
	l.mu.Lock()
	defer l.mu.Unlock()
	n, failure := l.file(req.user, req.path, readAccess)
	if failure != nil {
		return nil, failure
	}
	size := n.length()
	offset := req.query.number("offset", 0)
	length := req.query.number("length", size)
	switch {
	case l.traits.dialect == httpFSDialect && offset > size:
		return replyBeyondEnd(size), nil
	case l.traits.dialect == httpFSDialect:
		offset = max(offset, 0)
	case offset > size:
		return nil, refuseLake("EOFException", "Cannot seek after EOF")
	case l.profile == Gen1 && offset == size && size > 0:
		return nil, refuseLake("IOException", "Offset=%d out of the range [0, %d)", offset, size)
	}
	if length < 0 {
		length = size
	}
	n.accessed = l.now()
	length = min(length, size-offset)
	return l.replyData(n.content.reader(offset, length), length), nil
}

// replyData sends the content of a file; Gen1 does not say how much there will be.
func (l *DataLake) replyData(r io.Reader, length int64) lakeReply {
	return func(c *call) {
		h := c.w.Header()
		h.Set("Content-Type", "application/octet-stream")
		if l.profile != Gen1 {
			h.Set("Content-Length", itoa(length))
		}
		c.w.WriteHeader(http.StatusOK)
		c.stream(r)
	}
}

// stream sends what r has. Whoever does not want it any more has left.
func (c *call) stream(r io.Reader) {
	if c.r.Method == http.MethodHead {
		return
	}
	if _, err := io.Copy(writerOnly{c.w}, r); err != nil {
		c.reason("the answer was not taken to its end: " + err.Error())
		panic(http.ErrAbortHandler)
	}
}

// writerOnly hides from io.Copy whatever else a writer can.
type writerOnly struct{ io.Writer }

// replyBeyondEnd is how HttpFS fails: too late for JSON.
func replyBeyondEnd(size int64) lakeReply {
	return func(c *call) {
		why := fmt.Sprintf("java.io.EOFException: Premature EOF from inputStream after skipping %d byte(s).", size)
		c.reason(why)
		c.html(http.StatusInternalServerError, why)
	}
}

// getLinkTarget and createSymlink are all there is of symbolic links, which HDFS has
// switched off.
func (l *DataLake) getLinkTarget(req *lakeRequest) (lakeReply, *lakeFailure) {
	if _, failure := l.existing(req.user, req.path, "File does not exist: %s"); failure != nil {
		return nil, failure
	}
	return nil, refuseLake("IOException", "Path %s is not a symbolic link", req.path)
}

func (l *DataLake) createSymlink(req *lakeRequest) (lakeReply, *lakeFailure) {
	if failure := req.required("destination"); failure != nil {
		return nil, failure
	}
	return nil, refuseLake("UnsupportedOperationException", "Symlinks not supported")
}

// required refuses a request that lacks one of these parameters.
func (req *lakeRequest) required(names ...string) *lakeFailure {
	for _, name := range names {
		if !req.query.has(name) {
			return refuseLake("IllegalArgumentException", "Required param %s for op: %s is null or empty", name, strings.ToUpper(req.op))
		}
	}
	return nil
}
