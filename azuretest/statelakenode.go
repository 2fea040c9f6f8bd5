package azuretest

import (
	"maps"
	"slices"
)

// nodeState is a file or a directory in a saved state. Its data follow: its content,
// unless another node has the same, what is pending for the writer, then what is not yet
// flushed.
type nodeState struct {
	In            int                `json:"in"` // number of the node it is in, from 0
	Name          rawText            `json:"name"`
	Snapshot      *int               `json:"snapshot,omitempty"` // ID, if it is one of the node it is in
	ID            int64              `json:"id"`
	Dir           bool               `json:"dir"`
	Owner         rawText            `json:"owner"`
	Group         rawText            `json:"group"`
	Mode          uint16             `json:"mode"`
	ACL           []aclState         `json:"acl,omitempty"`
	XAttrs        []xattrState       `json:"xattrs,omitempty"`
	Created       instant            `json:"created"`
	Modified      instant            `json:"modified"`
	Accessed      instant            `json:"accessed"`
	Expires       instant            `json:"expires,omitzero"`
	Replication   int                `json:"replication,omitempty"`
	BlockSize     int64              `json:"blockSize,omitempty"`
	Policy        int                `json:"policy,omitempty"`
	EC            string             `json:"ec,omitempty"`
	Quota         *quotaState        `json:"quota,omitempty"`
	SnapshotsMade *int               `json:"snapshotsMade,omitempty"` // nil: there may be none
	Concurrent    bool               `json:"concurrent,omitempty"`
	Generated     *generatedState    `json:"generated,omitempty"`
	Version       int64              `json:"version"`
	Headers       map[string]rawText `json:"headers,omitempty"`
	Properties    rawText            `json:"properties,omitempty"`
	Lease         *leaseState        `json:"lease,omitempty"`
	Writer        *writerState       `json:"writer,omitempty"`
	Size          int64              `json:"size,omitempty"`
	Blocks        []int64            `json:"blocks,omitempty"` // where HDFS's end
	Same          *int               `json:"same,omitempty"`   // number of the node with the same content
	Pending       []pendingState     `json:"pending,omitempty"`
}

type aclState struct {
	Default bool    `json:"default,omitempty"`
	Kind    aclKind `json:"kind"`
	Name    rawText `json:"name,omitempty"`
	Access  uint16  `json:"access"`
}

type xattrState struct {
	Name  rawText `json:"name"`
	Value []byte  `json:"value"`
}

type quotaState struct {
	Count  int64            `json:"count,omitempty"`
	Space  int64            `json:"space,omitempty"`
	ByType map[string]int64 `json:"byType,omitempty"`
}

type generatedState struct {
	Low   int        `json:"low"`
	Count int        `json:"count"`
	Like  *nodeState `json:"like"`
	Gone  []string   `json:"gone,omitempty"`
}

type leaseState struct {
	ID       string  `json:"id"`
	Duration int64   `json:"duration"` // in nanoseconds
	Until    instant `json:"until,omitzero"`
	Broken   instant `json:"broken,omitzero"`
}

// writerState is a lease of Gen1's; who else has a file open has lost it at a restart.
type writerState struct {
	Lease   rawText `json:"lease"`
	Until   instant `json:"until"`
	Pending bool    `json:"pending,omitempty"`
	Size    int64   `json:"size,omitempty"`
	Blocks  []int64 `json:"blocks,omitempty"`
}

type pendingState struct {
	At   int64 `json:"at"`
	Size int64 `json:"size"`
}

// saved is the node, but for its content, with what in says.
func (n *lakeNode) saved(in nodeState) savedNode {
	in.ID, in.Dir, in.Owner, in.Group, in.Mode = n.id, n.dir != nil, rawText(n.owner), rawText(n.group), n.mode
	in.Created, in.Modified, in.Accessed, in.Expires = instant{n.created}, instant{n.modified}, instant{n.accessed}, instant{n.expires}
	in.Replication, in.BlockSize, in.Policy, in.EC, in.Concurrent = n.replication, n.blockSize, n.policy, n.ec, n.concurrent
	in.Version, in.Headers, in.Properties = n.gen2.version, rawMap(n.gen2.headers), rawText(n.gen2.properties)
	in.Size, in.Blocks = n.content.size, n.content.savedEnds()
	for _, e := range slices.Concat(n.acl.access, n.acl.defaults) {
		in.ACL = append(in.ACL, aclState{e.isDefault, e.kind, rawText(e.name), uint16(e.access)})
	}
	for _, name := range slices.Sorted(maps.Keys(n.xattrs)) {
		in.XAttrs = append(in.XAttrs, xattrState{rawText(name), n.xattrs[name]})
	}
	if q := n.quota; q.count != 0 || q.space != 0 || q.byType != nil {
		in.Quota = &quotaState{q.count, q.space, q.byType}
	}
	if n.snapshots != nil {
		made := n.snapshots.made
		in.SnapshotsMade = &made
	}
	if n.dir != nil && n.dir.generated != nil {
		in.Generated = n.dir.generated.saved()
	}
	if held := n.gen2.held; held.id != "" {
		in.Lease = &leaseState{held.id, int64(held.duration), instant{held.until}, instant{held.broken}}
	}
	out := savedNode{about: &in}
	out.addPending(n)
	return out
}

// addPending saves what is not yet to be seen.
func (s *savedNode) addPending(n *lakeNode) {
	if w := n.writer; w != nil && !w.until.IsZero() {
		s.about.Writer = &writerState{Lease: rawText(w.lease), Until: instant{w.until}}
		if w.pending != nil {
			s.about.Writer.Pending, s.about.Writer.Size, s.about.Writer.Blocks = true, w.pending.size, w.pending.savedEnds()
			s.contents = append(s.contents, savedContent{w.pending.reader(0, w.pending.size), w.pending.size})
		}
	}
	for _, p := range n.gen2.pending {
		s.about.Pending = append(s.about.Pending, pendingState{p.at, p.content.size})
		s.contents = append(s.contents, savedContent{p.content.reader(0, p.content.size), p.content.size})
	}
}

// savedEnds are where the blocks end, of which the last may since have grown in another
// content.
func (c *lakeContent) savedEnds() []int64 {
	var ends []int64
	for _, end := range c.ends {
		ends = append(ends, min(end, c.size))
	}
	return ends
}

func (g *lakeGenerated) saved() *generatedState {
	like := g.like.saved(nodeState{})
	return &generatedState{g.low, g.count, like.about, slices.Sorted(maps.Keys(g.gone))}
}
