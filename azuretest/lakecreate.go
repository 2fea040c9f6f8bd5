package azuretest

import (
	"net/http"
	"net/url"
	"slices"
)

// maxLakeName is how long a component of a path may be, in bytes.
const maxLakeName = 255

// makeWay returns the directory for a new entry and creates it, and those above it, if
// they are not there; mode is what they get. The caller holds l.mu.
func (l *DataLake) makeWay(t lakeTrail, depth int, mode uint16) (*lakeNode, *lakeFailure) {
	dir := t.nodes[min(len(t.nodes), depth+1)-1]
	if failure := l.admitNames(t, depth); failure != nil {
		return nil, failure
	}
	for i := len(t.nodes) - 1; i < depth; i++ {
		child := l.newDir(t.user.name, dir.group, mode)
		child.inherit(dir)
		child.mode |= 0o300 // without that its maker could put nothing into it
		l.attach(dir, t.names[i], child)
		dir = child
	}
	return dir, nil
}

// attach puts a node into a directory.
func (l *DataLake) attach(dir *lakeNode, name string, n *lakeNode) {
	dir.dir.put(name, n)
	l.modify(dir)
}

// admitNames refuses what cannot be added to the tree for its names or for a quota.
func (l *DataLake) admitNames(t lakeTrail, depth int) *lakeFailure {
	for _, name := range t.names[len(t.nodes)-1:] {
		if len(name) > maxLakeName && l.profile != Gen1 {
			return refuseLake("RemoteException", "The maximum path component name limit of %s in directory %s is exceeded: limit=%d length=%d", name, t.at(len(t.nodes)-1), maxLakeName, len(name))
		}
	}
	return t.checkQuota(int64(max(depth+1-(len(t.nodes)-1), 0)), 0)
}

// asParent is how a file in the way is called when something is to be made below it.
func asParent(f *lakeFailure) *lakeFailure {
	if f != nil && f.blocked {
		f.exception = "ParentNotDirectoryException"
	}
	return f
}

// umask is what HttpFS's own client takes from the modes it is given.
func (l *DataLake) umask(mode uint16) uint16 {
	if l.traits.dialect == httpFSDialect {
		return mode & 0o777
	}
	return mode
}

// wantedMode is what a request says about the mode of what it creates: all that a
// default ACL may leave if the parent has one, else that without the user's umask.
func (l *DataLake) wantedMode(req *lakeRequest, parent *lakeNode, otherwise uint16) uint16 {
	mode := req.query.mode("permission", otherwise)
	if len(parent.acl.defaults) > 0 {
		mode = req.query.mode("unmaskedpermission", mode)
	}
	return l.umask(mode)
}

func (l *DataLake) mkdirs(req *lakeRequest) (lakeReply, *lakeFailure) {
	if l.refusesName(req) {
		return nil, refuseLake("InvalidPathException", "Invalid path name Invalid file name: %s", req.path)
	}
	t, failure := l.change(req.user, req.path)
	if failure != nil {
		return nil, asParent(failure)
	}
	if n := t.target(); n != nil {
		if n.dir == nil {
			return nil, refuseLake("FileAlreadyExistsException", "Path is not a directory: %s", req.path)
		}
		return replyBoolean(true)
	}
	last := t.nodes[len(t.nodes)-1]
	if failure := t.mayChangeParent(); failure != nil {
		return nil, failure
	}
	mode := l.wantedMode(req, last, l.traits.dirMode)
	dir, failure := l.makeWay(t, len(t.names)-1, mode)
	if failure != nil {
		return nil, failure
	}
	child := l.newDir(req.user.name, dir.group, mode)
	child.inherit(dir)
	l.attach(dir, t.name(), child)
	return replyBoolean(true)
}

// create is the step of CREATE that brings the data.
func (l *DataLake) create(req *lakeRequest) (lakeReply, *lakeFailure) {
	l.takeCut(req)
	if !l.rightType(req) {
		return replyWrongType, nil
	}
	if l.profile == Gen1 {
		return l.createWhole(req)
	}
	req.unaskedContinue()
	l.mu.Lock()
	w, failure := l.startFile(req)
	l.mu.Unlock()
	if failure != nil {
		return nil, failure
	}
	if failure := l.upload(req, w); failure != nil {
		return nil, failure
	}
	return l.replyCreated(req)
}

