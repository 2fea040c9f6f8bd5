package azuretest

import (
	"fmt"
	"strings"
	"sync"
)

// A DataLake is one file system of a [Server]: a Data Lake Store of the first
// generation, a file system in a storage account, or a Hadoop cluster. Its methods
// seed and inspect it behind the service's back, where no permission is asked for; a
// name is a path, with or without the slash at its beginning. All are safe for
// concurrent use and see the lake as requests do.
//
// Where the service goes by tokens (Gen1, Gen2), a new lake and what a test puts into
// it belong to the machine's system-assigned identity and are closed to others. A
// Hadoop cluster's belong to its superuser, hdfs, and are open to everybody. See
// [DataLake.Allow], [DataLake.Chmod] and [DataLake.Chown].
//
// For [Server.Fail] and [Server.Requests] an operation is called as in WebHDFS, in
// lower case: datalake.create, datalake.open, datalake.liststatus; at a data node, and
// behind Knox's sealed query, with .data at the end. What Gen2 has in common with WebHDFS
// is called the same, the rest datalake.flush, datalake.lease and so on. A CutAfter cuts an
// upload after so many bytes of it, and a negative one when all has arrived, before the
// answer; if it strikes the first of two steps it is the second that is cut. A Location
// without a Status redirects there whatever moves data.
//
// What a client uploads stays in memory up to 256 KiB of a request; the rest goes to
// a temporary file, which is gone when nothing refers to it and at the latest when
// the Server is closed.
type DataLake struct {
	server  *Server
	name    string
	profile Profile
	traits  lakeTraits

	owner, ownerGroup string // of what a test puts in

	mu          sync.Mutex // guards what follows
	root        *lakeNode
	lastID      int64
	lastVersion int64               // of an ETag
	expiring    bool                // some file has an end
	groups      map[string][]string // :: user → groups it is in
	cuts        map[string]int64    // faults that wait for the second step :: operation and path → CutAfter
	tokens      bool                // Locations carry delegation tokens
	crc         bool                // checksums are composite
}

// A Profile says what kind of server a [DataLake] is.
type Profile int

const (
	// Gen1 is Azure Data Lake Store, which has been retired, at
	// https://NAME.azuredatalakestore.net: WebHDFS with a bearer token for
	// https://datalake.azure.net/, exactly so.
	Gen1 Profile = iota
	// Hadoop is HDFS as Hadoop 3.5.0 serves it: a name node at
	// http://namenode.NAME.test:9870/webhdfs/v1, and data nodes on another host, to which
	// it redirects. With https the ports are 9871 and 9865. Users are who they say they are.
	Hadoop
	// HttpFS is Hadoop's gateway, at http://httpfs.NAME.test:14000/webhdfs/v1 or the same
	// with https, which redirects to itself.
	HttpFS //nolint:revive,staticcheck // that is what Hadoop calls it
	// Knox is Apache Knox in front of a Hadoop cluster, at
	// https://knox.NAME.test:8443/gateway/default/webhdfs/v1. It wants a bearer token, for
	// api://NAME or any of Azure's resources for data, and redirects to itself with a
	// sealed query. The user is called as the token's identity is.
	Knox
	// Gen2 is a file system of Azure Data Lake Storage at
	// https://ACCOUNT.dfs.core.windows.net/FILESYSTEM, which takes tokens for
	// https://storage.azure.com/. NAME is ACCOUNT/FILESYSTEM; mycontainer is the file system
	// of a NAME without one. The roles for blob data that an identity has on the
	// [StorageAccount] of that name, if there is one, come before modes and ACLs.
	Gen2
)

// String returns the profile's name.
func (p Profile) String() string {
	switch p {
	case Gen1:
		return "Gen1"
	case Hadoop:
		return "Hadoop"
	case HttpFS:
		return "HttpFS"
	case Knox:
		return "Knox"
	case Gen2:
		return "Gen2"
	}
	return fmt.Sprintf("Profile(%d)", int(p))
}

// defaultFileSystem is that of the tutorials' storage account.
const defaultFileSystem = "mycontainer"

// lakes is all lakes of a Server, by their hosts.
type lakes struct {
	spills lakeSpills

	mu     sync.Mutex // guards what follows
	byName map[string]*DataLake
	byHost map[string]service
	tokens map[string]bool // delegation tokens that have been cancelled
}

func (l *lakes) find(host string) service {
	l.mu.Lock()
	defer l.mu.Unlock()
	if s, ok := l.byHost[strings.ToLower(host)]; ok {
		return s
	}
	return nil
}

// DataLake returns the data lake of that name and profile and creates it, empty, at
// first use. It panics if there can be no such lake.
func (s *Server) DataLake(name string, profile Profile) *DataLake {
	name = strings.ToLower(name)
	if profile == Gen2 && !strings.Contains(name, "/") {
		name += "/" + defaultFileSystem
	}
	if !isLakeName(name, profile) {
		panic(fmt.Sprintf("azuretest: DataLake: no data lake of profile %v can be named %q", profile, name))
	}
	owner := s.SystemIdentity()
	s.lakes.mu.Lock()
	defer s.lakes.mu.Unlock()
	key := profile.String() + " " + name
	if l, ok := s.lakes.byName[key]; ok {
		return l
	}
	if s.lakes.byName == nil {
		s.lakes.byName, s.lakes.byHost = map[string]*DataLake{}, map[string]service{}
	}
	l := &DataLake{server: s, name: name, profile: profile, traits: lakeTraitsOf(profile, name), cuts: map[string]int64{}}
	l.root = l.newRoot(owner)
	s.lakes.byName[key] = l
	s.lakes.open(l)
	return l
}

// open gives a new lake its hosts. The caller holds l.mu.
func (l *lakes) open(lake *DataLake) {
	if lake.profile == Gen2 {
		account, fileSystem, _ := strings.Cut(lake.name, "/")
		host := account + gen2Suffix
		a, ok := l.byHost[host].(*gen2Account)
		if !ok {
			a = &gen2Account{server: lake.server, name: account, fileSystems: map[string]*DataLake{}}
			l.byHost[host] = a
		}
		a.add(fileSystem, lake)
		return
	}
	for host, role := range lake.traits.hosts {
		l.byHost[host] = lakeHost{lake, role}
	}
}

func isLakeName(name string, profile Profile) bool {
	switch profile {
	case Gen1: // https://learn.microsoft.com/azure/azure-resource-manager/management/resource-name-rules
		return len(name) >= 3 && len(name) <= 24 && consistsOf(name, "0123456789abcdefghijklmnopqrstuvwxyz")
	case Hadoop, HttpFS, Knox:
		return isLabel(name)
	case Gen2:
		account, fileSystem, _ := strings.Cut(name, "/")
		return isAccountName(account) && isContainerName(fileSystem)
	}
	return false
}

// URL returns the address a client is made with, with no slash at its end; for a
// Hadoop cluster that of its name node, with http.
func (l *DataLake) URL() string { return l.traits.url }

// close ends the temporary files.
func (l *lakes) close() { l.spills.close() }
