package azuretest

import (
	"fmt"
	"net/http"
	"regexp"
	"time"
)

// maxGen1Body is what the web server in front of the store lets through.
const maxGen1Body = 30_000_000

// bareRefusal is what that web server answers, with no body at all.
func (h lakeHost) bareRefusal(r *http.Request) (status int, why string) {
	switch {
	case h.profile != Gen1:
		return 0, ""
	case r.ContentLength > maxGen1Body:
		return http.StatusNotFound, "the body has more than 30,000,000 bytes"
	case r.ContentLength == 0 && r.Header.Get("Content-Length") == "" && (r.Method == http.MethodPut || r.Method == http.MethodPost):
		return http.StatusLengthRequired, "the request has no Content-Length"
	}
	return 0, ""
}

// checkGen1Version refuses an api-version that is none. There need not be one.
func checkGen1Version(r *http.Request) *lakeFailure {
	version := parseLakeQuery(r.URL.RawQuery, true).text("api-version")
	if version == "" || regexp.MustCompile(`^20\d\d-\d\d-\d\d(-preview)?$`).MatchString(version) {
		return nil
	}
	return refuseLake("IllegalArgumentException", "the api-version %q is not supported", version)
}

// describeGen1 sets the lines every answer of the store has.
func describeGen1(h http.Header) {
	h.Set("Cache-Control", "no-cache, no-store, max-age=0")
	h.Set("Pragma", "no-cache")
	h.Set("Expires", "-1")
	h.Set("X-Ms-Request-Id", newGUID())
	h.Set("X-Ms-Webhdfs-Version", "17.04.22.00")
	h.Set("Status", "0x0")
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Strict-Transport-Security", "max-age=15724800; includeSubDomains")
}

// gen1Words says a refusal as the store does, with its own number and the request's.
func (h lakeHost) gen1Words(c *call, op string, f *lakeFailure) *lakeFailure {
	code, text := gen1Code(f)
	c.w.Header().Set("Status", code)
	out := *f
	out.message = fmt.Sprintf("%s failed with error %s (%s). %s. [%s][%s]", op, code, text, f.message,
		c.w.Header().Get("X-Ms-Request-Id"), h.server.Now().UTC().Format(time.RFC3339Nano))
	if f.conflict {
		out.exception = "RuntimeException"
	}
	return &out
}

func gen1Code(f *lakeFailure) (code, text string) {
	switch {
	case f.conflict:
		return "0x83090A16", "Failed to perform the requested operation. Another operation may be in progress on the same file"
	case f.exception == "FileNotFoundException":
		return "0x8309000A", "File or directory does not exist"
	case f.exception == "AccessControlException":
		return "0x83090AA2", "Forbidden. ACL verification failed. Either the resource does not exist or the user is not authorized to perform the requested operation"
	case f.exception == "BadOffsetException":
		return "0x83090015", "Bad request. Invalid offset or length"
	case f.exception == "FileAlreadyExistsException":
		return "0x8309000B", "File or directory already exists"
	}
	return "0x83090001", "The request was refused"
}

// gen1Lease is how long a lease lasts if nobody uses it.
const gen1Lease = 10 * time.Minute

// admitWriter refuses to write to a file that another lease holds.
func (l *DataLake) admitWriter(n *lakeNode, req *lakeRequest) *lakeFailure {
	w := n.writer
	if w == nil || w.lease == req.query.text("leaseid") && w.lease != "" || !w.until.IsZero() && l.now().After(w.until) {
		return nil
	}
	return l.leased(req.op, req.path, w)
}

// commit puts content into a file as the syncFlag of a request says: DATA does not yet
// show it, METADATA does and keeps the lease, CLOSE ends it.
func (l *DataLake) commit(n *lakeNode, req *lakeRequest, content lakeContent) {
	w := &lakeWriter{holder: "lease " + req.query.text("leaseid"), lease: req.query.text("leaseid"), until: l.now().Add(gen1Lease)}
	switch req.query.text("syncflag") {
	case "DATA":
		w.pending = &content
		n.writer = w
	case "METADATA":
		n.content, n.writer = content, w
	default:
		n.content, n.writer = content, nil
	}
	l.modify(n)
}

