package azuretest

import (
	"slices"
	"strings"
)

// lakeACL is a node's access control list beyond its mode. With one, the mode's group
// bits are the mask.
type lakeACL struct {
	access   []aclEntry // named users, the owning group, named groups
	defaults []aclEntry // what is in a directory gets when it is made; whole, with user, group and other
}

// aclEntry is one line of a list.
type aclEntry struct {
	isDefault bool
	kind      aclKind
	name      string // "" for the owner, the owning group, mask and other
	access    lakeAccess
}

type aclKind int

const (
	aclUser aclKind = iota
	aclGroup
	aclMask
	aclOther
)

// String returns the kind as it is written in a list.
func (k aclKind) String() string { return [...]string{"user", "group", "mask", "other"}[k] }

// String returns the entry as it is written in a list.
func (e aclEntry) String() string { return e.key() + e.access.symbol() }

// key is what there is one entry of.
func (e aclEntry) key() string {
	text := e.kind.String() + ":" + e.name + ":"
	if e.isDefault {
		return "default:" + text
	}
	return text
}

func (a lakeACL) clone() lakeACL {
	return lakeACL{slices.Clone(a.access), slices.Clone(a.defaults)}
}

// user returns what the entry of a named user gives.
func (a lakeACL) user(name string) (lakeAccess, bool) {
	for _, e := range a.access {
		if e.kind == aclUser && e.name == name {
			return e.access, true
		}
	}
	return 0, false
}

// groupEntries returns the entries of groups; that of the owning group has no name.
func (n *lakeNode) groupEntries() []aclEntry {
	if len(n.acl.access) == 0 {
		return []aclEntry{{kind: aclGroup, access: lakeAccess(n.mode>>3) & allAccess}}
	}
	var groups []aclEntry
	for _, e := range n.acl.access {
		if e.kind == aclGroup {
			groups = append(groups, e)
		}
	}
	return groups
}

// entries returns the whole list, as getfacl prints it.
func (n *lakeNode) entries() []aclEntry {
	list := []aclEntry{{kind: aclUser, access: lakeAccess(n.mode>>6) & allAccess}}
	if len(n.acl.access) == 0 {
		list = append(list, n.groupEntries()...)
	} else {
		list = append(list, n.acl.access...)
		list = append(list, aclEntry{kind: aclMask, access: lakeAccess(n.mode>>3) & allAccess})
	}
	list = append(list, aclEntry{kind: aclOther, access: lakeAccess(n.mode) & allAccess})
	return append(list, n.acl.defaults...)
}

func formatACL(list []aclEntry) []string {
	out := make([]string, len(list))
	for i, e := range list {
		out[i] = e.String()
	}
	return out
}

// setEntries puts a whole list into force, which is in order and has all it needs.
func (n *lakeNode) setEntries(list []aclEntry) {
	n.acl = lakeACL{}
	var user, group, mask, other lakeAccess
	extended := false
	for _, e := range list {
		switch {
		case e.isDefault:
			n.acl.defaults = append(n.acl.defaults, e)
		case e.kind == aclMask:
			mask, extended = e.access, true
		case e.kind == aclOther:
			other = e.access
		case e.kind == aclUser && e.name == "":
			user = e.access
		default:
			n.acl.access = append(n.acl.access, e)
			if e.name == "" {
				group = e.access
			}
		}
	}
	if !extended {
		n.acl.access, mask = nil, group
	}
	n.mode = n.mode&stickyBit | uint16(user<<6|mask<<3|other)
}

// inherit gives a new node what its directory's default list says; mode is what its
// maker wants at most.
func (n *lakeNode) inherit(dir *lakeNode) {
	if len(dir.acl.defaults) == 0 {
		return
	}
	want := n.mode
	hasMask := slices.ContainsFunc(dir.acl.defaults, func(e aclEntry) bool { return e.kind == aclMask })
	var list []aclEntry
	for _, e := range dir.acl.defaults {
		e.isDefault = false
		switch {
		case e.kind == aclUser && e.name == "":
			e.access &= lakeAccess(want >> 6)
		case e.kind == aclMask, e.kind == aclGroup && e.name == "" && !hasMask:
			e.access &= lakeAccess(want >> 3)
		case e.kind == aclOther:
			e.access &= lakeAccess(want)
		}
		list = append(list, e)
	}
	if n.dir != nil {
		list = append(list, dir.acl.defaults...)
	}
	n.setEntries(list)
}

// parseACL reads a comma-separated list; with says whether the entries have their rwx.
// It returns the entry that is none.
func parseACL(spec string, with bool) (list []aclEntry, bad string) {
	for text := range strings.SplitSeq(spec, ",") {
		e, ok := parseEntry(text, with)
		if !ok {
			return nil, text
		}
		list = append(list, e)
	}
	return list, ""
}

func parseEntry(text string, with bool) (e aclEntry, ok bool) {
	rest, found := strings.CutPrefix(text, "default:")
	e.isDefault = found
	parts := strings.Split(rest, ":")
	if len(parts) < 2 || len(parts) > 3 {
		return e, false
	}
	kinds := []string{"user", "group", "mask", "other"}
	kind := slices.Index(kinds, parts[0])
	e.kind, e.name = aclKind(max(kind, 0)), parts[1]
	if with {
		if len(parts) < 3 {
			return e, false
		}
		e.access, ok = parseAccess(parts[2])
		return e, ok && kind >= 0
	}
	return e, kind >= 0 && (len(parts) == 2 || parts[2] == "")
}
