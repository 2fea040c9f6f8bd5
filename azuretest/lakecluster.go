package azuretest

// home is a user's directory, which need not be there.
func (l *DataLake) home(user string) string { return "/user/" + user }

type lakePathAnswer struct {
	Path string
}

func (l *DataLake) getHomeDirectory(req *lakeRequest) (lakeReply, *lakeFailure) {
	if l.traits.dialect == httpFSDialect && req.path != "/" {
		return nil, refuseLake("UnsupportedOperationException", "Operation [GETHOMEDIRECTORY], invalid path [%s], must be /", req.path)
	}
	return replyJSON(lakePathAnswer{l.home(req.user.name)})
}

func (l *DataLake) getTrashRoot(req *lakeRequest) (lakeReply, *lakeFailure) {
	return replyJSON(lakePathAnswer{l.home(req.user.name) + "/.Trash"})
}

// serverDefaults is the answer to GETSERVERDEFAULTS.
type serverDefaults struct {
	BlockSize              int64  `json:"blockSize"`
	BytesPerChecksum       int    `json:"bytesPerChecksum"`
	ChecksumType           int    `json:"checksumType"` // CRC32C
	DefaultStoragePolicyID int    `json:"defaultStoragePolicyId"`
	EncryptDataTransfer    bool   `json:"encryptDataTransfer"`
	FileBufferSize         int    `json:"fileBufferSize"`
	KeyProviderURI         string `json:"keyProviderUri"`
	Replication            int    `json:"replication"`
	TrashInterval          int    `json:"trashInterval"`
	WritePacketSize        int    `json:"writePacketSize"`
}

func (l *DataLake) getServerDefaults(*lakeRequest) (lakeReply, *lakeFailure) {
	return replyJSON(struct{ FsServerDefaults serverDefaults }{serverDefaults{
		BlockSize: l.traits.blockSize, BytesPerChecksum: bytesPerChecksum, ChecksumType: 2,
		DefaultStoragePolicyID: hotPolicy, FileBufferSize: 4096, Replication: 1, WritePacketSize: 65536,
	}})
}

// fsStatus is the answer to GETSTATUS.
type fsStatus struct {
	Capacity  int64 `json:"capacity"`
	Remaining int64 `json:"remaining"`
	Used      int64 `json:"used"`
}

// lakeCapacity is how much the cluster says it can hold.
const lakeCapacity = 1 << 40

func (l *DataLake) getStatus(*lakeRequest) (lakeReply, *lakeFailure) {
	used := l.root.sum().space
	return replyJSON(struct{ FsStatus fsStatus }{fsStatus{lakeCapacity, lakeCapacity - used, used}})
}

// blockLocation is where one block is, for GETFILEBLOCKLOCATIONS.
type blockLocation struct {
	CachedHosts   []string `json:"cachedHosts"`
	Corrupt       bool     `json:"corrupt"`
	Hosts         []string `json:"hosts"`
	Length        int64    `json:"length"`
	Names         []string `json:"names"`
	Offset        int64    `json:"offset"`
	StorageTypes  []string `json:"storageTypes"`
	TopologyPaths []string `json:"topologyPaths"`
}

// span is a block and where it is in its file.
type span struct{ offset, size int64 }

// spans returns the blocks of a file that a request asks for.
func (l *DataLake) spans(req *lakeRequest) ([]span, *lakeFailure) {
	n, failure := l.file(req.user, req.path, readAccess)
	if failure != nil {
		return nil, failure
	}
	from := max(req.query.number("offset", 0), 0)
	length := req.query.number("length", n.content.size)
	if length <= 0 && l.traits.dialect == httpFSDialect {
		length = n.content.size
	}
	var list []span
	start := int64(0)
	for _, block := range n.content.blocks() {
		if start < from+length && start+block.size > from {
			list = append(list, span{start, block.size})
		}
		start += block.size
	}
	return list, nil
}

func (l *DataLake) getFileBlockLocations(req *lakeRequest) (lakeReply, *lakeFailure) {
	spans, failure := l.spans(req)
	if failure != nil {
		return nil, failure
	}
	host := "datanode." + l.name + ".test"
	list := []blockLocation{}
	for _, s := range spans {
		list = append(list, blockLocation{
			CachedHosts: []string{}, Hosts: []string{host}, Length: s.size, Names: []string{host + ":9866"},
			Offset: s.offset, StorageTypes: []string{"DISK"}, TopologyPaths: []string{"/default-rack/" + host + ":9866"},
		})
	}
	var answer struct {
		BlockLocations struct{ BlockLocation []blockLocation }
	}
	answer.BlockLocations.BlockLocation = list
	return replyJSON(answer)
}
