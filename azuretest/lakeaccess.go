package azuretest

import (
	"fmt"
	"slices"
	"strings"
)

// lakeAccess is a set of rwx.
type lakeAccess uint16

const (
	executeAccess lakeAccess = 1 << iota
	writeAccess
	readAccess
	allAccess = readAccess | writeAccess | executeAccess
)

// String returns the name that Hadoop has for the set.
func (a lakeAccess) String() string {
	return [...]string{"NONE", "EXECUTE", "WRITE", "WRITE_EXECUTE", "READ", "READ_EXECUTE", "READ_WRITE", "ALL"}[a&allAccess]
}

// symbol returns the set as rwx.
func (a lakeAccess) symbol() string {
	text := []byte("rwx")
	for i := range text {
		if a&(readAccess>>i) == 0 {
			text[i] = '-'
		}
	}
	return string(text)
}

// parseAccess reads rwx with - for what is not there.
func parseAccess(text string) (a lakeAccess, ok bool) {
	if len(text) != 3 {
		return 0, false
	}
	for i := range text {
		switch text[i] {
		case '-':
		case "rwx"[i]:
			a |= readAccess >> i
		default:
			return 0, false
		}
	}
	return a, true
}

// symbolicMode writes permission bits as rwxrwxrwx, with t for the sticky bit.
func symbolicMode(mode uint16) string {
	text := lakeAccess(mode>>6).symbol() + lakeAccess(mode>>3).symbol() + lakeAccess(mode).symbol()
	if mode&stickyBit == 0 {
		return text
	}
	if text[8] == 'x' {
		return text[:8] + "t"
	}
	return text[:8] + "T"
}

const stickyBit = 0o1000

// permits reports whether a user has an access to a node: the first class of entries
// that the user is in decides, and the mask limits all but the owner and the others.
// https://hadoop.apache.org/docs/stable/hadoop-project-dist/hadoop-hdfs/HdfsPermissionsGuide.html
func (u lakeUser) permits(n *lakeNode, want lakeAccess) bool {
	if u.super || want&^u.granted == 0 {
		return true
	}
	if u.name == n.owner {
		return want&^lakeAccess(n.mode>>6) == 0
	}
	mask := lakeAccess(n.mode >> 3)
	if has, found := n.acl.user(u.name); found {
		return want&^(has&mask) == 0
	}
	inGroup := false
	for _, e := range n.groupEntries() {
		name := e.name
		if name == "" {
			name = n.group
		}
		if slices.Contains(u.groups, name) {
			inGroup = true
			if want&^(e.access&mask) == 0 {
				return true
			}
		}
	}
	return !inGroup && want&^lakeAccess(n.mode) == 0
}

// describe writes a node as Hadoop's refusals do.
func (n *lakeNode) describe(path string) string {
	kind := "-"
	if n.dir != nil {
		kind = "d"
	}
	plus := ""
	if len(n.acl.access) > 0 {
		plus = "+"
	}
	return fmt.Sprintf("%q:%s:%s:%s%s%s", path, n.owner, n.group, kind, symbolicMode(n.mode), plus)
}

func denyLake(user lakeUser, want lakeAccess, path string, n *lakeNode) *lakeFailure {
	return refuseLake("AccessControlException", "Permission denied: user=%s, access=%s, inode=%s", user.name, want, n.describe(path))
}

// lakeTrail is the way to a path, as far as there is something.
type lakeTrail struct {
	user   lakeUser
	path   string
	names  []string
	nodes  []*lakeNode // the root first; one more than names if the path is there
	frozen bool        // it leads into a snapshot
}

// target returns what is at the path, or nil.
func (t lakeTrail) target() *lakeNode {
	if len(t.nodes) == len(t.names)+1 {
		return t.nodes[len(t.names)]
	}
	return nil
}

// parent returns the directory that the path is in, or nil. The root is in itself.
func (t lakeTrail) parent() *lakeNode {
	if len(t.nodes) < len(t.names) {
		return nil
	}
	return t.nodes[max(len(t.names)-1, 0)]
}

// name returns the last component of the path, "" for the root.
func (t lakeTrail) name() string {
	if len(t.names) == 0 {
		return ""
	}
	return t.names[len(t.names)-1]
}

// at returns the path of the node of that index.
func (t lakeTrail) at(i int) string { return "/" + strings.Join(t.names[:i], "/") }

// require refuses who has not that access to the node of an index.
func (t lakeTrail) require(i int, want lakeAccess) *lakeFailure {
	if t.user.permits(t.nodes[i], want) {
		return nil
	}
	return denyLake(t.user, want, t.at(i), t.nodes[i])
}

// requireTarget is for the path itself, if something is there.
func (t lakeTrail) requireTarget(want lakeAccess) *lakeFailure {
	if t.target() == nil {
		return nil
	}
	return t.require(len(t.names), want)
}

// mayChangeParent refuses who may not write to the directory the path is in, or the last
// there is above it.
func (t lakeTrail) mayChangeParent() *lakeFailure {
	last := min(len(t.nodes), len(t.names)) - 1
	return t.require(max(last, 0), writeAccess)
}

// requireOwner refuses who is neither the owner of the path nor a superuser.
func (t lakeTrail) requireOwner() *lakeFailure {
	if t.user.super || t.user.name == t.target().owner {
		return nil
	}
	return refuseLake("AccessControlException", "Permission denied. user=%s is not the owner of inode=%s", t.user.name, t.path)
}

// requireSticky refuses to take from a directory with the sticky bit what is another's.
func (t lakeTrail) requireSticky() *lakeFailure {
	parent, target := t.parent(), t.target()
	if len(t.names) == 0 {
		return nil
	}
	return t.user.sticky(t.at(len(t.names)-1), parent, t.path, target)
}

func (u lakeUser) sticky(dirPath string, dir *lakeNode, path string, n *lakeNode) *lakeFailure {
	if u.super || dir.mode&stickyBit == 0 || u.name == dir.owner || u.name == n.owner {
		return nil
	}
	return refuseLake("AccessControlException", "Permission denied by sticky bit: user=%s, path=%s, parent=%s", u.name, n.describe(path), dir.describe(dirPath))
}

// requireBelow refuses to delete a directory of which something is closed.
func (u lakeUser) requireBelow(path string, n *lakeNode) *lakeFailure {
	if u.super || n.dir == nil || n.dir.len() == 0 {
		return nil
	}
	if !u.permits(n, allAccess) {
		return denyLake(u, allAccess, path, n)
	}
	for _, name := range n.dir.names {
		child := n.dir.nodes[name]
		if failure := u.sticky(path, n, joinLake(path, name), child); failure != nil {
			return failure
		}
		if failure := u.requireBelow(joinLake(path, name), child); failure != nil {
			return failure
		}
	}
	return nil
}
