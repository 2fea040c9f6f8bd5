package azuretest

// lakeSum is what is in a part of the tree.
type lakeSum struct {
	files, dirs int64
	length      int64
	space       int64 // with all replicas
}

func (s *lakeSum) add(o lakeSum) {
	s.files += o.files
	s.dirs += o.dirs
	s.length += o.length
	s.space += o.space
}

// sum counts the node and all below it.
func (n *lakeNode) sum() lakeSum {
	if n.dir == nil {
		return lakeSum{files: 1, length: n.content.size, space: n.content.size * int64(n.replication)}
	}
	s := lakeSum{dirs: 1}
	for _, child := range n.dir.nodes {
		s.add(child.sum())
	}
	s.files += int64(n.dir.len() - len(n.dir.names)) // the generated ones are empty
	return s
}

// contentSummary is the answer to GETCONTENTSUMMARY.
// https://hadoop.apache.org/docs/stable/hadoop-project-dist/hadoop-hdfs/WebHDFS.html#ContentSummary_JSON_Schema
type contentSummary struct {
	DirectoryCount int64            `json:"directoryCount"`
	ECPolicy       string           `json:"ecPolicy"`
	FileCount      int64            `json:"fileCount"`
	Length         int64            `json:"length"`
	Quota          int64            `json:"quota"`
	SpaceConsumed  int64            `json:"spaceConsumed"`
	SpaceQuota     int64            `json:"spaceQuota"`
	TypeQuota      map[string]quota `json:"typeQuota"`

	*snapshotSummary
}

// snapshotSummary is what only the name node tells.
type snapshotSummary struct {
	Directories int64 `json:"snapshotDirectoryCount"`
	Files       int64 `json:"snapshotFileCount"`
	Length      int64 `json:"snapshotLength"`
	Space       int64 `json:"snapshotSpaceConsumed"`
}

func (l *DataLake) getContentSummary(req *lakeRequest) (lakeReply, *lakeFailure) {
	t, failure := l.existing(req.user, req.path, "File does not exist: %s")
	if failure != nil {
		return nil, failure
	}
	n := t.target()
	if failure := req.user.requireReadable(req.path, n); failure != nil {
		return nil, failure
	}
	sum, snapshots := n.sum(), n.snapshotSum()
	sum.add(snapshots)
	answer := contentSummary{
		DirectoryCount: sum.dirs, FileCount: sum.files, Length: sum.length, SpaceConsumed: sum.space,
		Quota: n.quota.names(), SpaceQuota: n.quota.bytes(), TypeQuota: n.quota.types(), ECPolicy: n.ecName(),
	}
	if l.traits.dialect == nameNodeDialect {
		answer.snapshotSummary = &snapshotSummary{snapshots.dirs, snapshots.files, snapshots.length, snapshots.space}
	}
	return replyJSON(struct{ ContentSummary contentSummary }{answer})
}

// ecName is how a summary calls the way the data are kept.
func (n *lakeNode) ecName() string {
	if n.dir == nil && n.ec == "" {
		return "Replicated"
	}
	return n.ec
}

// requireReadable refuses to count what is in directories that are closed.
func (u lakeUser) requireReadable(path string, n *lakeNode) *lakeFailure {
	if u.super || n.dir == nil {
		return nil
	}
	if want := readAccess | executeAccess; !u.permits(n, want) {
		return denyLake(u, want, path, n)
	}
	for _, name := range n.dir.names {
		if failure := u.requireReadable(joinLake(path, name), n.dir.nodes[name]); failure != nil {
			return failure
		}
	}
	return nil
}
