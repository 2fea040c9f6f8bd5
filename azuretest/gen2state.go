package azuretest

import (
	"fmt"
	"maps"
	"net/http"
	"strings"
	"time"
)

// gen2State is what Gen2 knows of a path beyond what the others do.
type gen2State struct {
	version    int64             // of the ETag
	headers    map[string]string // of the content, such as Content-Type
	properties string            // as the client has given them: name=base64,…
	pending    []pendingData     // not yet flushed
	held       gen2Lease
}

// pendingData is what was appended at a position.
type pendingData struct {
	at      int64
	content lakeContent
}

func (s *gen2State) clone() gen2State {
	return gen2State{version: s.version, headers: maps.Clone(s.headers), properties: s.properties}
}

// touch gives a node a new ETag. The caller holds l.mu.
func (l *DataLake) touch(n *lakeNode) {
	l.lastVersion++
	n.gen2.version = l.lastVersion
}

func (n *lakeNode) etag() string { return fmt.Sprintf(`"0x8D%013X"`, n.gen2.version) }

// changed sets the lines the answer to a write has.
func (q *gen2Request) changed(n *lakeNode) (lakeReply, *storageError) {
	return q.changedAs(http.StatusOK, n)
}

func (q *gen2Request) changedAs(status int, n *lakeNode) (lakeReply, *storageError) {
	etag, modified := n.etag(), n.modified
	return func(c *call) {
		h := c.w.Header()
		h.Set("ETag", etag)
		h.Set("Last-Modified", httpTime(modified))
		h.Set("X-Ms-Request-Server-Encrypted", "true")
		h.Set("Content-Length", "0")
		c.w.WriteHeader(status)
	}, nil
}

// conditions judges If-Match and its kin, with a prefix for those about a rename's
// source, against what is there, nil if nothing is.
func (q *gen2Request) conditions(prefix string, n *lakeNode) *storageError {
	h := q.r.Header
	match, none := h.Get(prefix+"If-Match"), h.Get(prefix+"If-None-Match")
	failed := &storageError{status: http.StatusPreconditionFailed, code: "ConditionNotMet", message: "The condition specified using HTTP conditional header(s) is not met."}
	if prefix != "" {
		failed.code = "SourceConditionNotMet"
	}
	if n == nil {
		if match != "" {
			return failed
		}
		return nil
	}
	since, sinceErr := http.ParseTime(h.Get(prefix + "If-Modified-Since"))
	until, untilErr := http.ParseTime(h.Get(prefix + "If-Unmodified-Since"))
	modified := n.modified.Truncate(time.Second)
	switch {
	case match != "" && !sameETag(match, n.etag()), untilErr == nil && modified.After(until):
		return failed
	case none == "*" && prefix == "" && q.r.Method == http.MethodPut:
		return gen2Conflict("PathAlreadyExists", "The specified path already exists.")
	case none != "" && sameETag(none, n.etag()), none == "" && sinceErr == nil && !modified.After(since):
		if q.r.Method == http.MethodGet || q.r.Method == http.MethodHead {
			failed.status = http.StatusNotModified
		}
		return failed
	}
	return nil
}

// contentHeaders are those of a request that say something about the content, by the
// name they come back with.
func contentHeaders(r *http.Request) map[string]string {
	out := map[string]string{}
	for sent, name := range map[string]string{
		"X-Ms-Content-Type": "Content-Type", "X-Ms-Content-Encoding": "Content-Encoding", "X-Ms-Content-Language": "Content-Language",
		"X-Ms-Content-Disposition": "Content-Disposition", "X-Ms-Cache-Control": "Cache-Control", "X-Ms-Content-Md5": "Content-MD5",
	} {
		if value := r.Header.Get(sent); value != "" {
			out[name] = value
		}
	}
	return out
}

// checkProperties refuses properties that are not name=base64,….
func checkProperties(text string) *storageError {
	if text == "" {
		return nil
	}
	for pair := range strings.SplitSeq(text, ",") {
		name, value, ok := strings.Cut(strings.TrimSpace(pair), "=")
		if _, err := decodeBase64(value); name == "" || !ok || err != nil {
			return badHeader("x-ms-properties", "must be a comma-separated list of names and base64 values")
		}
	}
	return nil
}

// setProperties replaces properties and headers of a path.
func (q *gen2Request) setProperties() (lakeReply, *storageError) {
	t, problem := q.writable()
	if problem != nil {
		return nil, problem
	}
	if problem := checkProperties(q.r.Header.Get("X-Ms-Properties")); problem != nil {
		return nil, problem
	}
	n := t.target()
	if _, given := q.r.Header["X-Ms-Properties"]; given {
		n.gen2.properties = q.r.Header.Get("X-Ms-Properties")
	}
	q.setHeaders(n)
	q.lake.modify(n)
	return q.changed(n)
}

func (q *gen2Request) setHeaders(n *lakeNode) {
	if n.gen2.headers == nil {
		n.gen2.headers = map[string]string{}
	}
	maps.Copy(n.gen2.headers, contentHeaders(q.r))
}

// writable is the way to a path that the user may write to, with the lease it takes.
func (q *gen2Request) writable() (lakeTrail, *storageError) {
	t, problem := q.existing(q.path)
	if problem != nil {
		return t, problem
	}
	if failure := t.requireTarget(writeAccess); failure != nil {
		return t, gen2Refusal(failure)
	}
	if problem := q.admitLease(t.target(), "X-Ms-Lease-Id"); problem != nil {
		return t, problem
	}
	return t, q.conditions("", t.target())
}

// setExpiry says when a file ends.
// https://learn.microsoft.com/rest/api/storageservices/set-blob-expiry
func (q *gen2Request) setExpiry() (lakeReply, *storageError) {
	t, problem := q.writable()
	switch {
	case problem != nil:
		return nil, problem
	case t.target().dir != nil:
		return nil, pathConflict()
	}
	n := t.target()
	text := q.r.Header.Get("X-Ms-Expiry-Time")
	ms := time.Duration(max(decimal(text), 0)) * time.Millisecond
	switch q.r.Header.Get("X-Ms-Expiry-Option") {
	case "NeverExpire":
		n.expires = time.Time{}
	case "RelativeToNow":
		n.expires = q.now.Add(ms)
	case "RelativeToCreation":
		n.expires = n.created.Add(ms)
	case "Absolute":
		when, err := http.ParseTime(text)
		if err != nil {
			return nil, badHeader("x-ms-expiry-time", "is no time")
		}
		n.expires = when
	default:
		return nil, badHeader("x-ms-expiry-option", "is unknown")
	}
	q.lake.expiring = true
	q.lake.modify(n)
	return q.changed(n)
}
