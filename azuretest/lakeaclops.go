package azuretest

import (
	"regexp"
	"slices"
	"strconv"
)

// aclStatus is the answer to GETACLSTATUS.
type aclStatus struct {
	Entries    []string `json:"entries"`
	Group      string   `json:"group"`
	Owner      string   `json:"owner"`
	Permission string   `json:"permission"`
	StickyBit  bool     `json:"stickyBit"`
}

func (l *DataLake) getACLStatus(req *lakeRequest) (lakeReply, *lakeFailure) {
	t, failure := l.existing(req.user, req.path, "cannot find %s")
	if failure != nil {
		return nil, failure
	}
	n := t.target()
	entries := slices.Concat(n.acl.access, n.acl.defaults)
	if l.profile == Gen1 {
		entries = n.entries()
	}
	var answer struct {
		Status aclStatus `json:"AclStatus"`
	}
	answer.Status = aclStatus{formatACL(entries), n.group, n.owner, strconv.FormatUint(uint64(n.mode), 8), n.mode&stickyBit != 0}
	return replyJSON(answer)
}

// aclSpec reads the list of a request.
func (l *DataLake) aclSpec(req *lakeRequest, with bool) ([]aclEntry, *lakeFailure) {
	text := req.query.text("aclspec")
	if l.profile != Gen1 && text != "" {
		// https://hadoop.apache.org/docs/stable/hadoop-project-dist/hadoop-hdfs/WebHDFS.html#ACL_Spec
		pattern := `^(default:)?(user|group|mask|other):[[A-Za-z_][A-Za-z0-9._-]]*:([rwx-]{3})?(,(default:)?(user|group|mask|other):[[A-Za-z_][A-Za-z0-9._-]]*:([rwx-]{3})?)*$`
		switch {
		case aclPattern().MatchString(text):
		case l.traits.dialect == httpFSDialect:
			return nil, refuseLake("IllegalArgumentException", "java.lang.IllegalArgumentException: Parameter [aclspec], invalid value [%s], value must be [%s]", text, pattern)
		default:
			return nil, badLakeValue("aclspec", `Invalid value: "`+text+`" does not belong to the domain `+pattern)
		}
	}
	if failure := req.required("aclspec"); failure != nil {
		return nil, failure
	}
	list, bad := parseACL(text, with)
	if bad != "" || list == nil {
		return nil, refuseLake("HadoopIllegalArgumentException", "Invalid <aclSpec> : %s", bad)
	}
	return list, nil
}

// aclPattern is the one above in Go's words: in Java's, a class within a class is their
// union.
func aclPattern() *regexp.Regexp {
	const entry = `(default:)?(user|group|mask|other):[A-Za-z0-9._-]*:([rwx-]{3})?`
	return regexp.MustCompile(`^` + entry + `(,` + entry + `)*$`)
}

// aclTarget returns the node whose list its owner wants to change.
func (l *DataLake) aclTarget(req *lakeRequest) (*lakeNode, *lakeFailure) {
	t, failure := l.changeExisting(req.user, req.path, noPath)
	if failure == nil {
		failure = t.requireOwner()
	}
	return t.target(), failure
}

// changeACL does to a node's list what a request says.
func (l *DataLake) changeACL(req *lakeRequest, with bool, change func(old, spec []aclEntry) ([]aclEntry, string)) (lakeReply, *lakeFailure) {
	spec, failure := l.aclSpec(req, with)
	if failure != nil {
		return nil, failure
	}
	n, failure := l.aclTarget(req)
	if failure != nil {
		return nil, failure
	}
	list, problem := change(n.entries(), spec)
	if problem == "" && n.dir == nil && slices.ContainsFunc(list, func(e aclEntry) bool { return e.isDefault }) {
		problem = "Invalid ACL: only directories may have a default ACL."
	}
	if problem != "" {
		return nil, refuseLake("AclException", "%s Path: %s", problem, req.path)
	}
	n.setEntries(list)
	l.touch(n)
	return l.replyEmpty()
}

func (l *DataLake) setACL(req *lakeRequest) (lakeReply, *lakeFailure) {
	if l.traits.dialect == httpFSDialect && !req.query.has("aclspec") {
		return l.replyEmpty() // an empty list changes nothing
	}
	return l.changeACL(req, true, replaceACL)
}

func (l *DataLake) modifyACLEntries(req *lakeRequest) (lakeReply, *lakeFailure) {
	return l.changeACL(req, true, modifyACL)
}

func (l *DataLake) removeACLEntries(req *lakeRequest) (lakeReply, *lakeFailure) {
	return l.changeACL(req, false, removeACL)
}

func (l *DataLake) removeDefaultACL(req *lakeRequest) (lakeReply, *lakeFailure) {
	n, failure := l.aclTarget(req)
	if failure != nil {
		return nil, failure
	}
	n.acl.defaults = nil
	l.touch(n)
	return l.replyEmpty()
}

func (l *DataLake) removeWholeACL(req *lakeRequest) (lakeReply, *lakeFailure) {
	n, failure := l.aclTarget(req)
	if failure != nil {
		return nil, failure
	}
	n.setEntries(slices.DeleteFunc(n.entries(), func(e aclEntry) bool {
		return e.isDefault || e.name != "" || e.kind == aclMask
	}))
	l.touch(n)
	return l.replyEmpty()
}

func (l *DataLake) checkAccess(req *lakeRequest) (lakeReply, *lakeFailure) {
	text := req.query.text("fsaction")
	want, ok := parseAccess(text)
	switch {
	case text == "" && l.traits.dialect != httpFSDialect:
		return nil, req.required("fsaction")
	case text != "" && !ok && l.traits.dialect == httpFSDialect:
		return nil, refuseLake("IllegalArgumentException", "Parameter [fsaction], invalid value [%s], value must be [[r-][w-][x-]]", text)
	case text != "" && !ok:
		return nil, badLakeValue("fsaction", `Invalid value: "`+text+`" does not belong to the domain [r-][w-][x-]`)
	}
	t, failure := l.existing(req.user, req.path, "Path not found: %s")
	if failure == nil {
		failure = t.requireTarget(want)
	}
	if failure != nil {
		return nil, failure
	}
	return l.replyEmpty()
}
