package azuretest

import (
	"encoding/base64"
	"slices"
	"strings"
)

// aclHeader reads the list of a request.
func (q *gen2Request) aclHeader(with bool) ([]aclEntry, *storageError) {
	list, bad := parseACL(q.r.Header.Get("X-Ms-Acl"), with)
	if bad != "" {
		return nil, badHeader("x-ms-acl", "has the entry "+bad)
	}
	return list, nil
}

// setAccessControl changes owner, group, and either the mode or the ACL of a path.
func (q *gen2Request) setAccessControl() (lakeReply, *storageError) {
	t, problem := q.existing(q.path)
	if problem != nil {
		return nil, problem
	}
	h := q.r.Header
	owner, group, mode, acl := h.Get("X-Ms-Owner"), h.Get("X-Ms-Group"), h.Get("X-Ms-Permissions"), h.Get("X-Ms-Acl")
	switch {
	case mode != "" && acl != "":
		return nil, badStorageRequest("InvalidInput", "x-ms-permissions and x-ms-acl cannot be used together")
	case owner+group+mode+acl == "":
		return nil, badStorageRequest("InvalidInput", "one of x-ms-owner, x-ms-group, x-ms-permissions and x-ms-acl is required")
	}
	if failure := t.mayGive(owner, group); failure != nil {
		return nil, gen2Refusal(failure)
	}
	n := t.target()
	if problem := q.conditions("", n); problem != nil {
		return nil, problem
	}
	if problem := q.setModeOrACL(n, mode, acl); problem != nil {
		return nil, problem
	}
	q.lake.give(n, owner, group)
	return q.changed(n)
}

func (q *gen2Request) setModeOrACL(n *lakeNode, mode, acl string) *storageError {
	if mode != "" {
		bits, ok := parseMode(mode)
		if !ok {
			return badHeader("x-ms-permissions", "is no mode")
		}
		n.mode = bits
	}
	if acl == "" {
		return nil
	}
	spec, problem := q.aclHeader(true)
	if problem != nil {
		return problem
	}
	return changeList(n, spec, replaceACL)
}

func changeList(n *lakeNode, spec []aclEntry, change func(old, spec []aclEntry) ([]aclEntry, string)) *storageError {
	if n.dir == nil {
		spec = slices.DeleteFunc(slices.Clone(spec), func(e aclEntry) bool { return e.isDefault })
		if len(spec) == 0 {
			return nil
		}
	}
	list, bad := change(n.entries(), spec)
	if bad != "" {
		return badHeader("x-ms-acl", "is wrong: "+bad)
	}
	n.setEntries(list)
	return nil
}

// recursiveResult is the answer to setAccessControlRecursive.
type recursiveResult struct {
	DirectoriesSuccessful int           `json:"directoriesSuccessful"`
	FailedEntries         []failedEntry `json:"failedEntries"`
	FailureCount          int           `json:"failureCount"`
	FilesSuccessful       int           `json:"filesSuccessful"`
}

type failedEntry struct {
	ErrorMessage string `json:"errorMessage"`
	Name         string `json:"name"`
	Type         string `json:"type"`
}

// maxRecursive is how many paths are changed at once.
const maxRecursive = 2000

// setAccessControlRecursive changes the ACL of a path and all below it, some at a time.
func (q *gen2Request) setAccessControlRecursive() (lakeReply, *storageError) {
	change, with := modifyACL, true
	switch q.query.Get("mode") {
	case "set":
		change = replaceACL
	case "modify":
	case "remove":
		change, with = removeACL, false
	default:
		return nil, badQuery("mode", "is none of set, modify, remove")
	}
	spec, problem := q.aclHeader(with)
	if problem != nil {
		return nil, problem
	}
	t, problem := q.existing(q.path)
	if problem != nil {
		return nil, problem
	}
	left := maxRecursive
	if n := decimal(q.query.Get("maxRecords")); n > 0 {
		left = int(min(n, maxRecursive))
	}
	begin, err := base64.StdEncoding.DecodeString(q.query.Get("continuation"))
	if err != nil {
		return nil, badQuery("continuation", "is none the service has given")
	}
	result, token := q.recurse(t.target(), string(begin), left, func(n *lakeNode) string {
		if !q.user.super && n.owner != q.user.name {
			return "This request is not authorized to perform this operation using this permission."
		}
		if problem := changeList(n, spec, change); problem != nil {
			return problem.message
		}
		q.lake.touch(n)
		return ""
	})
	return func(c *call) {
		if token != "" {
			c.w.Header().Set("X-Ms-Continuation", token)
		}
		c.json(200, result)
	}, nil
}

// recurse applies a change to all below a node from a path on, and tells where it has
// stopped, if there is more.
func (q *gen2Request) recurse(n *lakeNode, begin string, left int, apply func(*lakeNode) string) (result recursiveResult, token string) {
	result.FailedEntries = []failedEntry{}
	force := q.query.Get("forceFlag") == "true"
	n.visit("", func(path string, n *lakeNode) {
		if path < begin || token != "" || result.FailureCount > 0 && !force {
			return
		}
		if left == 0 {
			token = base64.StdEncoding.EncodeToString([]byte(path))
			return
		}
		left--
		message := apply(n)
		switch {
		case message != "":
			kind := "FILE"
			if n.dir != nil {
				kind = "DIRECTORY"
			}
			result.FailureCount++
			result.FailedEntries = append(result.FailedEntries, failedEntry{message, strings.TrimPrefix(q.path+"/"+path, "/"), kind})
		case n.dir != nil:
			result.DirectoriesSuccessful++
		default:
			result.FilesSuccessful++
		}
	})
	return result, token
}
