package azuretest

import (
	"strings"
)

// cleanLake returns a path without empty components and slashes at its end.
func cleanLake(path string) string { return "/" + strings.Join(splitLake(path), "/") }

func splitLake(path string) []string {
	return strings.FieldsFunc(path, func(r rune) bool { return r == '/' })
}

func joinLake(dir, name string) string {
	if dir == "/" {
		return dir + name
	}
	return dir + "/" + name
}

// badName reports whether HDFS has no such path. HttpFS has resolved its dots before.
func badName(path string) bool {
	for _, name := range splitLake(path) {
		if name == "." || name == ".." || strings.Contains(name, ":") {
			return true
		}
	}
	return false
}

// refusesName reports whether nothing can be made at the path of a request. HDFS, which
// finds a path with two slashes in a row, does not make one.
func (l *DataLake) refusesName(req *lakeRequest) bool {
	return l.profile != Gen1 && (badName(req.path) || req.doubled && l.traits.dialect == nameNodeDialect)
}

// resolveDots resolves . and .. as Hadoop's client does; what leads out of the root
// stays.
func resolveDots(path string) string {
	var kept []string
	for _, name := range splitLake(path) {
		switch {
		case name == ".":
		case name == ".." && len(kept) > 0 && kept[len(kept)-1] != "..":
			kept = kept[:len(kept)-1]
		default:
			kept = append(kept, name)
		}
	}
	return "/" + strings.Join(kept, "/")
}

// follow returns the way to a path. A closed directory on it is a refusal, and so is a
// file, which is not one of a trail's nodes if something is looked for in it. The
// caller holds l.mu.
func (l *DataLake) follow(user lakeUser, path string) (lakeTrail, *lakeFailure) {
	t := lakeTrail{user: user, path: path, names: splitLake(path), nodes: []*lakeNode{l.root}}
	for i, name := range t.names {
		n := t.nodes[i]
		if n.dir == nil {
			failure := refuseLake("AccessControlException", "%s (is not a directory)", t.at(i))
			failure.blocked = true
			return t, failure
		}
		if failure := t.require(i, executeAccess); failure != nil {
			return t, failure
		}
		l.sweep(n)
		child := n.dir.get(name)
		if name == snapshotDir && n.snapshots != nil {
			child, t.frozen = n.snapshots.dir(l.traits.order), true
		}
		if child == nil {
			return t, nil
		}
		t.nodes = append(t.nodes, child)
	}
	return t, nil
}

// change is follow for what is going to be changed.
func (l *DataLake) change(user lakeUser, path string) (lakeTrail, *lakeFailure) {
	t, failure := l.follow(user, path)
	if failure == nil && t.frozen {
		failure = refuseLake("SnapshotAccessControlException", "Modification on a read-only snapshot is disallowed")
	}
	return t, failure
}

// existing is follow for what must be there; absent is what is said if it is not.
func (l *DataLake) existing(user lakeUser, path, absent string) (lakeTrail, *lakeFailure) {
	t, failure := l.follow(user, path)
	if failure == nil && t.target() == nil {
		failure = noSuchFile(absent, path)
	}
	return t, failure
}

// changeExisting is both.
func (l *DataLake) changeExisting(user lakeUser, path, absent string) (lakeTrail, *lakeFailure) {
	t, failure := l.change(user, path)
	if failure == nil && t.target() == nil {
		failure = noSuchFile(absent, path)
	}
	return t, failure
}

// modify notes that a node's content or children have changed.
func (l *DataLake) modify(n *lakeNode) {
	n.modified = l.now()
	l.touch(n)
}
