package azuretest

import "net/http"

// lakeOps returns the operation of that name in upper case.
// https://hadoop.apache.org/docs/stable/hadoop-project-dist/hadoop-hdfs/WebHDFS.html#Operations
func lakeOps(name string) (lakeOp, bool) {
	for _, table := range []map[string]lakeOp{dataOps(), fileOps(), aclOps(), attributeOps(), snapshotOps(), clusterOps(), gen1Ops()} {
		if op, ok := table[name]; ok {
			return op, true
		}
	}
	return lakeOp{}, false
}

func dataOps() map[string]lakeOp {
	return map[string]lakeOp{
		"CREATE":          {http.MethodPut, true, (*DataLake).create},
		"APPEND":          {http.MethodPost, true, (*DataLake).append},
		"OPEN":            {http.MethodGet, true, (*DataLake).open},
		"GETFILECHECKSUM": {http.MethodGet, true, (*DataLake).checksum},
		"LISTSTATUS":      {http.MethodGet, true, (*DataLake).listStatus},
	}
}

func fileOps() map[string]lakeOp {
	return map[string]lakeOp{
		"LISTSTATUS_BATCH":      {http.MethodGet, false, (*DataLake).listBatch},
		"GETFILESTATUS":         {http.MethodGet, false, (*DataLake).getFileStatus},
		"GETFILELINKSTATUS":     {http.MethodGet, false, (*DataLake).getFileStatus},
		"GETLINKTARGET":         {http.MethodGet, false, (*DataLake).getLinkTarget},
		"CREATESYMLINK":         {http.MethodPut, false, (*DataLake).createSymlink},
		"MKDIRS":                {http.MethodPut, false, (*DataLake).mkdirs},
		"RENAME":                {http.MethodPut, false, (*DataLake).rename},
		"DELETE":                {http.MethodDelete, false, (*DataLake).deletePath},
		"CONCAT":                {http.MethodPost, false, (*DataLake).concat},
		"TRUNCATE":              {http.MethodPost, false, (*DataLake).truncate},
		"GETFILEBLOCKLOCATIONS": {http.MethodGet, false, (*DataLake).getFileBlockLocations},
		"GETCONTENTSUMMARY":     {http.MethodGet, false, (*DataLake).getContentSummary},
		"GETQUOTAUSAGE":         {http.MethodGet, false, (*DataLake).getQuotaUsage},
		"SETQUOTA":              {http.MethodPut, false, (*DataLake).setQuota},
		"SETQUOTABYSTORAGETYPE": {http.MethodPut, false, (*DataLake).setQuotaByType},
	}
}

func aclOps() map[string]lakeOp {
	return map[string]lakeOp{
		"GETACLSTATUS":     {http.MethodGet, false, (*DataLake).getACLStatus},
		"SETACL":           {http.MethodPut, false, (*DataLake).setACL},
		"MODIFYACLENTRIES": {http.MethodPut, false, (*DataLake).modifyACLEntries},
		"REMOVEACLENTRIES": {http.MethodPut, false, (*DataLake).removeACLEntries},
		"REMOVEDEFAULTACL": {http.MethodPut, false, (*DataLake).removeDefaultACL},
		"REMOVEACL":        {http.MethodPut, false, (*DataLake).removeWholeACL},
		"CHECKACCESS":      {http.MethodGet, false, (*DataLake).checkAccess},
		"SETPERMISSION":    {http.MethodPut, false, (*DataLake).setPermission},
		"SETOWNER":         {http.MethodPut, false, (*DataLake).setOwner},
	}
}

func attributeOps() map[string]lakeOp {
	return map[string]lakeOp{
		"SETTIMES":             {http.MethodPut, false, (*DataLake).setTimes},
		"SETREPLICATION":       {http.MethodPut, false, (*DataLake).setReplication},
		"SETXATTR":             {http.MethodPut, false, (*DataLake).setXAttr},
		"GETXATTRS":            {http.MethodGet, false, (*DataLake).getXAttrs},
		"LISTXATTRS":           {http.MethodGet, false, (*DataLake).listXAttrs},
		"REMOVEXATTR":          {http.MethodPut, false, (*DataLake).removeXAttr},
		"GETALLSTORAGEPOLICY":  {http.MethodGet, false, (*DataLake).getAllStoragePolicy},
		"GETSTORAGEPOLICY":     {http.MethodGet, false, (*DataLake).getStoragePolicy},
		"SETSTORAGEPOLICY":     {http.MethodPut, false, (*DataLake).setStoragePolicy},
		"UNSETSTORAGEPOLICY":   {http.MethodPost, false, (*DataLake).unsetStoragePolicy},
		"SATISFYSTORAGEPOLICY": {http.MethodPut, false, (*DataLake).satisfyStoragePolicy},
		"GETECPOLICY":          {http.MethodGet, false, (*DataLake).getECPolicy},
		"SETECPOLICY":          {http.MethodPut, false, (*DataLake).setECPolicy},
		"UNSETECPOLICY":        {http.MethodPost, false, (*DataLake).unsetECPolicy},
	}
}

