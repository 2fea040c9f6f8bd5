package azuretest

import "fmt"

// lakeKind is the family an exception belongs to; it decides about the status.
type lakeKind int

const (
	runtimeKind lakeKind = iota // 500, as everything that has no status
	missingKind
	ioKind
	securityKind
	authorizationKind // of HttpFS; elsewhere it is one of ioKind
	argumentKind
	unsupportedKind
	throttledKind
	conflictKind // Gen1: somebody else has the file
)

// lakeFailure is a refusal: an exception, as it is called in Java.
type lakeFailure struct {
	exception string
	message   string
	raw       bool // HttpFS does not recognise it
	conflict  bool // Gen1 has a status of its own for it
	blocked   bool // a file is where a directory should be
}

func refuseLake(exception, format string, args ...any) *lakeFailure {
	return &lakeFailure{exception: exception, message: fmt.Sprintf(format, args...)}
}

// refuseRaw is for exceptions that HttpFS hands on as it got them from the name node,
// wrapped.
func refuseRaw(exception, format string, args ...any) *lakeFailure {
	f := refuseLake(exception, format, args...)
	f.raw = true
	return f
}

func noSuchFile(format, name string) *lakeFailure {
	return refuseLake("FileNotFoundException", format, name)
}

// javaPackage tells where an exception's class is, and what family it is of.
func javaPackage(exception string) (string, lakeKind) {
	switch exception {
	case "FileNotFoundException":
		return "java.io", missingKind
	case "IOException", "EOFException":
		return "java.io", ioKind
	case "SecurityException":
		return "java.lang", securityKind
	case "IllegalArgumentException":
		return "java.lang", argumentKind
	case "UnsupportedOperationException":
		return "java.lang", unsupportedKind
	case "RuntimeException", "NullPointerException", "IllegalStateException":
		return "java.lang", runtimeKind
	case "HadoopIllegalArgumentException":
		return "org.apache.hadoop", argumentKind
	case "InvalidPathException":
		return "org.apache.hadoop.fs", argumentKind
	case "QueryParamException":
		return "com.sun.jersey.api.ParamException$", runtimeKind
	case "WebApplicationException":
		return "javax.ws.rs", runtimeKind
	}
	return hadoopPackage(exception)
}

func hadoopPackage(exception string) (string, lakeKind) {
	switch exception {
	case "AccessControlException":
		return "org.apache.hadoop.security", ioKind
	case "AuthorizationException":
		return "org.apache.hadoop.security.authorize", authorizationKind
	case "InvalidToken":
		return "org.apache.hadoop.security.token.SecretManager$", ioKind
	case "FileAlreadyExistsException", "ParentNotDirectoryException", "PathIsNotEmptyDirectoryException", "PathIsNotDirectoryException":
		return "org.apache.hadoop.fs", ioKind
	case "AlreadyBeingCreatedException", "RecoveryInProgressException", "AclException", "XAttrNotFoundException",
		"SnapshotException", "SnapshotAccessControlException", "NSQuotaExceededException", "DSQuotaExceededException",
		"QuotaExceededException", "NoECPolicySetException":
		return "org.apache.hadoop.hdfs.protocol", ioKind
	case "RemoteException", "RetriableException", "StandbyException":
		return "org.apache.hadoop.ipc", ioKind
	case "SafeModeException", "UnsupportedActionException", "LeaseExpiredException":
		return "org.apache.hadoop.hdfs.server.namenode", ioKind
	case "BadOffsetException":
		return "org.apache.hadoop.fs.adl", argumentKind
	case "ThrottledException":
		return "org.apache.hadoop.fs.adl", throttledKind
	}
	return "java.lang", runtimeKind
}

// javaClass returns an exception's whole name.
func javaClass(exception string) string {
	in, _ := javaPackage(exception)
	if in[len(in)-1] == '$' {
		return in + exception
	}
	return in + "." + exception
}

// status returns the status a server answers an exception with.
func (t lakeTraits) status(f *lakeFailure) int {
	_, kind := javaPackage(f.exception)
	if f.conflict {
		kind = conflictKind
	}
	if status, ok := t.statuses[kind]; ok {
		return status
	}
	if kind == authorizationKind || kind == conflictKind {
		return t.statuses[ioKind]
	}
	return 500
}

// usualException is the one that goes with a status.
func usualException(status int) string {
	switch status {
	case 400:
		return "IllegalArgumentException"
	case 401:
		return "SecurityException"
	case 403:
		return "AccessControlException"
	case 404:
		return "FileNotFoundException"
	case 429:
		return "ThrottledException"
	case 500, 503:
		return "RetriableException"
	}
	return "IOException"
}
