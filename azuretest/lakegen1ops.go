package azuretest

import (
	"encoding/json"
	"net/http"
	"path"
	"slices"
	"strings"
	"time"
)

// listGen1 lists a page of a directory, or all of it if no size is given.
func (l *DataLake) listGen1(req *lakeRequest, s *listing) (lakeReply, *lakeFailure) {
	s.after = req.query.text("listafter")
	before := req.query.text("listbefore")
	if !req.query.has("listsize") && before == "" {
		return func(c *call) { l.stream(c, s, "", `{"FileStatuses":{"FileStatus":[`, `]}}`) }, nil
	}
	left := min(int(min(req.query.number("listsize", noLimit), int64(l.traits.batch))), l.traits.batch)
	out := []byte(`{"FileStatuses":{"FileStatus":[`)
	first, last := true, ""
	s.each(func(suffix string, n *lakeNode) bool {
		if before != "" && suffix >= before {
			s.done = true
			return false
		}
		if !first {
			out = append(out, ',')
		}
		first, last = false, suffix
		out = l.appendStatus(out, suffix, n)
		left--
		return left > 0
	})
	out = append(out, ']')
	if req.query.has("api-version") {
		if s.remaining() == 0 {
			last = ""
		}
		out = appendQuoted(append(out, `,"continuationToken":`...), last)
	}
	return rawJSON(append(out, '}', '}')), nil
}

// concatSources is the body of MSCONCAT.
type concatSources struct {
	Sources []string `json:"sources"`
}

// maxConcatBody is how long that may be.
const maxConcatBody = 4 << 20

// msConcat joins files from anywhere to another, whose names come in the body.
func (l *DataLake) msConcat(req *lakeRequest) (lakeReply, *lakeFailure) {
	body, ok := req.call.body(maxConcatBody)
	sources, readable := parseSources(body, req.call.r.Header.Get("Content-Type"))
	if !ok || !readable || len(sources) == 0 {
		return nil, refuseLake("IllegalArgumentException", "MSCONCAT wants a list of sources in its body")
	}
	for i, source := range sources {
		sources[i] = cleanLake(source)
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if failure := l.join(req, sources, false); failure != nil {
		return nil, failure
	}
	if req.query.flag("deletesourcedirectory", false) {
		if failure := l.dropDirectory(req, path.Dir(sources[0])); failure != nil {
			return nil, failure
		}
	}
	return l.replyEmpty()
}

// parseSources reads a list of sources: JSON, or as it once was, sources=/a,/b.
func parseSources(body []byte, contentType string) ([]string, bool) {
	if strings.HasPrefix(contentType, "application/json") {
		var list concatSources
		err := json.Unmarshal(body, &list)
		return list.Sources, err == nil && !slices.Contains(list.Sources, "")
	}
	text, ok := strings.CutPrefix(string(body), "sources=")
	list := strings.Split(text, ",")
	return list, ok && !slices.Contains(list, "")
}

// dropDirectory removes the directory that sources were in, and what else is there.
func (l *DataLake) dropDirectory(req *lakeRequest, dir string) *lakeFailure {
	t, failure := l.change(req.user, dir)
	switch {
	case failure != nil:
		return failure
	case t.target() == nil, len(t.names) == 0, isBelow(req.path, dir):
		return nil
	}
	if failure := t.mayChangeParent(); failure != nil {
		return failure
	}
	t.parent().dir.remove(t.name())
	l.modify(t.parent())
	return nil
}

// setExpiry says when a file ends.
// https://learn.microsoft.com/rest/api/datalakestore/webhdfs-filesystem-apis
func (l *DataLake) setExpiry(req *lakeRequest) (lakeReply, *lakeFailure) {
	n, failure := l.file(req.user, req.path, writeAccess)
	if failure != nil {
		return nil, failure
	}
	given := time.Duration(req.query.number("expiretime", 0)) * time.Millisecond
	switch option := req.query.text("expiryoption"); {
	case strings.EqualFold(option, "NeverExpire"):
		n.expires = time.Time{}
	case strings.EqualFold(option, "RelativeToNow"):
		n.expires = l.now().Add(given)
	case strings.EqualFold(option, "RelativeToCreationDate"):
		n.expires = n.created.Add(given)
	case strings.EqualFold(option, "Absolute"):
		n.expires = time.UnixMilli(req.query.number("expiretime", 0))
	default:
		return nil, refuseLake("IllegalArgumentException", "Invalid expiryOption %q", option)
	}
	l.expiring = true
	return l.replyEmpty()
}

// sweep removes from a directory what has expired. The caller holds l.mu.
func (l *DataLake) sweep(n *lakeNode) {
	if !l.expiring || n.dir == nil {
		return
	}
	now := l.now()
	for _, name := range slices.Clone(n.dir.names) {
		if child := n.dir.nodes[name]; !child.expires.IsZero() && !now.Before(child.expires) {
			n.dir.remove(name)
		}
	}
}

// concurrentAppend appends from whomever, in no order.
func (l *DataLake) concurrentAppend(req *lakeRequest) (lakeReply, *lakeFailure) {
	added := l.collect(req, lakeContent{})
	l.mu.Lock()
	defer l.mu.Unlock()
	if strings.EqualFold(req.query.text("appendmode"), "autocreate") {
		if failure := l.createForAppends(req); failure != nil {
			return nil, failure
		}
	}
	n, failure := l.appendTarget(req)
	if failure != nil {
		return nil, failure
	}
	n.content.join(added)
	l.modify(n)
	return func(c *call) {
		c.w.Header().Set("Content-Length", "0")
		c.w.WriteHeader(http.StatusOK)
	}, nil
}

// createForAppends makes the file if it is not there.
func (l *DataLake) createForAppends(req *lakeRequest) *lakeFailure {
	t, failure := l.change(req.user, req.path)
	if failure != nil {
		return asParent(failure)
	}
	if t.target() != nil {
		return nil
	}
	w, failure := l.startFile(req)
	if failure == nil {
		w.node.writer, w.node.concurrent = nil, true
	}
	return failure
}