// written is all that was written to a file, seen or not.
func (n *lakeNode) written() lakeContent {
	if n.writer != nil && n.writer.pending != nil {
		return *n.writer.pending
	}
	return n.content
}

func checkSyncFlag(req *lakeRequest) *lakeFailure {
	switch flag := req.query.text("syncflag"); flag {
	case "", "DATA", "METADATA", "CLOSE":
		return nil
	default:
		return refuseLake("IllegalArgumentException", "Invalid syncFlag %q, want DATA, METADATA or CLOSE", flag)
	}
}

// collect reads all data of a request, which are to follow others, before anything is
// done with them.
func (l *DataLake) collect(req *lakeRequest, before lakeContent) lakeContent {
	content := lakeContent{spill: before.spill}
	body := &lakeBody{Reader: http.MaxBytesReader(nil, req.call.r.Body, maxGen1Body), call: req.call}
	err := l.receive(body, before.size, &content.spill, func(p lakePart) { content.add(p, l.traits.blockSize) })
	if err != nil {
		body.broken(err)
	}
	return content
}

// createWhole is CREATE where an upload is there as a whole or not at all.
func (l *DataLake) createWhole(req *lakeRequest) (lakeReply, *lakeFailure) {
	if failure := checkSyncFlag(req); failure != nil {
		return nil, failure
	}
	if failure := l.tryCreate(req); failure != nil {
		return nil, failure
	}
	content := l.collect(req, lakeContent{})
	l.mu.Lock()
	w, failure := l.startFile(req)
	if failure == nil {
		l.commit(w.node, req, content)
	}
	l.mu.Unlock()
	if failure != nil {
		return nil, failure
	}
	l.cutAfter(req)
	return l.replyCreated(req)
}

// tryCreate refuses what startFile would, before the data are read.
func (l *DataLake) tryCreate(req *lakeRequest) *lakeFailure {
	l.mu.Lock()
	defer l.mu.Unlock()
	t, failure := l.change(req.user, req.path)
	if failure != nil {
		return asParent(failure)
	}
	if n := t.target(); n != nil && n.dir == nil {
		if failure := l.admitWriter(n, req); failure != nil {
			return failure
		}
	}
	return l.checkCreate(req, t)
}

// cutAfter cuts the connection of an upload that is done, if a fault wants that.
func (l *DataLake) cutAfter(req *lakeRequest) {
	if req.call.plan.CutAfter != 0 {
		(&lakeBody{call: req.call}).broken(errCut)
	}
}

// appendWhole is APPEND where data are there as a whole or not at all, and where an
// offset that is not the end is refused: that makes it happen exactly once.
func (l *DataLake) appendWhole(req *lakeRequest) (lakeReply, *lakeFailure) {
	if failure := checkSyncFlag(req); failure != nil {
		return nil, failure
	}
	l.mu.Lock()
	n, failure := l.appendTarget(req)
	var content lakeContent
	if failure == nil {
		content = n.written()
	}
	l.mu.Unlock()
	if failure != nil {
		return nil, failure
	}
	added := l.collect(req, content)
	l.mu.Lock()
	n, failure = l.appendTarget(req)
	if failure == nil {
		content = n.written()
		content.join(added)
		l.commit(n, req, content)
	}
	l.mu.Unlock()
	if failure != nil {
		return nil, failure
	}
	l.cutAfter(req)
	return l.replyEmpty()
}

// appendTarget returns the file to which a request may append. The caller holds l.mu.
func (l *DataLake) appendTarget(req *lakeRequest) (*lakeNode, *lakeFailure) {
	n, failure := l.file(req.user, req.path, writeAccess)
	if failure != nil {
		return nil, failure
	}
	if n.concurrent != (req.op == "CONCURRENTAPPEND") {
		return nil, refuseLake("IOException", "%s: a file is for concurrent appends or for others, not for both", req.path)
	}
	if failure := l.admitWriter(n, req); failure != nil {
		return nil, failure
	}
	size := n.written().size
	if offset := req.query.number("offset", size); offset != size {
		return nil, refuseLake("BadOffsetException", "the offset %d is not the length of the file, %d", offset, size)
	}
	return n, nil
}
