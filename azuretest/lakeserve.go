package azuretest

import (
	"fmt"
	"net/http"
	"strings"
)

// lakeRequest is a request that has been let in.
type lakeRequest struct {
	call  *call
	query *lakeQuery
	user  lakeUser
	op    string
	path  string
	role  lakeRole
	ext   bool // it has come by Gen1's second path

	doubled bool // the path as it came has two slashes in a row
}

// lakeReply sends the answer to a request, after the lake has been unlocked.
type lakeReply func(*call)

// lakeOp is one operation. What moves data locks the lake itself.
type lakeOp struct {
	method string
	moves  bool
	run    func(*DataLake, *lakeRequest) (lakeReply, *lakeFailure)
}

func (h lakeHost) operation(r *http.Request) string {
	q := parseLakeQuery(r.URL.RawQuery, h.traits.caseless)
	_, role, _, ok := h.locate(r, q)
	op := strings.ToUpper(q.text("op"))
	if _, known := lakeOps(op); !ok || !known || h.traits.lacks(op) {
		return "unknown"
	}
	if role == dataRole {
		return "datalake." + strings.ToLower(op) + ".data"
	}
	return "datalake." + strings.ToLower(op)
}

func (h lakeHost) admit(*call) func() { return func() {} }

func (h lakeHost) serve(c *call) {
	q := parseLakeQuery(c.r.URL.RawQuery, h.traits.caseless)
	sealed := h.traits.data != "" && q.has("_")
	path, role, ext, ok := h.locate(c.r, q)
	h.describe(c)
	switch {
	case !ok && sealed:
		c.reason("the sealed query is not one this gateway has made for that path")
		c.html(http.StatusBadRequest, "Bad Request")
		return
	case !ok && strings.ContainsRune(c.r.URL.Path, 0):
		c.reason("the path has a NUL")
		c.html(http.StatusBadRequest, "Bad Message 400")
		return
	case !ok:
		c.reason(fmt.Sprintf("nothing is served at %s, the files are below %s", c.r.URL.Path, h.traits.base))
		c.html(http.StatusNotFound, "Not Found")
		return
	}
	if status, why := h.bareRefusal(c.r); status != 0 {
		c.reason(why)
		c.send(status, nil)
		return
	}
	req := &lakeRequest{call: c, query: q, op: strings.ToUpper(q.text("op")), path: path, role: role, ext: ext}
	req.doubled = strings.Contains(strings.TrimRight(c.r.URL.Path, "/"), "//")
	reply, failure := h.answer(req)
	if failure != nil {
		h.refuse(c, req, failure)
		return
	}
	reply(c)
}

// answer finds out who asks for what, and does it.
func (h lakeHost) answer(req *lakeRequest) (lakeReply, *lakeFailure) {
	c := req.call
	if failure := h.checkTransport(c); failure != nil {
		return nil, failure
	}
	user, failure := h.letIn(c, req.query, req.role)
	if failure != nil {
		return nil, failure
	}
	req.user = user
	op, failure := h.findOp(req)
	if failure != nil {
		return nil, failure
	}
	if failure := req.query.check(c.r.Method, h.traits.dialect); failure != nil {
		return nil, failure
	}
	if h.splits(req) {
		return h.firstStep(req)
	}
	if failure := h.checkPath(req); failure != nil {
		return nil, failure
	}
	if !op.moves {
		h.mu.Lock()
		defer h.mu.Unlock()
	}
	return op.run(h.DataLake, req)
}

// checkTransport refuses what does not come as it must.
func (h lakeHost) checkTransport(c *call) *lakeFailure {
	if h.profile != Gen1 {
		return nil
	}
	if isPlain(c.r) {
		return refuseLake("SecurityException", "the request came by http, the store wants https")
	}
	return checkGen1Version(c.r)
}

// checkPath refuses names that the server has not, and resolves dots where it does.
func (h lakeHost) checkPath(req *lakeRequest) *lakeFailure {
	switch {
	case h.traits.dialect == httpFSDialect:
		req.path = resolveDots(req.path)
		if badName(req.path) {
			return refuseLake("IllegalArgumentException", "Pathname %s from %s is not a valid DFS filename.", req.path, req.path)
		}
	case h.profile == Gen1 && badDots(req.path):
		return refuseLake("IllegalArgumentException", "the path %s has a component . or ..", req.path)
	}
	return nil
}

func badDots(path string) bool {
	return badName(strings.ReplaceAll(path, ":", "-"))
}
