package azuretest

// ecPolicy says how HDFS spreads a file with parities in place of replicas. The
// cluster has one that is enabled, which is Hadoop's default.
// https://hadoop.apache.org/docs/stable/hadoop-project-dist/hadoop-hdfs/HDFSErasureCoding.html
type ecPolicy struct {
	Name      string   `json:"name"`
	Schema    ecSchema `json:"schema"`
	CellSize  int      `json:"cellSize"`
	ID        int      `json:"id"`
	CodecName string   `json:"codecName"`
	Data      int      `json:"numDataUnits"`
	Parity    int      `json:"numParityUnits"`
	Replicate bool     `json:"replicationPolicy"`
	System    bool     `json:"systemPolicy"`
}

type ecSchema struct {
	CodecName string            `json:"codecName"`
	Data      int               `json:"numDataUnits"`
	Parity    int               `json:"numParityUnits"`
	Extra     map[string]string `json:"extraOptions"`
}

const enabledEC = "RS-6-3-1024k"

func ecPolicyOf(name string) ecPolicy {
	schema := ecSchema{"rs", 6, 3, map[string]string{}}
	return ecPolicy{name, schema, 1 << 20, 1, schema.CodecName, schema.Data, schema.Parity, false, true}
}

// object is the policy as a file's status tells it.
func (p ecPolicy) object() any {
	return struct {
		Name      string            `json:"name"`
		CellSize  int               `json:"cellSize"`
		Data      int               `json:"numDataUnits"`
		Parity    int               `json:"numParityUnits"`
		CodecName string            `json:"codecName"`
		ID        int               `json:"id"`
		Extra     map[string]string `json:"extraOptions"`
	}{p.Name, p.CellSize, p.Data, p.Parity, p.CodecName, p.ID, p.Schema.Extra}
}

func (l *DataLake) getECPolicy(req *lakeRequest) (lakeReply, *lakeFailure) {
	t, failure := l.existing(req.user, req.path, "Path not found: %s")
	if failure != nil {
		return nil, failure
	}
	name := ""
	for _, n := range t.nodes {
		if n.ec != "" {
			name = n.ec
		}
	}
	if name == "" {
		return rawJSON([]byte("null")), nil
	}
	return replyJSON(ecPolicyOf(name))
}

// ecTarget returns the directory whose policy is to change.
func (l *DataLake) ecTarget(req *lakeRequest) (*lakeNode, *lakeFailure) {
	t, failure := l.changeExisting(req.user, req.path, "Path not found: %s")
	if failure == nil {
		failure = t.requireTarget(writeAccess)
	}
	switch {
	case failure != nil:
		return nil, failure
	case t.target().dir == nil:
		return nil, refuseRaw("IOException", "Attempt to set an erasure coding policy for a file %s", req.path)
	}
	return t.target(), nil
}

func (l *DataLake) setECPolicy(req *lakeRequest) (lakeReply, *lakeFailure) {
	if failure := req.required("ecpolicy"); failure != nil {
		return nil, failure
	}
	n, failure := l.ecTarget(req)
	if failure != nil {
		return nil, failure
	}
	if name := req.query.text("ecpolicy"); name != enabledEC {
		return nil, refuseRaw("HadoopIllegalArgumentException", "Policy '%s' does not match any enabled erasure coding policies: [%s]. An erasure coding policy can be enabled by enableErasureCodingPolicy API.", name, enabledEC)
	}
	n.ec = enabledEC
	return l.replyEmpty()
}

func (l *DataLake) unsetECPolicy(req *lakeRequest) (lakeReply, *lakeFailure) {
	n, failure := l.ecTarget(req)
	switch {
	case failure != nil:
		return nil, failure
	case n.ec == "":
		return nil, refuseLake("NoECPolicySetException", "No erasure coding policy explicitly set on %s", req.path)
	}
	n.ec = ""
	return l.replyEmpty()
}
