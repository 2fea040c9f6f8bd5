package azuretest

import (
	"maps"
	"net/http"
	"slices"
)

// fileSystemList is the answer to a list of file systems.
type fileSystemList struct {
	FileSystems []fileSystemInfo `json:"filesystems"`
}

type fileSystemInfo struct {
	ETag         string `json:"etag"`
	LastModified string `json:"lastModified"`
	Name         string `json:"name"`
}

func (q *gen2Request) listFileSystems() (lakeReply, *storageError) {
	q.account.mu.Lock()
	defer q.account.mu.Unlock()
	answer := fileSystemList{[]fileSystemInfo{}}
	for _, name := range slices.Sorted(maps.Keys(q.account.fileSystems)) {
		l := q.account.fileSystems[name]
		l.mu.Lock()
		answer.FileSystems = append(answer.FileSystems, fileSystemInfo{l.root.etag(), httpTime(l.root.modified), name})
		l.mu.Unlock()
	}
	return func(c *call) { c.json(http.StatusOK, answer) }, nil
}

// createFileSystem makes a file system that belongs to whom makes it.
func (q *gen2Request) createFileSystem() (lakeReply, *storageError) {
	switch {
	case q.lake != nil:
		return nil, gen2Conflict("FilesystemAlreadyExists", "The specified filesystem already exists.")
	case !isContainerName(q.system):
		return nil, badStorageRequest("InvalidResourceName", "The specified resource name contains invalid characters.")
	}
	l := q.server.DataLake(q.account.name+"/"+q.system, Gen2)
	l.mu.Lock()
	defer l.mu.Unlock()
	l.root.owner, l.root.group = q.user.name, q.user.name
	return q.changedAs(http.StatusCreated, l.root)
}

func (q *gen2Request) deleteFileSystem() (lakeReply, *storageError) {
	if problem := q.requireSystemOwner(); problem != nil {
		return nil, problem
	}
	q.server.lakes.forget(q.lake)
	q.account.mu.Lock()
	defer q.account.mu.Unlock()
	delete(q.account.fileSystems, q.system)
	return func(c *call) {
		c.w.Header().Set("Content-Length", "0")
		c.w.WriteHeader(http.StatusAccepted)
	}, nil
}

func (q *gen2Request) requireSystemOwner() *storageError {
	q.lake.mu.Lock()
	defer q.lake.mu.Unlock()
	if q.user.super || q.lake.root.owner == q.user.name {
		return nil
	}
	return gen2Refusal(denyLake(q.user, allAccess, "/", q.lake.root))
}

// getFileSystem describes a file system, and changes nothing about one.
func (q *gen2Request) getFileSystem() (lakeReply, *storageError) {
	q.lake.mu.Lock()
	defer q.lake.mu.Unlock()
	reply, problem := q.changed(q.lake.root)
	return func(c *call) {
		c.w.Header().Set("X-Ms-Namespace-Enabled", "true")
		reply(c)
	}, problem
}

// forget drops a lake, so that a new one of its name is empty.
func (l *lakes) forget(lake *DataLake) {
	l.mu.Lock()
	defer l.mu.Unlock()
	delete(l.byName, lake.profile.String()+" "+lake.name)
}
