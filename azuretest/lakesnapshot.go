package azuretest

import (
	"fmt"
	"slices"
	"strings"
	"time"
)

// snapshotDir is where a directory's snapshots are found.
const snapshotDir = ".snapshot"

// lakeSnapshots is those of one directory, in the order they were made.
type lakeSnapshots struct {
	list []*lakeSnapshot
	made int
}

// lakeSnapshot is a directory as it was.
type lakeSnapshot struct {
	id   int
	name string
	node *lakeNode
}

// dir is the directory of snapshots, which nobody owns.
func (s *lakeSnapshots) dir(order func(a, b string) int) *lakeNode {
	never := time.UnixMilli(0)
	n := &lakeNode{
		id: -1, mode: 0o777, created: never, modified: never, accessed: never,
		dir: &lakeDir{order: order, nodes: map[string]*lakeNode{}},
	}
	for _, one := range s.list {
		n.dir.put(one.name, one.node)
	}
	return n
}

func (s *lakeSnapshots) find(name string) *lakeSnapshot {
	for _, one := range s.list {
		if one.name == name {
			return one
		}
	}
	return nil
}

func (n *lakeNode) hasSnapshots() bool { return n.snapshots != nil && len(n.snapshots.list) > 0 }

// snapshotSum counts what only snapshots have.
func (n *lakeNode) snapshotSum() lakeSum {
	var sum lakeSum
	if !n.hasSnapshots() {
		return sum
	}
	seen := map[int64]int64{} // :: ID → length
	n.visit("", func(_ string, live *lakeNode) { seen[live.id] = live.length() })
	for _, one := range n.snapshots.list {
		one.node.visit("", func(_ string, old *lakeNode) {
			if length, ok := seen[old.id]; !ok || length != old.length() {
				seen[old.id] = old.length()
				sum.add(lakeSum{files: old.isFile(), dirs: 1 - old.isFile(), length: old.length(), space: old.length() * int64(old.replication)})
			}
		})
	}
	return sum
}

func (n *lakeNode) isFile() int64 {
	if n.dir == nil {
		return 1
	}
	return 0
}

// visit calls f for the node and all below it, with their paths below the first.
func (n *lakeNode) visit(path string, f func(path string, n *lakeNode)) {
	f(path, n)
	if n.dir == nil {
		return
	}
	for _, name := range n.dir.names {
		n.dir.nodes[name].visit(strings.TrimPrefix(path+"/"+name, "/"), f)
	}
}

// snapshotRoot returns the directory a request is about; super says that only a
// superuser may do it.
func (l *DataLake) snapshotRoot(req *lakeRequest, super string) (lakeTrail, *lakeFailure) {
	if super != "" && !req.user.super {
		return lakeTrail{}, refuseLake("AccessControlException", "Access denied for user %s. Superuser privilege is required for operation %s", req.user.name, super)
	}
	t, failure := l.changeExisting(req.user, req.path, "File does not exist: %s")
	switch {
	case failure != nil:
		return t, failure
	case t.target().dir == nil:
		return t, notDirectory(req.path, l)
	case super == "" && t.target().snapshots == nil:
		return t, refuseLake("SnapshotException", "Directory is not a snapshottable directory: %s", req.path)
	case super == "":
		return t, t.requireOwner()
	}
	return t, nil
}

func (l *DataLake) allowSnapshot(req *lakeRequest) (lakeReply, *lakeFailure) {
	t, failure := l.snapshotRoot(req, "allowSnapshot")
	if failure != nil {
		return nil, failure
	}
	for i, n := range t.nodes[:len(t.nodes)-1] {
		if n.snapshots != nil {
			return nil, refuseLake("SnapshotException", "Nested snapshottable directories not allowed: path=%s, the ancestor %s is already a snapshottable directory.", req.path, t.at(i))
		}
	}
	if n := t.target(); n.snapshots == nil {
		n.snapshots = &lakeSnapshots{}
	}
	return l.replyEmpty()
}

func (l *DataLake) disallowSnapshot(req *lakeRequest) (lakeReply, *lakeFailure) {
	t, failure := l.snapshotRoot(req, "disallowSnapshot")
	switch {
	case failure != nil:
		return nil, failure
	case t.target().hasSnapshots():
		return nil, refuseLake("SnapshotException", "The directory %s has snapshot(s). Please redo the operation after removing all the snapshots.", req.path)
	}
	t.target().snapshots = nil
	return l.replyEmpty()
}

func (l *DataLake) createSnapshot(req *lakeRequest) (lakeReply, *lakeFailure) {
	t, failure := l.snapshotRoot(req, "")
	if failure != nil {
		return nil, failure
	}
	name := req.query.text("snapshotname")
	if name == "" {
		name = "s" + l.now().UTC().Format("20060102-150405.000")
	}
	n := t.target()
	if failure := n.snapshots.admit(name); failure != nil {
		return nil, failure
	}
	frozen := n.clone()
	frozen.snapshots = nil
	n.snapshots.list = append(n.snapshots.list, &lakeSnapshot{n.snapshots.made, name, frozen})
	n.snapshots.made++
	return replyJSON(struct{ Path string }{joinLake(joinLake(req.path, snapshotDir), name)})
}

func (s *lakeSnapshots) admit(name string) *lakeFailure {
	switch {
	case strings.Contains(name, "/") || badName(name):
		return refuseRaw("InvalidPathException", "Invalid path name Invalid snapshot name: %s", name)
	case s.find(name) != nil:
		return refuseLake("SnapshotException", "Failed to add snapshot: there is already a snapshot with the same name %q.", name)
	}
	return nil
}

// snapshotNames reads the names a request must have.
func (l *DataLake) snapshotNames(req *lakeRequest, names ...string) *lakeFailure {
	failure := req.required(names...)
	if failure != nil && l.traits.dialect == httpFSDialect {
		return refuseLake("NullPointerException", "null")
	}
	return failure
}

func (l *DataLake) renameSnapshot(req *lakeRequest) (lakeReply, *lakeFailure) {
	if failure := l.snapshotNames(req, "oldsnapshotname", "snapshotname"); failure != nil {
		return nil, failure
	}
	t, failure := l.snapshotRoot(req, "")
	if failure != nil {
		return nil, failure
	}
	old, name := req.query.text("oldsnapshotname"), req.query.text("snapshotname")
	list := t.target().snapshots
	one := list.find(old)
	switch {
	case one == nil:
		return nil, refuseLake("SnapshotException", "The snapshot %s does not exist for directory %s", old, req.path)
	case one.name == name:
		return l.replyEmpty()
	case list.find(name) != nil:
		return nil, refuseLake("SnapshotException", "The snapshot %s already exists for directory %s", name, req.path)
	}
	if failure := list.admit(name); failure != nil {
		return nil, failure
	}
	one.name = name
	return l.replyEmpty()
}

func (l *DataLake) deleteSnapshot(req *lakeRequest) (lakeReply, *lakeFailure) {
	if failure := l.snapshotNames(req, "snapshotname"); failure != nil {
		return nil, failure
	}
	t, failure := l.snapshotRoot(req, "")
	if failure != nil {
		return nil, failure
	}
	name, list := req.query.text("snapshotname"), t.target().snapshots
	if list.find(name) == nil {
		return nil, refuseLake("SnapshotException", "%s", fmt.Sprintf("Cannot delete snapshot %s from path %s: the snapshot does not exist.", name, req.path))
	}
	list.list = slices.DeleteFunc(list.list, func(s *lakeSnapshot) bool { return s.name == name })
	return l.replyEmpty()
}
