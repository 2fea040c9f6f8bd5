package azuretest

import (
	"fmt"
	"maps"
	"net/http"
	"strings"
)

// headerMap is lines of an answer.
type headerMap map[string]string

// status returns the lines that describe a path.
func (q *gen2Request) status(n *lakeNode) headerMap {
	kind := "file"
	if n.dir != nil {
		kind = "directory"
	}
	out := headerMap{
		"Accept-Ranges":         "bytes",
		"Content-Type":          "application/octet-stream",
		"ETag":                  n.etag(),
		"Last-Modified":         httpTime(n.modified),
		"X-Ms-Creation-Time":    httpTime(n.created),
		"X-Ms-Resource-Type":    kind,
		"X-Ms-Owner":            n.owner,
		"X-Ms-Group":            n.group,
		"X-Ms-Permissions":      n.permissions(),
		"X-Ms-Server-Encrypted": "true",
	}
	maps.Copy(out, n.gen2.headers)
	maps.Copy(out, n.gen2.held.describe(q.now))
	if !n.expires.IsZero() {
		out["X-Ms-Expiry-Time"] = httpTime(n.expires)
	}
	if n.gen2.properties != "" && q.query.Get("action") == "" {
		out["X-Ms-Properties"] = n.gen2.properties
	}
	if q.op == "getaclstatus" {
		out["X-Ms-Acl"] = strings.Join(formatACL(n.entries()), ",")
	}
	return out
}

// permissions writes the mode, with a plus if there is more to know.
func (n *lakeNode) permissions() string {
	if n.hasACL() {
		return symbolicMode(n.mode) + "+"
	}
	return symbolicMode(n.mode)
}

func (m headerMap) set(h http.Header) {
	for name, value := range m {
		h.Set(name, value)
	}
}

// head describes a path.
func (q *gen2Request) head() (lakeReply, *storageError) {
	t, problem := q.existing(q.path)
	if problem == nil {
		problem = q.conditions("", t.target())
	}
	if problem != nil {
		return nil, problem
	}
	lines, size := q.status(t.target()), t.target().length()
	return func(c *call) {
		lines.set(c.w.Header())
		c.w.Header().Set("Content-Length", itoa(size))
		c.w.WriteHeader(http.StatusOK)
	}, nil
}

// read sends a file or a range of it. A directory has nothing to read.
func (q *gen2Request) read() (lakeReply, *storageError) {
	t, problem := q.existing(q.path)
	if problem != nil {
		return nil, problem
	}
	if failure := t.requireTarget(readAccess); failure != nil {
		return nil, gen2Refusal(failure)
	}
	n := t.target()
	if problem := q.conditions("", n); problem != nil {
		return nil, problem
	}
	span := byteRange{0, n.length() - 1}
	status := http.StatusOK
	if text := or(q.r.Header.Get("X-Ms-Range"), q.r.Header.Get("Range")); text != "" {
		var ok bool
		if span, ok = parseRange(text, n.length()); !ok || span.first >= n.length() {
			return nil, &storageError{status: http.StatusRequestedRangeNotSatisfiable, code: "InvalidRange", message: "The range specified is invalid for the current size of the resource."}
		}
		status = http.StatusPartialContent
	}
	lines := q.status(n)
	if status == http.StatusPartialContent {
		delete(lines, "Content-MD5") // it is that of the whole file
		lines["Content-Range"] = fmt.Sprintf("bytes %d-%d/%d", span.first, span.last, n.length())
	}
	length := span.last + 1 - span.first
	r := n.content.reader(span.first, length)
	return func(c *call) {
		lines.set(c.w.Header())
		c.w.Header().Set("Content-Length", itoa(length))
		c.w.WriteHeader(status)
		c.stream(r)
	}, nil
}
