package azuretest

import (
	"fmt"
	"maps"
	"strings"
)

// lakeQuota limits what is in a directory. 0 is no limit.
type lakeQuota struct {
	count  int64 // files and directories, itself included
	space  int64 // bytes, with all replicas
	byType map[string]int64
}

// quota is a limit for one type of storage as it is told.
type quota struct {
	Consumed int64 `json:"consumed"`
	Quota    int64 `json:"quota"`
}

func (q lakeQuota) names() int64 { return orNone(q.count) }
func (q lakeQuota) bytes() int64 { return orNone(q.space) }

func orNone(n int64) int64 {
	if n == 0 {
		return -1
	}
	return n
}

func (q lakeQuota) types() map[string]quota {
	out := map[string]quota{}
	for name, limit := range q.byType {
		out[name] = quota{Quota: limit}
	}
	return out
}

// checkQuota refuses so many new names and bytes below the nodes of a trail.
func (t lakeTrail) checkQuota(names, space int64) *lakeFailure {
	for i, n := range t.nodes {
		if n.quota.count == 0 && n.quota.space == 0 || n.dir == nil {
			continue
		}
		sum := n.sum()
		if total := sum.files + sum.dirs + names; n.quota.count > 0 && names > 0 && total > n.quota.count {
			return refuseRaw("NSQuotaExceededException", "The NameSpace quota (directories and files) of directory %s is exceeded: quota=%d file count=%d", t.at(i), n.quota.count, total)
		}
		if failure := n.overSpace(t.at(i), sum.space+space, space); failure != nil {
			return failure
		}
	}
	return nil
}

func (n *lakeNode) overSpace(path string, total, more int64) *lakeFailure {
	if n.quota.space == 0 || more == 0 || total <= n.quota.space {
		return nil
	}
	return refuseRaw("DSQuotaExceededException", "The DiskSpace quota of %s is exceeded: quota = %d B but diskspace consumed = %d B", path, n.quota.space, total)
}

// quotaOf refuses more bytes in a file below some directories. HDFS reckons with a
// whole block for each that is begun.
func quotaOf(above []*lakeNode, path string, more, block int64) *lakeFailure {
	names := splitLake(path)
	for i, n := range above {
		if n.quota.space == 0 {
			continue
		}
		if failure := n.overSpace("/"+strings.Join(names[:i], "/"), n.sum().space+max(more, block), more); failure != nil {
			return failure
		}
	}
	return nil
}

// quotaUsage is the answer to GETQUOTAUSAGE.
type quotaUsage struct {
	Count         int64            `json:"fileAndDirectoryCount"`
	Quota         int64            `json:"quota"`
	SpaceConsumed int64            `json:"spaceConsumed"`
	SpaceQuota    int64            `json:"spaceQuota"`
	TypeQuota     map[string]quota `json:"typeQuota"`
}

func (l *DataLake) getQuotaUsage(req *lakeRequest) (lakeReply, *lakeFailure) {
	t, failure := l.existing(req.user, req.path, "File does not exist: %s")
	if failure != nil {
		return nil, failure
	}
	n := t.target()
	if n.dir != nil {
		if failure := t.requireTarget(readAccess | executeAccess); failure != nil {
			return nil, failure
		}
	}
	sum := n.sum()
	return replyJSON(struct{ QuotaUsage quotaUsage }{quotaUsage{
		sum.files + sum.dirs, n.quota.names(), sum.space, n.quota.bytes(), n.quota.types(),
	}})
}

// quotaTarget returns the directory whose limits a superuser wants to change.
func (l *DataLake) quotaTarget(req *lakeRequest, what string) (*lakeNode, *lakeFailure) {
	if !req.user.super {
		return nil, refuseLake("AccessControlException", "Access denied for user %s. Superuser privilege is required for operation %s", req.user.name, what)
	}
	t, failure := l.changeExisting(req.user, req.path, "Directory does not exist: %s")
	switch {
	case failure != nil:
		return nil, failure
	case t.target().dir == nil:
		return nil, notDirectory(req.path, l)
	}
	return t.target(), nil
}

func notDirectory(path string, l *DataLake) *lakeFailure {
	quote := "`"
	if l.traits.dialect == httpFSDialect {
		quote = "``"
	}
	return refuseLake("PathIsNotDirectoryException", "%s%s': Is not a directory", quote, path)
}

// keepLimit, by Hadoop's numbers, leaves a limit as it is; removeLimit is -1.
const keepLimit = noLimit

func newLimit(old, wanted int64) (int64, bool) {
	switch wanted {
	case keepLimit:
		return old, true
	case -1:
		return 0, true
	}
	return wanted, wanted > 0
}

func (l *DataLake) setQuota(req *lakeRequest) (lakeReply, *lakeFailure) {
	n, failure := l.quotaTarget(req, "setSpaceQuota")
	if failure != nil {
		return nil, failure
	}
	count, ok := newLimit(n.quota.count, req.query.number("namespacequota", keepLimit))
	space, fine := newLimit(n.quota.space, req.query.number("storagespacequota", keepLimit))
	if !ok || !fine {
		return nil, refuseLake("IllegalArgumentException", "Invalid values for quota : %d and %d", req.query.number("namespacequota", 0), req.query.number("storagespacequota", 0))
	}
	n.quota.count, n.quota.space = count, space
	return l.replyEmpty()
}

func (l *DataLake) setQuotaByType(req *lakeRequest) (lakeReply, *lakeFailure) {
	if failure := req.required("storagespacequota", "storagetype"); failure != nil {
		return nil, failure
	}
	n, failure := l.quotaTarget(req, "setSpaceQuota")
	if failure != nil {
		return nil, failure
	}
	kind := strings.ToUpper(req.query.text("storagetype"))
	switch kind {
	case "SSD", "DISK", "ARCHIVE", "NVDIMM", "PROVIDED":
	default:
		return nil, refuseLake("IllegalArgumentException", "%s", fmt.Sprintf("No enum constant org.apache.hadoop.fs.StorageType.%s", kind))
	}
	types := map[string]int64{}
	maps.Copy(types, n.quota.byType)
	types[kind] = req.query.number("storagespacequota", 0)
	n.quota.byType = types
	return l.replyEmpty()
}
