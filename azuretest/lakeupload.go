package azuretest

import (
	"errors"
	"io"
	"maps"
	"net/http"
	"strings"
)

// lakeUpload is a file that is being written to.
type lakeUpload struct {
	path    string
	node    *lakeNode
	writer  *lakeWriter
	above   []*lakeNode // the directories it is in
	content lakeContent
}

func newWriter() *lakeWriter {
	return &lakeWriter{holder: "DFSClient_NONMAPREDUCE_" + strings.ReplaceAll(newGUID()[:13], "-", "_")}
}

// upload reads the data of a request into a file and closes it. Of what is broken off,
// as much as has arrived stays in the file: that is what HDFS does.
func (l *DataLake) upload(req *lakeRequest, w *lakeUpload) *lakeFailure {
	body := &lakeBody{Reader: req.call.r.Body, call: req.call}
	var over *lakeFailure
	err := l.receive(body, w.content.size, &w.content.spill, func(p lakePart) {
		l.mu.Lock()
		defer l.mu.Unlock()
		if over == nil {
			over = quotaOf(w.above, w.path, p.n*int64(w.node.replication), w.node.blockSize)
		}
		if over == nil {
			w.content.add(p, w.node.blockSize)
		}
	})
	failure := l.closeFile(w)
	if err != nil {
		body.broken(err)
	}
	if over != nil {
		return over
	}
	if failure == nil && req.call.plan.CutAfter != 0 {
		body.broken(errCut)
	}
	return failure
}

// closeFile makes what was written to be seen.
func (l *DataLake) closeFile(w *lakeUpload) *lakeFailure {
	l.mu.Lock()
	defer l.mu.Unlock()
	if w.node.writer != w.writer || !l.isIn(w) {
		return noSuchFile("File does not exist: %s", w.path)
	}
	w.node.content, w.node.writer = w.content, nil
	l.modify(w.node)
	return nil
}

// isIn reports whether the file is still where it was.
func (l *DataLake) isIn(w *lakeUpload) bool {
	n := l.root
	for _, name := range splitLake(w.path) {
		if n == nil || n.dir == nil {
			return false
		}
		n = n.dir.nodes[name]
	}
	return n == w.node
}

// leased refuses to write to a file that somebody is writing to.
func (l *DataLake) leased(what, path string, by *lakeWriter) *lakeFailure {
	message := "Failed to %s %s for DFSClient_NONMAPREDUCE on 127.0.0.1 because this file lease is currently owned by %s on 127.0.0.1"
	f := refuseRaw("AlreadyBeingCreatedException", message, what, path, by.holder)
	f.conflict = l.profile == Gen1
	return f
}

// errCut ends the reading of an upload that a fault cuts.
var errCut = errors.New("the fault cuts the upload here")

// lakeBody is the data of an upload, which a fault may cut.
type lakeBody struct {
	io.Reader

	call *call
	seen int64
}

// Read reads as much as a fault lets through.
func (b *lakeBody) Read(p []byte) (int, error) {
	if cut := b.call.plan.CutAfter; cut > 0 {
		if b.seen >= cut {
			return 0, errCut
		}
		p = p[:min(int64(len(p)), cut-b.seen)]
	}
	n, err := b.Reader.Read(p)
	b.seen += int64(n)
	return n, err
}

// broken ends a request of which there is nothing to read any more.
func (b *lakeBody) broken(err error) {
	b.call.reason("the upload was broken off: " + err.Error())
	b.call.cut()
}

// unaskedContinue sends what a data node sends, asked or not, before it looks at the
// file. Without a server and its connection there is nothing to send it on.
func (req *lakeRequest) unaskedContinue() {
	r := req.call.r
	if req.role != dataRole || !r.ProtoAtLeast(1, 1) || r.Context().Value(http.ServerContextKey) == nil {
		return
	}
	header := req.call.w.Header()
	lines := header.Clone()
	clear(header) // they are for the answer
	req.call.w.ResponseWriter.WriteHeader(http.StatusContinue)
	maps.Copy(header, lines)
}

// rightType reports whether an upload is of the type that HttpFS wants.
func (l *DataLake) rightType(req *lakeRequest) bool {
	return l.traits.dialect != httpFSDialect || strings.EqualFold(req.call.r.Header.Get("Content-Type"), "application/octet-stream")
}

func replyWrongType(c *call) {
	c.reason("an upload to HttpFS must have the Content-Type application/octet-stream")
	c.send(http.StatusBadRequest, nil)
}

// requestAddress is the address of a request without its query.
func requestAddress(r *http.Request) string {
	scheme := "http"
	if overTLS(r) {
		scheme = "https"
	}
	return scheme + "://" + r.Host + r.URL.EscapedPath()
}

func (l *DataLake) append(req *lakeRequest) (lakeReply, *lakeFailure) {
	l.takeCut(req)
	if !l.rightType(req) {
		return replyWrongType, nil
	}
	if l.profile == Gen1 {
		return l.appendWhole(req)
	}
	req.unaskedContinue()
	l.mu.Lock()
	w, failure := l.reopen(req)
	l.mu.Unlock()
	if failure != nil {
		return nil, failure
	}
	if failure := l.upload(req, w); failure != nil {
		return nil, failure
	}
	return l.replyEmpty()
}

// reopen opens a file for writing at its end. The caller holds l.mu.
func (l *DataLake) reopen(req *lakeRequest) (*lakeUpload, *lakeFailure) {
	t, failure := l.changeExisting(req.user, req.path, "Failed to append to non-existent file %s for client 127.0.0.1")
	if failure != nil {
		return nil, failure
	}
	n := t.target()
	if n.dir != nil {
		return nil, refuseRaw("FileAlreadyExistsException", "Cannot append to directory %s; already exists as a directory.", req.path)
	}
	if failure := t.requireTarget(writeAccess); failure != nil {
		return nil, failure
	}
	if n.writer != nil {
		return nil, l.leased("APPEND_FILE", req.path, n.writer)
	}
	n.writer = newWriter()
	return &lakeUpload{path: req.path, node: n, writer: n.writer, content: n.content, above: t.nodes[:len(t.nodes)-1]}, nil
}
