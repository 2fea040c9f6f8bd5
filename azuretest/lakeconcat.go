package azuretest

import (
	"slices"
	"strings"
)

// concat joins files of one directory to the first.
func (l *DataLake) concat(req *lakeRequest) (lakeReply, *lakeFailure) {
	list := req.query.text("sources")
	if list == "" && l.traits.dialect == httpFSDialect {
		return nil, refuseLake("NullPointerException", `Cannot invoke "String.split(String)" because "sources" is null`)
	}
	if failure := req.required("sources"); failure != nil {
		return nil, failure
	}
	var sources []string
	for source := range strings.SplitSeq(list, ",") {
		switch {
		case strings.HasPrefix(source, "/"), l.profile == Gen1:
		case l.traits.dialect == httpFSDialect:
			source = l.home(req.user.name) + "/" + source
		default:
			return nil, refuseLake("IOException", "java.lang.AssertionError: Absolute path required, but got '%s'", source)
		}
		sources = append(sources, cleanLake(source))
	}
	if failure := l.join(req, sources, l.profile != Gen1); failure != nil {
		return nil, failure
	}
	return func(c *call) {
		c.w.Header().Set("Content-Length", "0")
		c.w.WriteHeader(200)
	}, nil
}

// join puts files to the end of another; together says that all must be in one
// directory. The caller holds l.mu.
func (l *DataLake) join(req *lakeRequest, sources []string, together bool) *lakeFailure {
	target, failure := l.part(req.user, req.path, true)
	if failure != nil {
		return failure
	}
	var trails []lakeTrail
	for i, source := range sources {
		t, failure := l.part(req.user, source, false)
		switch {
		case failure != nil:
			return failure
		case t.target() == target.target():
			return refuseRaw("HadoopIllegalArgumentException", "concat: the src file %s is the same with the target file %s", source, req.path)
		case together && t.parent() != target.parent():
			return refuseRaw("HadoopIllegalArgumentException", "Source file %s is not in the same directory with the target %s", source, req.path)
		case slices.Contains(sources[:i], source):
			return refuseRaw("HadoopIllegalArgumentException", "concat: at least two of the source files are the same")
		}
		if failure := joinable(t, target); failure != nil {
			return failure
		}
		trails = append(trails, t)
	}
	n := target.target()
	for _, t := range trails {
		n.content.join(t.target().content)
		t.parent().dir.remove(t.name())
		l.modify(t.parent())
	}
	l.modify(n)
	return nil
}

// part is one of the files that are joined.
func (l *DataLake) part(user lakeUser, path string, target bool) (lakeTrail, *lakeFailure) {
	t, failure := l.change(user, path)
	switch {
	case failure != nil:
		return t, failure
	case t.target() == nil:
		return t, refuseRaw("FileNotFoundException", "File does not exist: %s", path)
	case t.target().dir != nil:
		return t, refuseRaw("FileNotFoundException", "Path is not a file: %s", path)
	}
	if target {
		return t, t.requireTarget(writeAccess)
	}
	if failure := t.requireTarget(readAccess); failure != nil {
		return t, failure
	}
	return t, t.mayChangeParent()
}

// joinable refuses sources that HDFS cannot join.
func joinable(t, target lakeTrail) *lakeFailure {
	n, to := t.target(), target.target()
	switch {
	case n.writer != nil || n.content.size == 0:
		return refuseRaw("HadoopIllegalArgumentException", "concat: source file %s is invalid or empty or underConstruction", t.path)
	case n.blockSize > to.blockSize:
		return refuseRaw("HadoopIllegalArgumentException", "concat: source file %s has preferred block size %d which is greater than the target file's preferred block size %d", t.path, n.blockSize, to.blockSize)
	case to.writer != nil:
		return refuseRaw("HadoopIllegalArgumentException", "concat: target file %s is under construction", target.path)
	}
	return nil
}

// truncate cuts a file. HDFS says false if it has still to cut the last block, which
// the client must wait for; here that is done at once.
func (l *DataLake) truncate(req *lakeRequest) (lakeReply, *lakeFailure) {
	if !req.query.has("newlength") && l.traits.dialect != httpFSDialect {
		return nil, req.required("newlength")
	}
	t, failure := l.change(req.user, req.path)
	switch n := t.target(); {
	case failure != nil:
		return nil, failure
	case n == nil, n.dir != nil:
		return nil, refuseRaw("FileNotFoundException", "Path is not a file: %s", req.path)
	}
	if failure := t.requireTarget(writeAccess); failure != nil {
		return nil, failure
	}
	n, size := t.target(), req.query.number("newlength", 0)
	switch {
	case size < 0:
		return nil, refuseLake("HadoopIllegalArgumentException", "Cannot truncate to a negative file size: %d.", size)
	case n.writer != nil:
		return nil, l.leased("TRUNCATE_FILE", req.path, n.writer)
	case size > n.content.size:
		return nil, refuseRaw("HadoopIllegalArgumentException", "Cannot truncate to a larger file size. Current size: %d, truncate size: %d.", n.content.size, size)
	}
	whole := size == n.content.size || size == 0 || slices.Contains(n.content.ends, size)
	n.content.cut(size)
	l.modify(n)
	return replyBoolean(whole)
}
