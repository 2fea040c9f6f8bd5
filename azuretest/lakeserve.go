package azuretest

import (
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"strings"
)

// lakeHost is one host of a lake that speaks WebHDFS.
type lakeHost struct {
	*DataLake

	role lakeRole
}

// listens lets plain http in where only https is served, too, but only to refuse it: a
// test then sees the request.
func (h lakeHost) listens(port string, tls bool) bool {
	switch h.profile {
	case Hadoop:
		plain, secure := "9870", "9871"
		if h.role == dataRole {
			plain, secure = "9864", "9865"
		}
		return port == plain && !tls || port == secure && tls
	case HttpFS:
		return port == "14000"
	case Knox:
		return port == "8443" && tls
	case Gen1, Gen2:
	}
	return port == "443" && tls || port == "80" && !tls
}

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

// locate finds the path in the lake that a request is about, and the query that says
// what to do with it, which in Knox's second step is sealed.
func (h lakeHost) locate(r *http.Request, q *lakeQuery) (path string, role lakeRole, ext, ok bool) {
	role = h.role
	whole := r.URL.Path
	if h.traits.dialect == httpFSDialect {
		whole = withoutParameters(r.URL)
	}
	rest, found := strings.CutPrefix(whole, h.traits.base)
	if h.traits.data != "" && !found {
		rest, found = strings.CutPrefix(r.URL.Path, h.traits.data)
		role = dataRole
		opened, intact := h.unseal(q.text("_"), r.URL.Path)
		if found && intact {
			*q = *opened
		}
		found = found && intact
	}
	if h.profile == Gen1 && !found {
		rest, found = strings.CutPrefix(r.URL.Path, "/webhdfsext")
		ext = true
	}
	if !found || rest != "" && rest[0] != '/' || strings.ContainsRune(rest, 0) {
		return "", role, ext, false
	}
	return strings.ToValidUTF8(cleanLake(rest), "\uFFFD"), role, ext, true
}

// withoutParameters returns a path as HttpFS's web server does, which drops what follows a
// semicolon that is not escaped.
func withoutParameters(u *url.URL) string {
	parts := strings.Split(u.EscapedPath(), "/")
	for i, part := range parts {
		plain, _, _ := strings.Cut(part, ";")
		if text, err := url.PathUnescape(plain); err == nil {
			plain = text
		}
		parts[i] = plain
	}
	return strings.Join(parts, "/")
}

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
	if _, inMemory := c.r.Context().Value(connKey{}).(*serverConn); inMemory && !overTLS(c.r) {
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

func (h lakeHost) fail(c *call, status int, code, message string) {
	h.describe(c)
	if code == "" {
		code = usualException(status)
	}
	h.send(c, status, refuseLake(code, "%s", message))
}

// refuse answers with the exception that is called so where it comes from.
func (h lakeHost) refuse(c *call, req *lakeRequest, f *lakeFailure) {
	if f.exception == "SecurityException" && h.traits.audiences != nil {
		h.challenge(c, f)
		return
	}
	if f.exception == "SecurityException" && h.traits.dialect == httpFSDialect {
		c.reason(f.message)
		c.html(http.StatusUnauthorized, f.message)
		return
	}
	status := h.traits.status(f)
	if f.raw && h.traits.dialect == httpFSDialect {
		f = refuseLake("RemoteException", "%s", f.message)
		status = h.traits.status(f)
	}
	if h.profile == Gen1 {
		f = h.gen1Words(c, req.op, f)
	}
	h.send(c, status, f)
}

// challenge answers a request without a good token.
func (h lakeHost) challenge(c *call, f *lakeFailure) {
	header := fmt.Sprintf(`Bearer authorization_uri="https://login.microsoftonline.com/%s/", error="invalid_token", error_description=%q`, tenantID(), f.message)
	if h.profile == Knox {
		header = `Bearer realm="gateway", error="invalid_token"`
	}
	c.w.Header().Set("WWW-Authenticate", header)
	h.send(c, http.StatusUnauthorized, f)
}

// remoteException is an error on the wire.
type remoteException struct {
	RemoteException struct {
		Exception     string `json:"exception"`
		JavaClassName string `json:"javaClassName"`
		Message       string `json:"message"`
	}
}

func (h lakeHost) send(c *call, status int, f *lakeFailure) {
	c.reason(f.message)
	var body remoteException
	body.RemoteException.Exception = f.exception
	body.RemoteException.JavaClassName = javaClass(f.exception)
	body.RemoteException.Message = f.message
	c.json(status, body)
}

// html is the answer of a web server that has not found out what it is asked for.
func (c *call) html(status int, title string) {
	c.w.Header().Set("Content-Type", "text/html;charset=iso-8859-1")
	c.send(status, fmt.Appendf(nil, "<html><head><title>Error %d %s</title></head><body><h2>HTTP ERROR %d %s</h2></body></html>\n", status, title, status, title))
}

// describe sets the lines every answer has.
func (h lakeHost) describe(c *call) {
	header := c.w.Header()
	switch {
	case h.profile == Gen1:
		describeGen1(header)
	case h.role == dataRole:
		header.Set("Connection", "close")
	default:
		header.Set("Cache-Control", "no-cache")
		header.Set("Pragma", "no-cache")
		header.Set("Expires", httpTime(h.server.Now()))
		header.Set("X-Content-Type-Options", "nosniff")
		header.Set("X-Xss-Protection", "1; mode=block")
		header.Set("X-Frame-Options", "SAMEORIGIN")
	}
}

// replyJSON answers 200 with v.
func replyJSON(v any) (lakeReply, *lakeFailure) {
	return func(c *call) { c.json(http.StatusOK, v) }, nil
}

// lakeBoolean is the answer that says only whether something was done.
type lakeBoolean struct {
	Boolean bool `json:"boolean"`
}

func replyBoolean(done bool) (lakeReply, *lakeFailure) { return replyJSON(lakeBoolean{done}) }

// replyEmpty answers 200 with nothing.
func (l *DataLake) replyEmpty() (lakeReply, *lakeFailure) {
	return func(c *call) {
		kind := "application/octet-stream"
		if l.traits.dialect == httpFSDialect {
			kind = "application/json;charset=utf-8"
		}
		c.w.Header().Set("Content-Type", kind)
		c.w.Header().Set("Content-Length", "0")
		c.w.WriteHeader(http.StatusOK)
	}, nil
}

func itoa(n int64) string { return strconv.FormatInt(n, 10) }
