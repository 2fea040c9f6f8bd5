package azuretest

import (
	"crypto/md5" //nolint:gosec // G501: what the protocol has, against errors, not attacks
	"encoding/base64"
	"io"
	"net/http"
	"slices"
)

// position reads where data go, or end.
func (q *gen2Request) position() (int64, *storageError) {
	at := decimal(q.query.Get("position"))
	if at < 0 {
		return 0, badQuery("position", "must be a number of bytes")
	}
	return at, nil
}

// appendData keeps data until they are flushed. At the same position the last ones
// count, so that an append may be sent again.
func (q *gen2Request) appendData() (lakeReply, *storageError) {
	at, problem := q.position()
	if problem != nil {
		return nil, problem
	}
	if q.r.ContentLength == 0 {
		return nil, badHeader("Content-Length", "must be greater than zero")
	}
	n, spill, problem := q.appendTarget()
	if problem != nil {
		return nil, problem
	}
	data, problem := q.receive(at, spill)
	if problem != nil {
		return nil, problem
	}
	etag, problem := q.keepPending(n, pendingData{at, data})
	if problem != nil {
		return nil, problem
	}
	if q.plan.CutAfter != 0 {
		(&lakeBody{call: q.call}).broken(errCut)
	}
	return func(c *call) {
		h := c.w.Header()
		h.Set("X-Ms-Request-Server-Encrypted", "true")
		h.Set("Content-Length", "0")
		if etag != "" {
			h.Set("ETag", etag)
		}
		c.w.WriteHeader(http.StatusAccepted)
	}, nil
}

// keepPending adds data to a file's that are not flushed, or flushes them at once if the
// request says so; then there is a new ETag.
func (q *gen2Request) keepPending(n *lakeNode, data pendingData) (etag string, problem *storageError) {
	q.lake.mu.Lock()
	defer q.lake.mu.Unlock()
	n.gen2.pending = slices.DeleteFunc(n.gen2.pending, func(p pendingData) bool { return p.at == data.at })
	n.gen2.pending = append(n.gen2.pending, data)
	if q.query.Get("flush") != "true" {
		return "", nil
	}
	problem = q.flushTo(n, data.at+data.content.size)
	return n.etag(), problem
}

// appendTarget returns the file to which a request may append, and the temporary
// file with what has arrived before, nil if there is none.
func (q *gen2Request) appendTarget() (*lakeNode, *lakeSpill, *storageError) {
	q.lake.mu.Lock()
	defer q.lake.mu.Unlock()
	t, problem := q.writable()
	switch {
	case problem != nil:
		return nil, nil, problem
	case t.target().dir != nil:
		return nil, nil, pathConflict()
	}
	n := t.target()
	for _, p := range n.gen2.pending {
		if p.content.spill != nil {
			return n, p.content.spill, nil
		}
	}
	return n, n.content.spill, nil
}

// receive reads the body, which is for an offset and is kept as a whole or not at all.
func (q *gen2Request) receive(at int64, spill *lakeSpill) (lakeContent, *storageError) {
	data := lakeContent{spill: spill}
	body := &lakeBody{Reader: q.r.Body, call: q.call}
	want := q.r.Header.Get("Content-Md5")
	sum := md5.New() //nolint:gosec // G401: as above
	if want != "" {
		body.Reader = io.TeeReader(body.Reader, sum)
	}
	if err := q.lake.receive(body, at, &data.spill, func(p lakePart) { data.add(p, oneBlock) }); err != nil {
		body.broken(err)
	}
	if want != "" && want != base64.StdEncoding.EncodeToString(sum.Sum(nil)) {
		return data, badStorageRequest("Md5Mismatch", "The MD5 value specified in the request did not match with the MD5 value calculated by the server.")
	}
	return data, nil
}

// flush makes appended data to be seen, up to a position that they must reach.
func (q *gen2Request) flush() (lakeReply, *storageError) {
	at, problem := q.position()
	if problem != nil {
		return nil, problem
	}
	t, problem := q.writable()
	switch {
	case problem != nil:
		return nil, problem
	case t.target().dir != nil:
		return nil, pathConflict()
	case q.r.ContentLength > 0:
		return nil, badHeader("Content-Length", "must be 0")
	}
	n := t.target()
	if problem := q.flushTo(n, at); problem != nil {
		return nil, problem
	}
	return q.changed(n)
}

func (q *gen2Request) flushTo(n *lakeNode, end int64) *storageError {
	content := n.content
	content.parts, content.ends = slices.Clone(content.parts), slices.Clone(content.ends)
	var kept []pendingData
	slices.SortFunc(n.gen2.pending, func(a, b pendingData) int { return int(max(min(a.at-b.at, 1), -1)) })
	for _, p := range n.gen2.pending {
		switch {
		case p.at >= end:
			kept = append(kept, p)
		case p.at == content.size:
			piece := p.content
			if p.at+piece.size > end {
				piece.cut(end - p.at)
			}
			content.join(piece)
		default:
			return invalidFlush()
		}
	}
	if content.size != end {
		return invalidFlush()
	}
	if q.query.Get("retainUncommittedData") != "true" {
		kept = nil
	}
	n.gen2.pending, n.content = kept, content
	q.setHeaders(n)
	q.lake.modify(n)
	return nil
}

func invalidFlush() *storageError {
	return badStorageRequest("InvalidFlushPosition", "The uploaded data is not contiguous or the position query parameter value is not equal to the length of the file after appending the uploaded data.")
}
