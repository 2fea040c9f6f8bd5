package azuretest

import (
	"net/http"
	"strings"
)

// lakeTraits is how a server differs from the others that speak WebHDFS.
type lakeTraits struct {
	url   string
	base  string              // path below which the files are
	data  string              // that of the second step, if it is another
	hosts map[string]lakeRole // :: host → who is there

	audiences []string          // of bearer tokens; nil: users say who they are
	steps     map[string]string // operations whose second step is on this host :: operation → query parameter that marks it
	otherHost bool              // the second step is a data node's
	sealed    bool              // whose address is hidden in a sealed query

	dialect   lakeDialect
	caseless  bool   // names of query parameters are
	overwrite bool   // CREATE replaces files unless it is told not to
	fileMode  uint16 // of new files
	dirMode   uint16 // of new directories
	blockSize int64
	batch     int                   // entries in a page of a list
	statuses  map[lakeKind]int      // of exceptions
	superuser string                // owns what nobody else does
	lacks     func(op string) bool  // operations it has not
	order     func(a, b string) int // of names
}

// lakeDialect is whose words a server uses.
type lakeDialect int

const (
	nameNodeDialect lakeDialect = iota
	httpFSDialect
	gen1Dialect
)

// lakeRole is what a host does.
type lakeRole int

const (
	frontRole lakeRole = iota
	dataRole
)

const (
	gen1Suffix = ".azuredatalakestore.net"
	gen2Suffix = ".dfs.core.windows.net"
	webHDFS    = "/webhdfs/v1"
	knoxPath   = "/gateway/default/webhdfs"
)

func lakeTraitsOf(profile Profile, name string) lakeTraits {
	switch profile {
	case Gen1:
		return gen1Traits(name)
	case Hadoop:
		return hadoopTraits(name)
	case HttpFS:
		return httpFSTraits(name)
	case Knox:
		return knoxTraits(name)
	}
	return gen2Traits(name)
}

func gen1Traits(name string) lakeTraits {
	host := name + gen1Suffix
	return lakeTraits{
		url: "https://" + host, base: webHDFS, hosts: map[string]lakeRole{host: frontRole},
		audiences: []string{"https://datalake.azure.net/"},
		steps:     map[string]string{"CREATE": "write", "APPEND": "append", "OPEN": "read"},
		dialect:   gen1Dialect, caseless: true,
		fileMode: 0o770, dirMode: 0o770, blockSize: 256 << 20, batch: 4000,
		statuses: map[lakeKind]int{
			missingKind: http.StatusNotFound, ioKind: http.StatusForbidden, securityKind: http.StatusUnauthorized,
			argumentKind: http.StatusBadRequest, unsupportedKind: http.StatusBadRequest,
			throttledKind: http.StatusTooManyRequests, conflictKind: http.StatusBadRequest,
		},
		superuser: "$superuser", lacks: gen1Lacks, order: strings.Compare,
	}
}

func hadoopTraits(name string) lakeTraits {
	front, data := "namenode."+name+".test", "datanode."+name+".test"
	return lakeTraits{
		url: "http://" + front + ":9870" + webHDFS, base: webHDFS,
		hosts:     map[string]lakeRole{front: frontRole, data: dataRole},
		otherHost: true,
		fileMode:  0o644, dirMode: 0o755, blockSize: 128 << 20, batch: 1000,
		statuses: map[lakeKind]int{
			missingKind: http.StatusNotFound, ioKind: http.StatusForbidden, securityKind: http.StatusForbidden,
			argumentKind: http.StatusBadRequest, unsupportedKind: http.StatusBadRequest,
		},
		superuser: "hdfs", lacks: nameNodeLacks, order: compareSigned,
	}
}

func httpFSTraits(name string) lakeTraits {
	host := "httpfs." + name + ".test"
	t := hadoopTraits(name)
	t.url, t.hosts = "http://"+host+":14000"+webHDFS, map[string]lakeRole{host: frontRole}
	t.otherHost, t.steps = false, map[string]string{"CREATE": "data", "APPEND": "data"}
	t.dialect, t.overwrite, t.fileMode, t.lacks = httpFSDialect, true, 0o755, httpFSLacks
	t.statuses = map[lakeKind]int{
		missingKind: http.StatusNotFound, ioKind: http.StatusInternalServerError, securityKind: http.StatusUnauthorized,
		argumentKind: http.StatusBadRequest, unsupportedKind: http.StatusBadRequest, authorizationKind: http.StatusForbidden,
	}
	return t
}

func knoxTraits(name string) lakeTraits {
	host := "knox." + name + ".test"
	t := hadoopTraits(name)
	t.hosts = map[string]lakeRole{host: frontRole}
	t.base, t.data = knoxPath+"/v1", knoxPath+"/data/v1"
	t.url, t.sealed = "https://"+host+":8443"+t.base, true
	t.audiences = []string{"api://" + name, "https://datalake.azure.net/", "https://datalake.azure.net", "https://storage.azure.com/", "https://storage.azure.com"}
	return t
}

func gen2Traits(name string) lakeTraits {
	account, fileSystem, _ := strings.Cut(name, "/")
	return lakeTraits{
		url:      "https://" + account + gen2Suffix + "/" + fileSystem,
		fileMode: 0o640, dirMode: 0o750, blockSize: oneBlock, batch: 5000,
		superuser: "$superuser", order: strings.Compare,
	}
}

// compareSigned orders names as HDFS does, whose bytes are Java's: those above 127
// come first.
func compareSigned(a, b string) int {
	for i := range min(len(a), len(b)) {
		if a[i] != b[i] {
			return int(a[i]^0x80) - int(b[i]^0x80)
		}
	}
	return len(a) - len(b)
}