func snapshotOps() map[string]lakeOp {
	return map[string]lakeOp{
		"ALLOWSNAPSHOT":    {http.MethodPut, false, (*DataLake).allowSnapshot},
		"DISALLOWSNAPSHOT": {http.MethodPut, false, (*DataLake).disallowSnapshot},
		"CREATESNAPSHOT":   {http.MethodPut, false, (*DataLake).createSnapshot},
		"RENAMESNAPSHOT":   {http.MethodPut, false, (*DataLake).renameSnapshot},
		"DELETESNAPSHOT":   {http.MethodDelete, false, (*DataLake).deleteSnapshot},
		"GETSNAPSHOTLIST":  {http.MethodGet, false, (*DataLake).getSnapshotList},
		"GETSNAPSHOTDIFF":  {http.MethodGet, false, (*DataLake).getSnapshotDiff},

		"GETSNAPSHOTTABLEDIRECTORYLIST": {http.MethodGet, false, (*DataLake).getSnapshottable},
	}
}

func clusterOps() map[string]lakeOp {
	return map[string]lakeOp{
		"GETHOMEDIRECTORY":      {http.MethodGet, false, (*DataLake).getHomeDirectory},
		"GETTRASHROOT":          {http.MethodGet, false, (*DataLake).getTrashRoot},
		"GETSERVERDEFAULTS":     {http.MethodGet, false, (*DataLake).getServerDefaults},
		"GETSTATUS":             {http.MethodGet, false, (*DataLake).getStatus},
		"GETDELEGATIONTOKEN":    {http.MethodGet, true, (*DataLake).getDelegationToken},
		"RENEWDELEGATIONTOKEN":  {http.MethodPut, true, (*DataLake).renewDelegationToken},
		"CANCELDELEGATIONTOKEN": {http.MethodPut, true, (*DataLake).cancelDelegationToken},
	}
}

func gen1Ops() map[string]lakeOp {
	return map[string]lakeOp{
		"MSGETFILESTATUS":  {http.MethodGet, false, (*DataLake).getFileStatus},
		"MSLISTSTATUS":     {http.MethodGet, true, (*DataLake).listStatus},
		"MSGETACLSTATUS":   {http.MethodGet, false, (*DataLake).getACLStatus},
		"MSCONCAT":         {http.MethodPost, true, (*DataLake).msConcat},
		"SETEXPIRY":        {http.MethodPut, false, (*DataLake).setExpiry},
		"CONCURRENTAPPEND": {http.MethodPost, true, (*DataLake).concurrentAppend},
	}
}

// nameNodeLacks reports whether HDFS has no such operation.
func nameNodeLacks(op string) bool {
	_, only := gen1Ops()[op]
	return only
}

// httpFSLacks reports whether HttpFS 3.4 has no such operation.
func httpFSLacks(op string) bool {
	switch op {
	case "CREATESYMLINK", "GETLINKTARGET", "SETQUOTA", "SETQUOTABYSTORAGETYPE":
		return true
	}
	return nameNodeLacks(op)
}

// gen1Lacks reports whether Azure Data Lake Store has no such operation.
// https://learn.microsoft.com/previous-versions/azure/data-lake-store/data-lake-store-supported-rest
func gen1Lacks(op string) bool {
	switch op {
	case "CREATE", "APPEND", "OPEN", "LISTSTATUS", "GETFILESTATUS", "MKDIRS", "RENAME", "DELETE", "CONCAT",
		"GETCONTENTSUMMARY", "SETTIMES", "GETHOMEDIRECTORY":
		return false
	}
	_, isACL := aclOps()[op]
	_, own := gen1Ops()[op]
	return !isACL && !own
}

// findOp returns what a request asks for, or refuses it in the words of the server.
func (h lakeHost) findOp(req *lakeRequest) (lakeOp, *lakeFailure) {
	method, name := req.call.r.Method, req.op
	if method == http.MethodHead {
		method = http.MethodGet
	}
	op, known := lakeOps(name)
	known = known && !h.traits.lacks(name)
	switch {
	case req.role == dataRole && (!dataSteps(name) || op.method != method):
		return op, refuseLake("IllegalArgumentException", "Invalid operation %s", name)
	case req.ext != (name == "SETEXPIRY" || name == "CONCURRENTAPPEND"):
		return op, refuseLake("UnsupportedOperationException", "op=%s is not supported at this path", name)
	case known && op.method == method:
		return op, nil
	}
	return op, h.unknownOp(req, method, known)
}

func (h lakeHost) unknownOp(req *lakeRequest, method string, known bool) *lakeFailure {
	_, given := req.query.values["op"]
	switch {
	case h.traits.dialect == httpFSDialect && !given:
		return refuseLake("IllegalArgumentException", "Missing Operation parameter [op]")
	case h.traits.dialect == httpFSDialect && req.op == "":
		return refuseLake("IllegalArgumentException", "Invalid Operation []")
	case h.traits.dialect == httpFSDialect && known:
		return refuseLake("IOException", "Invalid HTTP %s operation [%s]", method, req.op)
	case h.traits.dialect == httpFSDialect:
		return refuseLake("QueryParamException", "java.lang.IllegalArgumentException: No enum constant org.apache.hadoop.fs.http.client.HttpFSFileSystem.Operation.%s", req.op)
	case req.op == "":
		return refuseLake("UnsupportedOperationException", "op=NULL is not supported")
	case h.profile == Gen1 && !known:
		return refuseLake("UnsupportedOperationException", "op=%s is not supported", req.op)
	}
	return badLakeValue("op", req.op+" is not a valid "+method+" operation.")
}

// dataSteps reports whether an operation is one of those a data node serves.
func dataSteps(op string) bool {
	switch op {
	case "CREATE", "APPEND", "OPEN", "GETFILECHECKSUM":
		return true
	}
	return false
}
