package azuretest

import (
	"slices"
	"strings"
)

// storagePolicy says on what kind of disks HDFS keeps a file.
// https://hadoop.apache.org/docs/stable/hadoop-project-dist/hadoop-hdfs/ArchivalStorage.html
type storagePolicy struct {
	CopyOnCreateFile     bool     `json:"copyOnCreateFile"`
	CreationFallbacks    []string `json:"creationFallbacks"`
	ID                   int      `json:"id"`
	Name                 string   `json:"name"`
	ReplicationFallbacks []string `json:"replicationFallbacks"`
	StorageTypes         []string `json:"storageTypes"`
}

const hotPolicy = 7

func storagePolicies() []storagePolicy {
	none, disk := []string{}, []string{"DISK"}
	provided, warm, ssd := []string{"PROVIDED", "DISK"}, []string{"DISK", "ARCHIVE"}, []string{"SSD", "DISK"}
	return []storagePolicy{
		{false, provided, 1, "PROVIDED", provided, provided},
		{false, none, 2, "COLD", none, []string{"ARCHIVE"}},
		{false, warm, 5, "WARM", warm, warm},
		{false, none, hotPolicy, "HOT", []string{"ARCHIVE"}, disk},
		{false, ssd, 10, "ONE_SSD", ssd, ssd},
		{false, disk, 12, "ALL_SSD", disk, []string{"SSD"}},
		{false, disk, 14, "ALL_NVDIMM", disk, []string{"NVDIMM"}},
		{true, disk, 15, "LAZY_PERSIST", disk, []string{"RAM_DISK", "DISK"}},
	}
}

func findPolicy(matches func(storagePolicy) bool) (storagePolicy, bool) {
	list := storagePolicies()
	i := slices.IndexFunc(list, matches)
	if i < 0 {
		return storagePolicy{}, false
	}
	return list[i], true
}

func (l *DataLake) getAllStoragePolicy(*lakeRequest) (lakeReply, *lakeFailure) {
	var answer struct {
		BlockStoragePolicies struct{ BlockStoragePolicy []storagePolicy }
	}
	list := storagePolicies()
	if l.traits.dialect == httpFSDialect {
		list[len(list)-1].CopyOnCreateFile = false // it does not tell
	}
	answer.BlockStoragePolicies.BlockStoragePolicy = list
	return replyJSON(answer)
}

// getStoragePolicy answers with the policy of the path or of the next directory above
// it that has one.
func (l *DataLake) getStoragePolicy(req *lakeRequest) (lakeReply, *lakeFailure) {
	t, failure := l.existing(req.user, req.path, "File/Directory does not exist: %s")
	if failure != nil {
		return nil, failure
	}
	id := hotPolicy
	for _, n := range t.nodes {
		if n.policy != 0 {
			id = n.policy
		}
	}
	policy, _ := findPolicy(func(p storagePolicy) bool { return p.ID == id })
	return replyJSON(struct{ BlockStoragePolicy storagePolicy }{policy})
}

func (l *DataLake) setStoragePolicy(req *lakeRequest) (lakeReply, *lakeFailure) {
	name := req.query.text("storagepolicy")
	if name == "" {
		if l.traits.dialect == httpFSDialect {
			return nil, refuseLake("NullPointerException", "null")
		}
		return nil, refuseLake("IllegalArgumentException", "Storage policy name is empty.")
	}
	policy, ok := findPolicy(func(p storagePolicy) bool { return strings.EqualFold(p.Name, name) })
	if !ok {
		return nil, refuseRaw("HadoopIllegalArgumentException", "Cannot find a block policy with the name %s", name)
	}
	return l.changePolicy(req, policy.ID)
}

func (l *DataLake) unsetStoragePolicy(req *lakeRequest) (lakeReply, *lakeFailure) {
	return l.changePolicy(req, 0)
}

func (l *DataLake) changePolicy(req *lakeRequest, id int) (lakeReply, *lakeFailure) {
	t, failure := l.changeExisting(req.user, req.path, "File/Directory does not exist: %s")
	if failure == nil {
		failure = t.requireTarget(writeAccess)
	}
	if failure != nil {
		return nil, failure
	}
	t.target().policy = id
	return l.replyEmpty()
}

func (l *DataLake) satisfyStoragePolicy(req *lakeRequest) (lakeReply, *lakeFailure) {
	if _, failure := l.changeExisting(req.user, req.path, "File/Directory does not exist: %s"); failure != nil {
		return nil, failure
	}
	return nil, refuseRaw("UnsupportedActionException", "Cannot request to satisfy storage policy when storage policy satisfier feature has been disabled by admin. Seek for an admin help to enable it or use Mover tool.")
}
