package azuretest

import (
	"encoding/json"
	"maps"
	"path"
	"slices"
)

// snapshotStatus is one line of GETSNAPSHOTLIST.
type snapshotStatus struct {
	DeletionStatus string          `json:"deletionStatus"`
	DirStatus      json.RawMessage `json:"dirStatus"`
	FullPath       string          `json:"fullPath"`
	SnapshotID     int             `json:"snapshotID"`
}

func (l *DataLake) getSnapshotList(req *lakeRequest) (lakeReply, *lakeFailure) {
	t, failure := l.existing(req.user, req.path, "File does not exist: %s")
	switch {
	case failure != nil:
		return nil, failure
	case t.target().dir == nil:
		return nil, notDirectory(req.path, l)
	case t.target().snapshots == nil:
		return nil, refuseLake("SnapshotException", "Directory is not a snapshottable directory: %s", req.path)
	}
	list := []snapshotStatus{}
	for _, one := range t.target().snapshots.list {
		shown := *one.node
		shown.dir = t.target().dir // HDFS counts the children that are there now
		list = append(list, snapshotStatus{
			"ACTIVE", l.appendStatus(nil, one.name, &shown), joinLake(joinLake(req.path, snapshotDir), one.name), one.id,
		})
	}
	return replyJSON(struct{ SnapshotList []snapshotStatus }{list})
}

// snapshottable is one line of GETSNAPSHOTTABLEDIRECTORYLIST.
type snapshottable struct {
	DirStatus      json.RawMessage `json:"dirStatus"`
	ParentFullPath string          `json:"parentFullPath"`
	Number         int             `json:"snapshotNumber"`
	Quota          int             `json:"snapshotQuota"`
}

// getSnapshottable lists a user's own directories with snapshots, all for a superuser.
func (l *DataLake) getSnapshottable(req *lakeRequest) (lakeReply, *lakeFailure) {
	var list []snapshottable
	l.root.visit("", func(below string, n *lakeNode) {
		if n.snapshots == nil || n.owner != req.user.name && !req.user.super {
			return
		}
		dir, name := path.Split("/" + below)
		shown := *n
		shown.snapshots = nil // which says that it may have some
		list = append(list, snapshottable{l.appendStatus(nil, name, &shown), cleanLake(dir), len(n.snapshots.list), 1 << 16})
	})
	return replyJSON(struct{ SnapshottableDirectoryList []snapshottable }{list})
}

// snapshotDiff is the answer to GETSNAPSHOTDIFF.
type snapshotDiff struct {
	DiffList     []diffEntry `json:"diffList"`
	FromSnapshot string      `json:"fromSnapshot"`
	SnapshotRoot string      `json:"snapshotRoot"`
	ToSnapshot   string      `json:"toSnapshot"`
}

type diffEntry struct {
	SourcePath string `json:"sourcePath"`
	TargetPath string `json:"targetPath,omitempty"`
	Type       string `json:"type"`
}

func (l *DataLake) getSnapshotDiff(req *lakeRequest) (lakeReply, *lakeFailure) {
	from, to := req.query.text("oldsnapshotname"), req.query.text("snapshotname")
	if l.traits.dialect == httpFSDialect {
		switch {
		case from == "":
			return nil, refuseLake("IllegalArgumentException", "null fromSnapshot")
		case to == "":
			return nil, refuseLake("IllegalArgumentException", "null toSnapshot")
		}
	}
	t, failure := l.existing(req.user, req.path, "File does not exist: %s")
	switch {
	case failure != nil:
		return nil, failure
	case t.target().dir == nil:
		return nil, refuseLake("AccessControlException", "%s (is not a directory)", req.path)
	case t.target().snapshots == nil:
		return nil, refuseLake("SnapshotException", "The path %s is neither snapshottable nor under a snapshot root!", req.path)
	}
	list, failure := t.diff(from, to)
	if failure != nil {
		return nil, failure
	}
	return replyJSON(struct{ SnapshotDiffReport snapshotDiff }{snapshotDiff{list, from, req.path, to}})
}

// diff lists what has happened from one version of a directory to another. Backwards it
// is told with the paths of the earlier one, too.
func (t lakeTrail) diff(from, to string) ([]diffEntry, *lakeFailure) {
	old, failure := t.version(from)
	if failure != nil {
		return nil, failure
	}
	now, failure := t.version(to)
	if failure != nil {
		return nil, failure
	}
	if t.target().snapshots.age(from) <= t.target().snapshots.age(to) {
		return diffOf(old, now), nil
	}
	list := diffOf(now, old)
	for i, e := range list {
		switch e.Type {
		case "CREATE":
			list[i].Type = "DELETE"
		case "DELETE":
			list[i].Type = "CREATE"
		case "RENAME":
			list[i].SourcePath, list[i].TargetPath = e.TargetPath, e.SourcePath
		}
	}
	return list, nil
}

// age orders versions; that of now, which has no name, is the last.
func (s *lakeSnapshots) age(name string) int {
	if one := s.find(name); one != nil {
		return one.id
	}
	return s.made
}

// version returns the directory as it is in a snapshot, "" for as it is now.
func (t lakeTrail) version(name string) (*lakeNode, *lakeFailure) {
	if name == "" {
		return t.target(), nil
	}
	one := t.target().snapshots.find(name)
	if one == nil {
		return nil, refuseLake("SnapshotException", "Cannot find the snapshot of directory %s with name %s", t.path, name)
	}
	return one.node, nil
}

// located is a node and where it is.
type located struct {
	path string
	node *lakeNode
}

func locateAll(n *lakeNode) (byID map[int64]located, order []int64) {
	byID = map[int64]located{}
	n.visit("", func(path string, n *lakeNode) {
		byID[n.id] = located{path, n}
		order = append(order, n.id)
	})
	return byID, order
}

// diffOf lists what has happened between two versions of a directory, by the identity
// of what is in it.
func diffOf(old, now *lakeNode) []diffEntry {
	before, order := locateAll(old)
	after, added := locateAll(now)
	list := []diffEntry{}
	for _, id := range order {
		was, is := before[id], after[id]
		switch {
		case is.node == nil:
			list = append(list, diffEntry{SourcePath: was.path, Type: "DELETE"})
			continue
		case was.path != is.path && path.Dir(was.path) == path.Dir(is.path), path.Base(was.path) != path.Base(is.path):
			list = append(list, diffEntry{was.path, is.path, "RENAME"})
		}
		if was.node.differs(is.node) {
			list = append(list, diffEntry{SourcePath: was.path, Type: "MODIFY"})
		}
	}
	for _, id := range added {
		if before[id].node == nil {
			list = append(list, diffEntry{SourcePath: after[id].path, Type: "CREATE"})
		}
	}
	return list
}

// differs reports whether a node is not as it was.
func (n *lakeNode) differs(o *lakeNode) bool {
	if n.owner != o.owner || n.group != o.group || n.mode != o.mode || !maps.EqualFunc(n.xattrs, o.xattrs, slices.Equal) {
		return true
	}
	if n.dir != nil {
		return !slices.Equal(n.dir.names, o.dir.names) || !sameChildren(n.dir, o.dir)
	}
	return n.content.size != o.content.size || !n.modified.Equal(o.modified)
}

func sameChildren(a, b *lakeDir) bool {
	for name, n := range a.nodes {
		if b.nodes[name] == nil || b.nodes[name].id != n.id {
			return false
		}
	}
	return true
}
