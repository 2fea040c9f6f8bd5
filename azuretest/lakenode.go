package azuretest

import (
	"maps"
	"slices"
	"time"
)

// lakeNode is a file or a directory.
type lakeNode struct {
	id           int64
	dir          *lakeDir    // nil: a file
	content      lakeContent // of a file
	owner, group string
	mode         uint16 // rwx thrice and the sticky bit; with an ACL the group's are the mask
	acl          lakeACL
	xattrs       map[string][]byte // :: name with its namespace → value

	created, modified, accessed time.Time
	expires                     time.Time // zero: never

	replication int
	blockSize   int64
	policy      int    // storage policy; 0: its directory's
	ec          string // erasure coding policy; "": its directory's
	quota       lakeQuota
	snapshots   *lakeSnapshots // nil: may have none
	writer      *lakeWriter    // who is writing to the file
	concurrent  bool           // it is one for concurrent appends
	gen2        gen2State
}

// lakeWriter is somebody with a file open for writing: HDFS's lease.
type lakeWriter struct {
	holder string

	// Of Gen1 only:
	lease   string       // as the client calls it
	until   time.Time    // when it ends by itself
	pending *lakeContent // what is not yet to be seen; nil if there is nothing
}

// lakeDir is what is in a directory, in the order of names.
type lakeDir struct {
	order     func(a, b string) int
	names     []string
	nodes     map[string]*lakeNode
	generated *lakeGenerated
}

// newNode makes a node that is not yet anywhere. The caller holds l.mu.
func (l *DataLake) newNode(owner, group string, mode uint16) *lakeNode {
	l.lastID++
	now := l.now()
	n := &lakeNode{
		id: firstLakeID + l.lastID, owner: owner, group: group, mode: mode,
		created: now, modified: now, accessed: now,
	}
	l.touch(n)
	return n
}

// firstLakeID is the inode of HDFS's root.
const firstLakeID = 16384

func (l *DataLake) newFile(owner, group string, mode uint16) *lakeNode {
	n := l.newNode(owner, group, mode&0o777)
	n.replication, n.blockSize = 1, l.traits.blockSize
	return n
}

func (l *DataLake) newDir(owner, group string, mode uint16) *lakeNode {
	n := l.newNode(owner, group, mode&0o1777)
	n.dir = &lakeDir{order: l.traits.order, nodes: map[string]*lakeNode{}}
	return n
}

// now is the time as a lake keeps it.
func (l *DataLake) now() time.Time { return l.server.Now().Truncate(time.Millisecond) }

// get returns the child of a name, or nil. One that so far was only listed is there
// for good afterwards.
func (d *lakeDir) get(name string) *lakeNode {
	if n, ok := d.nodes[name]; ok {
		return n
	}
	if d.generated == nil {
		return nil
	}
	n := d.generated.node(name)
	if n != nil {
		d.put(name, n)
	}
	return n
}

// put adds a child, or replaces it.
func (d *lakeDir) put(name string, n *lakeNode) {
	if _, ok := d.nodes[name]; !ok {
		i, _ := slices.BinarySearchFunc(d.names, name, d.order)
		d.names = slices.Insert(d.names, i, name)
	}
	d.nodes[name] = n
}

// remove takes a child away.
func (d *lakeDir) remove(name string) {
	if _, ok := d.nodes[name]; ok {
		i, _ := slices.BinarySearchFunc(d.names, name, d.order)
		d.names = slices.Delete(d.names, i, i+1)
		delete(d.nodes, name)
	}
	if d.generated != nil {
		d.generated.remove(name)
	}
}

// next returns the first child after a name, "" for the first of all.
func (d *lakeDir) next(after string) (name string, n *lakeNode) {
	i, found := slices.BinarySearchFunc(d.names, after, d.order)
	if found {
		i++
	}
	if i < len(d.names) {
		name, n = d.names[i], d.nodes[d.names[i]]
	}
	if d.generated != nil {
		if other, made := d.generated.next(after); made != nil && (n == nil || d.order(other, name) < 0) {
			return other, made
		}
	}
	return name, n
}

// len returns how many children there are.
func (d *lakeDir) len() int {
	if d.generated == nil {
		return len(d.names)
	}
	n := d.generated.left()
	for _, name := range d.names {
		if !d.generated.has(name) {
			n++
		}
	}
	return n
}

// clone returns a copy of the node and all below it, which shares only what never
// changes.
func (n *lakeNode) clone() *lakeNode {
	c := *n
	c.acl, c.xattrs, c.writer = n.acl.clone(), maps.Clone(n.xattrs), nil
	c.gen2 = n.gen2.clone()
	if n.dir != nil {
		c.dir = &lakeDir{order: n.dir.order, names: slices.Clone(n.dir.names), nodes: make(map[string]*lakeNode, len(n.dir.nodes)), generated: n.dir.generated.clone()}
		for name, child := range n.dir.nodes {
			c.dir.nodes[name] = child.clone()
		}
	}
	return &c
}

// countAfter returns how many children come after a name.
func (d *lakeDir) countAfter(name string) int {
	i, found := slices.BinarySearchFunc(d.names, name, d.order)
	if found {
		i++
	}
	n := len(d.names) - i
	if d.generated == nil {
		return n
	}
	for _, own := range d.names[i:] {
		if d.generated.has(own) {
			n--
		}
	}
	return n + d.generated.countAfter(name)
}
