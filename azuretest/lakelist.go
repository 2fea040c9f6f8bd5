package azuretest

import (
	"net/http"
	"path"
)

// listing is a directory while it is listed, or a file, which is a list of one.
type listing struct {
	node  *lakeNode
	after string
	done  bool
}

// startList finds what is to be listed. The caller holds l.mu.
func (l *DataLake) startList(req *lakeRequest) (*listing, *lakeFailure) {
	t, failure := l.existing(req.user, req.path, "File %s does not exist.")
	if failure != nil {
		return nil, failure
	}
	if t.target().dir != nil {
		l.sweep(t.target())
		failure = t.requireTarget(readAccess | executeAccess)
	}
	return &listing{node: t.target()}, failure
}

// each calls yield for the next entries until it returns false. The caller holds l.mu.
func (s *listing) each(yield func(suffix string, n *lakeNode) bool) {
	if s.node.dir == nil {
		if !s.done {
			s.done = true
			yield("", s.node)
		}
		return
	}
	for !s.done {
		name, n := s.node.dir.next(s.after)
		if n == nil {
			s.done = true
			return
		}
		s.after = name
		if !yield(name, n) {
			return
		}
	}
}

// listStatus lists all there is. It is never in memory as a whole.
func (l *DataLake) listStatus(req *lakeRequest) (lakeReply, *lakeFailure) {
	l.mu.Lock()
	defer l.mu.Unlock()
	s, failure := l.startList(req)
	if failure != nil {
		return nil, failure
	}
	if l.profile == Gen1 {
		return l.listGen1(req, s)
	}
	filter := ""
	if l.traits.dialect == httpFSDialect {
		filter = req.query.text("filter")
	}
	return func(c *call) { l.stream(c, s, filter, `{"FileStatuses":{"FileStatus":[`, `]}}`) }, nil
}

// stream sends a list in pieces, between which the lake goes on.
func (l *DataLake) stream(c *call, s *listing, filter, head, tail string) {
	c.w.Header().Set("Content-Type", "application/json")
	c.w.WriteHeader(http.StatusOK)
	out := []byte(head)
	first := true
	for !s.done {
		l.mu.Lock()
		left := l.traits.batch
		s.each(func(suffix string, n *lakeNode) bool {
			if ok, _ := path.Match(filter, suffix); filter == "" || ok {
				if !first {
					out = append(out, ',')
				}
				first = false
				out = l.appendStatus(out, suffix, n)
			}
			left--
			return left > 0
		})
		l.mu.Unlock()
		if _, err := c.w.Write(out); err != nil {
			panic(http.ErrAbortHandler) // the client has left
		}
		out = out[:0]
	}
	_, _ = c.w.Write([]byte(tail)) // the client may have left
}

// entryRoom is about how long a line of a list is.
const entryRoom = 300

// batchHead begins the answer to LISTSTATUS_BATCH.
const batchHead = `{"DirectoryListing":{"partialListing":{"FileStatuses":{"FileStatus":[`

// listBatch lists a page. HttpFS has only one, wherever it is told to start.
func (l *DataLake) listBatch(req *lakeRequest) (lakeReply, *lakeFailure) {
	s, failure := l.startList(req)
	if failure != nil {
		return nil, failure
	}
	if l.traits.dialect == httpFSDialect {
		return func(c *call) { l.stream(c, s, "", batchHead, `]}},"remainingEntries":0}}`) }, nil
	}
	s.after = req.query.text("startafter") // the only spelling that Hadoop 3.5 knows
	out := append(make([]byte, 0, entryRoom*min(l.traits.batch, s.node.children()+1)), batchHead...)
	left := l.traits.batch
	s.each(func(suffix string, n *lakeNode) bool {
		if left < l.traits.batch {
			out = append(out, ',')
		}
		out = l.appendStatus(out, suffix, n)
		left--
		return left > 0
	})
	out = append(out, `]}},"remainingEntries":`...)
	out = append(out, itoa(int64(s.remaining()))...)
	return rawJSON(append(out, '}', '}')), nil
}

// remaining counts what is yet to come.
func (s *listing) remaining() int {
	if s.done || s.node.dir == nil {
		return 0
	}
	return s.node.dir.countAfter(s.after)
}
