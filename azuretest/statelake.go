package azuretest

import (
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
)

// lakeState is a data lake in a saved state; its nodes follow, the root first and each
// directory before what is in it.
type lakeState struct {
	Profile     string              `json:"profile"`
	Name        string              `json:"name"`
	Owner       string              `json:"owner"`
	OwnerGroup  string              `json:"ownerGroup"`
	LastID      int64               `json:"lastID"`
	LastVersion int64               `json:"lastVersion"`
	Expiring    bool                `json:"expiring"`
	Groups      map[string][]string `json:"groups,omitempty"`
	Tokens      bool                `json:"delegationTokens"`
	Composite   bool                `json:"compositeChecksums"`
}

// savedNode is a node and what follows its record.
type savedNode struct {
	about    *nodeState
	contents []savedContent
}

type savedContent struct {
	io.Reader

	size int64
}

func (s *Server) saveLakes(out *stateWriter) {
	for _, l := range s.DataLakes() {
		about, nodes := l.state()
		out.write(stateRecord{Lake: about})
		for _, n := range nodes {
			out.write(stateRecord{Node: n.about})
			for _, one := range n.contents {
				out.content(one, one.size)
			}
		}
	}
}

func (l *DataLake) state() (*lakeState, []savedNode) {
	l.mu.Lock()
	defer l.mu.Unlock()
	tree := lakeTree{kept: map[contentKey][]int{}}
	tree.add(l.root, nodeState{})
	return &lakeState{
		l.profile.String(), l.name, l.owner, l.ownerGroup, l.lastID, l.lastVersion,
		l.expiring, l.groupsLocked(), l.tokens, l.crc,
	}, tree.nodes
}

func (l *DataLake) groupsLocked() map[string][]string {
	out := map[string][]string{}
	for user, groups := range l.groups {
		out[user] = slices.Clone(groups)
	}
	return out
}

// lakeTree is the nodes of a lake in the order they are saved in. Snapshots share
// contents with what they are of, which are saved once.
type lakeTree struct {
	nodes []savedNode
	whole []lakeContent        // of each
	kept  map[contentKey][]int // the nodes whose contents begin so
}

// contentKey is the same for contents that begin with the same piece.
type contentKey struct {
	memory *byte
	spill  *lakeSpill
	at     int64
	size   int64
}

// add saves a node, of which in says where it is, and all below it.
func (t *lakeTree) add(n *lakeNode, in nodeState) {
	at := len(t.nodes)
	t.nodes = append(t.nodes, n.saved(in))
	t.whole = append(t.whole, n.content)
	t.addContent(n.content, at)
	if n.snapshots != nil {
		for _, one := range n.snapshots.list {
			t.add(one.node, nodeState{In: at, Name: rawText(one.name), Snapshot: &one.id})
		}
	}
	if n.dir == nil {
		return
	}
	for _, name := range n.dir.names {
		t.add(n.dir.nodes[name], nodeState{In: at, Name: rawText(name)})
	}
}

// addContent puts a content before what else follows the node's record, or names the
// node that has the same.
func (t *lakeTree) addContent(c lakeContent, at int) {
	node := &t.nodes[at]
	if c.size == 0 {
		return
	}
	first := c.parts[0]
	key := contentKey{first.start(), first.spill, first.at, c.size}
	for _, other := range t.kept[key] {
		if t.whole[other].same(&c) {
			node.about.Same = &other
			return
		}
	}
	t.kept[key] = append(t.kept[key], at)
	node.contents = slices.Insert(node.contents, 0, savedContent{c.reader(0, c.size), c.size})
}

// start is where a piece in memory is.
func (p lakePart) start() *byte {
	if len(p.memory) == 0 {
		return nil
	}
	return &p.memory[0]
}

// same reports whether two contents are the same pieces.
func (c *lakeContent) same(other *lakeContent) bool {
	if c.size != other.size {
		return false
	}
	a, b := c.pieces(), other.pieces()
	return slices.EqualFunc(a, b, func(a, b lakePart) bool {
		return a.start() == b.start() && a.spill == b.spill && a.at == b.at && a.n == b.n
	})
}

// pieces are those that the content has, and no more of the last.
func (c *lakeContent) pieces() []lakePart {
	var list []lakePart
	left := c.size
	for _, p := range c.parts {
		if left <= 0 {
			break
		}
		p.n = min(p.n, left)
		left -= p.n
		list = append(list, p)
	}
	return list
}

func (l *stateLoader) takeLake(st *lakeState) error {
	if err := l.checkLakes(); err != nil {
		return err
	}
	profiles := []Profile{Gen1, Hadoop, HttpFS, Knox, Gen2}
	i := slices.IndexFunc(profiles, func(p Profile) bool { return p.String() == st.Profile })
	if i < 0 || !isLakeName(st.Name, profiles[i]) || st.Name != strings.ToLower(st.Name) {
		return fmt.Errorf("no data lake of profile %q can be named %q", st.Profile, st.Name)
	}
	key := st.Profile + " " + st.Name
	if l.lakesByName[key] != nil {
		return fmt.Errorf("a second data lake %s", key)
	}
	lake := &DataLake{
		server: l.server, name: st.Name, profile: profiles[i], traits: lakeTraitsOf(profiles[i], st.Name),
		owner: st.Owner, ownerGroup: st.OwnerGroup, lastID: st.LastID, lastVersion: st.LastVersion,
		expiring: st.Expiring, groups: st.Groups, cuts: map[string]int64{}, tokens: st.Tokens, crc: st.Composite,
	}
	l.lake, l.nodes, l.spill = lake, nil, nil
	l.lakesByName[key] = lake
	if lake.profile == Gen2 {
		account, fileSystem, _ := strings.Cut(st.Name, "/")
		l.gen2Account(account).fileSystems[fileSystem] = lake
		return nil
	}
	for host, role := range lake.traits.hosts {
		l.lakesByHost[host] = lakeHost{lake, role}
	}
	return nil
}

// gen2Account returns the account of that name, which is there without file systems,
// too.
func (l *stateLoader) gen2Account(name string) *gen2Account {
	a, ok := l.lakesByHost[name+gen2Suffix].(*gen2Account)
	if !ok {
		a = &gen2Account{server: l.server, name: name, fileSystems: map[string]*DataLake{}}
		l.lakesByHost[name+gen2Suffix] = a
	}
	return a
}

// checkLakes says whether the lake that was read last is whole.
func (l *stateLoader) checkLakes() error {
	if l.lake != nil && l.lake.root == nil {
		return errors.New("a data lake without a root")
	}
	return nil
}
