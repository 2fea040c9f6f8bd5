package azuretest

import (
	"net/http"
	"net/url"
	"strings"
)

// splits reports whether the server answers a request with the address of another.
func (h lakeHost) splits(req *lakeRequest) bool {
	mark, marked := h.traits.steps[req.op]
	switch {
	case !dataSteps(req.op) || req.role == dataRole:
		return false
	case req.call.plan.Location != "", h.traits.otherHost || h.traits.sealed:
		return true
	case h.traits.dialect == httpFSDialect && req.query.flag("noredirect", false):
		return true
	}
	return marked && !req.query.flag(mark, false)
}

// lakeLocation is the answer to who does not want to be redirected.
type lakeLocation struct {
	Location string
}

// firstStep answers with the address of the second.
func (h lakeHost) firstStep(req *lakeRequest) (lakeReply, *lakeFailure) {
	if h.traits.otherHost || h.traits.sealed {
		if failure := h.beforeRedirect(req); failure != nil {
			return nil, failure
		}
	}
	location := req.call.link(h.location(req))
	h.carryCut(req)
	if h.profile != Gen1 && req.query.flag("noredirect", false) {
		return replyJSON(lakeLocation{location})
	}
	return func(c *call) {
		kind := "application/octet-stream"
		if h.traits.dialect == httpFSDialect {
			kind = "application/json;charset=utf-8"
		}
		c.w.Header().Set("Location", location)
		c.w.Header().Set("Content-Type", kind)
		c.w.Header().Set("Content-Length", "0")
		c.w.WriteHeader(http.StatusTemporaryRedirect)
	}, nil
}

// location is where the second step of an operation is.
func (h lakeHost) location(req *lakeRequest) string {
	u := url.URL{Scheme: "http", Host: req.call.r.Host, Path: req.call.r.URL.Path, RawPath: req.call.r.URL.RawPath}
	if overTLS(req.call.r) {
		u.Scheme = "https"
	}
	if h.traits.otherHost || h.traits.sealed {
		return h.dataNode(req, u)
	}
	var query []string
	for pair := range strings.SplitSeq(req.call.r.URL.RawQuery, "&") {
		if name, _, _ := strings.Cut(pair, "="); !strings.EqualFold(name, "noredirect") {
			query = append(query, pair)
		}
	}
	if mark := h.traits.steps[req.op]; mark != "" && !req.query.flag(mark, false) {
		query = append(query, mark+"=true")
	}
	u.RawQuery = strings.Join(query, "&")
	return u.String()
}

// dataNode is the address of a second step at a data node, or at the gateway in front
// of it.
func (h lakeHost) dataNode(req *lakeRequest, front url.URL) string {
	at := url.URL{Scheme: front.Scheme, Host: "datanode." + h.name + ".test:9864", Path: webHDFS + req.path}
	if front.Scheme == "https" && !h.traits.sealed {
		at.Host = "datanode." + h.name + ".test:9865"
	}
	query := []string{"op=" + req.op, h.credential(req.user), "namenoderpcaddress=namenode." + h.name + ".test:8020"}
	add := func(name, otherwise string) {
		value := otherwise
		if req.query.has(name) {
			value = req.query.text(name)
		}
		if value != "" {
			query = append(query, name+"="+url.QueryEscape(value))
		}
	}
	switch req.op {
	case "CREATE":
		add("blocksize", "")
		add("buffersize", "")
		query = append(query, "createflag=")
		add("createparent", "true")
		add("overwrite", "false")
		add("permission", "")
		add("replication", "")
		add("unmaskedpermission", "")
	case "OPEN":
		add("buffersize", "")
		add("length", "")
		add("offset", "0")
	}
	at.RawQuery = strings.Join(query, "&")
	if h.traits.sealed {
		at = url.URL{Scheme: front.Scheme, Host: front.Host, Path: h.traits.data + req.path, RawQuery: "_=" + h.seal(at.RawQuery, h.traits.data+req.path)}
	}
	return at.String()
}

// beforeRedirect is what a name node looks at before it names a data node: for CREATE
// that is only the name.
func (h lakeHost) beforeRedirect(req *lakeRequest) *lakeFailure {
	if h.refusesName(req) {
		return refuseLake("InvalidPathException", "Invalid path name %s", req.path)
	}
	if req.op == "CREATE" {
		return nil
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	t, failure := h.follow(req.user, req.path)
	switch {
	case failure != nil && failure.blocked, failure == nil && t.target() == nil:
		return noSuchFile("File %s not found.", req.path)
	case failure != nil:
		return failure
	}
	n := t.target()
	if offset := req.query.number("offset", 0); req.op == "OPEN" && offset >= n.length() && n.length() > 0 {
		return refuseLake("IOException", "Offset=%d out of the range [0, %d); OPEN, path=%s", offset, n.length(), req.path)
	}
	if n.length() == 0 {
		return nil
	}
	return t.requireTarget(readAccess)
}

// carryCut lets a fault that cuts bodies, and has struck the first step, which has
// none, strike the second.
func (h lakeHost) carryCut(req *lakeRequest) {
	if cut := req.call.plan.CutAfter; cut != 0 {
		req.call.w.cutting = false
		h.mu.Lock()
		defer h.mu.Unlock()
		h.cuts[req.op+" "+req.path] = cut
	}
}

// takeCut is the other end of carryCut.
func (l *DataLake) takeCut(req *lakeRequest) {
	l.mu.Lock()
	defer l.mu.Unlock()
	key := req.op + " " + req.path
	if cut, ok := l.cuts[key]; ok && req.call.plan.CutAfter == 0 {
		delete(l.cuts, key)
		req.call.plan.CutAfter = cut
		req.call.w.cutting, req.call.w.left = true, max(cut, 0)
	}
}