// startFile puts an empty file at a path and opens it for writing. The caller holds l.mu.
func (l *DataLake) startFile(req *lakeRequest) (*lakeUpload, *lakeFailure) {
	if failure := l.checkLayout(req); failure != nil {
		return nil, failure
	}
	t, failure := l.change(req.user, req.path)
	if failure != nil {
		return nil, asParent(failure)
	}
	if failure := l.checkCreate(req, t); failure != nil {
		return nil, failure
	}
	last := t.nodes[min(len(t.nodes), len(t.names))-1]
	dir, failure := l.makeWay(t, len(t.names)-1, last.mode&0o777)
	if failure != nil {
		return nil, failure
	}
	n := l.newFile(req.user.name, dir.group, l.wantedMode(req, dir, l.traits.fileMode))
	n.inherit(dir)
	n.blockSize = req.query.number("blocksize", n.blockSize)
	n.replication = int(req.query.number("replication", int64(n.replication)))
	if n.blockSize <= 0 {
		n.blockSize = l.traits.blockSize
	}
	if n.replication <= 0 {
		n.replication = 1
	}
	n.writer = newWriter()
	l.attach(dir, t.name(), n)
	return &lakeUpload{path: req.path, node: n, writer: n.writer, above: slices.Clone(t.nodes[:min(len(t.nodes), len(t.names))])}, nil
}

// checkCreate refuses what may not be created, or replaced.
func (l *DataLake) checkCreate(req *lakeRequest, t lakeTrail) *lakeFailure {
	n := t.target()
	overwrite := req.query.flag("overwrite", l.traits.overwrite)
	switch {
	case l.refusesName(req):
		return refuseLake("InvalidPathException", "Invalid path name %s", req.path)
	case n != nil && n.dir != nil:
		return refuseLake("FileAlreadyExistsException", "%s already exists as a directory", req.path)
	}
	if overwrite {
		if failure := t.requireTarget(writeAccess); failure != nil {
			return failure
		}
	}
	if failure := t.mayChangeParent(); failure != nil {
		return failure
	}
	switch {
	case t.parent() == nil && !req.query.flag("createparent", true) && l.traits.dialect != httpFSDialect:
		return noSuchFile("Parent directory doesn't exist: %s", t.at(len(t.names)-1))
	case n != nil && !overwrite && n.writer != nil:
		return l.leased("CREATE_FILE", req.path, n.writer)
	case n != nil && !overwrite:
		return refuseLake("FileAlreadyExistsException", "%s for client 127.0.0.1 already exists", req.path)
	}
	return nil
}

const (
	bytesPerChecksum = 512
	minBlockSize     = 4096
	maxReplication   = 512
)

// checkLayout refuses blocks and replicas that cannot be.
func (l *DataLake) checkLayout(req *lakeRequest) *lakeFailure {
	block, replicas := req.query.number("blocksize", 0), req.query.number("replication", 1)
	switch {
	case l.profile == Gen1:
	case block > 0 && block < minBlockSize:
		return refuseRaw("IOException", "Specified block size %d is less than configured minimum value dfs.namenode.fs-limits.min-block-size=%d", block, minBlockSize)
	case block%bytesPerChecksum != 0:
		return refuseLake("HadoopIllegalArgumentException", "Invalid values: dfs.bytes-per-checksum (=%d) must divide block size (=%d).", bytesPerChecksum, block)
	case replicas > maxReplication:
		return refuseRaw("IOException", "Requested replication factor of %d exceeds maximum of %d for %s, clientName=127.0.0.1", replicas, maxReplication, req.path)
	case replicas < 1 && req.query.has("replication"):
		return refuseRaw("IOException", "Requested replication factor of %d is less than the required minimum of 1 for %s, clientName=127.0.0.1", replicas, req.path)
	}
	return nil
}

// replyCreated is the answer when all data have arrived.
func (l *DataLake) replyCreated(req *lakeRequest) (lakeReply, *lakeFailure) {
	address := requestAddress(req.call.r)
	return func(c *call) {
		h := c.w.Header()
		switch {
		case l.traits.dialect == httpFSDialect:
			h.Set("Location", address)
			c.json(http.StatusCreated, lakeLocation{address})
			return
		case l.profile == Gen1:
			h.Set("Location", c.r.URL.String())
			h.Set("ContentLength", "0")
		case !l.traits.sealed:
			h.Set("Location", "hdfs://namenode."+l.name+".test:8020"+(&url.URL{Path: req.path}).EscapedPath())
			h.Set("Access-Control-Allow-Origin", "*")
		}
		h.Set("Content-Length", "0")
		c.w.WriteHeader(http.StatusCreated)
	}, nil
}
