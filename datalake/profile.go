package datalake

// profile is what differs. The servers around Hadoop tell themselves apart by
// their answers: HttpFS gives data at once, and the old state of a rename.
type profile struct {
	colons   bool   // names may have them
	direct   bool   // the parameters read and append save the redirect
	chunk    int    // the largest body, which lands whole; 0: bodies are streamed
	offsets  bool   // APPEND takes the offset it is for
	pageSize string // of a list; empty: the server's, by LISTSTATUS_BATCH
	msConcat bool   // the names of what is concatenated go into a body
	hdfs     bool   // there are checksums, attributes and TRUNCATE
	expiry   bool   // of files
}

func newProfile(k kind) profile {
	if k == gen1 {
		return profile{colons: true, direct: true, chunk: 4 << 20, offsets: true, pageSize: "4000", msConcat: true, expiry: true}
	}
	return profile{hdfs: true}
}
