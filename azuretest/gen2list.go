package azuretest

import (
	"encoding/base64"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// list answers with a page of what is in a directory or, recursively, below it.
// https://learn.microsoft.com/rest/api/storageservices/datalakestoragegen2/path/list
func (q *gen2Request) list() (lakeReply, *storageError) {
	recursive, size, after, problem := q.paging()
	if problem != nil {
		return nil, problem
	}
	dir := cleanLake(q.query.Get("directory"))
	t, problem := q.existing(dir)
	switch {
	case problem != nil:
		return nil, problem
	case t.target().dir == nil:
		return nil, pathConflict()
	}
	room := make([]byte, 0, entryRoom*min(size, t.target().dir.len()+1))
	w := &gen2Walk{q: q, recursive: recursive, left: size, out: append(room, `{"paths":[`...)}
	more, problem := w.in(t.target(), strings.TrimPrefix(dir, "/"), after)
	if problem != nil {
		return nil, problem
	}
	out, token := append(w.out, `]}`...), ""
	if more {
		token = base64.StdEncoding.EncodeToString([]byte(strings.TrimPrefix(w.last, strings.TrimPrefix(dir+"/", "/"))))
	}
	return func(c *call) {
		if token != "" {
			c.w.Header().Set("X-Ms-Continuation", token)
		}
		c.w.Header().Set("Content-Type", "application/json;charset=utf-8")
		c.send(http.StatusOK, out)
	}, nil
}

// paging reads how much is wanted, and where it begins.
func (q *gen2Request) paging() (recursive bool, size int, after []string, problem *storageError) {
	switch q.query.Get("recursive") {
	case "true":
		recursive = true
	case "false":
	default:
		return false, 0, nil, badQuery("recursive", "is required and must be true or false")
	}
	size = q.lake.traits.batch
	if text := q.query.Get("maxResults"); text != "" {
		n := decimal(text)
		if n < 1 {
			return false, 0, nil, badQuery("maxResults", "must be positive")
		}
		size = int(min(n, int64(size)))
	}
	token, err := base64.StdEncoding.DecodeString(q.query.Get("continuation"))
	if err != nil {
		return false, 0, nil, badQuery("continuation", "is none the service has given")
	}
	return recursive, size, splitLake(string(token)), nil
}

// gen2Walk writes a page of a list.
type gen2Walk struct {
	q         *gen2Request
	recursive bool
	left      int
	out       []byte
	last      string
	some      bool
}

// in lists what is in a directory after a path in it, and reports whether the page was
// full before the end.
func (w *gen2Walk) in(dir *lakeNode, prefix string, after []string) (more bool, problem *storageError) {
	if !w.q.user.permits(dir, readAccess|executeAccess) {
		return false, gen2Refusal(denyLake(w.q.user, readAccess|executeAccess, "/"+prefix, dir))
	}
	w.q.lake.sweep(dir)
	at := ""
	if len(after) > 0 {
		at = after[0]
		if n := dir.dir.nodes[at]; n != nil && n.dir != nil && w.recursive {
			if more, problem := w.in(n, joinPrefix(prefix, at), after[1:]); more || problem != nil {
				return more, problem
			}
		}
	}
	for {
		name, n := dir.dir.next(at)
		switch {
		case n == nil:
			return false, nil
		case w.left == 0:
			return true, nil
		}
		at = name
		w.add(joinPrefix(prefix, name), n)
		if n.dir != nil && w.recursive {
			if more, problem := w.in(n, joinPrefix(prefix, name), nil); more || problem != nil {
				return more, problem
			}
		}
	}
}

func joinPrefix(prefix, name string) string {
	if prefix == "" {
		return name
	}
	return prefix + "/" + name
}

// add writes one line; all values are strings.
func (w *gen2Walk) add(name string, n *lakeNode) {
	if w.some {
		w.out = append(w.out, ',')
	}
	w.some, w.last = true, name
	w.left--
	w.out = append(w.out, `{"contentLength":"`...)
	w.out = strconv.AppendInt(w.out, n.length(), 10)
	w.out = append(w.out, `","creationTime":"`...)
	w.out = strconv.AppendInt(w.out, fileTime(n.created), 10)
	w.out = append(w.out, `","etag":`...)
	w.out = appendQuoted(w.out, strings.Trim(n.etag(), `"`))
	w.out = append(w.out, `,"group":`...)
	w.out = appendQuoted(w.out, n.group)
	if n.dir != nil {
		w.out = append(w.out, `,"isDirectory":"true"`...)
	}
	w.out = append(w.out, `,"lastModified":"`...)
	w.out = n.modified.UTC().AppendFormat(w.out, http.TimeFormat)
	w.out = append(w.out, `","name":`...)
	w.out = appendQuoted(w.out, name)
	w.out = append(w.out, `,"owner":`...)
	w.out = appendQuoted(w.out, n.owner)
	w.out = append(w.out, `,"permissions":`...)
	w.out = appendQuoted(w.out, n.permissions())
	w.out = append(w.out, '}')
}

// fileTime is Windows' time: 100 nanoseconds since 1601.
func fileTime(t time.Time) int64 {
	const seconds1601to1970 = 11644473600
	return (t.Unix()+seconds1601to1970)*1e7 + int64(t.Nanosecond()/100)
}
