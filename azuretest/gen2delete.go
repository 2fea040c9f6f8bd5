package azuretest

import (
	"encoding/base64"
	"net/http"
)

// maxDeleted is how much of a directory is deleted at once, if a client has said that
// it goes on.
const maxDeleted = 5000

func (q *gen2Request) remove() (lakeReply, *storageError) {
	t, problem := q.existing(q.path)
	if problem == nil {
		problem = q.checkRemove(t)
	}
	if problem != nil {
		return nil, problem
	}
	n, parent := t.target(), t.parent()
	token := ""
	if n.dir != nil && q.query.Get("paginated") == "true" {
		token = n.dir.removeSome(maxDeleted)
	}
	if token == "" {
		parent.dir.remove(t.name())
		q.lake.modify(parent)
	}
	return func(c *call) {
		if token != "" {
			c.w.Header().Set("X-Ms-Continuation", token)
		}
		c.w.Header().Set("Content-Length", "0")
		c.w.WriteHeader(http.StatusOK)
	}, nil
}

// removeSome deletes up to count entries if there are more, and tells where it has
// stopped.
func (d *lakeDir) removeSome(count int) string {
	if d.len() <= count {
		return ""
	}
	last := ""
	for range count {
		last, _ = d.next("")
		d.remove(last)
	}
	return base64.RawURLEncoding.EncodeToString([]byte(last))
}

func (q *gen2Request) checkRemove(t lakeTrail) *storageError {
	n := t.target()
	recursive := q.query.Get("recursive")
	switch {
	case len(t.names) == 0:
		return pathConflict()
	case recursive != "" && recursive != "true" && recursive != "false":
		return badQuery("recursive", "is neither true nor false")
	case n.dir != nil && n.dir.len() > 0 && recursive != "true":
		return gen2Conflict("DirectoryNotEmpty", "The recursive query parameter value must be true to delete a non-empty directory.")
	}
	for _, failure := range []*lakeFailure{t.mayChangeParent(), t.requireSticky(), q.user.requireBelow(q.path, n)} {
		if failure != nil {
			return gen2Refusal(failure)
		}
	}
	if problem := q.admitLease(n, "X-Ms-Lease-Id"); problem != nil {
		return problem
	}
	return q.conditions("", n)
}
