package azuretest

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"
)

func (l *stateLoader) takeNode(st *nodeState) error {
	if l.lake == nil {
		return errors.New("a node without a data lake")
	}
	n, err := l.node(st)
	if err == nil {
		err = l.contents(st, n)
	}
	if err == nil {
		err = l.place(st, n)
	}
	if err != nil {
		return fmt.Errorf("node %d, %q: %w", len(l.nodes), st.Name, err)
	}
	l.nodes = append(l.nodes, n)
	return nil
}

// node makes a node of what its record says.
func (l *stateLoader) node(st *nodeState) (*lakeNode, error) {
	if err := checkNode(st); err != nil {
		return nil, err
	}
	n := &lakeNode{
		id: st.ID, owner: string(st.Owner), group: string(st.Group), mode: st.Mode,
		created: st.Created.Time, modified: st.Modified.Time, accessed: st.Accessed.Time, expires: st.Expires.Time,
		replication: st.Replication, blockSize: st.BlockSize, policy: st.Policy, ec: st.EC, concurrent: st.Concurrent,
		gen2: gen2State{version: st.Version, headers: plainMap(st.Headers), properties: string(st.Properties)},
	}
	for _, e := range st.ACL {
		entry := aclEntry{e.Default, e.Kind, string(e.Name), lakeAccess(e.Access)}
		if e.Default {
			n.acl.defaults = append(n.acl.defaults, entry)
		} else {
			n.acl.access = append(n.acl.access, entry)
		}
	}
	for _, x := range st.XAttrs {
		if n.xattrs == nil {
			n.xattrs = map[string][]byte{}
		}
		n.xattrs[string(x.Name)] = x.Value
	}
	if q := st.Quota; q != nil {
		n.quota = lakeQuota{q.Count, q.Space, q.ByType}
	}
	if held := st.Lease; held != nil {
		n.gen2.held = gen2Lease{held.ID, time.Duration(held.Duration), held.Until.Time, held.Broken.Time}
	}
	return n, l.directory(st, n)
}

// checkNode refuses what the lake's own code does not expect.
func checkNode(st *nodeState) error {
	_, policy := findPolicy(func(p storagePolicy) bool { return p.ID == st.Policy })
	switch {
	case st.Mode > 0o1777 || !st.Dir && st.Mode > 0o777:
		return fmt.Errorf("no mode is %o", st.Mode)
	case !st.Dir && (st.BlockSize < 1 || st.Replication < 1):
		return errors.New("a file without block size or replicas")
	case st.Dir && (st.Size != 0 || st.Same != nil || st.Writer != nil || st.Pending != nil || st.Concurrent):
		return errors.New("a directory with a content")
	case !st.Dir && (st.SnapshotsMade != nil || st.Generated != nil):
		return errors.New("a file with snapshots or files in it")
	case st.Policy != 0 && !policy || st.EC != "" && st.EC != enabledEC:
		return errors.New("an unknown policy")
	}
	for _, e := range st.ACL {
		if e.Kind < aclUser || e.Kind > aclOther || e.Access > uint16(allAccess) {
			return errors.New("an unknown ACL entry")
		}
	}
	return nil
}

// directory adds what only a directory has.
func (l *stateLoader) directory(st *nodeState, n *lakeNode) error {
	if !st.Dir {
		return nil
	}
	n.dir = &lakeDir{order: l.lake.traits.order, nodes: map[string]*lakeNode{}}
	if st.SnapshotsMade != nil {
		n.snapshots = &lakeSnapshots{made: *st.SnapshotsMade}
	}
	if st.Generated == nil {
		return nil
	}
	g := st.Generated
	if g.Like == nil || g.Like.Dir || g.Like.Size != 0 || g.Low < 0 || g.Low > g.Count {
		return errors.New("generated files that cannot be")
	}
	like, err := l.node(g.Like)
	if err != nil {
		return err
	}
	n.dir.generated = &lakeGenerated{low: g.Low, count: g.Count, like: like, gone: map[string]bool{}}
	for _, name := range g.Gone {
		if !n.dir.generated.has(name) {
			return fmt.Errorf("no generated file is %q", name)
		}
		n.dir.generated.gone[name] = true
	}
	return nil
}

// contents reads what follows a node's record.
func (l *stateLoader) contents(st *nodeState, n *lakeNode) (err error) {
	if st.Same != nil {
		if *st.Same < 0 || *st.Same >= len(l.nodes) || l.nodes[*st.Same].content.size != st.Size {
			return errors.New("no node has the same content")
		}
		n.content = lakeContent{parts: l.nodes[*st.Same].content.pieces(), size: st.Size}
		if n.content.ends, err = checkEnds(st.Blocks, st.Size); err != nil {
			return err
		}
	} else if n.content, err = l.lakeContent(st.Size, st.Blocks); err != nil {
		return err
	}
	if w := st.Writer; w != nil {
		n.writer = &lakeWriter{holder: "lease " + string(w.Lease), lease: string(w.Lease), until: w.Until.Time}
		if w.Pending {
			pending, err := l.lakeContent(w.Size, w.Blocks)
			if err != nil {
				return err
			}
			n.writer.pending = &pending
		}
	}
	for _, p := range st.Pending {
		content, err := l.lakeContent(p.Size, nil)
		if err != nil {
			return err
		}
		n.gen2.pending = append(n.gen2.pending, pendingData{p.At, content})
	}
	return nil
}

// lakeContent reads the bytes that follow a record; where its blocks end is worked out if
// nothing is said.
func (l *stateLoader) lakeContent(size int64, ends []int64) (lakeContent, error) {
	var c lakeContent
	err := l.in.content(size, func(data []byte) error {
		p, err := l.lake.keep(data, c.size+int64(len(data)) <= lakeMemory, &l.spill)
		if err == nil {
			c.add(p, oneBlock)
		}
		return err
	})
	if err == nil && ends != nil {
		c.ends, err = checkEnds(ends, size)
	}
	return c, err
}

// checkEnds refuses what are no ends of blocks.
func checkEnds(ends []int64, size int64) ([]int64, error) {
	if !slices.IsSorted(ends) || len(ends) > 0 && (ends[0] < 0 || ends[len(ends)-1] != size) {
		return nil, fmt.Errorf("a content of %d bytes has blocks that end at %v", size, ends)
	}
	return ends, nil
}

// place puts a node where its record says.
func (l *stateLoader) place(st *nodeState, n *lakeNode) error {
	name := string(st.Name)
	switch {
	case len(l.nodes) == 0:
		if n.dir == nil || name != "" {
			return errors.New("the first must be the root")
		}
		l.lake.root = n
		return nil
	case st.In < 0 || st.In >= len(l.nodes) || l.nodes[st.In].dir == nil || name == "" || strings.Contains(name, "/"):
		return fmt.Errorf("it cannot be in node %d", st.In)
	}
	dir := l.nodes[st.In]
	if st.Snapshot != nil {
		if dir.snapshots == nil || n.dir == nil || dir.snapshots.find(name) != nil {
			return errors.New("it cannot be a snapshot")
		}
		dir.snapshots.list = append(dir.snapshots.list, &lakeSnapshot{*st.Snapshot, name, n})
		return nil
	}
	if dir.dir.nodes[name] != nil {
		return errors.New("it is there already")
	}
	dir.dir.put(name, n)
	return nil
}
