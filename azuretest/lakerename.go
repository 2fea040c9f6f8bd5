package azuretest

import "strings"

// rename moves a path. Without options it says false where it cannot, with them it says
// why.
func (l *DataLake) rename(req *lakeRequest) (lakeReply, *lakeFailure) {
	destination, failure := l.destination(req)
	if failure != nil {
		return nil, failure
	}
	options, failure := l.renameOptions(req)
	if failure != nil {
		return nil, failure
	}
	if options == "" {
		done, failure := l.moveInto(req.user, req.path, destination)
		if failure != nil {
			return nil, asParentOf(failure, destination)
		}
		return replyBoolean(done)
	}
	if failure := l.moveStrictly(req.user, req.path, destination, strings.Contains(options, "OVERWRITE")); failure != nil {
		return nil, asParentOf(failure, destination)
	}
	if l.profile == Gen1 {
		return replyBoolean(true)
	}
	return l.replyEmpty()
}

// asParentOf makes the failure of a destination below a file one of its parent.
func asParentOf(f *lakeFailure, destination string) *lakeFailure {
	if name, _, _ := strings.Cut(f.message, " (is not"); f.blocked && strings.HasPrefix(destination, name+"/") {
		return asParent(f)
	}
	return f
}

// destination reads where a path is to go.
func (l *DataLake) destination(req *lakeRequest) (string, *lakeFailure) {
	text := req.query.text("destination")
	gateway := l.traits.dialect == httpFSDialect
	switch {
	case text == "" && gateway:
		return "", refuseLake("IllegalArgumentException", "Can not create a Path from a null string")
	case strings.Contains(text, "://") && gateway:
		return "", refuseLake("IllegalArgumentException", "Wrong FS: %s, expected: hdfs://namenode.%s.test:8020", text, l.name)
	case text == "":
		return "", req.required("destination")
	case !strings.HasPrefix(text, "/") && l.profile != Gen1:
		if gateway {
			text = l.home(req.user.name) + "/" + text
			break
		}
		return "", badLakeValue("destination", `Invalid parameter value: destination = "`+text+`" is not an absolute path.`)
	}
	text = cleanLake(text)
	if gateway {
		text = resolveDots(text)
	}
	switch {
	case badName(text) && gateway:
		return "", refuseLake("IllegalArgumentException", "Pathname %s from %s is not a valid DFS filename.", text, text)
	case badName(text) && l.profile != Gen1, badDots(text):
		return "", refuseLake("InvalidPathException", "Invalid path name Invalid file name: %s", text)
	}
	return text, nil
}

// renameOptions reads them in upper case. HttpFS has none.
func (l *DataLake) renameOptions(req *lakeRequest) (string, *lakeFailure) {
	options := strings.ToUpper(req.query.text("renameoptions"))
	if l.traits.dialect == httpFSDialect || options == "" {
		return "", nil
	}
	for option := range strings.SplitSeq(options, ",") {
		switch option {
		case "OVERWRITE", "NONE", "TO_TRASH":
		default:
			return "", badLakeValue("renameoptions", "No enum constant org.apache.hadoop.fs.Options.Rename."+option)
		}
	}
	return options, nil
}

// bothEnds follows both paths of a rename, and refuses who may not take the one or put
// to the other.
func (l *DataLake) bothEnds(user lakeUser, from, to string) (source, target lakeTrail, failure *lakeFailure) {
	if source, failure = l.change(user, from); failure != nil {
		return source, target, failure
	}
	if target, failure = l.change(user, to); failure != nil {
		return source, target, failure
	}
	if failure = source.mayChangeParent(); failure != nil {
		return source, target, failure
	}
	if source.target() != nil {
		if failure = source.requireSticky(); failure != nil {
			return source, target, failure
		}
	}
	return source, target, target.mayChangeParent()
}

// moveInto is the old rename: an existing directory takes the source in.
func (l *DataLake) moveInto(user lakeUser, from, to string) (bool, *lakeFailure) {
	source, target, failure := l.bothEnds(user, from, to)
	n := source.target()
	switch {
	case failure != nil:
		return false, failure
	case n == nil, len(source.names) == 0:
		return false, nil
	}
	if d := target.target(); d != nil && d.dir != nil && d != n {
		if target, failure = l.change(user, joinLake(to, source.name())); failure != nil {
			return false, failure
		}
	}
	switch d := target.target(); {
	case d == n:
		return n.dir == nil, nil
	case d != nil, target.parent() == nil, isBelow(target.path, from):
		return false, nil
	}
	return true, l.move(source, target)
}

// moveStrictly is the new rename, which may replace a file or an empty directory.
func (l *DataLake) moveStrictly(user lakeUser, from, to string, overwrite bool) *lakeFailure {
	source, target, failure := l.bothEnds(user, from, to)
	n, d := source.target(), target.target()
	switch {
	case failure != nil:
		return failure
	case n == nil:
		return noSuchFile("rename source %s is not found.", from)
	case len(source.names) == 0:
		return refuseLake("IOException", "rename source cannot be the root")
	case len(target.names) == 0:
		return refuseLake("IOException", "rename destination cannot be the root")
	case n == d:
		return refuseLake("FileAlreadyExistsException", "The source %s and destination %s are the same", from, to)
	case isBelow(to, from):
		return refuseLake("IOException", "Rename destination %s is a directory or file under source %s", to, from)
	case d != nil:
		if failure := replaceable(n, d, from, to, overwrite); failure != nil {
			return failure
		}
	case target.parent() == nil:
		return noSuchFile("rename destination parent %s not found.", to)
	}
	return l.move(source, target)
}

// replaceable refuses a destination that must not make way.
func replaceable(n, d *lakeNode, from, to string, overwrite bool) *lakeFailure {
	switch {
	case (n.dir == nil) != (d.dir == nil):
		return refuseLake("IOException", "Source %s and destination %s must both be directories", from, to)
	case !overwrite:
		return refuseLake("FileAlreadyExistsException", "rename destination %s already exists", to)
	case d.dir != nil && d.dir.len() > 0:
		return refuseLake("IOException", "rename destination directory is not empty: %s", to)
	case d.hasSnapshots():
		return cannotDelete(to, to)
	}
	return nil
}

// isBelow reports whether a path is in a directory.
func isBelow(path, dir string) bool { return strings.HasPrefix(path, strings.TrimSuffix(dir, "/")+"/") }

// move takes a node from one place to another.
func (l *DataLake) move(source, target lakeTrail) *lakeFailure {
	n := source.target()
	if failure := l.admitMove(target, n); failure != nil {
		return failure
	}
	from, to := source.parent(), target.parent()
	from.dir.remove(source.name())
	l.modify(from)
	l.attach(to, target.name(), n)
	return nil
}

// admitMove refuses what a name or a quota is against.
func (l *DataLake) admitMove(target lakeTrail, n *lakeNode) *lakeFailure {
	if failure := l.admitNames(lakeTrail{user: target.user, path: target.path, names: target.names, nodes: target.nodes[:len(target.names)]}, -1); failure != nil {
		return failure
	}
	sum := n.sum()
	return target.checkQuota(sum.files+sum.dirs, sum.space)
}
