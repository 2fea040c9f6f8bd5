package azuretest

// deletePath is DELETE. False says that nothing was there.
func (l *DataLake) deletePath(req *lakeRequest) (lakeReply, *lakeFailure) {
	t, failure := l.change(req.user, req.path)
	if failure != nil {
		return nil, failure
	}
	n := t.target()
	switch {
	case n == nil:
		return replyBoolean(false)
	case len(t.names) == 0 && l.traits.dialect == httpFSDialect:
		return nil, refuseLake("WebApplicationException", "null") // it serves no DELETE there
	}
	if failure := l.checkDelete(req, t); failure != nil {
		return nil, failure
	}
	if len(t.names) == 0 {
		return replyBoolean(false)
	}
	parent := t.parent()
	parent.dir.remove(t.name())
	l.modify(parent)
	return replyBoolean(true)
}

func (l *DataLake) checkDelete(req *lakeRequest, t lakeTrail) *lakeFailure {
	n := t.target()
	if failure := t.mayChangeParent(); failure != nil {
		return failure
	}
	if failure := t.requireSticky(); failure != nil {
		return failure
	}
	if n.dir == nil {
		return nil
	}
	recursive := req.query.flag("recursive", false)
	if !recursive && n.dir.len() > 0 {
		return refuseLake("PathIsNotEmptyDirectoryException", "`%s is non empty': Directory is not empty", req.path)
	}
	if path := frozenBelow(req.path, n); path != "" {
		return cannotDelete(req.path, path)
	}
	return req.user.requireBelow(req.path, n)
}

func cannotDelete(path, frozen string) *lakeFailure {
	return refuseRaw("SnapshotException", "The directory %s cannot be deleted since %s is snapshottable and already has snapshots", path, frozen)
}

// frozenBelow returns the path of a directory in n that has snapshots, "" if none has.
func frozenBelow(path string, n *lakeNode) string {
	if n.hasSnapshots() {
		return path
	}
	if n.dir == nil {
		return ""
	}
	for _, name := range n.dir.names {
		if found := frozenBelow(joinLake(path, name), n.dir.nodes[name]); found != "" {
			return found
		}
	}
	return ""
}
