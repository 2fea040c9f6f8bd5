package azuretest

import (
	"encoding/json"
	"net/http"
	"strconv"
)

// appendStatus writes what is known of a node as JSON. Lists of millions go through
// here, so it does without encoding/json but for names.
// https://hadoop.apache.org/docs/stable/hadoop-project-dist/hadoop-hdfs/WebHDFS.html#FileStatus_JSON_Schema
func (l *DataLake) appendStatus(out []byte, suffix string, n *lakeNode) []byte {
	kind, length, block, replicas := "FILE", n.length(), n.blockSize, n.replication
	if n.dir != nil {
		kind, length, block, replicas = "DIRECTORY", 0, 0, 0
	}
	out = append(out, `{"accessTime":`...)
	out = strconv.AppendInt(out, l.accessTime(n), 10)
	out = append(out, `,"blockSize":`...)
	out = strconv.AppendInt(out, block, 10)
	out = append(out, `,"group":`...)
	out = appendQuoted(out, n.group)
	out = append(out, `,"length":`...)
	out = strconv.AppendInt(out, length, 10)
	out = append(out, `,"modificationTime":`...)
	out = strconv.AppendInt(out, n.modified.UnixMilli(), 10)
	out = append(out, `,"owner":`...)
	out = appendQuoted(out, n.owner)
	out = append(out, `,"pathSuffix":`...)
	out = appendQuoted(out, suffix)
	out = append(out, `,"permission":"`...)
	out = strconv.AppendUint(out, uint64(n.mode), 8)
	out = append(out, `","replication":`...)
	out = strconv.AppendInt(out, int64(replicas), 10)
	if l.profile == Gen1 {
		out = l.appendGen1Status(out, n)
	} else {
		out = l.appendHDFSStatus(out, n)
	}
	out = append(out, `,"type":"`...)
	return append(append(out, kind...), `"}`...)
}

// appendHDFSStatus writes what HDFS has beyond that.
func (l *DataLake) appendHDFSStatus(out []byte, n *lakeNode) []byte {
	out = append(out, `,"childrenNum":`...)
	out = strconv.AppendInt(out, int64(n.children()), 10)
	out = append(out, `,"fileId":`...)
	out = strconv.AppendInt(out, n.id, 10)
	out = append(out, `,"storagePolicy":`...)
	out = strconv.AppendInt(out, int64(n.policy), 10)
	if n.hasACL() {
		out = append(out, `,"aclBit":true`...)
	}
	if n.snapshots != nil {
		out = append(out, `,"snapshotEnabled":true`...)
	}
	if n.ec != "" {
		out = append(out, `,"ecBit":true,"ecPolicy":`...)
		out = appendQuoted(out, n.ec)
		out = append(out, `,"ecPolicyObj":`...)
		out = append(out, mustJSON(ecPolicyOf(n.ec).object())...)
	}
	return out
}

// appendGen1Status writes what Azure Data Lake Store has beyond that.
func (l *DataLake) appendGen1Status(out []byte, n *lakeNode) []byte {
	out = append(out, `,"aclBit":`...)
	out = strconv.AppendBool(out, n.hasACL())
	if n.dir != nil {
		return out
	}
	expires := int64(0)
	if !n.expires.IsZero() {
		expires = n.expires.UnixMilli()
	}
	out = append(out, `,"msExpirationTime":`...)
	return strconv.AppendInt(out, expires, 10)
}

// accessTime is 0 for HDFS's directories, unless somebody has set it.
func (l *DataLake) accessTime(n *lakeNode) int64 {
	if n.dir != nil && l.profile != Gen1 && n.accessed.Equal(n.created) {
		return 0
	}
	return n.accessed.UnixMilli()
}

// children counts what is in a directory; a file has none.
func (n *lakeNode) children() int {
	if n.dir == nil {
		return 0
	}
	return n.dir.len()
}

func (n *lakeNode) hasACL() bool { return len(n.acl.access)+len(n.acl.defaults) > 0 }

// appendQuoted writes a JSON string.
func appendQuoted(out []byte, text string) []byte {
	for i := range len(text) {
		if c := text[i]; c < ' ' || c >= 0x7f || c == '"' || c == '\\' {
			return append(out, mustJSON(text)...)
		}
	}
	return append(append(append(out, '"'), text...), '"')
}

// mustJSON encodes what can always be encoded.
func mustJSON(v any) []byte {
	data, err := json.Marshal(v)
	if err != nil {
		panic("azuretest: " + err.Error())
	}
	return data
}

// rawJSON answers 200 with what is JSON already.
func rawJSON(body []byte) lakeReply {
	return func(c *call) {
		c.w.Header().Set("Content-Type", "application/json")
		c.send(http.StatusOK, body)
	}
}

func (l *DataLake) getFileStatus(req *lakeRequest) (lakeReply, *lakeFailure) {
	t, failure := l.follow(req.user, req.path)
	switch {
	case failure != nil && !failure.blocked:
		return nil, failure
	case failure != nil || t.target() == nil:
		return nil, noSuchFile("File does not exist: %s", req.path)
	}
	out := l.appendStatus([]byte(`{"FileStatus":`), "", t.target())
	return rawJSON(append(out, '}')), nil
}
